package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/roster"
	"inkwell/internal/school"
	"inkwell/release"
)

// rosterImporter is what brings rosters in, for a command on the host.
func (h *host) rosterImporter() (*roster.Importer, error) {
	k, err := openKeys(h.config.folder("keys"), false)
	if err != nil {
		return nil, err
	}
	hub := events.New(h.db, h.log) // it does not run: the server's own hear of changes by their poll
	return roster.New(roster.Options{DB: h.db, Hub: hub, Keys: k.Badges.forSchool(), Log: h.log, Opened: openQueue}), nil
}

// openQueue gives a new school the address that its computers print to.
func openQueue(ctx context.Context, tx *db.Tx, s school.School, first bool) error {
	q := release.Queue{School: s.ID, Path: fmt.Sprintf("/ipp/school-%d/print", s.ID), Name: "Print", Kind: release.Hold, Proof: school.ByPassword}
	if first {
		q.Path = "/ipp/print"
	}
	_, err := release.AddQueue(ctx, tx, q)
	return err
}

// rosterWishes are the flags of an import.
type rosterWishes struct {
	source, mapping, school, zone string
	dry, good, leavers, all       bool
}

func rosterImportCommand() *cobra.Command {
	var w rosterWishes
	cmd := hostCommand("import PATH", "Bring people, roles and classes in from a school's system", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, args []string) error { return h.importRoster(ctx, args[0], w) })
	cmd.PreRunE = func(_ *cobra.Command, args []string) error { return fromHere(&args[0]) }
	cmd.Long = `Compare a roster with the people who are here, show who joins, moves and leaves,
and apply all of it at once or nothing. PATH is a zip or a folder of OneRoster 1.1
or 1.2 CSV, a folder with staff.csv, pupils.csv and classes.csv, or one CSV whose
columns a mapping names. The user that Inkwell runs as has to be able to read it.

Nobody leaves by being missing unless the file is the whole list. If more than
5 % of a school would leave, or more than 10 % of a class vanish (and three people
at least), nothing happens until you have looked and say --allow-leavers. If rows
cannot be used, nothing happens either; with --apply-good-rows the others count, and
then nobody leaves by being missing. The same file again changes nothing.`
	cmd.Example = `  inkwell roster import /srv/roster/export.zip --dry-run
  inkwell roster import /srv/roster/export.zip --allow-leavers
  inkwell roster import pupils.csv --mapping arbor-pupils --school "Hill Road School"`
	w.applyFlags(cmd)
	f := cmd.Flags()
	f.StringVar(&w.source, "source", roster.DefaultSource, "whose ids these are")
	f.StringVar(&w.mapping, "mapping", "", "how the columns are read: inkwell roster mapping list")
	f.StringVar(&w.school, "school", "", "the school that the file is for; OneRoster names its schools itself")
	f.StringVar(&w.zone, "time-zone", "Europe/London", "of schools that are made")
	return cmd
}

// applyFlags are the flags of whatever applies a roster.
func (w *rosterWishes) applyFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	dryRun(cmd, &w.dry)
	f.BoolVar(&w.good, "apply-good-rows", false, "leave out rows that cannot be used")
	f.BoolVar(&w.leavers, "allow-leavers", false, "I have looked: so many people may leave")
	f.BoolVar(&w.all, "all", false, "list every person, not the first twenty of each kind")
}

func (h *host) importRoster(ctx context.Context, path string, w rosterWishes) error {
	importer, err := h.rosterImporter()
	if err != nil {
		return err
	}
	p, err := roster.OpenPack(path)
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }() // only read
	request, err := h.readRoster(ctx, importer, p, w)
	if err != nil {
		return err
	}
	return h.applyRoster(ctx, importer, request, w)
}

// applyRoster shows the difference, and applies it where nothing stands against it.
func (h *host) applyRoster(ctx context.Context, importer *roster.Importer, request roster.Request, w rosterWishes) error {
	request.Progress = progressTo(os.Stderr)
	result, err := importer.Import(ctx, request)
	request.Progress("", 0, 0)
	if err != nil {
		return err
	}
	most := 20
	if w.all {
		most = 1 << 30
	}
	writeDifference(h.out, request.Roster.Format, result, most)
	return verdict(h.out, result, w)
}

// readRoster reads the pack for the school that it is for.
func (h *host) readRoster(ctx context.Context, importer *roster.Importer, p *roster.Pack, w rosterWishes) (r roster.Request, err error) {
	r = roster.Request{Origin: p.Name, Digest: p.Digest, By: roster.ByCommand, DryRun: w.dry, ApplyGood: w.good, AllowLeavers: w.leavers}
	if r.Zone, err = time.LoadLocation(w.zone); err != nil {
		return r, fault.New(fault.Invalid, "zone-unknown", "There is no time zone %q. It looks like Europe/London.", w.zone).Because(err)
	}
	r.Roster, r.School, err = importer.ReadFor(ctx, p, roster.Wish{Source: w.source, Mapping: w.mapping, School: w.school})
	return r, err
}

// verdict says in one line what came of it, and fails when nothing did that was wanted.
func verdict(to io.Writer, result roster.Result, w rosterWishes) error {
	switch result.Outcome {
	case roster.Refused:
		return fault.New(fault.Invalid, "roster-rows", "Nothing was changed: %d rows cannot be used. Correct them, or apply the others with --apply-good-rows.", len(result.Bad))
	case roster.Stopped:
		return fault.New(fault.Conflict, "roster-stopped", "Nothing was changed. If this is right, say so with --allow-leavers.")
	}
	say := map[bool]map[string]string{
		false: {roster.Applied: "Applied.", roster.Unchanged: "Everything is as it was already."},
		true:  {roster.Applied: "Nothing was changed: this was a dry run.", roster.Unchanged: "Nothing would change."},
	}
	_, err := fmt.Fprintln(to, say[w.dry][result.Outcome])
	return err
}

// writeDifference shows who joins, moves and leaves: to IT, on the server's own terminal.
func writeDifference(to io.Writer, format string, result roster.Result, most int) {
	say := func(form string, args ...any) { _, _ = fmt.Fprintf(to, form+"\n", args...) }
	say("%s: %d join (%d are back), %d move, %d change, %d leave; classes %d, members %d in, %d out", format, result.Joiners, result.Returned,
		result.Movers, result.Changed, result.Leavers, result.Classes, result.Enrolled, result.Ended)
	if result.Relinked > 0 {
		say("%d people have a new id and were recognised.", result.Relinked)
	}
	if result.Foreign > 0 {
		say("%d people are kept by another source, and are left as they are.", result.Foreign)
	}
	for _, s := range result.Schools {
		name := s.Name
		if s.New {
			name += " (new)"
		}
		say("\n%s: %d join, %d move, %d change, %d leave, %d stay as they are", name, len(s.Joiners), len(s.Movers), len(s.Changed), len(s.Leavers), s.Same)
		writeLines(say, "+", s.Joiners, most)
		writeLines(say, ">", s.Movers, most)
		writeLines(say, "~", s.Changed, most)
		writeLines(say, "-", s.Leavers, most)
		writeClasses(say, s.Classes, most)
	}
	for _, reason := range result.Bad.Lines(most * 50) {
		say("BAD   %s", reason)
	}
	for _, reason := range result.Stops {
		say("STOP  %s", reason)
	}
}

func writeLines(say func(string, ...any), sign string, lines []roster.Line, most int) {
	for i, l := range lines {
		if i == most {
			say("  %s  and %d more (--all shows them)", sign, len(lines)-most)
			return
		}
		say("  %s  %-20s %-16s %s", sign, l.Username, l.Given, l.Detail)
	}
}

func writeClasses(say func(string, ...any), all []roster.ClassLine, most int) {
	for i, c := range all {
		if i == most {
			say("  classes: and %d more (--all shows them)", len(all)-most)
			return
		}
		var facts []string
		if c.New {
			facts = append(facts, "new")
		}
		if c.RenamedFrom != "" {
			facts = append(facts, "was "+c.RenamedFrom)
		}
		facts = append(facts, fmt.Sprintf("%d in, %d out", c.Adds, c.Ends))
		say("  class %s: %s", c.Name, strings.Join(facts, ", "))
	}
}

// progressTo draws a bar on a terminal, and otherwise writes a line for each step.
func progressTo(f *os.File) func(step string, done, of int) {
	drawn, last := terminal(f), ""
	return func(step string, done, of int) {
		switch {
		case drawn && step == "":
			_, _ = fmt.Fprint(f, "\r\x1b[K")
		case drawn && of > 0:
			full := 30 * done / of
			_, _ = fmt.Fprintf(f, "\r\x1b[K%-22s [%s%s] %d of %d", step, strings.Repeat("#", full), strings.Repeat(" ", 30-full), done, of)
		case drawn:
			_, _ = fmt.Fprintf(f, "\r\x1b[K%s ...", step)
		case step != "" && step != last:
			_, _ = fmt.Fprintln(f, step)
		}
		last = step
	}
}
