package release_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota"
	"inkwell/release"
	"inkwell/release/document"
	"inkwell/release/document/documenttest"
	"inkwell/release/spool"
)

func TestMain(m *testing.M) {
	document.Child()
	dbtest.Main(m)
}

// tuesday is a school morning.
var tuesday = time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC)

// house is a school with one hold queue, one direct queue, one printer and one
// station, and a desk that is at work.
type house struct {
	*schooltest.Cast
	t       testing.TB
	db      *db.DB
	clock   *dbtest.Clock
	hub     *events.Hub
	dir     string
	paper   *paper
	papers  map[string]*paper // of printers that are not h.paper, by name
	station release.Station
	queue   release.Queue
	direct  release.Queue
	watch   time.Duration // how often the printer is looked at
	engine  document.Options
	meter   release.Meter
	clients *sync.Map // how a printer is spoken to, by its name; without one, paper is
	ended   []string  // runs that are known to be over
	caps    release.Caps
	*release.Desk
	stop context.CancelFunc
	done chan error
}

func newHouse(t testing.TB, change ...func(*house)) *house {
	t.Helper()
	clock := dbtest.NewClock(tuesday)
	d := dbtest.New(t, dbtest.At(clock))
	h := &house{Cast: schooltest.New(t, d, "Harbour"), t: t, db: d, clock: clock, dir: t.TempDir(), paper: newPaper(t), watch: time.Hour, clients: new(sync.Map), caps: release.Caps{MaxBytes: 1 << 20, MaxHeld: 5}}
	for _, c := range change {
		c(h)
	}
	h.hub = events.New(d, slog.New(slog.DiscardHandler))
	h.furnish()
	h.open()
	t.Cleanup(func() { h.close() })
	return h
}

// furnish adds places and gives Sam 100 pages.
func (h *house) furnish() {
	h.t.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		p, err := release.AddPrinter(ctx, tx, release.PrinterRecord{School: h.School, Name: "Library", URI: "ipp://127.0.0.1:1"})
		if err != nil {
			return err
		}
		if err := release.AddStation(ctx, tx, h.School, "library", "Library kiosk", p); err != nil {
			return err
		}
		h.queue = release.Queue{School: h.School, Path: "/ipp/print", Name: "Print", Kind: release.Hold, Proof: school.ByPassword}
		h.direct = release.Queue{School: h.School, Path: "/ipp/direct", Name: "Direct", Kind: release.Direct, Proof: school.ByPassword, Printer: p}
		for _, q := range []*release.Queue{&h.queue, &h.direct} {
			if q.ID, err = release.AddQueue(ctx, tx, *q); err != nil {
				return err
			}
		}
		_, err = quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.Sam.Person, Amount: 100, Key: "sam"}, {Person: h.Mia.Person, Amount: 5, Key: "mia"}})
		return err
	})
}

// validate is Validate without what the queue's policy makes of the job.
func (h *house) validate(s release.Submission) error {
	_, err := h.Validate(h.t.Context(), s)
	return err
}

// open starts a desk on the house's folder and database, as a start of the program does.
func (h *house) open() {
	h.t.Helper()
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(h.t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	wrapping := func() ([]spool.Key, error) {
		return []spool.Key{{ID: "test", Secret: bytes.Repeat([]byte{7}, 32)}}, nil
	}
	store, err := spool.Open(h.t.Context(), spool.Options{Dir: filepath.Join(h.dir, "spool"), Keys: wrapping, Headroom: 1, Log: log})
	if err != nil {
		h.t.Fatal(err)
	}
	engine := h.reader(log)
	h.Desk = release.New(release.Options{DB: h.db, Directory: h.Directory, Hub: h.hub, Spool: store, Documents: engine, Log: log,
		Dial: h.dial, Meter: h.meter,
		Poll: 5 * time.Millisecond, Watch: h.watch, Caps: h.caps, Ended: h.ended})
	ctx, stop := context.WithCancel(context.WithoutCancel(h.t.Context()))
	h.stop, h.done = stop, make(chan error, 1)
	go func() { h.done <- h.Desk.Run(ctx) }()
	h.station, err = h.Station(h.t.Context(), "library")
	if err != nil {
		h.t.Fatal(err)
	}
}

// reader is the engine of all houses that want nothing particular of it, or one of the house's own.
func (h *house) reader(log *slog.Logger) *document.Engine {
	h.t.Helper()
	o := h.engine
	if o == (document.Options{}) {
		everyones.Do(func() {
			everyones.Engine, everyones.err = document.New(document.Options{CacheDir: engineCache(), Executable: documenttest.Child(h.t), Workers: 4, Presses: 16})
		})
		if everyones.err != nil {
			h.t.Fatal(everyones.err)
		}
		return everyones.Engine
	}
	o.CacheDir, o.Log = engineCache(), log
	if o.Executable == "" {
		o.Executable = documenttest.Child(h.t)
	}
	engine, err := document.New(o)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = engine.Close() })
	return engine
}

// everyones is an engine that lives as long as the tests: to start one costs as much as to read a document. Two
// tests run at once, and a printer that stands still holds a press.
var everyones struct {
	sync.Once
	*document.Engine
	err error
}

// dial makes the client of a printer.
func (h *house) dial(p release.PrinterRecord) (release.Printer, error) {
	if client, known := h.clients.Load(p.Name); known {
		return client.(func() (release.Printer, error))()
	}
	if other := h.papers[p.Name]; other != nil {
		return other, nil
	}
	return h.paper, nil
}

// place adds a printer that is spoken to in a way of its own, with a station beside it.
func (h *house) place(name string, client func() (release.Printer, error)) release.Visitor {
	h.t.Helper()
	h.clients.Store(name, client)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		p, err := release.AddPrinter(ctx, tx, release.PrinterRecord{School: h.School, Name: name, URI: "ipp://127.0.0.1:1"})
		if err != nil {
			return err
		}
		return release.AddStation(ctx, tx, h.School, slug(name), name, p)
	})
	st, err := h.Station(h.t.Context(), slug(name))
	if err != nil {
		h.t.Fatal(err)
	}
	return release.Visitor{Actor: h.Sam, Station: st}
}

// slug is a name as it stands in addresses.
func slug(name string) string {
	return strings.Trim(regexp.MustCompile("[^a-z0-9]+").ReplaceAllString(strings.ToLower(name), "-"), "-")
}

// close stops the desk and waits for all of it.
func (h *house) close() {
	if h.stop == nil {
		return
	}
	h.stop()
	h.stop = nil
	if err := <-h.done; err != nil && !errors.Is(err, context.Canceled) {
		h.t.Errorf("the desk stopped with %v", err)
	}
}

// engineCache is where compiled engines are kept between runs of the tests.
func engineCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "inkwell-test-engine")
}

func (h *house) in(fn func(context.Context, *db.Tx) error) {
	h.t.Helper()
	if err := h.db.InTx(h.t.Context(), db.InSchool(h.School), fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) at(a school.Actor) release.Visitor {
	return release.Visitor{Actor: a, Station: h.station}
}

func (h *house) submission(a school.Actor) release.Submission {
	if a.Proof == school.ByBadge { // the cast's; a computer has no reader
		a.Proof = school.ByPassword
	}
	return release.Submission{Queue: h.queue, Actor: a, Title: "My essay", Declared: "application/pdf"}
}

// submit sends a document of n pages and waits until it is held.
func (h *house) submit(a school.Actor, n int, change ...func(*release.Submission)) release.Job {
	h.t.Helper()
	s := h.submission(a)
	for _, c := range change {
		c(&s)
	}
	job, err := h.Print(h.t.Context(), s, bytes.NewReader(documenttest.PDF(n)))
	if err != nil {
		h.t.Fatal(err)
	}
	return h.until(job.ID, func(j release.Job) bool { return j.State != release.Counting })
}

// until waits for a fact about a job.
func (h *house) until(id release.JobID, fact func(release.Job) bool) (j release.Job) {
	h.t.Helper()
	h.eventually(fmt.Sprintf("job %d", id), func() (string, bool) {
		j = h.job(id)
		return fmt.Sprintf("%+v", j), fact(j)
	})
	return j
}

// patience is how long anything may take before a test gives up.
const patience = 3 * time.Minute

func (h *house) eventually(what string, fact func() (string, bool)) {
	h.t.Helper()
	deadline := time.Now().Add(patience)
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		seen, ok := fact()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("%s did not get there: %s", what, seen)
		}
		time.Sleep(pause) // between two looks, not for luck
	}
}

func (h *house) job(id release.JobID) release.Job {
	h.t.Helper()
	a := h.Sam
	a.Person = dbtest.Value[school.PersonID](h.t, h.db, "SELECT person_id FROM job WHERE job_id = $1", id)
	j, err := h.Job(h.t.Context(), a, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return j
}

func (h *house) release(a school.Actor, ids ...release.JobID) {
	h.t.Helper()
	if _, err := h.Release(h.t.Context(), h.at(a), ids); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) state(id release.JobID, want release.JobState) release.Job {
	h.t.Helper()
	return h.until(id, func(j release.Job) bool { return j.State == want })
}

func (h *house) balance(a school.Actor) (n int64) {
	h.t.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = quota.Balance(ctx, tx, a.Person)
		return err
	})
	return n
}

// sound checks the whole ledger against the deliveries.
func (h *house) sound() {
	h.t.Helper()
	err := h.db.InTx(h.t.Context(), db.System("verify"), func(ctx context.Context, tx *db.Tx) error {
		r, err := quota.Verify(ctx, tx)
		more, err2 := release.VerifyDeliveries(ctx, tx)
		if all := append(r.Problems, more...); len(all) > 0 {
			h.t.Errorf("the ledger: %q", all)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// documents counts what is in the spool.
func (h *house) documents() (n int) {
	h.t.Helper()
	for _, err := range h.Spool.IDs(h.t.Context()) {
		if err != nil {
			h.t.Fatal(err)
		}
		n++
	}
	return n
}

var pageObject = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// pagesOut counts the pages that the printer has been given, copies included.
func (h *house) pagesOut() (n int) {
	for _, s := range h.paper.printed() {
		n += s.copies * s.pages()
	}
	return n
}

func wantFault(t testing.TB, err error, code string) {
	t.Helper()
	if f := fault.As(err); f == nil || f.Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}
