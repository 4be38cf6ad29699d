package kiosk

import (
	"strings"
	"time"

	"inkwell/release"
)

// FacePlaces asks where all of it shall come out.
const FacePlaces = "places"

// The acts about where a job comes out.
type (
	// Places asks for the printers to choose from.
	Places struct{}
	// ChoosePlace has what is printed come out of one of them.
	ChoosePlace struct{ Printer release.PrinterID }
	// PrintAt prints a job at the printer that its line offers, for no more than its line said.
	PrintAt struct {
		Job     release.JobID
		Printer release.PrinterID
	}
)

// trip is the print of one job at the printer that its line offers.
type trip struct {
	job     release.JobID
	printer release.PrinterID
	units   int64
	back    release.PrinterID // where the visit was before, and is again afterwards
	gone    bool              // it has been asked for
}

func (Places) apply(s *Screen, _ time.Time) []Effect {
	s.choosing = s.visit != nil && len(s.visit.Choices) > 1 && !s.busy
	return nil
}

func (in ChoosePlace) apply(s *Screen, _ time.Time) []Effect {
	if !s.choosing || s.busy || s.reachable(in.Printer) == nil {
		return nil
	}
	s.choosing, s.note = false, ""
	return s.goTo(in.Printer)
}

func (in PrintAt) apply(s *Screen, _ time.Time) []Effect {
	j := s.job(in.Job)
	if j == nil || s.busy || s.visit.Barred != nil || j.Offer == nil || j.Offer.ID != in.Printer || !j.Offer.Reach || !s.waits(*j) {
		return nil
	}
	s.note, s.trip = "", &trip{job: j.ID, printer: in.Printer, units: j.Offer.Due, back: s.visitor.At}
	return s.goTo(in.Printer)
}

// goTo has the visit be about another printer.
func (s *Screen) goTo(p release.PrinterID) []Effect {
	who := *s.visitor
	who.At, s.visitor, s.busy = p, &who, true
	return s.look()
}

// arrived releases what somebody wanted at the printer that the visit is about now. What it
// costs there is what its line said, or it is looked at again.
func (s *Screen) arrived() []Effect {
	t := s.trip
	if t == nil || t.gone || s.busy {
		return nil
	}
	j := s.job(t.job)
	if j == nil || !s.printable(*j) || s.visit.Printer.ID != t.printer || j.Due > t.units {
		s.note = s.Say(listChanged)
		return s.comeBack()
	}
	t.gone = true
	return s.release([]release.JobID{t.job})
}

// comeBack has the visit be about the printer that it was about before a trip.
func (s *Screen) comeBack() []Effect {
	if s.trip == nil {
		return nil
	}
	at := s.trip.back
	s.trip = nil
	return s.goTo(at)
}

// reachable is a printer that can be released to from here, or nil.
func (s *Screen) reachable(id release.PrinterID) *release.Choice {
	if s.visit == nil {
		return nil
	}
	for i := range s.visit.Choices {
		if s.visit.Choices[i].ID == id {
			return &s.visit.Choices[i]
		}
	}
	return nil
}

// away is the name of the printer that things come out of, where that is not the one beside the
// visitor.
func (s *Screen) away() string {
	if p := s.visit.Printer; p.ID != s.station.Printer.ID {
		return plain(p.Name, nameShown)
	}
	return ""
}

// trouble is what is wrong with the printer beside the visitor, or the one they chose, and which
// is the nearest that can; "" where nothing is in the way.
func (s *Screen) trouble() string {
	p, say := s.visit.Printer, s.visit.Printer.Trouble()
	switch {
	case say != "" && s.away() != "":
		return strings.TrimSpace(plain(p.Name, nameShown) + ": " + s.Told(say) + " " + s.told(s.visit.Instead))
	case say == "" && s.visitor.At == 0 && s.away() != "":
		say = s.station.Printer.Trouble()
	}
	if say == "" {
		return ""
	}
	if s.visit.Instead == "" {
		return s.Told(say)
	}
	say = strings.Replace(strings.TrimSuffix(say, workIsSafe), "The printer is", "The printer here is", 1)
	return s.Told(say) + " " + s.told(s.visit.Instead)
}

// workIsSafe is what a printer's trouble ends with where nothing better can be said.
const workIsSafe = " Your work is safe."

// PlaceView is one printer to choose.
type PlaceView struct {
	ID    release.PrinterID `json:"id"`
	Name  string            `json:"name"`
	Where string            `json:"where"`
	State Notice            `json:"state"`
	Here  bool              `json:"here,omitempty"` // chosen by now
}

func (s *Screen) viewPlaces(v *View) {
	v.Title = s.Say("Where shall it come out?")
	for _, c := range s.visit.Choices {
		p := PlaceView{ID: c.ID, Name: plain(c.Name, nameShown), Where: s.Told(plain(c.Where, nameShown)), State: Notice{"good", s.Say("Ready")}, Here: c.ID == s.visit.Printer.ID}
		switch trouble := c.Trouble(); {
		case trouble != "":
			first, _, _ := strings.Cut(trouble, ". ")
			p.State = Notice{"bad", s.Told(strings.TrimSuffix(first, "."))}
		case c.State == release.PrinterProcessing:
			p.State.Text = s.Say("Printing")
		case c.State == release.PrinterUnknown:
			p.State = Notice{"busy", s.Say("Looking for it")}
		}
		if c.ID == s.station.Printer.ID {
			p.Where = s.Say("beside you")
		}
		v.Places = append(v.Places, p)
	}
}

// OfferView is a button on a job's line.
type OfferView struct {
	Printer release.PrinterID `json:"printer"`
	Label   string            `json:"label"`          // "Print at Library"
	Main    bool              `json:"main,omitempty"` // it cannot come out here
	Cost    string            `json:"cost,omitempty"` // "8 pages"; of colour where it is another than here
}

// offerOf is where a job's line offers to print it, or nil.
func (s *Screen) offerOf(j release.VisitJob) *OfferView {
	o := j.Offer
	if o == nil || !o.Reach || s.runner() || s.visit.Barred != nil {
		return nil
	}
	v := &OfferView{Printer: o.ID, Label: s.Say("{print} at {printer}", "print", s.Say("Print"), "printer", plain(o.Name, nameShown)), Main: !o.Colour}
	if o.Colour {
		v.Label = s.Say("In colour at {printer}", "printer", plain(o.Name, nameShown))
	}
	if (v.Main || o.Due != j.Due) && !s.visit.Payers.Exam() {
		v.Cost = s.worth(o.Due)
	}
	return v
}
