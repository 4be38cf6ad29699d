package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/door"
	"inkwell/internal/school"
	"inkwell/release"
)

// How far off is too far.
const (
	clockOff   = 2 * time.Second     // times on screens begin to look wrong
	clockWrong = time.Minute         // sign-ins, holds and certificates go wrong
	overdue    = 21 * 24 * time.Hour // for our certificate, which is renewed 30 days before
	unseenFor  = 2 * time.Minute     // a printer that is asked every few seconds
	doorAnswer = 5 * time.Second

	overdueOrder = 24 * time.Hour // for one that is ordered, after two thirds of its life
)

func checkClock(ctx context.Context, d *db.DB) finding {
	ahead, within, err := d.Ahead(ctx)
	if err != nil {
		return finding{bad, "clock", asPerson(err), "look at the database's log"}
	}
	off := max(ahead.Abs()-within, 0).Round(time.Millisecond)
	f := finding{good, "clock", "this machine and the database agree", ""}
	if off > clockOff {
		f = finding{look, "clock", fmt.Sprintf("this machine and the database are %s apart", off), "let both take their time from the same server (timedatectl)"}
	}
	if off > clockWrong {
		f.level = bad
	}
	return f
}

func checkPrinters(ctx context.Context, d *db.DB, now time.Time, in school.ID) finding {
	all, err := release.New(release.Options{DB: d}).Printers(ctx)
	all = slices.DeleteFunc(all, func(p release.PrinterRecord) bool { return in != 0 && p.School != in })
	switch {
	case err != nil:
		return finding{bad, "printers", asPerson(err), "look at the server's log"}
	case len(all) == 0:
		return finding{look, "printers", "there are none yet", "inkwell printer add"}
	}
	var away []string
	for _, p := range all {
		if trouble := troubleOf(p, now); trouble != "" {
			away = append(away, p.Name+" ("+trouble+")")
		}
	}
	say := fmt.Sprintf("%d of %d are ready", len(all)-len(away), len(all))
	switch {
	case len(away) == 0:
		return finding{good, "printers", say, ""}
	case len(away) < len(all):
		return finding{look, "printers", say + "; not " + strings.Join(away, ", "), "go and see, or switch them on"}
	}
	return finding{bad, "printers", "none is ready: " + strings.Join(away, ", "), "are they switched on, and does the network between them and this server work?"}
}

// troubleOf is why a printer cannot print now, or "".
func troubleOf(p release.PrinterRecord, now time.Time) string {
	switch trouble := p.Trouble(); {
	case p.Seen.IsZero():
		return "never seen"
	case trouble != "":
		return strings.TrimSuffix(trouble, ".")
	case now.Sub(p.Seen) > unseenFor:
		return "not seen for " + now.Sub(p.Seen).Round(time.Minute).String()
	}
	return ""
}

// checkCertificate is about the certificate that the server shows, and about one that
// it should show and does not.
func checkCertificate(c Config, now time.Time) finding {
	s, err := door.Look(c.folder("tls"), now)
	if err != nil {
		return finding{bad, "certificate", asPerson(err), "start the server once; it makes one"}
	}
	end := s.Leaf().NotAfter
	left := end.Sub(now)
	say := string(s.Origin) + ", good until " + end.Format("2 January 2006")
	switch {
	case left <= 0:
		return finding{bad, "certificate", string(s.Origin) + ", and it ended on " + end.Format("2 January 2006"), renewal(s)}
	case s.Trouble != nil:
		return finding{bad, "certificate", say + "; another one cannot be read: " + s.Trouble.Error(), "inkwell certificate set --cert FILE --key FILE, or inkwell certificate reset"}
	case s.Orders.Trouble != "":
		f := finding{look, "certificate", say + "; on " + s.Orders.Tried.Format("2 January, 15:04") + " " + s.Orders.Trouble + ". Next try " + s.Orders.Next.Local().Format("2 January, 15:04"),
			"let TCP port 443 of " + strings.Join(s.Orders.Names, ", ") + " reach web-listen, or port 80 redirect-listen; then inkwell certificate renew"}
		if s.Origin == door.FromACME && left < door.SoonEnds || s.Origin == door.FromUs {
			f.level = bad
		}
		return f
	case s.Origin == door.FromUs && s.Orders.On():
		return finding{look, "certificate", say + "; one for " + strings.Join(s.Orders.Names, ", ") + " is being ordered", "wait a minute, and look again"}
	case s.Origin == door.FromSchool && left < door.SoonEnds || s.Origin == door.FromUs && left < overdue || s.Origin == door.FromACME && now.After(door.RenewAt(s.Leaf()).Add(overdueOrder)):
		return finding{look, "certificate", say, renewal(s)}
	}
	return finding{good, "certificate", say, ""}
}

// renewal is what to do about a certificate that ends.
func renewal(s door.Shown) string {
	if s.Origin == door.FromSchool {
		return "inkwell certificate set --cert FILE --key FILE, with a new one; the running server takes it at once"
	}
	return "is the server running? It renews this certificate by itself; inkwell certificate renew does it now"
}

// checkDoor shakes hands with the server where it said that it listens.
func checkDoor(ctx context.Context, what, at string) finding {
	at = here(at)
	ctx, cancel := context.WithTimeout(ctx, doorAnswer)
	defer cancel()
	// Whose certificate it is does not matter here: nothing is sent.
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} // #nosec G402 -- see above
	conn, err := dialer.DialContext(ctx, "tcp", at)
	if err != nil {
		return finding{bad, what, "nothing answers at " + at, "start the server with inkwell serve, and read its log if it ends"}
	}
	_ = conn.Close()
	return finding{good, what, "open at " + at, ""}
}
