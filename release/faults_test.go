package release_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/ipp/device"
	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
	"inkwell/quota/conduct"
	"inkwell/release"
)

// F7: a printer that is offline, refuses connections, or whose name is gone: the kiosk says so
// from the first try on, and within a minute the job and those behind it are held again, with
// nothing set aside.
func TestF7APrinterOutOfReachGivesJobsBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plenty)
	h.eventually("the only look at all printers", func() (string, bool) {
		return "", dbtest.Value[bool](t, h.db, "SELECT seen_at IS NOT NULL FROM printer")
	})
	for name, err := range map[string]error{
		"refuses":     &net.OpError{Op: "dial", Net: "tcp", Err: fmt.Errorf("connection refused")},
		"offline":     &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded},
		"has no name": &net.DNSError{Err: "no such host", Name: "copier.school", IsNotFound: true},
	} {
		at := h.place(name, func() (release.Printer, error) {
			return device.New(device.Options{URI: "ipp://copier.school/ipp/print", Dial: func(context.Context, string, string) (net.Conn, error) { return nil, err }})
		})
		var jobs []release.JobID
		for range 3 {
			jobs = append(jobs, h.submit(h.Sam, 2).ID)
		}
		if _, err := h.Release(t.Context(), at, jobs); err != nil {
			t.Fatal(err)
		}
		h.eventually("what the kiosk says", func() (string, bool) {
			visit, err := h.Visit(t.Context(), at)
			i := slices.IndexFunc(visit.Jobs, func(j release.VisitJob) bool { return j.ID == jobs[0] })
			if err != nil || i < 0 || visit.Jobs[i].Delivery == nil {
				return fmt.Sprint(err), false
			}
			said := visit.Jobs[i].Delivery.Trouble
			return said, said == "We can't reach the printer just now. Your work is safe."
		})
		if h.balance(h.Sam) != 94 {
			t.Errorf("%s: %d left while it is tried", name, h.balance(h.Sam))
		}
		for _, id := range jobs {
			if got := h.ends(id, release.Held); got.Reason != "printer-unreachable" {
				t.Errorf("%s: job %d is held again because of %q", name, id, got.Reason)
			}
		}
		if h.balance(h.Sam) != 100 {
			t.Errorf("%s: %d left", name, h.balance(h.Sam))
		}
		_, err = h.Release(t.Context(), at, jobs[:1])
		wantFault(t, err, "printer-stopped")
		for _, id := range jobs {
			h.forgo(id)
		}
	}
	if longest := dbtest.Value[float64](t, h.db, "SELECT extract(epoch FROM max(ended_at - reserved_at))::float8 FROM delivery"); longest > 60-5*5 {
		t.Errorf("set aside for %v s, and connecting may take five times 5 s besides", longest)
	}
	h.sound()
}

// asked counts the jobs that somebody wanted to open at a printer.
type asked struct {
	release.Printer
	begun *atomic.Int64
}

func (a asked) Begin(ctx context.Context, e release.Errand) (int, error) {
	a.begun.Add(1)
	return a.Printer.Begin(ctx, e)
}

// F10: a printer that says "not now" is asked by one job and not by each of ten; they go back
// together, and from then on it is asked once for all that come.
func TestF10APrinterInTroubleIsAskedByOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plenty)
	out, begun := newPaper(t), new(atomic.Int64)
	out.fail("Begin", release.ErrBusy)
	at := h.place("busy", func() (release.Printer, error) { return asked{out, begun}, nil })
	var jobs []release.JobID
	for range 10 {
		jobs = append(jobs, h.submit(h.Sam, 1).ID)
	}
	back := func(all []release.JobID) {
		t.Helper()
		if _, err := h.Release(t.Context(), at, all); err != nil {
			t.Fatal(err)
		}
		for _, id := range all {
			h.until(id, func(j release.Job) bool {
				h.clock.Advance(500 * time.Millisecond)
				return j.State == release.Held && j.Reason == "printer-busy"
			})
		}
	}
	back(jobs)
	if n := begun.Load(); n != 7 {
		t.Errorf("ten jobs asked %d times", n)
	}
	back(jobs[:4])
	if n := begun.Load(); n != 8 {
		t.Errorf("four more asked %d times in all", n)
	}
	out.fail("Begin", nil)
	if _, err := h.Release(t.Context(), at, jobs); err != nil {
		t.Fatal(err)
	}
	for _, id := range jobs {
		h.until(id, func(j release.Job) bool {
			h.clock.Advance(500 * time.Millisecond)
			return j.State == release.Done
		})
	}
	if n := len(out.printed()); n != 10 || begun.Load() != 18 || h.balance(h.Sam) != 90 {
		t.Errorf("%d documents, asked %d times, %d left", n, begun.Load(), h.balance(h.Sam))
	}
	h.sound()
}

// F14: releases race a suspension: none commits after it has, whatever was on its way.
func TestF14ASuspensionRacesReleases(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plenty)
	h.paper.with(func() { h.paper.hold = true })
	rights := conduct.New(h.db, h.hub, h.Log)
	for round := range rounds(3, 100) {
		h.grant(h.Sam, 3, fmt.Sprintf("round %d", round))
		jobs := []release.JobID{h.submit(h.Sam, 1).ID, h.submit(h.Sam, 1).ID, h.submit(h.Sam, 1).ID}
		var all sync.WaitGroup
		start := make(chan struct{})
		for _, id := range jobs {
			all.Go(func() {
				<-start
				if _, err := h.Release(t.Context(), h.at(h.Sam), ids(id)); err != nil && fault.KindOf(err) != fault.Suspended {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		close(start)
		if err := rights.Suspend(t.Context(), h.IT, h.Sam.Person, h.clock.Now().Add(time.Hour), "for the race"); err != nil {
			t.Fatal(err)
		}
		const released = "SELECT count(*) FROM delivery"
		committed := dbtest.Value[int](t, h.db, released)
		all.Wait()
		if now := dbtest.Value[int](t, h.db, released); now != committed {
			t.Errorf("round %d: %d releases came after the suspension", round, now-committed)
		}
		if _, err := h.Release(t.Context(), h.at(h.Sam), jobs); fault.KindOf(err) != fault.Suspended {
			t.Errorf("round %d: released while suspended: %v", round, err)
		}
		// What the printer had by then is finished and paid; what waited for it goes back.
		h.eventually("the printer", func() (string, bool) {
			h.paper.with(func() {
				for _, s := range h.paper.jobs {
					if s.document != nil {
						s.progress = release.Progress{Phase: release.PhaseCompleted, Impressions: 1}
					}
				}
			})
			open := dbtest.Value[int](t, h.db, "SELECT count(*) FROM delivery WHERE ended_at IS NULL")
			return fmt.Sprint(open), open == 0
		})
		if err := rights.Lift(t.Context(), h.IT, h.Sam.Person, "the race is over"); err != nil {
			t.Fatal(err)
		}
		for _, id := range jobs {
			h.forgo(id)
		}
	}
	if paid := 100 + 3*int64(rounds(3, 100)) - h.balance(h.Sam); paid != int64(len(h.paper.printed())) {
		t.Errorf("%d pages came out, %d are paid", len(h.paper.printed()), paid)
	}
	h.sound()
}

// hangs are the ways in which a printer can keep us waiting.
var hangs = map[string]func(*ipptest.Faulty){
	"never says its state":    func(f *ipptest.Faulty) { f.Always(wire.OpGetPrinterAttributes, ipptest.Silence) },
	"never opens a job":       func(f *ipptest.Faulty) { f.Always(wire.OpCreateJob, ipptest.Silence) },
	"takes nothing":           func(f *ipptest.Faulty) { f.Always(wire.OpSendDocument, ipptest.Deaf) },
	"takes a byte at a time":  func(f *ipptest.Faulty) { f.Always(wire.OpSendDocument, byteByByte) },
	"never answers":           func(f *ipptest.Faulty) { f.Always(wire.OpSendDocument, ipptest.Silence) },
	"never ends its answer":   func(f *ipptest.Faulty) { f.Always(wire.OpGetJobAttributes, ipptest.Crawl(time.Hour)) },
	"answers without an end":  func(f *ipptest.Faulty) { f.Always(wire.OpCreateJob, ipptest.Crawl(time.Hour)) },
	"never says how far":      func(f *ipptest.Faulty) { f.Always(wire.OpGetJobAttributes, ipptest.Silence) },
	"says for ever it prints": func(f *ipptest.Faulty) { f.Always(wire.OpGetJobAttributes, printing) },
}

var printing = ipptest.Say(wire.JobGroup, wire.Enum("job-state", wire.JobProcessing))

// patient waits for a printer longer than a test does.
func patient(o *device.Options) { o.Ask, o.Stall = time.Hour, time.Hour }

// stuck adds printers that hang, one for each way, with a job of Sam's in each, and waits until
// they all have begun to.
func (h *house) stuck() (jobs []release.JobID) {
	h.t.Helper()
	for name, hang := range hangs {
		job := h.submit(h.Sam, 1) // first, as the watch soon knows which printer says nothing
		m := h.machine(name, patient)
		hang(m.line)
		if _, err := h.Release(h.t.Context(), m.at, ids(job.ID)); err != nil {
			h.t.Fatal(err)
		}
		jobs = append(jobs, job.ID)
		h.eventually(name, func() (string, bool) {
			n := m.line.Requests()
			return fmt.Sprint(n), n > 0
		})
	}
	return jobs
}

// F9: while printers hang in every way there is, and are looked at by the watch as well, as many
// others print as if nothing were: 15 printers in all, and 30 with INKWELL_PROVE.
func TestF9AHangingPrinterCostsTheOthersNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plenty, func(h *house) { h.watch = time.Second })
	stuck := h.stuck()
	var machines []*machine
	var jobs []release.JobID
	all := rounds(15, 30)
	for i := range all - len(stuck) {
		m := h.machine(fmt.Sprintf("well %d", i), patient) // a busy machine is no reason to call one unreachable
		machines, jobs = append(machines, m), append(jobs, h.sends(m, 1))
	}
	for i, id := range jobs {
		h.state(id, release.Done)
		if n := machines[i].documents(); n != 1 {
			t.Errorf("a printer that is well has the document %d times", n)
		}
	}
	if open := dbtest.Value[int](t, h.db, "SELECT count(*) FROM delivery WHERE ended_at IS NULL"); open != len(stuck) {
		t.Errorf("%d deliveries are open, want those of the %d that hang", open, len(stuck))
	}
	if h.balance(h.Sam) != 100-int64(all) {
		t.Errorf("%d left", h.balance(h.Sam))
	}
	h.sound()
}
