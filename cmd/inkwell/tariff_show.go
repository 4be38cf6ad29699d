package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

func tariffShowCommand() *cobra.Command {
	var at string
	cmd := schoolCommand("show", "Show what printing costs", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			when, err := h.from(ctx, s, at)
			if err != nil {
				return err
			}
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				if when.IsZero() {
					when = tx.Now
				}
				t, err := quota.TariffAt(ctx, tx, s.ID, when)
				if err != nil {
					return err
				}
				return showTariff(ctx, tx, h, s, t)
			})
		})
	cmd.Long = `It shows the tariff in force now, or at the time that --at names, with a column for each
group of printers that has prices of its own.`
	cmd.Example = `  inkwell tariff show
  inkwell tariff show --at 2027-01-04`
	cmd.Flags().StringVar(&at, "at", "", "a day, such as 2027-01-04, or a time: \"2027-01-04 08:00\"")
	return cmd
}

// showTariff shows a tariff as a table: a line for each price, a column for each group.
func showTariff(ctx context.Context, tx *db.Tx, h *host, s school.School, t quota.Tariff) error {
	names, err := release.GroupNames(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(h.out, tariffHead(t, s)) // a page of text: an error comes back from Flush
	groups := append([]quota.GroupID{0}, slices.Sorted(maps.Keys(t.Groups))...)
	base := "everywhere"
	if len(groups) > 1 {
		base = "elsewhere"
	}
	columns := []string{base}
	for _, g := range groups[1:] {
		columns = append(columns, names[g])
	}
	_, _ = fmt.Fprintf(w, "\t%s\n", strings.Join(columns, "\t"))
	for _, line := range t.PriceList(groups) {
		_, _ = fmt.Fprintln(w, line.What+"\t"+strings.Join(line.At, "\t"))
	}
	return w.Flush()
}

func tariffHead(t quota.Tariff, s school.School) string {
	if t.ID == 0 && t.From.IsZero() {
		return "The default: the school has set nothing of its own."
	}
	return fmt.Sprintf("Tariff %d, from %s, %s", t.ID, tariffTime(t.From, s), moneyOrPages(t.Unit))
}

func tariffListCommand() *cobra.Command {
	cmd := schoolCommand("list", "List all tariffs, past and planned", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error { return listTariffs(ctx, tx, h, s) })
		})
	cmd.Long = `Each holds from its time until the next one's. None is ever changed; one that is planned can
be withdrawn.`
	cmd.Example = `  inkwell tariff list`
	return cmd
}

func listTariffs(ctx context.Context, tx *db.Tx, h *host, s school.School) error {
	all, err := quota.Tariffs(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "NUMBER\tFROM\tUNTIL\tCOUNTS\tIS")
	for _, v := range all {
		until, is := "", "in force"
		if !v.Until.IsZero() {
			until = tariffTime(v.Until, s)
		}
		switch {
		case v.Withdrawn:
			is = "withdrawn"
		case v.From.After(tx.Now):
			is = "planned"
		case !v.Until.IsZero() && !v.Until.After(tx.Now):
			is = "over"
		}
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", v.ID, tariffTime(v.From, s), until, moneyOrPages(v.Unit), is)
	}
	if len(all) == 0 {
		_, _ = fmt.Fprintln(w, "none\tthe default holds: a page a side")
	}
	return w.Flush()
}
