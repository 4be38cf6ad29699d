package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/simulate"
	"inkwell/ipp/wire"
)

// crashPoint is a moment of a job's way at which the server is killed: one of its own,
// of internal/crash, or one that only the printer knows.
type crashPoint struct {
	name    string // as docs/crashes.md has it
	what    string
	moment  string                     // "moment:nth"
	op      wire.Op                    // or the request at which the printer sees the server die
	printer func(*stage) ipptest.Fault // what it does with that request
	away    bool                       // the server is back only once the printer is done
	start   bool                       // it is killed while it starts
}

// crashPoints are those of submission, hold, release, delivery, charge and the giving of
// allowances. The second document of a life is the copy that counting makes.
var crashPoints = []crashPoint{
	{name: "S1", what: "connection accepted", moment: "connection-accepted:1"},
	{name: "S2", what: "headers read", moment: "request-begun:1"},
	{name: "S3", what: "IPP decoded", moment: "request-read:1"},
	{name: "S4", what: "file in the spool begun", moment: "document-begun:1"},
	{name: "S5", what: "mid-document", moment: "document-written:3"},
	{name: "S6", what: "whole document", moment: "document-whole:1"},
	{name: "S7", what: "bytes synced", moment: "document-synced:1"},
	{name: "S8", what: "bytes have their name", moment: "document-named:1"},
	{name: "S9", what: "key and folder synced", moment: "document-durable:1"},
	{name: "S10", what: "row written, before the commit", moment: "job-written:1"},
	{name: "S11", what: "committed, before the answer", moment: "job-committed:1"},
	{name: "S12", what: "answer on its way", moment: "answer-written:1"},
	{name: "H1", what: "being counted", moment: "document-begun:2"},
	{name: "H2", what: "counted, before the commit", moment: "count-written:1"},
	{name: "H3", what: "count committed", moment: "count-committed:1"},
	{name: "R1", what: "badge read", moment: "badge-read:1"},
	{name: "R2", what: "released and reserved, before the commit", moment: "release-written:1"},
	{name: "R3", what: "release committed", moment: "release-committed:1"},
	{name: "R4", what: "before the kiosk is told", moment: "release-answered:1"},
	{name: "D1", what: "attempt committed", moment: "sending-committed:1"},
	{name: "D2", what: "Create-Job sent, no reply", op: wire.OpCreateJob, printer: (*stage).unanswered},
	{name: "D3", what: "printer's job-id seen, not committed", moment: "printer-job-known:1"},
	{name: "D4", what: "job-id committed", moment: "printer-job-committed:1"},
	{name: "D5", what: "mid Send-Document", op: wire.OpSendDocument, printer: (*stage).halfSent},
	{name: "D6", what: "whole document sent, no reply", op: wire.OpSendDocument, printer: (*stage).unanswered},
	{name: "D7", what: "reply seen, not committed", moment: "document-taken:1"},
	{name: "D8", what: "printing", moment: "printing-seen:1"},
	{name: "D9", what: "printed, not asked yet", moment: "printing-committed:1", away: true},
	{name: "C1", what: "outcome known, before the charge", moment: "outcome-known:1"},
	{name: "C1b", what: "charged, before the commit", moment: "outcome-written:1"},
	{name: "C2", what: "charge committed", moment: "outcome-committed:1"},
	{name: "C3", what: "mid destruction of the document", moment: "key-destroyed:2"},
	{name: "T1", what: "mid-grant of a period's allowances", moment: "allowances-written:1", start: true},
}

// stage is a printer that remembers its jobs, and sees the server die that prints to it.
type stage struct {
	printer *simulate.Printer
	paper   *ipptest.Faulty
	papers  *papers
	murder  func() // kill -9
}

// newStage is a printer with its paper; whoever prints to it says how it is killed.
func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{papers: &papers{}}
	s.printer = printerThatLives(t, 200*time.Millisecond, s.papers)
	s.paper = ipptest.NewFaulty(t, s.printer.Handler())
	return s
}

// unanswered has the printer do what it is asked; the server dies before it hears so.
func (s *stage) unanswered() ipptest.Fault {
	return func(x *ipptest.Exchange) {
		x.Forward()
		s.murder()
		x.Reset()
	}
}

// unasked has the server die before the printer has read what it is asked.
func (s *stage) unasked() ipptest.Fault {
	return func(x *ipptest.Exchange) {
		s.murder()
		x.Reset()
	}
}

// halfSent has the server die when the printer has read half of the document.
func (s *stage) halfSent() ipptest.Fault {
	return func(x *ipptest.Exchange) {
		x.Document = io.MultiReader(io.LimitReader(x.Document, markedBytes/2), &dying{s, x.Document})
		x.Forward()
		x.Reset()
	}
}

// asked has the server die when it asks for a job that the printer has taken up, at once or
// once that is done.
func (s *stage) asked(op wire.Op, done bool) ipptest.Fault {
	before := len(s.papers.all())
	var fault ipptest.Fault
	fault = func(x *ipptest.Exchange) {
		if len(s.papers.all()) == before {
			s.paper.Next(op, fault)
			x.Write(x.Forward())
			return
		}
		for done && s.busy() {
			time.Sleep(10 * time.Millisecond) // between two looks
		}
		s.murder()
		x.Reset()
	}
	return fault
}

// busy says whether the printer has something to print.
func (s *stage) busy() bool {
	return slices.ContainsFunc(s.printer.Jobs(), func(j simulate.JobView) bool { return j.State < wire.JobCanceled && j.State != wire.JobPendingHeld })
}

// dying is what is left of a document whose sender is killed now.
type dying struct {
	s    *stage
	rest io.Reader
}

func (d *dying) Read([]byte) (int, error) {
	d.s.murder()
	if _, err := io.Copy(io.Discard, d.rest); err != nil {
		return 0, err
	}
	return 0, io.ErrUnexpectedEOF // what was in the cable already
}

// Every moment in the source is rehearsed, and every rehearsed one is in the source.
func TestEveryMomentIsRehearsed(t *testing.T) {
	t.Parallel()
	at := regexp.MustCompile(`crash\.At\("([a-z-]+)"\)`)
	var there, rehearsed []string
	for _, f := range sources(t, filepath.Join("..", "..")) {
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(f.name)))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.name, "_test.go") {
			continue
		}
		for _, m := range at.FindAllSubmatch(text, -1) {
			there = append(there, string(m[1]))
		}
	}
	for _, p := range crashPoints {
		if moment, _, found := strings.Cut(p.moment, ":"); found {
			rehearsed = append(rehearsed, moment)
		}
	}
	slices.Sort(there)
	slices.Sort(rehearsed)
	if once := slices.Compact(slices.Clone(there)); len(once) != len(there) {
		t.Errorf("a moment is there twice: %v", there)
	}
	if rehearsed = slices.Compact(rehearsed); !slices.Equal(there, rehearsed) {
		t.Errorf("the source has %v\nrehearsed are %v", there, rehearsed)
	}
}

// Of all that nothing is in the program that schools run.
func TestTheProgramHasNoCrashPoints(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		build *build
		want  bool
	}{{built, false}, {rehearsed, true}} {
		program, err := os.ReadFile(c.build.path(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"INKWELL_" + "CRASH", "sending-" + "committed", "inkwell/internal/" + "crash.At"} {
			if got := strings.Contains(string(program), word); got != c.want {
				t.Errorf("with the tags %q, that %s is in the program: %t", c.build.tags, word, got)
			}
		}
	}
}
