package main

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"inkwell/ipp/ipptest"
	"inkwell/kiosk"
)

// prints submits a document of a pupil's and releases it at a kiosk.
func (s *demo) prints(pupil, pages int, station string) {
	s.t.Helper()
	s.eventually("the printer to be well", func() bool {
		return rows[string](s, "SELECT r.state FROM printer r JOIN station USING (printer_id) WHERE slug = $1", station) == "idle"
	})
	if said, ok := s.submit(s.queue(demoPupil(pupil), "/ipp/print"), blankPDF(s.t, pages)); !ok {
		s.t.Fatal(said)
	}
	s.held(demoPupil(pupil), 1)
	c := s.tapAt(station, demoBadge(pupil))
	s.face(c, kiosk.FaceJobs)
	if err := c.ReleaseAll(); err != nil {
		s.t.Fatal(err)
	}
}

// deliveries waits until the deliveries are in these states, in their order.
func (s *demo) deliveries(want string) {
	s.t.Helper()
	s.eventually("deliveries "+want, func() bool {
		return rows[string](s, "SELECT coalesce(string_agg(state, ' ' ORDER BY delivery_id), '') FROM delivery") == want
	})
}

// A printer that takes raw bytes prints what is released to it, and is charged by the pages
// it tells of. What breaks off is lost from sight, and never sent again, not by a restart either.
func TestRawPrinter(t *testing.T) {
	sink := ipptest.NewSink(t, ipptest.SinkOptions{Talks: true})
	s := serveDemo(t)
	refused(t, "Inkwell sends PDF", "printer", "add", "Room 4", sink.URI, "--format", "application/postscript", "--data-dir", s.dir)
	refused(t, "sizes of paper", "printer", "add", "Room 4", sink.URI, "--size", "A9", "--data-dir", s.dir)
	refused(t, "this printer says itself", "printer", "add", "Room 4", "ipp://192.0.2.7", "--duplex", "--data-dir", s.dir)
	refused(t, "a metadata service", "printer", "add", "Room 4", "ipp://169.254.169.254/", "--data-dir", s.dir)
	refused(t, "Write the printer's address in full", "printer", "add", "Room 4", "ipp://2130706433/", "--data-dir", s.dir)
	s.inkwell("printer", "add", "Room 4", sink.URI, "--duplex", "--size", "A4,A5", "--station", "room-4")
	s.eventually("what IT said of it", func() bool {
		return rows[string](s, "SELECT coalesce(capabilities->>'sides', '') FROM printer WHERE name = 'Room 4'") == `["one-sided", "two-sided-long-edge", "two-sided-short-edge"]`
	})
	s.prints(21, 3, "room-4")
	s.deliveries("settled")
	sink.CutNext()
	s.prints(22, 2, "room-4")
	s.deliveries("settled unclear")
	sink.StandNext(ipptest.SinkJam)
	s.prints(26, 2, "room-4")
	s.deliveries("settled unclear printing")
	s.kill()
	s.start()
	s.deliveries("settled unclear unclear")
	sink.Fault(ipptest.SinkReady)
	s.prints(23, 1, "room-4") // and none of the lost jobs before this one
	s.deliveries("settled unclear unclear settled")

	jobs := sink.Jobs()
	if len(jobs) != 4 || !jobs[0].Whole || jobs[0].Printed != 3 || jobs[0].Set["DUPLEX"] != "ON" || jobs[1].Whole || jobs[3].Printed != 1 {
		for _, j := range jobs {
			t.Errorf("came: whole %v, %d printed, %v", j.Whole, j.Printed, j.Set)
		}
	}
	if got := rows[string](s, "SELECT string_agg(kind || ':' || amount, ' ' ORDER BY transfer_id) FROM transfer WHERE delivery_id IS NOT NULL"); got != "reserve:3 settle:3 reserve:2 reserve:2 reserve:1 settle:1" {
		t.Errorf("transfers: %s", got)
	}
	s.inkwell("ledger", "verify")
}

// A printer with a certificate of its own making is known by the key that it shows first.
// When it shows another, IT sees why nothing is sent, and can accept it.
func TestSelfSignedPrinter(t *testing.T) {
	eve := ipptest.EvePrinter(t, ipptest.EveOptions{})
	s := serveDemo(t)
	refused(t, "Only a printer with an ipps:// address", "printer", "login", "1", "--username", "inkwell", "--password-file", tempFile(t, []byte("canary\n")), "--data-dir", s.dir)
	s.inkwell("printer", "add", "Office copier", eve.SecureURI, "--station", "copier")
	s.eventually("its key to be kept", func() bool {
		return rows[int](s, "SELECT count(pin) FROM printer WHERE name = 'Office copier'") == 1
	})
	number := rows[string](s, "SELECT printer_id::text FROM printer WHERE name = 'Office copier'")
	if said := s.inkwell("printer", "trust", number); !strings.Contains(said, "the key that it showed first: SHA-256 ") {
		t.Errorf("trust says %s", said)
	}
	s.inkwell("printer", "login", number, "--username", "inkwell", "--password-file", tempFile(t, []byte("canary\n")))
	if kept := rows[[]byte](s, "SELECT login FROM printer WHERE name = 'Office copier'"); len(kept) == 0 || strings.Contains(string(kept), "canary") {
		t.Errorf("kept as %q", kept)
	}
	s.prints(24, 2, "copier")
	s.deliveries("settled")

	s.super(func(ctx context.Context, c *pgx.Conn) error { // as if it had shown another key before
		_, err := c.Exec(ctx, "UPDATE printer SET pin = sha256('other') WHERE name = 'Office copier'")
		return err
	})
	s.eventually("IT to see it", func() bool {
		return strings.Contains(s.inkwell("printer", "list"), "Its certificate has changed, so nothing is sent to it")
	})
	if said := s.inkwell("printer", "trust", number); !strings.Contains(said, "is known by another key from now on") || !strings.Contains(said, "was:  SHA-256 D9:29:8A") {
		t.Errorf("trust says %s", said)
	}
	s.prints(25, 1, "copier")
	s.deliveries("settled settled")
	if n := len(eve.Documents(t)); n != 2 {
		t.Errorf("it was given %d documents", n)
	}
	// Another machine in its place is known by its own key, and is not given the old one's password.
	other := ipptest.EvePrinter(t, ipptest.EveOptions{})
	was := rows[[]byte](s, "SELECT pin FROM printer WHERE name = 'Office copier'")
	if said := s.inkwell("printer", "set", number, "--address", other.SecureURI); !strings.Contains(said, "its user name and password are forgotten") {
		t.Errorf("set says %s", said)
	}
	s.eventually("the other's key to be kept", func() bool {
		return rows[bool](s, "SELECT pin IS NOT NULL AND pin <> $1 AND login IS NULL FROM printer WHERE name = 'Office copier'", was)
	})
	s.prints(27, 1, "copier")
	s.deliveries("settled settled settled")
	if n := len(other.Documents(t)); n != 1 || len(eve.Documents(t)) != 2 {
		t.Errorf("the other was given %d documents", n)
	}
	// A test page goes the same way, and nobody but the school pays it.
	refused(t, "There is nobody of that name", "printer", "test", number, "--page", "--by", "nobody", "--data-dir", s.dir)
	if said := s.inkwell("printer", "test", number, "--page", "--by", "it01"); !strings.Contains(said, "A test page is on its way") {
		t.Errorf("test says %s", said)
	}
	s.deliveries("settled settled settled settled")
	if said := s.inkwell("printer", "status", number); len(other.Documents(t)) != 2 || !strings.Contains(said, "test page") {
		t.Errorf("the printer has %d documents, and its status is\n%s", len(other.Documents(t)), said)
	}
	acts := rows[string](s, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE act LIKE 'printer-%'")
	if acts != "printer-added printer-pinned printer-login-set printer-trusted printer-moved printer-pinned" {
		t.Errorf("audited: %s", acts)
	}
	s.inkwell("audit", "verify")
	s.stop()
	if log := s.log.String(); strings.Contains(log, "canary") {
		t.Error("the password stands in the log")
	}
}
