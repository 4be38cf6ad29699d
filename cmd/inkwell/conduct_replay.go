package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
)

func conductReplayCommand() *cobra.Command {
	var file input
	var path, from, to string
	var names bool
	cmd := schoolCommand("replay", "Say whom a changed policy would have hit in a past period", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			text, err := file.all()
			if err != nil {
				return err
			}
			changed, err := rule.Read(text)
			if err != nil {
				return err
			}
			first, last, err := replayDays(from, to)
			if err != nil {
				return err
			}
			begins, ends := startOf(first, s.Zone), startOf(last+1, s.Zone)
			r, err := conduct.Try(ctx, h.db, "", s.ID, changed, begins, ends)
			if err != nil {
				return err
			}
			if !names {
				r = r.WithoutPeople()
			}
			return writeReplay(h.out, r, names)
		})
	cmd.Long = `Looks at what pupils did from the first day to the last with today's rules and with those of
the file, and says how many of each year group either would have hit, and how hard. Nothing
is changed and nobody is told; the audit record has a line of it. Fewer than five are not
counted. With --names it says who, and which classes: show that only to those who may know.
The file is what inkwell conduct rules export writes.`
	cmd.Example = `  inkwell conduct replay --rules new.json --from 2027-01-05 --to 2027-03-26
  inkwell conduct replay --rules new.json --from 2027-01-05 --to 2027-03-26 --names`
	cmd.Flags().StringVar(&path, "rules", "", "the file with the changed policy, - for standard input")
	cmd.Flags().StringVar(&from, "from", "", "the first day, such as 2027-01-05")
	cmd.Flags().StringVar(&to, "to", "", "the last day, such as 2027-03-26")
	cmd.Flags().BoolVar(&names, "names", false, "say whom, and by class")
	for _, flag := range []string{"rules", "from", "to"} {
		_ = cmd.MarkFlagRequired(flag) // it fails for a flag that is not there alone
	}
	file.flag(cmd, &path)
	return cmd
}

func replayDays(from, to string) (first, last calendar.Date, err error) {
	first, err = calendar.ParseDate(from)
	if err == nil {
		last, err = calendar.ParseDate(to)
	}
	if err != nil {
		return 0, 0, fault.New(fault.Invalid, "replay-days", "Give --from and --to a day each, such as 2027-01-05.").Because(err)
	}
	return first, last, nil
}

func startOf(d calendar.Date, zone *time.Location) time.Time {
	return calendar.Calendar{Zone: zone}.Start(d)
}

// writeReplay writes what a replay found, with people and few of them for those who may know.
func writeReplay(out io.Writer, r conduct.Replay, whole bool) error {
	if _, err := fmt.Fprintf(out, "%d pupils did %d things that rules look at.\n\n", r.People, r.Events); err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "WHO\tWITHDRAWN\t\tTUTOR TOLD\t\tNOTICE\t\tA PERSON LOOKS\t") // tabwriter keeps an error for Flush
	_, _ = fmt.Fprintln(w, "\tTODAY\tCHANGED\tTODAY\tCHANGED\tTODAY\tCHANGED\tTODAY\tCHANGED")
	row := func(who string, old, changed conduct.Reach) {
		_, _ = fmt.Fprint(w, who)
		for _, n := range []struct{ today, changed int }{
			{old.Withdrawn, changed.Withdrawn}, {old.Told, changed.Told}, {old.Noticed, changed.Noticed}, {old.Looked, changed.Looked},
		} {
			_, _ = fmt.Fprintf(w, "\t%s\t%s", conduct.Cell(n.today, whole), conduct.Cell(n.changed, whole))
		}
		_, _ = fmt.Fprintln(w)
	}
	for _, g := range r.Groups {
		row(g.Name(), g.Old, g.New)
	}
	row("The school", r.Old, r.New)
	if err := w.Flush(); err != nil || !whole {
		return err
	}
	_, _ = fmt.Fprintln(w, "\nWHO\tYEAR\tCLASS\tTODAY\tCHANGED")
	for _, hit := range r.Hits {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", hit.Name, conduct.ReplayGroup{Year: hit.Year}.Name(), hit.Class, hit.Old, hit.New)
	}
	return w.Flush()
}
