package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"inkwell/internal/school"
	"inkwell/release"
)

// livePath is what is happening at the school now.
const livePath = "/staff/now"

// livePage is what live.html shows, before its script takes over.
type livePage struct {
	visitor
	Live liveView
}

// liveView is a school's printing at one moment as words. The page's script is sent it as JSON,
// and fills it in as text.
type liveView struct {
	At       string     `json:"at"`
	Figures  []liveWord `json:"figures"`
	Printing []liveRow  `json:"printing"`
	Printers []liveRow  `json:"printers"`
	Kiosks   []liveRow  `json:"kiosks"`
	Latest   []liveRow  `json:"latest"`
}

// liveWord is a figure.
type liveWord struct {
	Number string `json:"number"`
	Label  string `json:"label"`
}

// liveRow is one line of a list.
type liveRow struct {
	Name  string `json:"name"`
	Note  string `json:"note"`
	State string `json:"state"` // a word, or ""
	Look  string `json:"look"`  // of the state: the class of its badge
	Done  int64  `json:"done"`  // of All: pages out
	All   int64  `json:"all"`   // 0 where nothing is being printed
}

func (c *Console) livePage(w http.ResponseWriter, r *http.Request, v visitor) {
	l, err := c.desk.Live(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "live", livePage{visitor: v, Live: liveInWords(l, v.Now.Location())})
}

// readLive is what is happening at a school, as words in its time.
func (c *Console) readLive(ctx context.Context, a school.Actor, zone *time.Location) (liveView, error) {
	l, err := c.desk.Live(ctx, a)
	return liveInWords(l, zone), err
}

func liveInWords(l release.Live, zone *time.Location) liveView {
	at := l.At.In(zone)
	v := liveView{At: at.Format("15:04:05"), Figures: []liveWord{
		{thousands(int64(l.Waiting)), "waiting for their owners"},
		{thousands(int64(l.Sent)), "sent in 15 minutes"},
		{thousands(int64(l.Pages)), "pages came out in 15 minutes"},
		{thousands(int64(l.Taps)), "came to a kiosk in 15 minutes"},
	}}
	for _, d := range l.Printing {
		v.Printing = append(v.Printing, liveDelivery(d))
	}
	for _, p := range l.Printers {
		v.Printers = append(v.Printers, livePrinter(p, at))
	}
	for _, k := range l.Kiosks {
		v.Kiosks = append(v.Kiosks, liveKiosk(k, at))
	}
	for _, h := range l.Latest {
		v.Latest = append(v.Latest, liveHappening(h, zone))
	}
	return v
}

func liveDelivery(d release.LiveDelivery) liveRow {
	row := liveRow{Name: d.Printer, Note: joined(d.Who, d.Room), Done: d.Printed, All: d.Of, State: fmt.Sprintf("Page %d of %d", min(d.Printed+1, d.Of), d.Of), Look: "badge--blue"}
	switch {
	case d.Stopped:
		row.State, row.Look = fmt.Sprintf("Stopped after %d of %d", d.Printed, d.Of), "badge--bad"
	case d.State == release.Reserved:
		row.State, row.Look = pages(d.Of)+" to come", ""
	case d.State == release.Sending:
		row.State = "Being sent"
	}
	return row
}

func livePrinter(p release.LivePrinter, now time.Time) liveRow {
	v := visitor{Now: now}
	state := v.printerState(p.PrinterRecord)
	row := liveRow{Name: p.Name, Note: p.Room, State: state.Word, Look: state.Look}
	if p.Queued > 1 {
		row.Note = joined(p.Room, fmt.Sprintf("%d jobs there", p.Queued))
	}
	return row
}

func liveKiosk(k release.LiveKiosk, now time.Time) liveRow {
	row := liveRow{Name: k.Name, Note: cameInWords(k.Taps, k.Strange)}
	switch {
	case k.Screens == 0:
		row.State = "No screen paired"
	case k.Connected == 0:
		row.State, row.Look = "Lost since "+moment(k.Seen, now), "badge--bad"
	case k.Screens > 1:
		row.State, row.Look = fmt.Sprintf("%d of %d connected", k.Connected, k.Screens), "badge--good"
	default:
		row.State, row.Look = "Connected", "badge--good"
	}
	return row
}

// cameInWords is how many came to a station.
func cameInWords(known, strange int) string {
	say := ""
	if known > 0 {
		say = people(known) + " came"
	}
	if strange > 0 {
		say = joined(say, fmt.Sprintf("%d not recognised", strange))
	}
	return say
}

// liveHappening is a line of what happened.
func liveHappening(h release.Happening, zone *time.Location) liveRow {
	row := liveRow{Note: h.At.In(zone).Format("15:04:05")}
	who := func(named, nameless string) string {
		if h.Who == "" {
			return nameless
		}
		return h.Who + " " + named
	}
	switch h.Kind {
	case release.JobArrived:
		row.State, row.Name = "Sent", who("sent ", "Somebody sent ")+arrivedPages(h.Pages)
	case release.JobReleased:
		row.State, row.Look, row.Name = "Released", "badge--blue", fmt.Sprintf("%s %s at %s", who("released", "Somebody released"), pages(h.Pages), h.Where)
	case release.JobPrinted:
		row.State, row.Look, row.Name = "Printed", "badge--good", fmt.Sprintf("%s at %s%s", pages(h.Pages), h.Where, forWhom(h.Who))
		if h.Pages < h.Of {
			row.State, row.Look, row.Name = "In part", "badge--warn", fmt.Sprintf("%d of %s at %s%s", h.Pages, pages(h.Of), h.Where, forWhom(h.Who))
		}
	case release.JobNotPrinted:
		row.State, row.Look, row.Name = "Not printed", "badge--warn", fmt.Sprintf("Nothing came out at %s%s: it waits again", h.Where, forWhom(h.Who))
	case release.JobLost:
		row.State, row.Look, row.Name = "Lost", "badge--bad", fmt.Sprintf("%s was lost from sight with %s%s", h.Where, pages(h.Pages), forWhom(h.Who))
	case release.FaultBegan:
		row.State, row.Look, row.Name = "Fault", "badge--bad", h.Where+": "+h.Fault.Words()
	case release.FaultEnded:
		row.State, row.Look, row.Name = "Mended", "badge--good", h.Where+": "+h.Fault.Words()
	case release.KioskBack:
		row.State, row.Look, row.Name = "Kiosk", "badge--good", h.Where+" is connected"
	case release.KioskLost:
		row.State, row.Look, row.Name = "Kiosk", "badge--bad", h.Where+" was lost"
	case release.Tapped:
		row.State, row.Name, row.Note = "Badge", fmt.Sprintf("%s came to %s", people(int(h.Pages)), h.Where), h.At.In(zone).Format("15:04")
	case release.Unrecognised:
		row.State, row.Look, row.Name, row.Note = "Badge", "badge--warn", fmt.Sprintf("%d not recognised at %s", h.Pages, h.Where), h.At.In(zone).Format("15:04")
	}
	return row
}

func arrivedPages(n int64) string {
	if n == 0 {
		return "a document"
	}
	return pages(n)
}

func forWhom(who string) string {
	if who == "" {
		return ""
	}
	return " for " + who
}

// Blank is a line without words, which the page's script makes others of.
func (livePage) Blank() liveRow { return liveRow{} }
