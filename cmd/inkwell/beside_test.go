package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/ipp/wire"
)

// race is one run of everything side by side. Whoever is not being measured is
// stopped meanwhile.
type race struct {
	*testing.T
	inkwell *demo
	cups    *cupsPeer
	pgbench *pgbenchPeer
	files   *filesPeer
	plan    plan

	accepted map[string][]int32 // job numbers by peer
	turn     map[string]int     // whose turn it is to print, by peer
	filled   int                // of Inkwell's jobs, those that came past the front door
	table    bytes.Buffer       // the report
}

// plan says how much is done.
type plan struct {
	levels  []int // jobs held before a measurement
	rounds  int   // of each peer at each level, in turns
	jobs    int   // of each round
	seconds int   // of each round of the yardsticks
	asked   int   // questions of each kind
	counted int   // documents, for their speed
}

// The long form is what docs/performance.md reports; the short one shows that all
// of it works, and measures nothing that means anything.
var (
	longPlan  = plan{levels: []int{0, 10_000, 25_000, 50_000}, rounds: 2, jobs: 4000, seconds: 4, asked: 1000, counted: 150}
	shortPlan = plan{levels: []int{0, 2000}, rounds: 1, jobs: 300, seconds: 1, asked: 50, counted: 10}
)

// The pupils of the race; the last one is asked about, and prints ten jobs alone.
const (
	racePupils = demoPupils - 1
	quietPupil = demoPupils
	quietJobs  = 10
)

// Inkwell beside cupsd, PostgreSQL's own benchmark and plain durable files. It fails
// when something is lost, refused or wrong, and never for being slow.
func TestBesideCUPS(t *testing.T) {
	p := shortPlan
	if os.Getenv("INKWELL_PROVE") != "" {
		p = longPlan
	}
	r := newRace(t, p)
	t.Cleanup(func() { t.Logf("\n%s", &r.table) })
	r.printQuietly()
	r.say("The yardstick is the slower of pgbench -N (16 clients, prepared) and 16 writers of durable files.")
	r.row("jobs held", "who", "a second", "of cupsd", "of yardstick", "half within", "99 % within", "longest")
	for _, level := range p.levels {
		r.fill(level)
		r.measure(level)
	}
	r.ask("Get-Jobs of one pupil", wire.OpGetJobs, quietJobs)
	r.ask("Get-Printer-Attributes", wire.OpGetPrinterAttributes, 0)
	r.passwords()
	r.backlog()
	r.kill()
}

func newRace(t *testing.T, p plan) *race {
	r := &race{T: t, plan: p, accepted: map[string][]int32{}, turn: map[string]int{}}
	r.inkwell = serveDemo(t, "--jobs-per-hour", "1000000", "--jobs-per-school", "1000000", "--jobs-bytes-per-school", "1TiB")
	t.Cleanup(r.inkwell.resume) // or it could not be asked to stop
	r.cups = newCUPSPeer(t)
	r.pgbench = newPgbenchPeer(t, 20)
	r.files = newFilesPeer(t)
	r.inkwell.pause()
	r.cups.Pause()
	r.say("%s %s, %d processors, %s", runtime.Version(), runtime.GOARCH, runtime.NumCPU(), rows[string](r.inkwell, "SELECT version()"))
	return r
}

// say adds a line to the report, row a line of its table.
func (r *race) say(format string, args ...any) { fmt.Fprintf(&r.table, format+"\n", args...) }

func (r *race) row(columns ...any) {
	r.say("%9v | %-23v | %8v | %8v | %12v | %11v | %11v | %9v", columns...)
}

// peer is a print server in the race.
type peer struct {
	name, address, path string
	pause, resume       func()
}

func (r *race) peers() []peer {
	return []peer{
		{"inkwell", r.inkwell.ipp, "/ipp/print/trusted", r.inkwell.pause, r.inkwell.resume},
		{"cupsd", r.cups.Address(), "/printers/" + cupsQueue, r.cups.Pause, r.cups.Resume},
	}
}

// alone lets one peer work and has it answer the traffic.
func (r *race) alone(p peer, tr traffic) heard {
	r.Helper()
	p.resume()
	defer p.pause()
	tr.Address, tr.Connections = p.address, 16
	if tr.Path == "" {
		tr.Path = p.path
	}
	if tr.Password == "" {
		tr.Skip = r.turn[p.name]
	}
	h := tr.run(r)
	if len(h.Refused) > 0 {
		r.Errorf("%s refused: %v", p.name, h.Refused)
	}
	if len(h.Times) == 0 {
		r.Fatalf("%s answered nothing", p.name)
	}
	if tr.Operation == wire.OpPrintJob {
		r.accepted[p.name] = append(r.accepted[p.name], h.Jobs...)
		r.turn[p.name] += tr.Requests
	}
	return h
}

func (r *race) printing(jobs int) traffic {
	return traffic{Operation: wire.OpPrintJob, Requests: jobs, First: 1, Last: racePupils}
}

// printQuietly gives the quiet pupil their jobs.
func (r *race) printQuietly() {
	for _, p := range r.peers() {
		r.alone(p, traffic{Operation: wire.OpPrintJob, Requests: quietJobs, First: quietPupil, Last: quietPupil})
	}
	r.inkwell.resume()
	r.inkwell.held(demoPupil(quietPupil), quietJobs) // and with it the PDF engine is compiled
	r.inkwell.pause()
}

// fill brings both servers to a level: cupsd through its door; Inkwell past it, with
// rows that are already counted and documents that are really in its spool.
func (r *race) fill(level int) {
	r.Helper()
	cups := r.peers()[1]
	if missing := level - len(r.accepted[cups.name]); missing > 0 {
		h := r.alone(cups, r.printing(missing))
		r.say("cupsd took %d jobs to get there: %.0f a second, the longest answer after %s", missing, h.perSecond(), h.quantile(1))
	}
	if missing := level - r.filled - len(r.accepted["inkwell"]); missing > 0 {
		r.inkwell.resume()
		r.inkwell.fill(missing)
		r.inkwell.pause()
		r.filled += missing
	}
}

// measure lets the peers and the yardsticks take turns at a level.
func (r *race) measure(level int) {
	r.Helper()
	all := map[string]*heard{}
	var tps, files []float64
	for range r.plan.rounds {
		for _, p := range r.peers() {
			h := r.alone(p, r.printing(r.plan.jobs))
			if all[p.name] == nil {
				all[p.name] = &heard{Refused: map[string]int{}}
			}
			all[p.name].add(h)
			slices.Sort(all[p.name].Times)
		}
		tps = append(tps, r.pgbench.run(16, r.plan.seconds))
		files = append(files, r.files.run(time.Duration(r.plan.seconds)*time.Second))
	}
	ours, theirs, bench, loop := all["inkwell"], all["cupsd"], mean(tps), mean(files)
	r.result(level, "inkwell", ours, ours.perSecond()/theirs.perSecond(), ours.perSecond()/min(bench, loop))
	r.result(level, "cupsd", theirs, 1, theirs.perSecond()/min(bench, loop))
	r.row(level, "pgbench -N", round(bench), "", "", "", "", "")
	r.row(level, "files", round(loop), "", "", "", "", "")
}

// result is the row of one server.
func (r *race) result(level any, name string, h *heard, ratios ...float64) {
	var said []any
	for _, ratio := range ratios {
		said = append(said, fmt.Sprintf("%.2f", ratio))
	}
	for len(said) < 2 {
		said = append(said, "")
	}
	r.row(append(append([]any{level, name, round(h.perSecond())}, said...), h.quantile(0.5), h.quantile(0.99), h.quantile(1))...)
}

// ask measures a question, and wants as many jobs in each answer.
func (r *race) ask(name string, op wire.Op, jobs int) {
	r.Helper()
	all := map[string]*heard{}
	for _, p := range r.peers() {
		h := r.alone(p, traffic{Operation: op, Requests: r.plan.asked, First: quietPupil, Last: quietPupil})
		if want := jobs * r.plan.asked; h.Listed != want {
			r.Errorf("%s listed %d jobs in %s, want %d", p.name, h.Listed, name, want)
		}
		all[p.name] = &h
	}
	ours, theirs := all["inkwell"], all["cupsd"]
	r.say("%s, of %d bytes and cupsd's of %d:", name, ours.LastSize, theirs.LastSize)
	r.result("", "inkwell", ours, ours.perSecond()/theirs.perSecond())
	r.result("", "cupsd", theirs, 1)
}

// passwords measures the queue that asks for one: the first time each pupil gives
// it, and again.
func (r *race) passwords() {
	r.Helper()
	p := r.peers()[0]
	r.say("Print-Job with a password:")
	for _, when := range []string{"the first time", "again"} {
		tr := r.printing(min(r.plan.jobs, 200))
		tr.Path, tr.Password, tr.Last = "/ipp/print", demoPassword, tr.Requests
		h := r.alone(p, tr)
		r.result("", "inkwell, "+when, &h)
	}
}

// backlog tells how many jobs wait for their count, and how fast they are counted
// when nothing else is asked.
func (r *race) backlog() {
	r.Helper()
	waiting := func() int { return rows[int](r.inkwell, "SELECT count(*) FROM job WHERE state = 'counting'") }
	r.inkwell.resume()
	before, began := waiting(), time.Now()
	goal := max(0, before-r.plan.counted)
	r.inkwell.eventually(fmt.Sprintf("%d jobs counted", before-goal), func() bool { return waiting() <= goal })
	speed := float64(before-waiting()) / time.Since(began).Seconds()
	r.say("%d jobs wait for their count; then %.1f/s are counted: all in %s", before, speed,
		time.Duration(float64(before)/speed*float64(time.Second)).Round(time.Second))
	r.inkwell.pause()
}

// kill is kill -9 of both while they take jobs, and a count of what was accepted and
// is there no more after the next start.
func (r *race) kill() {
	r.Helper()
	for _, p := range r.peers() {
		r.alone(p, r.printing(r.plan.jobs))
	}
	r.inkwell.kill()
	r.cups.Kill()
	r.inkwell.start()
	r.inkwell.pause() // counting moves documents about
	lost := rows[int](r.inkwell, `
		SELECT count(*) FROM unnest($1::integer[]) AS a (id)
		 WHERE NOT EXISTS (SELECT FROM job WHERE job_id = a.id AND state IN ('counting', 'held') AND document = ANY ($2::text[]))`,
		r.accepted["inkwell"], r.inkwell.documents())
	if lost > 0 {
		r.Errorf("inkwell lost %d of %d accepted jobs", lost, len(r.accepted["inkwell"]))
	}
	r.say("kill -9: inkwell lost %d of %d accepted jobs, cupsd %d of %d", lost, len(r.accepted["inkwell"]), r.cups.lost(r.accepted["cupsd"]), len(r.accepted["cupsd"]))
	r.inkwell.resume()
	r.inkwell.super(func(ctx context.Context, c *pgx.Conn) error {
		// So many documents are not counted in the time that a test has to stop.
		_, err := c.Exec(ctx, "UPDATE job SET state = 'cancelled', ended_at = now(), title = NULL WHERE state = 'counting'")
		return err
	})
}

func (h *heard) perSecond() float64 { return float64(len(h.Times)) / h.Took.Seconds() }

func (h *heard) quantile(q float64) time.Duration {
	return h.Times[min(len(h.Times)-1, int(q*float64(len(h.Times))))].Round(100 * time.Microsecond)
}

func round(v float64) string { return fmt.Sprintf("%.0f", v) }

func mean(all []float64) (m float64) {
	for _, v := range all {
		m += v / float64(len(all))
	}
	return m
}
