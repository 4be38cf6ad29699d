package kiosk

import (
	"context"
	"time"

	"inkwell/release"
)

// FaceBroken is where a visitor says that the printer is broken.
const FaceBroken = "broken"

// The acts on it.
type (
	// Broken asks what is wrong with the printer.
	Broken struct{}
	// Report says what is.
	Report struct{ Kind release.FaultKind }
)

// ReportPrinter tells IT what is wrong with the station's printer.
type ReportPrinter struct {
	Turn    int
	Visitor release.Visitor
	Kind    release.FaultKind
}

// Reported is the result of ReportPrinter.
type Reported struct {
	Turn int
	Err  error
}

func (e ReportPrinter) run(ctx context.Context, d Desk, _ string) Input {
	return Reported{Turn: e.Turn, Err: d.Report(ctx, e.Visitor, e.Kind)}
}

func (ReportPrinter) lasting() bool { return true }

// broken is what the face knows: whether IT has been told.
type broken struct{ told bool }

func (Broken) apply(s *Screen, _ time.Time) []Effect {
	if face := s.Face(); (face == FaceJobs || face == FaceAccount || face == FacePrinting || face == FaceDone) && !s.busy {
		s.broken, s.note = &broken{}, ""
	}
	return nil
}

func (in Report) apply(s *Screen, _ time.Time) []Effect {
	if s.Face() != FaceBroken || s.busy || s.broken.told {
		return nil
	}
	s.busy, s.note = true, ""
	return []Effect{ReportPrinter{Turn: s.turn, Visitor: *s.visitor, Kind: in.Kind}}
}

func (r Reported) apply(s *Screen, _ time.Time) []Effect {
	if r.Turn == s.turn && s.broken != nil {
		s.busy, s.note, s.broken.told = false, s.refusal(r.Err), r.Err == nil
	}
	return nil
}

func (s *Screen) backFromBroken() {
	if !s.busy {
		s.broken, s.note = nil, ""
	}
}

// BrokenView is what can be wrong; nothing once it was said.
type BrokenView struct {
	Kinds []KindView `json:"kinds,omitempty"`
}

// KindView is one thing that can be wrong with a printer.
type KindView struct {
	ID   release.FaultKind `json:"id"`
	Word string            `json:"word"`
}

// brokenWords are the kinds as a pupil reads them.
var brokenWords = map[release.FaultKind]string{
	release.FaultJam: "The paper is stuck", release.FaultPaper: "No paper", release.FaultQuality: "It prints badly",
	release.FaultNoise: "A strange noise or smell", release.FaultOther: "Something else",
}

func (s *Screen) viewBroken(v *View) {
	v.Broken = &BrokenView{}
	if s.broken.told {
		v.Title, v.Text = s.Say("Thank you."), s.Say("The people who mend it know now.")
		return
	}
	v.Title, v.Text = s.Say("What is wrong with the printer?"), s.Say("You are not in trouble for telling.")
	if len(s.visit.Choices) > 1 {
		v.Title = s.Say("What is wrong with {printer}?", "printer", plain(s.station.Printer.Name, nameShown))
	}
	for _, kind := range release.ReportKinds() {
		v.Broken.Kinds = append(v.Broken.Kinds, KindView{kind, s.Say(brokenWords[kind])})
	}
}
