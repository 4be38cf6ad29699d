package release_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/ipp/device"
	"inkwell/ipp/ipptest"
	"inkwell/ipp/simulate"
	"inkwell/ipp/wire"
	"inkwell/quota"
	"inkwell/release"
)

// machine is a virtual printer behind a line that can fail, spoken to by our real client, with
// a station beside it.
type machine struct {
	*simulate.Printer
	line *ipptest.Faulty
	at   release.Visitor
}

// machine adds one. A question to it may take long enough for a busy machine; a document
// that it takes nothing of is given up after two seconds.
func (h *house) machine(name string, change ...func(*device.Options)) *machine {
	h.t.Helper()
	printer, err := simulate.New(simulate.Options{Name: name, PerPage: time.Millisecond, Count: countPages, Keep: 1000})
	if err != nil {
		h.t.Fatal(err)
	}
	m := &machine{Printer: printer, line: ipptest.NewFaulty(h.t, printer.Handler())}
	ctx, stop := context.WithCancel(context.WithoutCancel(h.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- printer.Run(ctx) }()
	h.t.Cleanup(func() {
		stop()
		<-ended
	})
	o := device.Options{URI: m.line.URI, Stall: 2 * time.Second}
	for _, c := range change {
		c(&o)
	}
	m.at = h.place(name, func() (release.Printer, error) { return device.New(o) })
	return m
}

func countPages(_ context.Context, document io.Reader) (int, error) {
	all, err := io.ReadAll(document)
	return len(pageObject.FindAll(all, -1)), err
}

// documents are how many whole documents the printer has or had.
func (m *machine) documents() (n int) {
	for _, j := range m.Jobs() {
		if j.Bytes > 0 {
			n++
		}
	}
	return n
}

// sends submits a document of Sam's and releases it at a machine.
func (h *house) sends(m *machine, pages int) release.JobID {
	h.t.Helper()
	job := h.submit(h.Sam, pages)
	if _, err := h.Release(h.t.Context(), m.at, ids(job.ID)); err != nil {
		h.t.Fatal(err)
	}
	return job.ID
}

// hurry makes what is to be tried again due, and says how many seconds that took of those
// that the clock has.
func (h *house) hurry() {
	h.t.Helper()
	wait := dbtest.Value[float64](h.t, h.db, "SELECT coalesce(extract(epoch FROM max(not_before) - $1), 0)::float8 FROM delivery WHERE state = 'reserved'", h.clock.Now())
	if wait <= 0 {
		return
	}
	h.clock.Advance(time.Duration(wait*float64(time.Second)) + time.Millisecond)
	h.in(func(ctx context.Context, tx *db.Tx) error { return h.hub.Touch(ctx, tx, h.School, events.Deliveries) })
}

// ends waits until a job is in a state, at the speed of the printer and not of the clock.
func (h *house) ends(id release.JobID, want ...release.JobState) release.Job {
	h.t.Helper()
	return h.until(id, func(j release.Job) bool {
		h.hurry()
		for _, w := range want {
			if j.State == w {
				return true
			}
		}
		return false
	})
}

// rounds is how often something is tried: so often here, and more often with INKWELL_PROVE.
func rounds(here, proving int) int {
	if os.Getenv("INKWELL_PROVE") != "" {
		return proving
	}
	return here
}

// plenty gives Sam as much as a test may take, and room for as many jobs.
func plenty(h *house) { h.caps.MaxHeld, h.caps.MaxHourly = 100, 100_000 }

// grant gives somebody units.
func (h *house) grant(a school.Actor, units int64, key string) {
	h.t.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: a.Person, Amount: units, Key: key}})
		return err
	})
}

// F8: the connection is reset at each point of a document's way. What the printer has of it is
// asked before anything is sent again: each comes out once and is paid once.
func TestF8AResetIsReconciled(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plenty)
	size := h.submit(h.Sam, 3).Bytes // as it is sent
	if size < 100 {
		t.Fatalf("%d bytes are too few", size)
	}
	points := map[string]struct {
		op    wire.Op
		fault ipptest.Fault
	}{
		"byte 0":                    {wire.OpSendDocument, ipptest.ResetAfter(0)},
		"byte 1":                    {wire.OpSendDocument, ipptest.ResetAfter(1)},
		"the middle":                {wire.OpSendDocument, ipptest.ResetAfter(size / 2)},
		"before the last byte":      {wire.OpSendDocument, ipptest.ResetAfter(size - 1)},
		"the last byte":             {wire.OpSendDocument, ipptest.ResetAfter(size)},
		"before the answer":         {wire.OpSendDocument, ipptest.ResetBeforeAnswer},
		"the question for a job":    {wire.OpCreateJob, ipptest.ResetAfter(0)},
		"before the number of it":   {wire.OpCreateJob, ipptest.ResetBeforeAnswer},
		"a question on the way":     {wire.OpGetJobAttributes, ipptest.ResetAfter(0)},
		"the state before it":       {wire.OpGetPrinterAttributes, ipptest.ResetAfter(0)},
		"the list of jobs":          {wire.OpGetJobs, ipptest.ResetAfter(0)},
		"a cancel that nobody asks": {wire.OpCancelJob, ipptest.ResetAfter(0)},
	}
	machines := map[string]*machine{}
	for name := range points {
		machines[name] = h.machine(name)
	}
	for round := range rounds(1, 200) {
		h.grant(h.Sam, 3*int64(len(points)), fmt.Sprintf("round %d", round))
		jobs := map[string]release.JobID{}
		for name, p := range points {
			machines[name].line.Next(p.op, p.fault)
			jobs[name] = h.sends(machines[name], 3)
		}
		for name, id := range jobs {
			h.ends(id, release.Done)
			if n := machines[name].documents(); n != round+1 {
				t.Errorf("%s, round %d: the printer has %d documents", name, round, n)
			}
		}
		if left := h.balance(h.Sam); left != 100 {
			t.Fatalf("round %d: %d left", round, left)
		}
	}
	h.sound()
}

// F8: one that forgets everything with the reset is not sent it again: its owner is asked.
func TestF8AResetOfAPrinterThatForgetsIsUnclear(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plenty)
	m := h.machine("forgetful")
	m.line.Next(wire.OpSendDocument, func(x *ipptest.Exchange) {
		x.Forward()
		m.Restart()
		x.Reset()
	})
	id := h.sends(m, 3)
	h.delivery(id, release.Unclear)
	if n := m.line.Served(wire.OpSendDocument); n != 1 || h.balance(h.Sam) != 97 {
		t.Errorf("sent %d times, %d left", n, h.balance(h.Sam))
	}
	h.sound()
}

// F9: printers that misbehave in every other way, once each: nothing comes out twice, and
// nothing costs more than our own count.
func TestF9WhateverAPrinterDoesItComesOutOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plenty)
	quick := func(o *device.Options) { o.Ask = 5 * time.Second }
	machines, jobs := map[string]*machine{}, map[string]release.JobID{}
	for name, way := range map[string]struct {
		op    wire.Op
		fault ipptest.Fault
	}{
		"takes a byte at a time":   {wire.OpSendDocument, byteByByte},
		"takes nothing":            {wire.OpSendDocument, ipptest.Deaf},
		"never answers":            {wire.OpSendDocument, ipptest.Silence},
		"answers byte by byte":     {wire.OpSendDocument, ipptest.Crawl(500 * time.Millisecond)},
		"never ends its answer":    {wire.OpSendDocument, ipptest.Endless},
		"answers nonsense":         {wire.OpSendDocument, ipptest.Answer([]byte("\x02\x00\x00\x00nonsense"))},
		"answers with a page":      {wire.OpSendDocument, ipptest.Answer([]byte("<!doctype html><title>Sign in</title>"))},
		"answers another":          {wire.OpSendDocument, ipptest.Lie(func(m *wire.Message) { m.RequestID ^= 1 << 20 })},
		"gives another number":     {wire.OpGetJobAttributes, ipptest.Say(wire.JobGroup, wire.Integer("job-id", 4711))},
		"answers endlessly of it":  {wire.OpGetJobAttributes, ipptest.Endless},
		"claims two thousand mill": {wire.OpGetJobAttributes, ipptest.Say(wire.JobGroup, wire.Integer("job-impressions-completed", 1<<31-1))},
	} {
		machines[name] = h.machine(name, quick)
		machines[name].line.Next(way.op, way.fault)
		jobs[name] = h.sends(machines[name], 2)
	}
	for name, id := range jobs {
		h.eventually(name, func() (string, bool) {
			h.hurry()
			state := dbtest.Value[string](t, h.db, "SELECT state FROM delivery WHERE job_id = $1", id)
			return state, state == "settled" || state == "unclear"
		})
		if n := machines[name].documents(); n > 1 {
			t.Errorf("%s: the printer has the document %d times", name, n)
		}
	}
	if left := h.balance(h.Sam); left != 100-2*int64(len(jobs)) {
		t.Errorf("%d left after %d jobs of 2 pages", left, len(jobs))
	}
	h.sound()
}

// byteByByte takes a document as slowly as a line may be.
func byteByByte(x *ipptest.Exchange) {
	for one := make([]byte, 1); ; {
		if _, err := x.Document.Read(one); err != nil {
			x.Wait()
			return
		}
		time.Sleep(20 * time.Millisecond) // that slowly
	}
}

// F9: a printer that was switched off and on counts from 1 again; the job that has our
// number then is somebody else's, whatever it says.
func TestF9ANumberThatIsAnothersIsNotOurs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plenty)
	m := h.machine("restarted")
	m.JamAfter(0)
	id := h.sends(m, 3)
	h.delivery(id, release.Printing)
	m.Restart()
	theirs, err := device.New(device.Options{URI: m.line.URI})
	if err != nil {
		t.Fatal(err)
	}
	other := release.Errand{Token: "ffffffffffffffffffffffffffffffff", Format: "application/pdf", Copies: 1, Ticket: release.Ticket{Sides: "one-sided"}}
	number, err := theirs.Begin(t.Context(), other)
	if err == nil {
		err = theirs.Send(t.Context(), other, number, bytes.NewReader(m.paper(t)))
	}
	if err != nil {
		t.Fatal(err)
	}
	h.delivery(id, release.Unclear)
	if ours := dbtest.Value[int](t, h.db, "SELECT printer_job FROM delivery"); ours != number {
		t.Fatalf("the other has number %d, ours was %d", number, ours)
	}
	if n := m.documents(); n != 1 || h.balance(h.Sam) != 97 {
		t.Errorf("the printer has %d documents, %d left", n, h.balance(h.Sam))
	}
	h.sound()
}

// paper is somebody else's document.
func (m *machine) paper(testing.TB) []byte {
	return []byte("%PDF-1.4\n1 0 obj\n<< /Type /Page >>\nendobj\n%%EOF\n")
}
