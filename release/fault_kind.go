package release

import (
	"slices"
	"strings"
	"time"
)

// FaultKind is what is wrong with a printer. One of a kind is open at a time.
type FaultKind string

// The kinds. The first five are also what somebody beside the printer can choose.
const (
	FaultJam         FaultKind = "jam"
	FaultPaper       FaultKind = "paper"
	FaultQuality     FaultKind = "quality"
	FaultNoise       FaultKind = "noise" // or a smell
	FaultOther       FaultKind = "other"
	FaultToner       FaultKind = "toner"
	FaultOpen        FaultKind = "open"
	FaultFull        FaultKind = "full"
	FaultPaused      FaultKind = "paused" // at the printer
	FaultStopped     FaultKind = "stopped"
	FaultUnreachable FaultKind = "unreachable"
)

// ReportKinds are what a person may say of the printer beside them.
func ReportKinds() []FaultKind {
	return []FaultKind{FaultJam, FaultPaper, FaultQuality, FaultNoise, FaultOther}
}

// FaultKinds are all there are.
func FaultKinds() []FaultKind {
	return append(ReportKinds(), FaultToner, FaultOpen, FaultFull, FaultPaused, FaultStopped, FaultUnreachable)
}

// faultWords are the kinds as IT reads them.
var faultWords = map[FaultKind]string{
	FaultJam: "Paper jam", FaultPaper: "Out of paper", FaultQuality: "Prints badly", FaultNoise: "Noise or smell", FaultOther: "Something is wrong",
	FaultToner: "Out of toner or ink", FaultOpen: "A cover or door is open", FaultFull: "The output tray is full", FaultPaused: "Paused at the printer",
	FaultStopped: "Has stopped", FaultUnreachable: "Cannot be reached",
}

// Words is the kind as IT reads it.
func (k FaultKind) Words() string { return faultWords[k] }

// alertKinds says what printer-state-reasons are a fault of which kind (RFC 8011 5.4.12).
// Low toner is not: the page still comes out.
var alertKinds = []struct {
	keyword string
	kind    FaultKind
}{
	{"media-jam", FaultJam}, {"media-empty", FaultPaper}, {"media-needed", FaultPaper}, {"toner-empty", FaultToner}, {"marker-supply-empty", FaultToner},
	{"cover-open", FaultOpen}, {"door-open", FaultOpen}, {"interlock-open", FaultOpen}, {"output-area-full", FaultFull}, {"paused", FaultPaused},
}

// alerts are the faults that a printer's state tells of. One that prints has those alone
// that it calls errors.
func alerts(st Status) []FaultKind {
	all := []FaultKind{}
	switch st.State {
	case PrinterUnreachable:
		return []FaultKind{FaultUnreachable}
	case PrinterUnknown:
		return all
	}
	for _, reason := range st.Reasons {
		keyword, severity := reason, ""
		for _, s := range []string{"-error", "-warning", "-report"} {
			if k, ok := strings.CutSuffix(reason, s); ok {
				keyword, severity = k, s
			}
		}
		if severity != "-error" && (st.State != PrinterStopped || severity != "") {
			continue
		}
		for _, a := range alertKinds {
			if keyword == a.keyword && !slices.Contains(all, a.kind) {
				all = append(all, a.kind)
			}
		}
	}
	if st.State == PrinterStopped && len(all) == 0 {
		all = append(all, FaultStopped)
	}
	return all
}

// FaultID names a fault of a printer.
type FaultID int64

// Fault is something wrong with a printer.
type Fault struct {
	ID      FaultID
	Printer PrinterRecord // its id, school, name, room and asset alone
	Kind    FaultKind
	Alert   bool      // the printer itself says so, or did last
	Reports int       // people who said so: each once a day
	First   time.Time // somebody said so
	Last    time.Time // to the minute
	Mailed  time.Time
	Ended   time.Time
	ByHand  bool // IT said that it is mended
}
