package console

import (
	"context"
	"time"

	"inkwell/release"
)

// red is one thing that somebody should go and mend.
type red struct {
	Name string
	Room string
	Say  string
	Seen string // when it last answered
	Path string // where something can be done about it; "" for nowhere
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

// troubleOf is why a printer does not print now, or "".
func troubleOf(p release.PrinterRecord, now time.Time) string {
	if p.Ready(now) {
		return ""
	}
	return p.StateInWords(now)
}
