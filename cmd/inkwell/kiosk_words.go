package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

func kioskSayCommand() *cobra.Command {
	days := 1
	cmd := schoolCommand("say WORDS", "Say something on every kiosk while nobody is signed in", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			if days < 1 || days > 30 {
				return fault.New(fault.Invalid, "kiosk-words-days", "Say it for 1 to 30 days.")
			}
			words := strings.TrimSpace(args[0])
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				now := tx.Now.In(s.Zone)
				until := time.Date(now.Year(), now.Month(), now.Day()+days, 0, 0, 0, 0, s.Zone)
				if err := release.SetKioskWords(ctx, tx, s.ID, words, until); err != nil {
					return err
				}
				return record(ctx, tx, audit.Entry{School: s.ID, Act: "kiosk-words", Facts: map[string]any{"until": until, "said": words != ""}})
			})
			if err != nil {
				return err
			}
			if words == "" {
				_, err = fmt.Fprintln(h.out, "The kiosks say nothing of the day's")
				return err
			}
			_, err = fmt.Fprintf(h.out, "Every kiosk says: %s\n", words)
			return err
		})
	cmd.Long = `The day's words stand on the screens of all kiosks of the school while nobody is signed in: until
midnight, or for so many --days with today. "" takes them back. Everybody who walks past reads them:
name nobody.`
	cmd.Example = `  inkwell kiosk say "Mock exams today. Please print before 09:00."
  inkwell kiosk say --days 5 "Coursework week: both sides, please."
  inkwell kiosk say ""`
	cmd.Flags().IntVar(&days, "days", 1, "for how many days, with today")
	return cmd
}

func kioskTimeCommand() *cobra.Command {
	cmd := schoolCommand("time USERNAME more|usual", "Give somebody more time at the kiosk", cobra.ExactArgs(2),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			if args[1] != "more" && args[1] != "usual" {
				return fault.New(fault.Invalid, "kiosk-time", "Write more or usual.")
			}
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				p, err := school.PersonByUsername(ctx, tx, s.ID, args[0])
				if err != nil {
					return err
				}
				if err := school.SetMoreTime(ctx, tx, p.ID, args[1] == "more"); err != nil {
					return err
				}
				return record(ctx, tx, audit.Entry{School: s.ID, Act: "kiosk-time", Subject: p.Pseudonym, Facts: map[string]any{"more": args[1] == "more"}})
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "%s has %s time at kiosks\n", args[0], args[1])
			return err
		})
	cmd.Long = `A kiosk signs people out after 20 seconds without a touch; whoever has more time, after 60. It does
not ask why somebody needs it, and nobody at the kiosk sees that they have it.`
	cmd.Example = `  inkwell kiosk time sam.bell more
  inkwell kiosk time sam.bell usual`
	return cmd
}
