package simulate

import (
	"fmt"
	"slices"
	"strings"

	"inkwell/ipp/wire"
)

// trayJob is a job with its sheets.
type trayJob struct {
	JobView
	Short  string // the beginning of its name
	Look   string // waiting, printing, stopped, printed or ended: how to draw it
	Says   string
	At     string // time of day
	Left   int    // impressions still to come
	Coming bool   // they will, unless somebody stops them
	Out    string // how many sheets came out, in words
	Paper  string // "A3", "A3 from tray-2, stapled"; "" for plain A4
	Sheets []traySheet
	More   int // sheets that are not drawn
	Colour bool
	PDF    bool
}

// traySheet is one sheet in the output bin.
type traySheet struct {
	Key         string // the same for the same sheet each time
	Front, Back int    // page numbers; 0 for an empty side
}

// mostSheets is how many sheets of one job are drawn.
const mostSheets = 24

var looks = map[int]string{
	wire.JobPending: "waiting", wire.JobPendingHeld: "waiting", wire.JobProcessing: "printing",
	wire.JobProcessingStopped: "stopped", wire.JobCanceled: "ended", wire.JobAborted: "ended",
	wire.JobCompleted: "printed",
}

// newTrayJob draws a job. j may be nil when the printer forgot it just now. The
// caller holds the lock.
func newTrayJob(v JobView, j *job) trayJob {
	t := trayJob{
		JobView: v, Short: wire.Cut(v.Name, 8), Look: looks[v.State], Says: sayJob(v),
		Left: v.Total - v.Printed, Colour: v.ColorMode != "monochrome", PDF: v.Bytes > 0,
	}
	if len(v.Name) <= 16 {
		t.Short = v.Name
	}
	at := v.Created
	if !v.Ended.IsZero() {
		at = v.Ended
	}
	t.At = at.Format("15:04:05")
	t.Paper = sayPaper(v)
	if j != nil {
		t.Sheets = drawSheets(j)
	}
	if len(t.Sheets) > 0 {
		t.Out = count(len(t.Sheets), "sheet")
	}
	t.Coming = t.Left > 0 && !wire.JobEnded(v.State)
	if t.More = len(t.Sheets) - mostSheets; t.More > 0 {
		t.Sheets = t.Sheets[t.More:]
	}
	return t
}

// drawSheets is the sheets of a job that have come out, the first one first.
func drawSheets(j *job) []traySheet {
	var sheets []traySheet
	for n := range j.done {
		page := j.pages[n%len(j.pages)]
		if j.sheets(n+1) > j.sheets(n) {
			sheets = append(sheets, traySheet{Key: fmt.Sprintf("job-%d-sheet-%d", j.id, len(sheets)+1), Front: page})
		} else {
			sheets[len(sheets)-1].Back = page
		}
	}
	return sheets
}

// sayPaper is what is special about a job's paper.
func sayPaper(v JobView) string {
	var said []string
	if s := sizeNamed(v.Media); s.name != a4 {
		said = append(said, s.label)
	}
	if v.Source != "auto" {
		said = append(said, "from "+v.Source)
	}
	if len(v.Finish) > 0 {
		said = append(said, "stapled")
	}
	return strings.Join(said, ", ")
}

// sayJob is a job's state in words, as one would say it beside the printer.
func sayJob(v JobView) string {
	switch v.State {
	case wire.JobPending:
		return "Waiting its turn"
	case wire.JobPendingHeld:
		return "Waiting for its document"
	case wire.JobProcessing:
		if v.Total == 0 {
			return "Reading the document"
		}
		return fmt.Sprintf("Printing %d of %d", v.Printed+1, v.Total)
	case wire.JobProcessingStopped:
		return fmt.Sprintf("Stopped after %d of %d", v.Printed, v.Total)
	case wire.JobCompleted:
		return count(v.Printed, "page") + " printed"
	case wire.JobCanceled:
		return "Cancelled after " + count(v.Printed, "page")
	}
	if slices.Contains(v.Reasons, "document-format-error") {
		return "Could not read the document"
	}
	return "Aborted after " + count(v.Printed, "page")
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
