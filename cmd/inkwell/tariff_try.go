package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// trial is what a tariff is tried on.
type trial struct {
	rateFlags
	since, until string
	job          int32
	work         quota.Work
	size         string
}

func tariffTryCommand() *cobra.Command {
	var t trial
	cmd := schoolCommand("try", "Show what printing would cost, and change nothing", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error { return t.run(ctx, tx, h, s) })
		})
	cmd.Long = `The prices are named as for inkwell tariff set; without any it is the tariff in force. It is
tried on all that was printed in the last 30 days, or from --since to --until, by year group,
with how many people spent more of their own in a period than their allowance; on one job with
--job; or on figures with --sides.`
	cmd.Example = `  inkwell tariff try --colour 5
  inkwell tariff try --colour 5 --size a3=2 --since 2026-10-01 --until 2026-10-31
  inkwell tariff try --colour 5 --job 41
  inkwell tariff try --sides 6 --in-colour 2 --sheets 3 --on a3`
	t.add(cmd)
	f := cmd.Flags()
	f.StringVar(&t.since, "since", "", "the first day, such as 2026-10-01 (default: 30 days ago)")
	f.StringVar(&t.until, "until", "", "the last day (default: today)")
	f.Int32Var(&t.job, "job", 0, "the number of one job")
	f.IntVar(&t.work.Sides, "sides", 0, "so many printed sides")
	f.IntVar(&t.work.Colour, "in-colour", 0, "of them, in colour")
	f.IntVar(&t.work.Sheets, "sheets", 0, "on so many sheets (default: both sides of each)")
	f.IntVar(&t.work.Copies, "copies", 1, "copies, where finishing costs something")
	f.StringSliceVar(&t.work.Finishings, "finished", nil, "what is done to each copy, such as staple")
	f.StringVar(&t.size, "on", "a4", "the size of the paper")
	return cmd
}

func (t *trial) run(ctx context.Context, tx *db.Tx, h *host, s school.School) error {
	now, err := quota.TariffAt(ctx, tx, s.ID, tx.Now)
	if err != nil {
		return err
	}
	g, err := t.at(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	next := now.Clone()
	if err := t.apply(&next, g); err != nil {
		return err
	}
	if err := next.Check(); err != nil {
		return err
	}
	switch {
	case t.job != 0:
		price, err := h.desk.TryJob(ctx, tx, release.JobID(t.job), next, g)
		if err != nil {
			return err
		}
		return showPrice(h, next.Unit, price)
	case t.work.Sides != 0:
		if err := t.figures(); err != nil {
			return err
		}
		return showPrice(h, next.Unit, next.Price(t.work, g))
	}
	return t.period(ctx, tx, h, s, now, next)
}

// figures checks what was said of the job.
func (t *trial) figures() (err error) {
	w := &t.work
	if w.Sheets == 0 {
		w.Sheets = (w.Sides + 1) / 2
	}
	if w.Sides < 1 || w.Sides > 1_000_000 || w.Colour < 0 || w.Colour > w.Sides || w.Sheets > w.Sides || 2*w.Sheets < w.Sides || w.Copies < 1 || w.Copies > w.Sides {
		return fault.New(fault.Invalid, "figures", "%d sides, %d of them in colour, on %d sheets in %d copies: such a job cannot be.", w.Sides, w.Colour, w.Sheets, w.Copies)
	}
	w.Media, err = quota.ParseSize(t.size)
	return err
}

func showPrice(h *host, u quota.Unit, p quota.Price) error {
	for _, l := range p.Lines {
		_, _ = fmt.Fprintln(h.out, l.In(u)) // an error comes back from the last
	}
	_, err := fmt.Fprintf(h.out, "together: %s\n", u.Say(p.Units))
	return err
}

// days are the times from the first day to the end of the last one.
func (t *trial) days(ctx context.Context, h *host, s school.School, now time.Time) (from, until time.Time, err error) {
	from, until = now.AddDate(0, 0, -30), now
	if t.since != "" {
		c, day, err := h.day(ctx, s.ID, t.since)
		if err != nil {
			return from, until, err
		}
		from = c.Start(day)
	}
	if t.until != "" {
		c, day, err := h.day(ctx, s.ID, t.until)
		if err != nil {
			return from, until, err
		}
		until = c.Start(day + 1)
	}
	if !until.After(from) {
		err = fault.New(fault.Invalid, "until", "--until comes before --since.")
	}
	return from, until, err
}

func (t *trial) period(ctx context.Context, tx *db.Tx, h *host, s school.School, now, next quota.Tariff) error {
	from, until, err := t.days(ctx, h, s, tx.Now)
	if err != nil {
		return err
	}
	policy, err := quota.PolicyOf(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	all, err := release.TryPlan(ctx, tx, s, release.Plan{Tariff: now, Policy: policy}, release.Plan{Tariff: next, Policy: policy}, from, until)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "YEAR\tPRINTS\tPAGES\tCOST\tWOULD COST\tRAN OUT\tWOULD RUN OUT\t") // tabwriter keeps an error for Flush
	var sum release.Tried
	for _, y := range all {
		name := "without"
		if y.Year != school.NoYear {
			name = fmt.Sprint(y.Year)
		}
		triedLine(w, name, y, now.Unit, next.Unit)
		sum.Add(y)
	}
	triedLine(w, "all", sum, now.Unit, next.Unit)
	return w.Flush()
}

func triedLine(w *tabwriter.Writer, name string, y release.Tried, was, would quota.Unit) {
	_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%d\t%d\t\n", name, y.Prints, y.Pages, was.Figure(y.Cost), would.Figure(y.Would), y.Out, y.WouldOut)
}
