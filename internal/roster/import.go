package roster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// EraseAfter is how many days after somebody has left they are to be erased.
const EraseAfter = 30

// Options are what an Importer works with.
type Options struct {
	DB   *db.DB
	Hub  *events.Hub // who is at a kiosk hears at once that they have left
	Keys school.Keys // digests UPNs
	Log  *slog.Logger
	// Opened, if not nil, is called for each school that an import makes, in its transaction;
	// first says that there was none before.
	Opened func(ctx context.Context, tx *db.Tx, s school.School, first bool) error
}

// Importer applies rosters. It is safe for concurrent use: over all nodes one import
// is under way at a time.
type Importer struct{ Options }

// New makes an Importer.
func New(o Options) *Importer { return &Importer{o} }

// Request is one import.
type Request struct {
	Roster *Roster
	Origin string // what was read, as "export.zip"
	Digest [digestBytes]byte
	By     string    // ByCommand or BySchedule
	School school.ID // the school that the file is for, or 0: the file says
	Zone   *time.Location

	DryRun       bool // find out what would change, and change nothing
	ApplyGood    bool // leave bad rows out; nobody leaves then by being missing
	AllowLeavers bool // a person has looked

	Progress func(step string, done, of int) // may be nil
}

// Who began an import.
const (
	ByCommand  = "command"
	BySchedule = "schedule"
)

// Result is what came of an import.
type Result struct {
	Difference
	Bad     Problems
	Outcome string // applied, unchanged, stopped or refused; what would come of it when it is a dry run
}

// The outcomes of an import.
const (
	Applied   = "applied"
	Unchanged = "unchanged"
	Stopped   = "stopped"
	Refused   = "refused"
)

// errNothing ends a transaction whose changes are not wanted.
var errNothing = errors.New("nothing is to be changed")

// errSeen ends a scheduled look at what another node has brought in meanwhile.
var errSeen = errors.New("this was looked at already")

// seenAlready says whether a scheduled import is of what the last import was of.
func seenAlready(ctx context.Context, tx *db.Tx, r Request) (bool, error) {
	if r.By != BySchedule {
		return false, nil
	}
	last, err := lastRun(ctx, tx, r.Roster.Source, r.Origin)
	return last.Digest == r.Digest, err
}

// Import compares a roster with what is known and applies the difference, in one
// transaction, or nothing of it. Result says which. It fails only when something of ours
// does.
func (i *Importer) Import(ctx context.Context, r Request) (result Result, err error) {
	if r.Progress == nil {
		r.Progress = func(string, int, int) {}
	}
	err = i.DB.InTx(ctx, db.System("roster"), func(ctx context.Context, tx *db.Tx) error {
		result = Result{}
		if err := lock(ctx, tx); err != nil {
			return err
		}
		if done, err := seenAlready(ctx, tx, r); done || err != nil {
			result.Outcome = Unchanged
			return errors.Join(err, errSeen)
		}
		p, made, err := i.prepare(ctx, tx, r)
		if err != nil {
			return err
		}
		result.Bad = slices.Concat(r.Roster.Bad, p.bad)
		result.Difference = p.difference(made)
		result.Outcome = r.outcome(result)
		if r.DryRun || result.Outcome == Stopped || result.Outcome == Refused {
			return errNothing
		}
		if err := i.apply(ctx, tx, p, r); err != nil {
			return err
		}
		return errors.Join(i.record(ctx, tx, p, result), insertRun(ctx, tx, r, result))
	})
	if errors.Is(err, errSeen) {
		return result, nil
	}
	if errors.Is(err, errNothing) {
		err = nil
		if !r.DryRun {
			err = i.DB.InTx(ctx, db.System("roster"), func(ctx context.Context, tx *db.Tx) error { return insertRun(ctx, tx, r, result) })
		}
	}
	if err == nil {
		i.Log.Info("roster", "origin", r.By, "outcome", result.Outcome, "dry", r.DryRun, "joiners", result.Joiners, "movers", result.Movers,
			"leavers", result.Leavers, "bad", len(result.Bad))
	}
	return result, err
}

// outcome is what is to become of an import.
func (r Request) outcome(result Result) string {
	switch {
	case len(result.Bad) > 0 && !r.ApplyGood:
		return Refused
	case len(result.Stops) > 0 && !r.AllowLeavers:
		return Stopped
	case result.nothing():
		return Unchanged
	}
	return Applied
}

// prepare reads what is known and compares. Schools that are new are made first, so that
// what follows knows them; a dry run takes them back.
func (i *Importer) prepare(ctx context.Context, tx *db.Tx, r Request) (*plan, map[school.ID]bool, error) {
	made, err := i.openSchools(ctx, tx, r)
	if err != nil {
		return nil, nil, err
	}
	r.Progress("reading what is known", 0, 0)
	s, err := readState(ctx, tx, r)
	if err != nil {
		return nil, nil, err
	}
	r.Progress("comparing", 0, 0)
	p := compare(s, r.Roster, r.School)
	if len(r.Roster.Bad)+len(p.bad) > 0 && r.ApplyGood {
		whole := r.Roster.Whole
		r.Roster.Whole = Whole{} // who is missing may be in a bad row
		first := p.bad
		p = compare(s, r.Roster, r.School)
		for _, bad := range first {
			if !slices.Contains(p.bad, bad) {
				p.bad = append(p.bad, bad)
			}
		}
		r.Roster.Whole = whole
	}
	return p, made, nil
}

// openSchools makes the schools that nobody has heard of, and links all of them with the
// source's ids. The one school that a file is for is never made.
func (i *Importer) openSchools(ctx context.Context, tx *db.Tx, r Request) (map[school.ID]bool, error) {
	known, err := school.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	links, err := schoolLinks(ctx, tx, r.Roster.Source)
	if err != nil {
		return nil, err
	}
	if r.School != 0 {
		return nil, i.linkOnly(ctx, tx, r, known, links)
	}
	byName := map[string]school.ID{}
	for _, s := range known {
		byName[strings.ToLower(s.Name)] = s.ID
	}
	taken := map[school.ID]bool{}
	for _, id := range links {
		taken[id] = true
	}
	made := map[school.ID]bool{}
	for _, s := range r.Roster.Schools {
		if _, ok := links[s.ID]; ok {
			continue
		}
		id, there := byName[strings.ToLower(s.Name)]
		if s.Named {
			if !there {
				r.bad(s.At, "there is no school of this name here")
			}
			continue
		}
		if !there {
			if id, err = i.openSchool(ctx, tx, s, r.Zone, len(byName) == 0); err != nil {
				return nil, err
			}
			made[id], byName[strings.ToLower(s.Name)] = true, id
		}
		if taken[id] {
			r.bad(s.At, "another id of the source means the school of this name already")
			continue
		}
		if err := insertSchoolLink(ctx, tx, r.Roster.Source, s.ID, id); err != nil {
			return nil, err
		}
		taken[id] = true
	}
	return made, nil
}

// linkOnly takes the school that an import is for to be the roster's: the only one in
// it, or the one of the same name.
func (i *Importer) linkOnly(ctx context.Context, tx *db.Tx, r Request, known []school.School, links map[string]school.ID) error {
	at := slices.IndexFunc(known, func(s school.School) bool { return s.ID == r.School })
	if at < 0 {
		return fault.New(fault.NotFound, "school-unknown", "There is no such school.")
	}
	for _, s := range r.Roster.Schools {
		if links[s.ID] == r.School || s.Named && strings.EqualFold(s.Name, known[at].Name) {
			return nil
		}
		if _, other := links[s.ID]; !other && !s.Named && (len(r.Roster.Schools) == 1 || strings.EqualFold(s.Name, known[at].Name)) {
			return insertSchoolLink(ctx, tx, r.Roster.Source, s.ID, r.School)
		}
	}
	if len(r.Roster.Schools) > 0 {
		return refuse("roster-school", "None of the schools in the file is %s.", known[at].Name)
	}
	return nil
}

// bad notes what is wrong with a row, once: a transaction may be tried again.
func (r Request) bad(at At, reason string) {
	if p := (Problem{at, reason}); !slices.Contains(r.Roster.Bad, p) {
		r.Roster.Bad = append(r.Roster.Bad, p)
	}
}

func (i *Importer) openSchool(ctx context.Context, tx *db.Tx, s School, zone *time.Location, first bool) (school.ID, error) {
	if zone == nil {
		zone = time.UTC
	}
	id, err := school.AddSchool(ctx, tx, school.NewSchool{Name: s.Name, Zone: zone, Office: s.Office})
	if err != nil {
		return 0, fmt.Errorf("make school: %w", err)
	}
	if i.Opened != nil {
		err = i.Opened(ctx, tx, school.School{ID: id, Name: s.Name, Zone: zone}, first)
	}
	return id, err
}

// record keeps who has left, and the figures at each school that changed.
func (i *Importer) record(ctx context.Context, tx *db.Tx, p *plan, result Result) error {
	by := map[school.ID]map[string]any{}
	at := func(id school.ID) map[string]any {
		if by[id] == nil {
			by[id] = map[string]any{"joined": 0, "left": 0, "changed": 0}
		}
		return by[id]
	}
	add := func(id school.ID, what string) { n, _ := at(id)[what].(int); at(id)[what] = n + 1 }
	for _, w := range p.people {
		for _, pl := range w.places {
			switch {
			case pl.other:
			case pl.was == nil || pl.back:
				add(pl.is.School, "joined")
			case pl.changed():
				add(pl.is.School, "changed")
			}
		}
	}
	entries := make([]audit.Entry, 0, len(p.leaves))
	for _, e := range p.leaves {
		add(e.School, "left")
		entries = append(entries, audit.Entry{School: e.School, Act: "person-left", Subject: e.Pseudonym, Facts: map[string]any{"by": "roster", "moved": p.moved[e.ID]}})
	}
	if len(by) == 0 { // classes alone, or nothing
		for _, id := range slices.Sorted(maps.Keys(p.covered)) {
			if at(id); result.Outcome == Unchanged {
				break
			}
		}
	}
	for _, id := range sortedKeys(by) {
		facts := by[id]
		facts["source"], facts["bad"] = p.roster.Source, len(result.Bad)
		entries = append(entries, audit.Entry{School: id, Act: "roster-imported", Facts: facts})
	}
	for some := range slices.Chunk(entries, 5000) {
		if err := audit.Record(ctx, tx, some...); err != nil {
			return err
		}
	}
	return nil
}

// UPNs is how UPNs are digested, for reading.
func (i *Importer) UPNs() Digest {
	return func(upn string) (all UPN) {
		for _, digest := range i.Keys.Digests("upn", []byte(upn)) {
			all = append(all, string(digest))
		}
		return all
	}
}
