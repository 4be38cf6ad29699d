package release

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
)

// note is a fact that is not kept in the transaction of its act, for that was refused, or must take
// as long whoever it is about.
type note struct {
	school  school.ID
	person  school.PersonID
	name    string // typed, where person is not known
	kind    string
	station StationID
}

// notesWaiting is how many may wait; more are lost: a fact that few rules need stops nobody.
const notesWaiting = 1000

// later has a note kept soon.
func (d *Desk) later(n note) { n.wait(d.notes) }

func (n note) wait(in chan<- note) {
	select {
	case in <- n:
	default:
	}
}

// takeNotes keeps the notes of one queue until ctx ends.
func (d *Desk) takeNotes(ctx context.Context, from <-chan note, keep func(context.Context, note) error) {
	for {
		select {
		case <-ctx.Done():
			return
		case n := <-from:
			if err := keep(ctx, n); err != nil && !errors.Is(err, context.Canceled) {
				d.Log.Error("keep fact", "kind", n.kind, "error", err)
			}
		}
	}
}

func (d *Desk) keepNote(ctx context.Context, n note) error {
	return d.inSchool(ctx, n.school, func(ctx context.Context, tx *db.Tx) error {
		if n.kind == "too-few" {
			return conduct.NoteTooFew(ctx, tx, n.school, n.person)
		}
		if n.person == 0 {
			p, err := school.PersonByUsername(ctx, tx, n.school, n.name)
			if fault.KindOf(err) == fault.NotFound {
				return nil
			}
			if err != nil {
				return fmt.Errorf("find who was named: %w", err)
			}
			n.person = p.ID
		}
		return conduct.Note(ctx, tx, conduct.Fact{School: n.school, Person: n.person, Kind: n.kind, Object: fmt.Sprintf("station:%d", n.station),
			Detail: map[string]any{"station": n.station}})
	})
}

// noteTooFew keeps that a proven person was refused for too few pages.
func (d *Desk) noteTooFew(a school.Actor, err error) {
	if fault.KindOf(err) == fault.Unpaid && !slices.Contains(unproven, a.Proof) && a.Proof != school.BySlip {
		d.later(note{school: a.School, person: a.Person, kind: "too-few"})
	}
}

// noteCode keeps that a code was used at a station, or that a wrong one was tried with a name. Which
// of them, and whether there is such a name, takes whoever tries no longer.
func (d *Desk) noteCode(st Station, k Key, a school.Actor, err error) {
	switch {
	case k.Code == "" || k.Badge != "":
	case err == nil:
		d.later(note{school: st.School, person: a.Person, kind: "code-used", station: st.ID})
	case fault.KindOf(err) == fault.Unauthenticated && k.Name != "":
		d.later(note{school: st.School, name: k.Name, kind: "wrong-code", station: st.ID})
	}
}
