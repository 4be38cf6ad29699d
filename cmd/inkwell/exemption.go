package main

import (
	"context"
	"fmt"
	"math"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

func exemptionListCommand() *cobra.Command {
	cmd := schoolCommand("list", "Report who is let off a rule, why, until when, and who recorded it", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error { return h.listExemptions(ctx, tx, s) })
		})
	cmd.Long = `All that are in force or ended within the last year, the open ones first: an exemption is
open until a second officer (head or COO) has recorded it on the staff pages.`
	cmd.Example = "  inkwell exemption list"
	return cmd
}

func (h *host) listExemptions(ctx context.Context, tx *db.Tx, s school.School) error {
	all, err := release.ExemptionReport(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "NUMBER\tWHO\tOFF\tUNTIL\tMADE BY\tRECORDED BY\tSTATE\tREASON") // tabwriter keeps an error for Flush
	for _, e := range all {
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.ID, e.Who, e.Off, e.Ends.In(s.Zone).Format("2 January 2006 15:04"), e.MadeBy, e.RecordedBy, e.State, e.Reason)
	}
	return w.Flush()
}

func exemptionAddCommand() *cobra.Command {
	var person, class, reason, until string
	var rule int
	cmd := schoolCommand("add", "Enter an exemption, for an officer to record", cobra.NoArgs, func(ctx context.Context, h *host, s school.School, _ []string) error {
		ends, err := time.ParseInLocation(time.DateOnly, until, s.Zone)
		if err != nil {
			return fault.New(fault.Invalid, "exemption-ends", "--until is %q. It looks like 2027-03-31.", until)
		}
		return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
			e := quota.Exemption{Rule: quota.RuleNumber(min(rule, math.MaxInt32)), Reason: reason, Ends: ends.AddDate(0, 0, 1)} // #nosec G115 -- at most that
			if person != "" {
				p, err := school.PersonByUsername(ctx, tx, s.ID, person)
				if err != nil {
					return err
				}
				e.Person = p.ID
			}
			if class != "" {
				if e.Class, err = school.ClassByName(ctx, tx, s.ID, class); err != nil {
					return err
				}
			}
			if _, err := quota.Exempt(ctx, tx, school.Actor{School: s.ID, Proof: school.ByHost}, e); err != nil {
				return err
			}
			return h.listExemptions(ctx, tx, s)
		})
	})
	cmd.Long = `Exemptions are the head's to grant, or the COO's. What is entered here works once one of
them has recorded it on the staff pages. What one of them makes there works at once, and
is open until another one has recorded it.`
	cmd.Example = `  inkwell exemption add --rule 1 --class 11A/Ar --until 2027-05-28 --reason "Coursework books, agreed with the head"`
	cmd.Flags().StringVar(&person, "person", "", "who is let off, by user name")
	cmd.Flags().StringVar(&class, "class", "", "or a class")
	cmd.Flags().IntVar(&rule, "rule", 0, "which rule, by its number; all of them if not said")
	cmd.Flags().StringVar(&until, "until", "", "the last day, such as 2027-03-31; within a year")
	cmd.Flags().StringVar(&reason, "reason", "", "why, in up to 500 letters")
	_ = cmd.MarkFlagRequired("until")
	_ = cmd.MarkFlagRequired("reason")
	return cmd
}

func exemptionEndCommand() *cobra.Command {
	cmd := schoolCommand("end NUMBER", "Take an exemption back", cobra.ExactArgs(1), func(ctx context.Context, h *host, s school.School, args []string) error {
		n := numbered[quota.ExemptionID](args[0])
		if n == 0 {
			return fault.New(fault.Invalid, "exemption-unknown", "Give the number that inkwell exemption list shows.")
		}
		return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
			if err := quota.EndExemption(ctx, tx, school.Actor{School: s.ID, Proof: school.ByHost}, n); err != nil {
				return err
			}
			return h.listExemptions(ctx, tx, s)
		})
	})
	cmd.Long = "It counts at once. The exemption stays in the report for a year."
	cmd.Example = "  inkwell exemption end 4"
	return cmd
}
