package release

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// silentAfter is how long a printer, which is asked every few seconds, may say nothing.
const silentAfter = 2 * time.Minute

// Ready says whether the printer can print now, as far as is known.
func (p PrinterRecord) Ready(now time.Time) bool {
	return p.Paused.IsZero() && (p.State == PrinterIdle || p.State == PrinterProcessing) && now.Sub(p.Seen) <= silentAfter
}

// StateInWords is how a printer is, as those read it who look after it.
func (p PrinterRecord) StateInWords(now time.Time) string {
	switch {
	case !p.Paused.IsZero():
		return "Paused"
	case p.barred() != "":
		return p.barred()
	case p.Seen.IsZero():
		return "Has never answered"
	case p.State == PrinterUnreachable:
		return FaultUnreachable.Words()
	case now.Sub(p.Seen) > silentAfter:
		return "Has stopped answering"
	case p.State == PrinterStopped:
		var all []string
		for _, kind := range alerts(Status{State: p.State, Reasons: p.Reasons}) {
			all = append(all, kind.Words())
		}
		return strings.Join(all, ", ")
	case p.State == PrinterProcessing:
		return "Printing"
	}
	return "Ready"
}

// The levels that are no number (RFC 3805).
const (
	someLeft   = -1
	littleLeft = -3
)

// Words names a supply: by its description, or its colour and kind.
func (s Supply) Words() string {
	return cmp.Or(s.Name, strings.TrimSpace(s.Color+" "+s.Type))
}

// Percent is how full a supply is, from 0 to 100, and of a box for waste how empty (RFC 3805,
// prtMarkerSuppliesLevel); false where the printer does not say.
func (s Supply) Percent() (int, bool) {
	if s.Level < 0 || s.Max <= 0 {
		return 0, false
	}
	return min(100, s.Level*100/s.Max), true
}

// Low says whether a supply is to be bought soon, or a box for waste to be emptied.
func (s Supply) Low() bool {
	percent, known := s.Percent()
	return known && percent <= 10 || s.Level == littleLeft
}

// Waste says whether the supply is a box that fills up.
func (s Supply) Waste() bool { return strings.HasPrefix(strings.ToLower(s.Type), "waste") }

// LevelInWords is how full a supply is.
func (s Supply) LevelInWords() string {
	if percent, known := s.Percent(); known && s.Waste() {
		return fmt.Sprintf("%d %% free", percent)
	} else if known {
		return fmt.Sprintf("%d %%", percent)
	}
	switch s.Level {
	case someLeft:
		return "enough"
	case littleLeft:
		return "a little"
	}
	return "it does not say"
}

// Who has told of it.
func (f Fault) Who() string {
	people := fmt.Sprintf("%d people", f.Reports)
	if f.Reports == 1 {
		people = "1 person"
	}
	switch {
	case f.Alert && f.Reports > 0:
		return "told by the printer and " + people
	case f.Alert:
		return "told by the printer"
	}
	return "told by " + people
}

var nightWords = map[string]string{
	firstReading: "the first reading: there is nothing to compare it with", noCounter: "this printer tells no counter",
	otherDevice: "another machine answers here: it counts from now on", otherCounter: "read in another way than before: it counts from now on",
	resetCounter: "it counts less than before: it was reset, and counts from now on", nonsense: "more than it can print in the time: not believed",
}

// InWords is what a reading says.
func (n Night) InWords() string {
	if n.Note != "" {
		return nightWords[n.Note]
	}
	return fmt.Sprintf("%d pages unaccounted, %d of ours, %d in its life", n.Unaccounted, n.Ours, n.Counter)
}
