package main

import (
	"bytes"
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

func agreementAddCommand() *cobra.Command {
	var a school.Agreement
	var audience, from, blocks string
	cmd := schoolCommand("add VERSION", "Add a version of the acceptable-use agreement", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) (err error) {
			a.School, a.Version, a.Audience = s.ID, args[0], school.Audience(audience)
			if a.Starts, err = readDay("from", from, s.Day(h.db.Now())); err != nil {
				return err
			}
			if a.Blocks, err = readDay("block-from", blocks, time.Time{}); err != nil {
				return err
			}
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				a, err := school.AddAgreement(ctx, tx, "", a)
				if err != nil {
					return err
				}
				tx.AfterCommit(func() { _, _ = fmt.Fprintf(h.out, "%s: %s\n", a.Version, agreementInWords(a)) })
				return nil
			})
		})
	cmd.Long = `A version is what people sign from a day on, until a later one for the same people
begins. The form itself stays on paper or wherever the school has it; here stands
who signed it, when, and each answer. Any "no" is not signed. Who has not signed is
reminded at the kiosk, and, from the day of --block-from on, cannot print.`
	cmd.Example = `  inkwell agreement add 2026-09 --questions 2 --parent --from 2026-09-01 --block-from 2026-10-05
  inkwell agreement add staff-2026 --for adults`
	cmd.Flags().StringVar(&audience, "for", string(school.Pupils), "pupils or adults")
	cmd.Flags().IntVar(&a.Clauses, "questions", 0, "how many questions are answered yes or no")
	cmd.Flags().BoolVar(&a.Parent, "parent", false, "a parent signs as well")
	cmd.Flags().StringVar(&from, "from", "", "the day it begins, such as 2026-09-01 (today)")
	cmd.Flags().StringVar(&blocks, "block-from", "", "the day from which printing needs it (never: they are reminded)")
	return cmd
}

func agreementListCommand() *cobra.Command {
	cmd := schoolCommand("list", "List the versions of the agreement, and how many have still to sign", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			var all []school.Agreement
			var missing int
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				if all, err = school.Agreements(ctx, tx, s.ID); err != nil {
					return err
				}
				_, missing, err = school.Unsigned(ctx, tx, s.ID, 1)
				return err
			})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "VERSION\tWHAT")
			for _, a := range all {
				_, _ = fmt.Fprintf(w, "%s\t%s\n", a.Version, agreementInWords(a))
			}
			_, _ = fmt.Fprintf(w, "\n%d have still to sign what is in force for them.\n", missing)
			return w.Flush()
		})
	cmd.Long = `It says for whom each version is, from when on, and what comes of not signing it.`
	cmd.Example = `  inkwell agreement list`
	return cmd
}

func agreementBlockCommand() *cobra.Command {
	cmd := schoolCommand("block VERSION DAY", "Say from which day an agreement that is not signed stops printing", cobra.ExactArgs(2),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			day, err := time.Time{}, error(nil)
			if args[1] != "never" {
				day, err = readDay("DAY", args[1], time.Time{})
			}
			if err != nil {
				return err
			}
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				a, err := school.AgreementByVersion(ctx, tx, s.ID, args[0])
				if err != nil {
					return err
				}
				a.Blocks = day
				tx.AfterCommit(func() { _, _ = fmt.Fprintf(h.out, "%s: %s\n", a.Version, agreementInWords(a)) })
				return school.SetBlocks(ctx, tx, "", a, day)
			})
		})
	cmd.Long = `From DAY on, such as 2026-10-05, who has not signed that version cannot print. With
never they are only reminded.`
	cmd.Example = "  inkwell agreement block 2026-09 2026-10-05\n  inkwell agreement block 2026-09 never"
	return cmd
}

func agreementImportCommand() *cobra.Command {
	var dry bool
	forms := &input{}
	cmd := schoolCommand("import VERSION FILE", "Record signed forms from a CSV file, all of them or none", cobra.ExactArgs(2),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			var rows, fresh int
			text, err := forms.all()
			if err != nil {
				return err
			}
			err = h.attempt(ctx, s.ID, dry, func(ctx context.Context, tx *db.Tx) error {
				a, err := school.AgreementByVersion(ctx, tx, s.ID, args[0])
				if err != nil {
					return err
				}
				rows, fresh, err = school.ImportForms(ctx, tx, "", a, bytes.NewReader(text))
				return err
			})
			if err != nil {
				return err
			}
			word := "recorded"
			if dry {
				word = "would be recorded"
			}
			_, err = fmt.Fprintf(h.out, "%d forms: %d %s, %d say what is known already.\n", rows, fresh, word, rows-fresh)
			return err
		})
	cmd.Long = `The first line names the columns: username, signatory (self or parent), signed_on
(2026-09-03), and answer1, answer2, ... (yes or no), one for each question of that
version. FILE is - for standard input. The same file again changes nothing.`
	cmd.Example = "  inkwell agreement import 2026-09 forms.csv --dry-run"
	forms.argument(cmd, 1)
	dryRun(cmd, &dry)
	return cmd
}

func agreementUnsignedCommand() *cobra.Command {
	var most int
	cmd := schoolCommand("unsigned", "List who has still to sign, by year and name", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			var all []school.Person
			var total int
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				all, total, err = school.Unsigned(ctx, tx, s.ID, most)
				return err
			})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "YEAR\tNAME\tUSER NAME")
			for _, p := range all {
				year := "-"
				if p.Year > 0 {
					year = fmt.Sprint(p.Year)
				}
				_, _ = fmt.Fprintf(w, "%s\t%s %s\t%s\n", year, p.Given, p.Family, p.Username)
			}
			if total > len(all) {
				_, _ = fmt.Fprintf(w, "and %d more (--most)\n", total-len(all))
			}
			return w.Flush()
		})
	cmd.Flags().IntVar(&most, "most", 2000, "how many to list")
	cmd.Long = `They are the people whom an agreement in force is for, and who have not said yes to all
of it, or whose parent has not where one signs too.`
	cmd.Example = `  inkwell agreement unsigned
  inkwell agreement unsigned --most 30`
	return cmd
}

// agreementInWords says who signs a version from when on, and what comes of not doing it.
func agreementInWords(a school.Agreement) string {
	who := "adults sign"
	if a.Audience == school.Pupils {
		who = "pupils sign"
	}
	if a.Parent {
		who = "pupils and a parent sign"
	}
	stops := "who has not is reminded"
	if !a.Blocks.IsZero() {
		stops = "from " + a.Blocks.Format("2 January 2006") + " on, who has not cannot print"
	}
	return fmt.Sprintf("from %s on, %s (%d questions); %s", a.Starts.Format("2 January 2006"), who, a.Clauses, stops)
}

// readDay reads a day of the calendar, or takes the other one where there is none.
func readDay(what, text string, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, fault.New(fault.Invalid, "day", "%s is %q. A day looks like 2026-09-01.", what, text).Because(err)
	}
	return day, nil
}
