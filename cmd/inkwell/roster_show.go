package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/roster"
	"inkwell/internal/school"
)

// runsShown is how many imports are listed.
const runsShown = 10

func rosterShowCommand() *cobra.Command {
	cmd := hostCommand("show", "Tell what the last imports did, and who is kept by which source", cobra.NoArgs, func(ctx context.Context, h *host, _ []string) error {
		o, err := roster.New(roster.Options{DB: h.db, Hub: events.New(h.db, h.log), Log: h.log}).Show(ctx, runsShown)
		if err != nil {
			return err
		}
		var failed error
		say := func(form string, args ...any) {
			_, err := fmt.Fprintf(h.out, form+"\n", args...)
			failed = errors.Join(failed, err)
		}
		for _, s := range o.Sources {
			say("%s keeps %d people at %d schools", s.Source, s.People, s.Schools)
		}
		say("%d people were added by hand", o.ByHand)
		if o.Waiting > 0 {
			say("%d people have left and wait for their erasure, %d of them from today on; the first since or from %s", o.Waiting, o.Due, o.First.Format("2 January 2006"))
		}
		for _, r := range o.Runs {
			say("\n%s  %-9s %s, from %s by %s: %d joined, %d moved, %d changed, %d left, %d bad rows", r.At.Local().Format("2006-01-02 15:04"), r.Outcome, r.Source,
				r.Origin, r.By, r.Counts.Joiners, r.Counts.Movers, r.Counts.Changed, r.Counts.Leavers, r.BadRows)
			for _, reason := range r.Reasons {
				say("  %s", reason)
			}
		}
		return failed
	})
	cmd.Long = `List the last ten imports, by command and by schedule: when, from where, what came
of each, why it stopped, and its bad rows by file and line. No names are kept.`
	cmd.Example = "  inkwell roster show"
	return cmd
}

func rosterRelinkCommand() *cobra.Command {
	source := ""
	cmd := hostCommand("relink OLD NEW", "Say that the source calls somebody by a new id", cobra.ExactArgs(2), func(ctx context.Context, h *host, args []string) error {
		importer, err := h.rosterImporter()
		if err != nil {
			return err
		}
		if err := importer.Relink(ctx, source, args[0], args[1]); err != nil {
			return err
		}
		_, err = fmt.Fprintln(h.out, "Linked. The next import brings it into effect.")
		return err
	})
	cmd.Long = `A school's system that was moved or restored may call the same people by other ids.
Most are recognised by themselves: by their UPN, or by user name and whole name at the
same school. This is for the rest. The person stays the same one: badges, account and
history are theirs. If an import has made them a second time already under NEW, that
second one leaves by the next import.`
	cmd.Example = "  inkwell roster relink 7f3c-0041 b-20417"
	cmd.Flags().StringVar(&source, "source", roster.DefaultSource, "whose ids these are")
	return cmd
}

// checkRoster is about the last import: one that waits for a person is worth a look.
func checkRoster(ctx context.Context, d *db.DB, in school.ID) finding {
	o, err := roster.New(roster.Options{DB: d}).Show(ctx, 1)
	if err != nil {
		return finding{bad, "roster", asPerson(err), "look at the server's log"}
	}
	return howRosters(o, in)
}

// howRosters is how the last roster went, as a school may know it.
func howRosters(o roster.Overview, in school.ID) finding {
	if len(o.Runs) == 0 {
		return finding{good, "roster", "people are added by hand; none was imported yet", ""}
	}
	last := o.Runs[0]
	if in != 0 && o.Schools > 1 { // a roster is of all schools at once: its figures, rows and source are the trust's
		return checkSharedRoster(last)
	}
	say := fmt.Sprintf("the last import (%s) was %s: %d joined, %d left", last.At.Local().Format("2 January 15:04"), last.Outcome, last.Counts.Joiners, last.Counts.Leavers)
	switch last.Outcome {
	case roster.Stopped:
		return finding{look, "roster", say + "; it waits for a person", "inkwell roster show, then inkwell roster import with --allow-leavers if it is right"}
	case roster.Refused:
		return finding{look, "roster", fmt.Sprintf("%s; %d rows cannot be used", say, last.BadRows), "inkwell roster show names them by file and line"}
	}
	if since := time.Since(last.At); since > rosterStale {
		return finding{look, "roster", fmt.Sprintf("%s, %d days ago", say, int(since.Hours()/24)), "does the school's system still export? See roster.folder or roster.directory, or run inkwell roster import"}
	}
	return finding{good, "roster", say, ""}
}

// checkSharedRoster is how the last roster of a trust went, for one of its schools.
func checkSharedRoster(last roster.Run) finding {
	f := finding{good, "roster", fmt.Sprintf("the trust's last import (%s) was %s", last.At.Local().Format("2 January 15:04"), last.Outcome), ""}
	if last.Outcome == roster.Stopped || last.Outcome == roster.Refused || time.Since(last.At) > rosterStale {
		f.level, f.do = look, "tell whoever looks after the server: inkwell roster show says there why"
	}
	return f
}

// rosterStale is how long a roster may be the last one: over the summer holidays none is missed.
const rosterStale = 50 * 24 * time.Hour
