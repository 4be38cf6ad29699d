package console

import (
	"context"
	"strings"
	"time"

	"inkwell/release"
)

// unseenFor is how long a printer, which is asked every few seconds, may say
// nothing before that is red.
const unseenFor = 2 * time.Minute

// red is one thing that somebody should go and mend.
type red struct {
	Name string
	Room string
	Say  string
	Seen string // when it last answered
}

// printers tells what is red at the visitor's school, and how many printers are
// ready.
func (c *Console) printers(ctx context.Context, v visitor) (reds []red, ready int, err error) {
	all, err := c.desk.SchoolPrinters(ctx, v.Actor)
	if err != nil {
		return nil, 0, err
	}
	for _, p := range all {
		if say := troubleOf(p, v.Now); say != "" {
			reds = append(reds, red{Name: p.Name, Room: p.Room, Say: say, Seen: lastSeen(p.Seen, v.Now)})
			continue
		}
		ready++
	}
	return reds, ready, nil
}

// troubles are printer-state-reasons as somebody reads them who will mend it.
var troubles = []struct{ keyword, say string }{
	{"media-jam", "Paper jam"},
	{"media-empty", "Out of paper"},
	{"media-needed", "Needs paper"},
	{"toner-empty", "Out of toner"},
	{"marker-supply-empty", "Out of ink"},
	{"cover-open", "A cover is open"},
	{"door-open", "A door is open"},
	{"output-area-full", "The output tray is full"},
	{"paused", "Paused at the printer"},
}

// troubleOf is why a printer does not print now, or "".
func troubleOf(p release.PrinterRecord, now time.Time) string {
	switch {
	case p.Seen.IsZero():
		return "Has never answered"
	case p.State == release.PrinterUnreachable:
		return "Cannot be reached"
	case now.Sub(p.Seen) > unseenFor:
		return "Has stopped answering"
	case p.State != release.PrinterStopped:
		return ""
	}
	for _, t := range troubles {
		for _, reason := range p.Reasons {
			if strings.HasPrefix(reason, t.keyword) { // a severity may follow: RFC 8011, 5.4.12
				return t.say
			}
		}
	}
	return "Has stopped"
}
