package main

import (
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
	"inkwell/release/spool/spooltest"
)

// pair is two servers of one school: one database, one bucket, and a printer at each of
// the two stations. Whoever has the printers is stopped, and goes on later.
type pair struct {
	*siege
	owner, other *demo
	stages       map[string]*stage // by station
	taken        []string          // by which server's hold of the printers deliveries were on their way
}

// largeSide makes a document that no cable holds: what a stopped server has not sent is
// more than what is on its way.
const largeSide = 4096

// halt is a moment of a delivery at which a printer waits for its server to be stopped.
type halt struct {
	reached chan struct{}
	stopped chan struct{}
	taken   chan struct{} // the other server has the printer, and is not answered either
	free    chan struct{} // it is answered
	over    chan bool     // what the stopped server had begun has ended; true: all of its document came
	test    context.Context
}

func newHalt(t *testing.T) *halt {
	return &halt{make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan bool, 1), t.Context()}
}

func (h *halt) wait() {
	close(h.reached)
	h.until(h.stopped)
}

// until waits for a fact, or for the end of a test that has failed meanwhile.
func (h *halt) until(fact <-chan struct{}) {
	select {
	case <-fact:
	case <-h.test.Done():
	}
}

// unheard does what it is asked and answers a server that is stopped.
func (h *halt) unheard(x *ipptest.Exchange) {
	answer := x.Forward()
	h.wait()
	x.Write(answer)
	h.over <- false
}

// held does what the other server asks, and has it wait: its delivery is still open, and its
// document still there, when the one that was stopped goes on.
func (h *halt) held(x *ipptest.Exchange) {
	answer := x.Forward()
	close(h.taken)
	h.until(h.free)
	x.Write(answer)
}

// half has the server stopped when a part of the document is there.
func (h *halt) half(x *ipptest.Exchange) {
	rest := &rest{h: h, from: x.Document}
	x.Document = io.MultiReader(io.LimitReader(x.Document, largeSide), rest)
	defer func() { h.over <- rest.whole }() // a printer that is hung up on may leave by a panic
	x.Write(x.Forward())
}

// rest is what comes of a document after its server has been stopped.
type rest struct {
	h     *halt
	from  io.Reader
	asked bool
	whole bool
}

func (r *rest) Read(p []byte) (int, error) {
	if !r.asked {
		r.asked = true
		r.h.wait()
	}
	n, err := r.from.Read(p)
	r.whole = r.whole || err == io.EOF
	return n, err
}

func newPair(t *testing.T) *pair {
	t.Helper()
	base := newPostgres(t)
	config := base.configure(spooltest.New(t))
	p := &pair{siege: &siege{t: t, answers: map[uint16]int{}}, stages: map[string]*stage{"library": newStage(t), "sixth-form": newStage(t)}}
	p.owner = base.serve(config, nil)
	p.other = base.serve(config, p.owner)
	for station, stage := range p.stages {
		p.owner.super(func(ctx context.Context, c *pgx.Conn) error {
			_, err := c.Exec(ctx, "UPDATE printer SET uri = $2, state = 'unknown', node_id = $3::uuid, epoch = epoch + 1 WHERE printer_id = (SELECT printer_id FROM station WHERE slug = $1)",
				station, stage.paper.URI, p.node(p.owner))
			return err
		})
	}
	return p
}

// node is the name of a server's present run.
func (p *pair) node(s *demo) string {
	p.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, "node"))
	names := nodeName.FindAllString(string(b), -1)
	if err != nil || len(names) == 0 {
		p.t.Fatalf("which node is it? %q, %v", b, err)
	}
	return names[len(names)-1]
}

// round stops the server that has the printers at a moment of each one's delivery, until
// the other has seen them to their end and the pause is over.
func (p *pair) round(pause time.Duration, pupil int, moments map[string]wire.Op) {
	p.t.Helper()
	p.at(p.other)
	halts := map[string]*halt{}
	for i, station := range slices.Sorted(maps.Keys(moments)) {
		op, h, document := moments[station], newHalt(p.t), marked()
		fault := h.unheard
		if op == sendHalf {
			op, fault, document = wire.OpSendDocument, h.half, noisy(largeSide)
		}
		halts[station] = h
		p.stages[station].paper.Next(op, fault)
		if err := p.submit(p.t.Context(), pupil+i, document); err != nil {
			p.t.Fatal(err)
		}
		p.other.held(demoPupil(pupil+i), 1)
		p.other.eventually("a release at "+station, func() bool {
			p.releaseAt(p.t.Context(), station, pupil+i)
			return rows[int](p.other, "SELECT count(*) FROM job JOIN person USING (person_id) WHERE username = $1 AND state = 'held'", demoPupil(pupil+i)) == 0
		})
	}
	for station, h := range halts {
		await(p, "the moment at "+station, h.reached)
	}
	p.signal(syscall.SIGSTOP)
	began := time.Now()
	for station, h := range halts {
		next := wire.OpSendDocument
		if moments[station] == wire.OpSendDocument {
			next = wire.OpGetJobAttributes // it finds the document there
		}
		p.stages[station].paper.Next(next, h.held)
		close(h.stopped)
	}
	for station, h := range halts {
		await(p, "the other server at "+station, h.taken)
	}
	if n := rows[int](p.other, "SELECT count(*) FROM printer WHERE node_id = $1::uuid", p.node(p.other)); n != len(p.stages) {
		p.t.Errorf("the other server has %d printers", n)
	}
	pauseFor(p.t.Context(), pause-time.Since(began))
	p.taken = append(p.taken, p.deliveries())
	woken := rows[time.Time](p.other, "SELECT now()")
	p.signal(syscall.SIGCONT)
	for station, h := range halts {
		if whole := await(p, "the end at "+station, h.over); whole {
			p.t.Errorf("%s was sent all of a document by a server that had lost the printer", station)
		}
	}
	p.other.eventually("the stopped server to live", func() bool {
		return rows[bool](p.other, "SELECT coalesce((SELECT beat_at > $2 FROM node WHERE node_id = $1::uuid), false)", p.node(p.owner), woken)
	})
	for _, h := range halts {
		close(h.free)
	}
	p.other.eventually("the other server to print all", func() bool { return rows[int](p.other, "SELECT count(*) FROM job WHERE state <> 'done'") == 0 })
	p.owner, p.other = p.other, p.owner
}

// sendHalf stands for the middle of a Send-Document.
const sendHalf = wire.Op(0x7fff)

func (p *pair) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.owner.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// deliveries are all that there are now, with the epoch that last wrote how far each is.
func (p *pair) deliveries() string {
	return rows[string](p.other, "SELECT coalesce(string_agg(format('%s %s at %s, ', delivery_id, token, epoch), '' ORDER BY delivery_id), '') FROM delivery d")
}

// await waits for a fact, and says where everything stands if it does not come.
func await[T any](p *pair, what string, fact <-chan T) (v T) {
	p.t.Helper()
	select {
	case v = <-fact:
	case <-time.After(patience):
		p.t.Fatalf("waited in vain for %s; jobs: %s; deliveries: %s; printers: %s; nodes: %s", what,
			p.table("SELECT job_id, state, reason FROM job"), p.table("SELECT * FROM delivery"),
			p.table("SELECT printer_id, state, uri, node_id, epoch FROM printer"), p.table("SELECT node_id, beat_at, now() FROM node"))
	}
	return v
}

func (p *pair) table(query string) string {
	return rows[string](p.other, "SELECT coalesce(string_agg(q::text, '; '), '') FROM ("+query+") q")
}

// A server is stopped in the middle of its deliveries, as a virtual machine is, for longer
// than others take it for alive, and goes on when another has its printers. Each document
// comes out once and is paid once, and the one that slept writes nothing.
func TestF16APausedServerSendsNothingTwice(t *testing.T) {
	t.Parallel()
	rounds, pause := 1, 8*time.Second
	if os.Getenv("INKWELL_PROVE") != "" {
		rounds, pause = 200, time.Minute
	}
	p := newPair(t)
	for round := range rounds {
		moments := map[string]wire.Op{"library": sendHalf, "sixth-form": wire.OpSendDocument}
		if round%2 == 1 {
			moments = map[string]wire.Op{"library": wire.OpCreateJob, "sixth-form": sendHalf}
		}
		p.round(pause, 1+2*round, moments)
	}
	// What the sleeper had in hand is over once it has printed again at each printer.
	p.owner.stop()
	p.at(p.other)
	for i, station := range slices.Sorted(maps.Keys(p.stages)) {
		pupil := quietPupil - i
		if err := p.submit(t.Context(), pupil, marked()); err != nil {
			t.Fatal(err)
		}
		p.other.held(demoPupil(pupil), 1)
		p.other.eventually("the one that slept to print", func() bool {
			p.releaseAt(t.Context(), station, pupil)
			return rows[int](p.other, "SELECT count(*) FROM job JOIN person USING (person_id) WHERE username = $1 AND state = 'done'", demoPupil(pupil)) == 1
		})
	}
	now := p.deliveries()
	for _, before := range p.taken {
		if len(now) < len(before) || now[:len(before)] != before {
			t.Errorf("a server that had lost its printers has written: from\n%s\nto\n%s", before, now)
		}
	}
	printed := &papers{came: map[string]int{}}
	for _, s := range p.stages {
		for _, digest := range s.papers.all() {
			printed.came[digest]++
		}
	}
	if v := p.other.check(p.accepted, printed); v != (balance{}) || len(printed.all()) != len(p.accepted) {
		t.Errorf("%d accepted, %d came out: %+v", len(p.accepted), len(printed.all()), v)
	}
	p.other.inkwell("ledger", "verify")
	p.other.inkwell("audit", "verify")
	t.Logf("stopped %d times for %s: %d accepted, %d printed", rounds, pause, len(p.accepted), len(printed.all()))
}
