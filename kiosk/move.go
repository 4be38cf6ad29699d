package kiosk

import (
	"context"
	"slices"
	"time"

	"inkwell/release"
)

// moveWait is how long the desk may take: the first printer has to give back what it holds.
const moveWait = 75 * time.Second

// MoveRest has the rest of what stands come out at the printer that the screen offers.
type MoveRest struct {
	Jobs    []release.JobID
	Printer release.PrinterID
}

// MoveJobs is that, as it is asked of the desk. It goes on when whoever pressed has walked away.
type MoveJobs struct {
	Turn    int
	Visitor release.Visitor
	Jobs    []release.JobID
	Printer release.PrinterID
}

// Moved is its result.
type Moved struct {
	Turn int
	Err  error
}

func (e MoveJobs) run(ctx context.Context, d Desk, _ string) Input {
	return Moved{Turn: e.Turn, Err: d.MoveOn(ctx, e.Visitor, e.Jobs, e.Printer)}
}

func (MoveJobs) lasting() bool { return true }

// MoveView is one tap that has the rest come out elsewhere.
type MoveView struct {
	Jobs    []release.JobID   `json:"jobs"`
	Printer release.PrinterID `json:"printer"`
	Label   string            `json:"label"` // "Print the other 7 at Library"
	Where   string            `json:"where,omitempty"`
	Cost    string            `json:"cost,omitempty"`
}

// restOf are the jobs of the run whose rest the same printer can take, the first that is offered.
func (s *Screen) restOf() (ids []release.JobID, at *release.Rest, sides int, units int64) {
	for _, id := range s.run {
		j := s.job(id)
		if j == nil || j.Rest == nil || at != nil && j.Rest.ID != at.ID {
			continue
		}
		if at == nil {
			at = j.Rest
		}
		ids, sides, units = append(ids, id), sides+j.Rest.Pages, units+j.Rest.Due
	}
	return ids, at, sides, units
}

func (in MoveRest) apply(s *Screen, _ time.Time) []Effect {
	if s.Face() != FacePrinting || s.busy || s.moving || s.runner() || s.visit.Barred != nil {
		return nil
	}
	ids, at, _, _ := s.restOf()
	if at == nil || at.ID != in.Printer || !slices.Equal(ids, in.Jobs) {
		return nil
	}
	who := *s.visitor
	who.Shown = map[release.JobID]int64{}
	for _, id := range ids {
		who.Shown[id] = s.job(id).Rest.Due
	}
	s.moving, s.note = true, ""
	return []Effect{MoveJobs{Turn: s.turn, Visitor: who, Jobs: ids, Printer: in.Printer}}
}

func (r Moved) apply(s *Screen, _ time.Time) []Effect {
	if r.Turn != s.turn || !s.moving {
		return nil
	}
	s.moving, s.note = false, s.refusal(r.Err)
	return s.look()
}

// viewMove offers it, or says that it is on its way.
func (s *Screen) viewMove(v *View) {
	if s.moving {
		v.Title, v.Text, v.MayTell = s.Say("One moment…"), s.Say("The printer gives back the rest. Your work is safe."), false
		return
	}
	ids, at, sides, units := s.restOf()
	if at == nil || s.runner() || s.visit.Barred != nil {
		return
	}
	name := plain(at.Name, nameShown)
	v.Move = &MoveView{Jobs: ids, Printer: at.ID, Where: s.Told(plain(at.Where, nameShown))}
	if s.tally().out == 0 {
		v.Move.Label = s.Say("Print at {printer}", "printer", name)
	} else {
		v.Move.Label = s.Say("Print the other {n} at {printer}", "n", sides, "printer", name)
	}
	if !s.visit.Payers.Exam() && (!s.visit.Unit.Counts() || units != int64(sides)) {
		v.Move.Cost = s.amount(s.visit.Unit, units)
	}
}
