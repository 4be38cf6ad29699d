package document

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Options are an engine's settings. A zero value stands for the default.
type Options struct {
	CacheDir   string        // required: folder for the compiled engine (19 MB, rebuilt when missing); ours, writable by nobody else
	Workers    int           // documents read at the same time: 2; each may take 256 MiB and three times MaxBytes
	Spare      int           // children that wait for a document, 45 MB each, so that it need not wait for them: none
	Easels     int           // the same, to draw pages for somebody who waits: none
	Presses    int           // rasters made at the same time: 4; each takes up to 256 MiB for as long as its printer takes
	PressPages int           // pages that a child draws before another goes on: 100
	PressTime  time.Duration // processor time of a child that draws a raster; another goes on after a third of it: 90 s
	Timeout    time.Duration // wall time of a try at one document: a minute, and as much again for each try before; no verdict, see ErrStarved
	CPUSeconds int           // processor time of one document: 10
	MaxPages   int           // 5,000
	MaxBytes   int64         // of a document, as sent and as rebuilt: 512 MiB
	Log        *slog.Logger  // nil: silent
	Executable string        // a binary that calls Child first: /proc/self/exe
}

// Engine reads documents, each in a child process of its own. It is safe for
// concurrent use; Close it.
type Engine struct {
	opts    Options
	slots   chan struct{} // one token per document being read
	spare   chan *reader  // children that no document was given to yet
	easel   chan *reader  // the same, to draw pages
	draws   chan struct{} // one token per document that is being drawn
	presses chan struct{} // one token per raster that is being made
	cache   compiled
	plain   atomic.Bool // the system refused namespaces; said once

	mu      sync.Mutex
	running map[*context.CancelCauseFunc]struct{} // nil once closed
	work    sync.WaitGroup
}

var errClosed = errors.New("document engine is closed")

// New makes an engine and begins to compile it in the background, which takes
// 2 to 5 s the first time and 0.1 s from CacheDir; documents wait for it. A
// compilation that failed is logged, and tried again by the next document.
//
// New also marks every file that this process inherited as not to be inherited
// further.
func New(opts Options) (*Engine, error) {
	if err := errors.Join(opts.complete(), keepDescriptors()); err != nil {
		return nil, fmt.Errorf("start document engine: %w", err)
	}
	e := &Engine{
		opts:    opts,
		slots:   make(chan struct{}, opts.Workers),
		spare:   make(chan *reader, opts.Spare),
		easel:   make(chan *reader, opts.Easels),
		draws:   make(chan struct{}, opts.Workers),
		presses: make(chan struct{}, opts.Presses),
		cache:   compiled{turn: make(chan struct{}, 1)},
		running: map[*context.CancelCauseFunc]struct{}{},
	}
	ctx, leave, err := e.enter(context.Background())
	if err != nil {
		return nil, err
	}
	go func() {
		defer leave()
		if err := e.warm(ctx); err != nil && !errors.Is(err, errClosed) {
			e.opts.Log.Error("document engine does not compile", "error", err)
		} else if err == nil {
			e.keep(e.spare, behind)
			e.keep(e.easel, atOnce)
		}
	}()
	return e, nil
}

func (o *Options) complete() error {
	if o.Workers == 0 {
		o.Workers = 2
	}
	if o.Presses == 0 {
		o.Presses = 4
	}
	if o.PressPages == 0 {
		o.PressPages = 100
	}
	if o.PressTime == 0 {
		o.PressTime = 90 * time.Second
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	if o.CPUSeconds == 0 {
		o.CPUSeconds = 10
	}
	if o.MaxPages == 0 {
		o.MaxPages = 5000
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 512 << 20
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Executable == "" {
		o.Executable = "/proc/self/exe"
	}
	if o.Workers < 0 || o.Presses < 0 || o.PressTime < 0 || o.PressPages < 0 || o.Timeout < 0 || o.CPUSeconds < 0 || o.MaxPages < 0 || o.MaxBytes < 0 || o.Spare < 0 || o.Easels < 0 {
		return errors.New("a limit is negative")
	}
	return prepareCacheDir(o.CacheDir)
}

// Close ends what is running, waits for it, and refuses what comes later.
func (e *Engine) Close() error {
	e.mu.Lock()
	for cancel := range e.running {
		(*cancel)(errClosed)
	}
	e.running = nil
	e.mu.Unlock()
	e.work.Wait()
	for {
		select {
		case r := <-e.spare:
			r.dismiss()
		case r := <-e.easel:
			r.dismiss()
		default:
			return nil
		}
	}
}

// enter registers a piece of work that Close cancels and waits for. The caller
// calls leave once.
func (e *Engine) enter(ctx context.Context) (_ context.Context, leave func(), _ error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running == nil {
		return nil, nil, errClosed
	}
	ctx, cancel := context.WithCancelCause(ctx)
	e.running[&cancel] = struct{}{}
	e.work.Add(1)
	return ctx, func() {
		e.mu.Lock()
		delete(e.running, &cancel)
		e.mu.Unlock()
		cancel(nil)
		e.work.Done()
	}, nil
}

func (e *Engine) rebuild(ctx context.Context, in io.Reader, w Work, out io.Writer) (Facts, error) {
	ctx, leave, err := e.enter(ctx)
	if err != nil {
		return Facts{}, err
	}
	defer leave()
	free := sync.OnceFunc(func() { <-e.slots })
	select {
	case e.slots <- struct{}{}:
		defer free()
	case <-ctx.Done():
		return Facts{}, fmt.Errorf("wait for a document worker: %w", context.Cause(ctx))
	}
	if err := e.warm(ctx); err != nil {
		return Facts{}, err
	}
	r, err := e.reader(w)
	if err != nil {
		return Facts{}, err
	}
	defer r.dismiss()
	if w.Format, err = receive(ctx, r.source, in, w.Format, e.opts.MaxBytes); err != nil {
		return Facts{}, err
	}
	facts, err := e.ask(ctx, r, w)
	if err != nil {
		return Facts{}, err
	}
	free() // whoever takes it now may be a printer that is out of paper
	if _, err := io.Copy(out, io.NewSectionReader(r.target, 0, facts.Bytes)); err != nil {
		return Facts{}, fmt.Errorf("write rebuilt document: %w", err)
	}
	return facts, nil
}

func (e *Engine) task(w Work) task {
	return task{
		Format: w.Format, Pages: w.Pages, Fronts: w.Fronts, NumberUp: w.NumberUp, Sheet: sheetOf(w.Media), Scaling: w.Scaling, Margin: w.Margin, Colour: w.Colour,
		MaxPages: e.opts.MaxPages, MaxBytes: e.opts.MaxBytes, CPUSeconds: e.opts.CPUSeconds,
	}
}

// ask has one fresh child read its source and fill its target, and others look on where
// it came to the end of its time. Whatever the child did, it is gone when ask returns, and
// its target can no longer change.
func (e *Engine) ask(ctx context.Context, r *reader, w Work) (Facts, error) {
	t := e.task(w)
	v, seen, err := e.hear(ctx, r, t, w)
	if err != nil {
		return Facts{}, err
	}
	size, err := sealedSize(r.target)
	if err != nil {
		return Facts{}, stuck.Because(err)
	}
	facts, err := v.facts(t, size, seen)
	if err != nil || !w.Colour {
		return facts, err
	}
	if seen, err = e.lookOn(ctx, r.target, t, w, facts.Pages, seen); err == nil && seen.Seen == facts.Pages {
		facts.Colour, facts.Tinted = seen.Colour, seen.Tinted
	}
	return facts, err
}

// mostLooks is how many children look through one document, each for as long as a
// document has.
const mostLooks = 6

// lookOn has children look at the sides that were not seen yet, as long as each sees
// some, and returns what was seen.
func (e *Engine) lookOn(ctx context.Context, rebuilt *os.File, t task, w Work, pages int, seen sight) (sight, error) {
	for looks := 1; seen.Seen < pages; looks++ {
		if seen.Seen == 0 || looks == mostLooks {
			return seen, nil
		}
		t.From, t.Sides = seen.Seen, pages
		more, err := e.lookFrom(ctx, rebuilt, t, w)
		if err != nil {
			return seen, err
		}
		if more.Seen < 1 || !more.fits(pages-seen.Seen) {
			return seen, nil
		}
		for i := range more.Seen {
			if more.Tinted.Has(i) {
				seen.Tinted = seen.Tinted.with(seen.Seen + i)
			}
		}
		seen.Seen += more.Seen
		seen.Colour += more.Colour
	}
	return seen, nil
}

// lookFrom has one more child look at a rebuilt document.
func (e *Engine) lookFrom(ctx context.Context, rebuilt *os.File, t task, w Work) (sight, error) {
	r, err := e.begin(w.turn(), rebuilt)
	if err != nil {
		return sight{}, err
	}
	defer r.dismiss()
	_, seen, err := e.hear(ctx, r, t, w)
	if errors.Is(err, stuck) {
		return sight{}, nil
	}
	return seen, err
}

// hear tells a child its task and hears what it has to say, until it has ended.
func (e *Engine) hear(ctx context.Context, r *reader, t task, w Work) (v verdict, seen sight, err error) {
	limited, cancel := context.WithTimeoutCause(ctx, e.patience(w), errTimeout)
	defer cancel()
	end, err := r.read(limited, t)
	if err != nil {
		return v, seen, err
	}
	if ctx.Err() != nil {
		return v, seen, fmt.Errorf("read document: %w", context.Cause(ctx))
	}
	e.opts.Log.Debug("document child ended", "used", end.used, "memory", end.memory)
	v, seen, began, err := parseAnswer(end.said)
	cause := errors.Join(err, end.err)
	if cause != nil {
		cause = errors.Join(cause, context.Cause(limited))
	}
	switch {
	case !began:
		e.forget()
		return v, seen, fmt.Errorf("start document child: %w", cause)
	case e.starved(end.used, cause):
		return v, seen, fmt.Errorf("read document: %w", errors.Join(ErrStarved, cause))
	case err != nil:
		e.opts.Log.Warn("document child ended without a verdict", "used", end.used, "error", cause)
		return v, seen, stuck.Because(cause)
	case end.err != nil: // after its verdict
		e.opts.Log.Warn("document child ended while it looked for colour", "used", end.used, "error", cause)
		return v, sight{}, nil
	}
	return v, seen, nil
}

// patience is the wall time of a try.
func (e *Engine) patience(w Work) time.Duration { return e.opts.Timeout * time.Duration(1+w.Starved) }

// starved says whether only the wall clock ended a child, after so much processor time.
func (e *Engine) starved(used time.Duration, cause error) bool {
	return errors.Is(cause, errTimeout) && used < time.Duration(e.opts.CPUSeconds)*time.Second
}

var errTimeout = errors.New("time is up")

// ErrStarved says that the wall time of a try ran out before the processor time did that
// the document may use: the machine was busy with something else, so it says nothing
// about the document. Try again later, and say in Work how often that was.
var ErrStarved = errors.New("the machine left no time for it")
