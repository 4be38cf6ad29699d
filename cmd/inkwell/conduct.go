package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota/conduct"
)

func conductOffCommand() *cobra.Command {
	var why, name string
	var all bool
	cmd := hostCommand("off", "Switch the rules of conduct off", cobra.NoArgs, func(ctx context.Context, h *host, _ []string) error {
		return h.switched(ctx, name, all, func(ctx context.Context, tx *db.Tx, s school.School) error {
			if err := conduct.SwitchOff(ctx, tx, events.New(h.db, h.log), "", s.ID, why); err != nil {
				return err
			}
			_, err := fmt.Fprintf(h.out, "%s: the rules are off. What they alone had withdrawn is given back; what people decided stays.\n", s.Name)
			return err
		})
	})
	cmd.Long = `Nothing is flagged any more, on all servers, and whoever a rule alone has stopped can print
again at once. What members of staff have imposed or confirmed stays. What happens meanwhile is not
looked at later.`
	cmd.Example = "  inkwell conduct off --why \"flags printed mocks\"\n  inkwell conduct off --all --why \"under review\""
	cmd.Flags().StringVar(&why, "why", "", "for the record")
	_ = cmd.MarkFlagRequired("why")
	schoolOrAll(cmd, &name, &all)
	return cmd
}

func conductOnCommand() *cobra.Command {
	var from, name string
	var all bool
	cmd := hostCommand("on", "Switch the rules of conduct on, or say from when they act", cobra.NoArgs, func(ctx context.Context, h *host, _ []string) error {
		return h.switched(ctx, name, all, func(ctx context.Context, tx *db.Tx, s school.School) error {
			state, err := conduct.StateOf(ctx, tx, s.ID)
			if err != nil {
				return err
			}
			if from != "" {
				if state.ActsFrom, err = dayStart(s, from, tx.Now); err != nil {
					return err
				}
			}
			if err := conduct.SwitchOn(ctx, tx, "", s.ID, state.ActsFrom); err != nil {
				return err
			}
			return writeState(h.out, s, conduct.State{ActsFrom: state.ActsFrom}, tx.Now)
		})
	})
	cmd.Long = `Until the day of --act-from rules only report: they flag and say which steps they would take,
and stop nobody. A new school's rules report for four weeks. --act-from now has them act at once.`
	cmd.Example = "  inkwell conduct on\n  inkwell conduct on --act-from 2026-11-02\n  inkwell conduct on --act-from now"
	cmd.Flags().StringVar(&from, "act-from", "", "the day from which they act; until then they only report")
	schoolOrAll(cmd, &name, &all)
	return cmd
}

// dayStart is when a day begins at a school, or now.
func dayStart(s school.School, said string, now time.Time) (time.Time, error) {
	if said == "now" {
		return now, nil
	}
	day, err := calendar.ParseDate(said)
	if err != nil {
		return now, fault.New(fault.Invalid, "date", "%q is no day. Write it as 2026-11-02.", said)
	}
	return calendar.Calendar{Zone: s.Zone}.Start(day), nil
}

func conductStatusCommand() *cobra.Command {
	cmd := schoolCommand("status", "Say whether the rules of conduct act, and which were stopped", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				state, err := conduct.StateOf(ctx, tx, s.ID)
				if err != nil {
					return err
				}
				p, err := conduct.PolicyOf(ctx, tx, s.ID)
				if err != nil {
					return err
				}
				if err := writeState(h.out, s, state, tx.Now); err != nil {
					return err
				}
				return writePolicy(h.out, s, p, state)
			})
		})
	cmd.Long = "It names no pupil. What is flagged is for those on the staff pages whom it concerns."
	cmd.Example = "  inkwell conduct status"
	return cmd
}

func writeState(to io.Writer, s school.School, state conduct.State, now time.Time) error {
	say := "the rules act"
	switch {
	case !state.Off.IsZero():
		say = fmt.Sprintf("the rules are off since %s: %s", state.Off.In(s.Zone).Format("2 January 2006 15:04"), state.Why)
	case state.Reports(now):
		say = "the rules only report, and act from " + state.ActsFrom.In(s.Zone).Format("Monday 2 January 2006 15:04")
	}
	_, err := fmt.Fprintf(to, "%s: %s.\n", s.Name, say)
	return err
}

func writePolicy(to io.Writer, s school.School, p conduct.Policy, state conduct.State) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	say := func(form string, args ...any) { _, _ = fmt.Fprintf(w, form, args...) } // tabwriter keeps an error for Flush
	say("Version %d, since %s.\n\nRULE\tNAME\tKIND\tCATEGORY\tPOINTS\t\n", p.Version, p.Made.In(s.Zone).Format("2 January 2006 15:04"))
	for _, r := range p.Rules {
		is := ""
		if r.Off {
			is = "off"
		}
		for _, d := range state.Disarmed {
			if d.Rule == r.Number {
				is = fmt.Sprintf("STOPPED %s: it flagged %d of %d pupils of a year group within an hour", d.At.In(s.Zone).Format("2 January 15:04"), d.Hit, d.Of)
			}
		}
		say("%d\t%s\t%s\t%s\t%d\t%s\n", r.Number, r.Name, r.Kind, r.Category, r.Weight, is)
	}
	say("\nPOINTS\tSTEP\tSCHOOL DAYS\n")
	for _, r := range p.Ladder.Rungs {
		say("%d\t%s\t%d\n", r.Points, r.Action, r.Days)
	}
	return w.Flush()
}

// schoolOrAll gives a command the flags that say which schools it is for.
func schoolOrAll(cmd *cobra.Command, name *string, all *bool) {
	cmd.Flags().StringVar(name, "school", "", "which school, where there are several")
	cmd.Flags().BoolVar(all, "all", false, "every school of this installation")
	cmd.MarkFlagsMutuallyExclusive("school", "all")
}

// switched does something to one school, or to each, in a transaction of its own.
func (h *host) switched(ctx context.Context, name string, every bool, do func(context.Context, *db.Tx, school.School) error) error {
	var schools []school.School
	if every {
		err := h.db.Look(ctx, db.System("conduct"), func(ctx context.Context, tx *db.Tx) (err error) {
			schools, err = school.All(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
	} else {
		s, err := h.school(ctx, name)
		if err != nil {
			return err
		}
		schools = []school.School{s}
	}
	var err error
	for _, s := range schools {
		err = errors.Join(err, h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, s) }))
	}
	return err
}
