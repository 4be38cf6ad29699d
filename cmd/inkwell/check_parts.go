package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/door"
	"inkwell/release"
)

// How far off is too far.
const (
	clockOff   = 2 * time.Second     // times on screens begin to look wrong
	clockWrong = time.Minute         // sign-ins, holds and certificates go wrong
	soonEnds   = 30 * 24 * time.Hour // for a certificate that the operator replaces
	overdue    = 20 * 24 * time.Hour // for ours, which is renewed 30 days before
	unseenFor  = 2 * time.Minute     // a printer that is asked every few seconds
	doorAnswer = 5 * time.Second
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

func checkPrinters(ctx context.Context, d *db.DB, now time.Time) finding {
	all, err := release.New(release.Options{DB: d}).Printers(ctx)
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

// checkKeysAndSpool writes to the spool and takes it back.
func checkKeysAndSpool(ctx context.Context, c Config) finding {
	const what = "spool"
	k, err := openKeys(c.folder("keys"), false)
	if err != nil {
		return finding{bad, what, asPerson(err), ""}
	}
	if _, err := os.Stat(c.folder("spool")); errors.Is(err, fs.ErrNotExist) { // opening would make it
		return finding{bad, what, "the folder " + c.folder("spool") + " is gone, and the documents that waited with it",
			"put it back if it was moved; otherwise restart the server, and let the owners print again"}
	}
	s, err := openSpool(c, k, slog.New(slog.DiscardHandler))
	if err != nil {
		return finding{bad, what, asPerson(err), "see who owns " + c.folder("spool")}
	}
	defer func() { _ = s.Close() }()
	free, enough, err := s.Free()
	if err != nil {
		return finding{bad, what, asPerson(err), "see who owns " + c.folder("spool")}
	}
	if !enough {
		return finding{bad, what, fmt.Sprintf("%s are free, and %s of that are kept for others: no document is taken", roughly(free), sizeText(c.Headroom)),
			"make room on the disk of " + c.DataDir}
	}
	draft, err := s.Create(ctx)
	if err == nil {
		_, err = draft.Write([]byte("check"))
		draft.Abort()
	}
	if err != nil {
		return finding{bad, what, "nothing can be written: " + asPerson(err), "see who owns " + c.folder("spool")}
	}
	return finding{good, what, fmt.Sprintf("writable, %s free", roughly(free)), ""}
}

func checkCertificate(c Config, now time.Time) finding {
	end, byItself, err := door.Ends(c.folder("tls"))
	if err != nil {
		return finding{bad, "certificate", asPerson(err), "start the server once; it makes one"}
	}
	left := end.Sub(now)
	say := "good until " + end.Format("2 January 2006")
	switch {
	case left <= 0:
		return finding{bad, "certificate", "it ended on " + end.Format("2 January 2006"), renewal(byItself)}
	case byItself && left < overdue || !byItself && left < soonEnds:
		return finding{look, "certificate", say, renewal(byItself)}
	}
	return finding{good, "certificate", say, ""}
}

func renewal(byItself bool) string {
	if byItself {
		return "restart the server; it renews its own certificate"
	}
	return "put the new server.crt and server.key beside the old ones; they are used at once"
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
