package release_test

import (
	"context"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/ipp/device"
	"inkwell/ipp/device/raw"
	"inkwell/ipp/ipptest"
	"inkwell/release"
)

// Printers that nobody here wrote, and some that are mere sockets, side by side in one school:
// ippeveprinter plain and over TLS, a queue of CUPS, and port 9100 with and without an answer.
// Each prints its job once, for what its pages cost.
func TestRealPrintersPrintOnceAndAreBelieved(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plenty)
	plain, secure, behind := ipptest.EvePrinter(t, ipptest.EveOptions{}), ipptest.EvePrinter(t, ipptest.EveOptions{}), ipptest.EvePrinter(t, ipptest.EveOptions{})
	talks, silent := ipptest.NewSink(t, ipptest.SinkOptions{Talks: true}), ipptest.NewSink(t, ipptest.SinkOptions{})
	cups := ipptest.CUPS(t)
	cups.AddQueue("room4", behind.URI)
	ipp := func(o device.Options) func() (release.Printer, error) {
		return func() (release.Printer, error) { return device.New(o) }
	}
	socket := func(s *ipptest.Sink) func() (release.Printer, error) {
		p := raw.New(raw.Options{Address: strings.TrimPrefix(s.URI, "socket://")})
		t.Cleanup(func() { _ = p.Close() })
		return func() (release.Printer, error) { return p, nil }
	}
	sunk := func(s *ipptest.Sink) func() int { return func() int { return len(s.Jobs()) } }
	met := func(_ context.Context, pin []byte) ([]byte, error) { return pin, nil }
	jobs := map[string]release.JobID{}
	peers := map[string]struct {
		dial      func() (release.Printer, error)
		documents func() int
	}{
		"ippeveprinter":          {ipp(device.Options{URI: plain.URI}), func() int { return len(plain.Documents(t)) }},
		"ippeveprinter over TLS": {ipp(device.Options{URI: secure.SecureURI, Meet: met}), func() int { return len(secure.Documents(t)) }},
		"a queue of CUPS":        {ipp(device.Options{URI: cups.URI("room4")}), func() int { return len(behind.Documents(t)) }},
		"a socket that talks":    {socket(talks), sunk(talks)},
		"a silent socket":        {socket(silent), sunk(silent)},
	}
	for name, p := range peers {
		at := h.place(name, p.dial)
		job := h.submit(h.Sam, 3)
		if _, err := h.Release(t.Context(), at, ids(job.ID)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		jobs[name] = job.ID
	}
	for name, id := range jobs {
		h.ends(id, release.Done)
		h.eventually("the document at "+name, func() (string, bool) { return "", peers[name].documents() > 0 })
		paid := dbtest.Value[int](t, h.db, "SELECT charged FROM delivery WHERE job_id = $1 AND state = 'settled'", id)
		least := 3
		if name == "a queue of CUPS" {
			least = 1 // CUPS counts as far as it has asked the printer behind it
		}
		if n := peers[name].documents(); n != 1 || paid > 3 || paid < least {
			t.Errorf("%s has the document %d times, %d paid for 3 pages", name, n, paid)
		}
	}
	h.sound()
}
