package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/internal/sheet"
	"inkwell/quota"
	"inkwell/release"
)

// usageFlags are how a report of usage is asked for.
type usageFlags struct {
	by, from, to   string
	csv, published bool
}

func usageCommand() *cobra.Command {
	var f usageFlags
	cmd := schoolCommand("usage", "What was printed, and what was spared", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error { return h.usage(ctx, s, f) })
	cmd.Long = `Adds up what came out between two days, both included; without them this term so far.
Saved are the sheets that printing all of it one-sided would have taken more, and those of
jobs that nobody printed: deleted, or not collected. A class is its pupils of today,
wherever they printed. A department is an account that is nobody's own.

What leaves the school, for the trust or for a request under the Freedom of Information
Act, is made with --published: it tells of no person, and hides what fewer than 5 people
printed, and the next smallest rows, so that no sum gives a hidden one away.`
	cmd.Example = "  inkwell usage\n  inkwell usage --by class --from 2026-09-01 --to 2026-12-18\n  inkwell usage --by year --published --csv > usage.csv"
	cmd.Flags().StringVar(&f.by, "by", "week", "year, class, department, printer, person, term, month, week or day")
	cmd.Flags().StringVar(&f.from, "from", "", "first day, such as 2026-09-01; without it the term's")
	cmd.Flags().StringVar(&f.to, "to", "", "last day; without it today")
	cmd.Flags().BoolVar(&f.csv, "csv", false, "as a table for a spreadsheet")
	cmd.Flags().BoolVar(&f.published, "published", false, "as it may leave the school")
	return cmd
}

func (h *host) usage(ctx context.Context, s school.School, f usageFlags) error {
	by, err := quota.ParseBreakdown(f.by)
	if err != nil {
		return err
	}
	var rows []quota.Row
	var span quota.Span
	err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
		if span, err = f.span(ctx, tx, s.ID); err != nil {
			return err
		}
		report := quota.Usage
		if f.published {
			report = quota.Published
		}
		if rows, err = report(ctx, tx, s.ID, by, span, release.Places); err != nil || by != quota.ByPerson {
			return err
		}
		return record(ctx, tx, audit.Entry{School: s.ID, Act: "usage-of-people-read", Facts: map[string]any{"people": len(rows)}})
	})
	if err != nil {
		return err
	}
	if f.csv {
		return quota.WriteUsage(h.out, sheet.CSV, by, rows)
	}
	return h.showUsage(span, by, rows)
}

// span is the days asked for.
func (f usageFlags) span(ctx context.Context, tx *db.Tx, id school.ID) (quota.Span, error) {
	c, err := school.CalendarOf(ctx, tx, id)
	if err != nil {
		return quota.Span{}, err
	}
	from, to := quota.Term.Start(c, tx.Now), c.Date(tx.Now)
	for text, day := range map[*string]*calendar.Date{&f.from: &from, &f.to: &to} {
		if *text == "" {
			continue
		}
		if *day, err = calendar.ParseDate(*text); err != nil {
			return quota.Span{}, fault.New(fault.Invalid, "usage-days", "%q is no day. A day looks like 2026-09-01.", *text)
		}
	}
	return quota.NewSpan(from, to)
}

func (h *host) showUsage(span quota.Span, by quota.Breakdown, rows []quota.Row) error {
	w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "%s to %s\n\n%s\tJOBS\tPAGES\tCOLOUR\tSHEETS\tPAID\tSAVED\n", span.From, span.To, by)
	hidden := false
	for _, r := range rows {
		if r.Hidden {
			hidden = true
			_, _ = fmt.Fprintf(w, "%s\t-\t-\t-\t-\t-\t-\n", r.Label)
			continue
		}
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", r.Label, r.Jobs, r.Impressions, r.Colour, r.Sheets, r.Amount, r.Saved())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	switch sum := quota.Total(rows); {
	case len(rows) == 0:
		_, _ = fmt.Fprintln(h.out, "nothing")
	case hidden:
		_, _ = fmt.Fprintf(h.out, "\n- is fewer than %d people, or would give such a row away.\n", quota.FewPeople)
	case by != quota.ByClass: // pupils are in several
		_, _ = fmt.Fprintf(h.out, "\n%d pages on %d sheets. Saved %d sheets: %d by printing on both sides, %d never printed.\n",
			sum.Impressions, sum.Sheets, sum.Saved(), sum.Duplex, sum.LeftSheets)
	}
	return nil
}
