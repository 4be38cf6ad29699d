package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
)

// crashesBeside are the moments at which both servers are killed: the printer sees all of
// them, whoever prints.
var crashesBeside = []crashPoint{
	{name: "a", what: "Create-Job answered, document not begun", op: wire.OpSendDocument, printer: (*stage).unasked},
	{name: "b", what: "mid-document", op: wire.OpSendDocument, printer: (*stage).halfSent},
	{name: "c", what: "document received, not answered", op: wire.OpSendDocument, printer: (*stage).unanswered},
	{name: "d", what: "answered, printing", op: wire.OpGetJobAttributes, printer: func(s *stage) ipptest.Fault { return s.asked(wire.OpGetJobAttributes, false) }},
	{name: "e", what: "printed, not asked yet", op: wire.OpGetJobAttributes, printer: func(s *stage) ipptest.Fault { return s.asked(wire.OpGetJobAttributes, true) }},
}

// besideTally is what came of one point at one server.
type besideTally struct{ runs, lost, doubled, unknown int }

func (b besideTally) String() string {
	return fmt.Sprintf("%d lost, %d doubled, %d uncharged of %d", b.lost, b.doubled, b.unknown, b.runs)
}

// The same faults at the same printer: Inkwell, cupsd as it is delivered, and cupsd that
// writes its state at once. It fails when Inkwell loses, doubles or does not charge.
func TestCrashesBesideCUPS(t *testing.T) {
	t.Parallel()
	runs, points := min(10, crashes(t)), crashesBeside
	if runs == 1 {
		points = crashesBeside[2:3]
	}
	ours := rehearse(t)
	delivered, prompt := newCrashingCUPS(t), newCrashingCUPS(t, "DirtyCleanInterval 0")
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "killed at\tInkwell\tcupsd as delivered\tcupsd, DirtyCleanInterval 0")
	for i, p := range points {
		var theirs, careful besideTally
		for run := range runs {
			ours.life(p, 1+i*runs+run)
			delivered.life(p, &theirs)
			prompt.life(p, &careful)
		}
		at := slices.IndexFunc(ours.tally, func(t tally) bool { return t.point.name == p.name })
		us := ours.tally[at]
		_, _ = fmt.Fprintf(w, "%s %s\t%s\t%s\t%s\n", p.name, p.what, besideTally{us.kills, us.lost, us.doubled, us.wrong}, theirs, careful)
	}
	_ = w.Flush()
	t.Logf("\n%s", &text)
	if sum := ours.report(); sum.lost+sum.doubled+sum.wrong > 0 {
		t.Errorf("%+v", ours.s.check(ours.accepted, ours.stage.papers))
	}
}

// crashingCUPS is a cupsd with a queue without a driver to a printer of its own.
type crashingCUPS struct {
	*ipptest.CUPSServer
	t     *testing.T
	stage *stage
}

func newCrashingCUPS(t *testing.T, more ...string) *crashingCUPS {
	t.Helper()
	c := &crashingCUPS{CUPSServer: ipptest.CUPS(t, more...), t: t, stage: newStage(t)}
	c.stage.murder = c.KillAll
	c.AddRawQueue("crash", c.stage.paper.URI)
	c.Stop() // it writes the queue down half a minute later only, or when it ends
	c.Restart()
	return c
}

// life is a document that is printed while cupsd is killed at a point.
func (c *crashingCUPS) life(p crashPoint, to *besideTally) {
	c.t.Helper()
	document := marked()
	sum := sha256.Sum256(document)
	accepted, died := make(chan struct{}), make(chan struct{})
	told := sync.OnceFunc(func() { close(accepted) })
	defer told()
	c.stage.murder = func() {
		<-accepted
		c.KillAll()
		close(died)
	}
	c.stage.paper.Next(p.op, p.printer(c.stage))
	request := c.LP("crash", tempFile(c.t, document))
	told()
	select {
	case <-died:
	case <-time.After(patience):
		c.t.Fatalf("%s was never reached; cupsd says\n%s", p.name, c.Log())
	}
	c.Kill()
	c.Wait("the printer is done", func() bool { return !c.stage.busy() })
	c.Restart()
	c.Wait("cupsd and the printer are done", func() bool { return c.Done(request) && !c.stage.busy() })
	to.runs++
	switch came := c.stage.papers.times(hex.EncodeToString(sum[:])); {
	case came == 0:
		to.lost++
	case came > 1:
		to.doubled++
	}
	if c.stage.papers.times(hex.EncodeToString(sum[:])) > 0 && !c.Knows(request) {
		to.unknown++
	}
}
