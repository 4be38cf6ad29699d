package release_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// tray is a release.Post that keeps what is sent.
type tray struct {
	mu   sync.Mutex
	got  []string
	fail error
}

func (p *tray) Send(_ context.Context, subject, text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail == nil {
		p.got = append(p.got, subject+"\n"+text)
	}
	return p.fail
}

// letters is a house whose IT is written to, and does so when told.
func letters(t *testing.T) (*house, *tray, func() []string) {
	t.Helper()
	h, p := newHouse(t), &tray{}
	h.close() // it would look at the printer meanwhile, which is well
	desk := release.New(release.Options{DB: h.db, Hub: h.hub, Log: h.Log, Post: p})
	return h, p, func() []string {
		t.Helper()
		for range 2 { // as two servers would
			if err := desk.MailFaults(t.Context()); err != nil && p.fail == nil {
				t.Fatal(err)
			}
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		got := p.got
		p.got = nil
		return got
	}
}

// Forty pupils and the printer say that it is jammed: that is one mail.
func TestAFaultIsMailedOnce(t *testing.T) {
	t.Parallel()
	h, _, mails := letters(t)
	dbtest.Exec(t, h.db, "UPDATE printer SET room = 'Room 12', asset = 'HA-00417'")
	if got := mails(); len(got) != 0 {
		t.Errorf("of nothing: %q", got)
	}
	for _, a := range []release.Visitor{h.at(h.Sam), h.at(h.Mia)} {
		if err := h.Report(t.Context(), a, release.FaultJam); err != nil {
			t.Fatal(err)
		}
	}
	got := mails()
	if len(got) != 1 || !strings.HasPrefix(got[0], "Harbour: Paper jam, Library, Room 12, HA-00417\n") || !strings.Contains(got[0], "told by 2 people") {
		t.Fatalf("%q", got)
	}
	if strings.Contains(got[0], "Sam") || strings.Contains(got[0], "Mia") {
		t.Error("the mail names a pupil")
	}
	dbtest.Exec(t, h.db, "UPDATE printer_fault SET reports = 40, alert = true")
	for range 40 {
		h.clock.Advance(11 * time.Minute)
		if got := mails(); len(got) != 0 {
			t.Fatalf("again: %q", got)
		}
	}
}

// What comes up after a mail is gathered for ten minutes; what a printer says for a moment is
// no news, nor that it is off at night; and what the server did not take is tried again.
func TestFaultsAreMailedTogether(t *testing.T) {
	t.Parallel()
	h, p, mails := letters(t)
	say := func(kind release.FaultKind) {
		t.Helper()
		if err := h.Report(t.Context(), h.at(h.Sam), kind); err != nil {
			t.Fatal(err)
		}
	}
	say(release.FaultJam)
	if got := mails(); len(got) != 1 {
		t.Fatalf("%q", got)
	}
	say(release.FaultNoise)
	say(release.FaultQuality)
	alert := func(kind string, ago time.Duration) {
		dbtest.Exec(t, h.db, `INSERT INTO printer_fault (school_id, printer_id, kind, alert, first_at, last_at) VALUES ($1, $2, $3, true, $4, $4)`,
			h.School, h.station.Printer.ID, kind, h.clock.Now().Add(-ago))
	}
	h.clock.Advance(9 * time.Minute)
	alert("open", 0)
	alert("toner", 3*time.Minute)
	if got := mails(); len(got) != 0 {
		t.Fatalf("too soon: %q", got)
	}
	h.clock.Advance(time.Minute + time.Second)
	got := mails()
	if len(got) != 1 || !strings.HasPrefix(got[0], "Harbour: 3 faults of printers\n") || strings.Contains(got[0], "cover") {
		t.Fatalf("%q", got)
	}
	h.clock.Set(tuesday.Add(13 * time.Hour)) // 22:00
	dbtest.Exec(t, h.db, "UPDATE printer_fault SET ended_at = now()")
	alert("unreachable", time.Hour)
	if got := mails(); len(got) != 0 {
		t.Fatalf("a printer is off at night: %q", got)
	}
	h.clock.Set(tuesday.Add(24 * time.Hour))
	p.fail = errors.New("mailbox full")
	if got := mails(); len(got) != 0 {
		t.Fatalf("%q", got)
	}
	p.fail = nil
	if got := mails(); len(got) != 0 {
		t.Fatalf("tried again at once: %q", got)
	}
	h.clock.Advance(11 * time.Minute)
	if got := mails(); len(got) != 1 || !strings.Contains(got[0], "Cannot be reached") {
		t.Fatalf("%q", got)
	}
}
