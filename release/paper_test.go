package release_test

import (
	"context"
	"encoding/binary"
	"io"
	"slices"
	"sync"
	"testing"

	"inkwell/release"
)

// paper is a printer in memory that does what a test tells it. It keeps what it was
// given, so that a test can count what would have come out.
type paper struct {
	t    testing.TB
	mu   sync.Mutex
	jobs []*sheet

	state   release.PrinterState
	uptime  int
	failing map[string]error // by method: what it answers instead
	lost    map[string]error // by method: what it answers after having done it
	hold    bool             // jobs stay active until told otherwise
	mum     bool             // it does not say of a job that its document is missing
	begun   func()           // called when a job is open, before it says so
	sending func()           // called before a document is taken
	late    int              // pages that are out of a job when it has been cancelled

	can     release.Capabilities // what it says it can do; at first nothing
	config  int                  // printer-config-change-time
	counter int                  // printer-impressions-completed
	then    []release.Progress   // its next answers about a job; one without a phase is that it has none
	asked   int                  // how often it was asked what it can do
	told    []release.Ticket     // of each Begin

	reasons []string       // printer-state-reasons; at first a jam, of one that has stopped
	counts  release.Counts // what it has counted; at first nothing
}

// sheet is one job as the printer has it.
type sheet struct {
	id       int
	token    string
	format   string
	copies   int
	document []byte
	progress release.Progress
}

// pages are those of its document: a PDF's objects, or what the first header of a PWG raster says
// (TotalPageCount, PWG 5102.4 4.3).
func (s sheet) pages() int {
	const sync, total = 4, 452
	if s.format == "image/pwg-raster" && len(s.document) >= sync+total+4 {
		return int(binary.BigEndian.Uint32(s.document[sync+total:]))
	}
	return len(pageObject.FindAll(s.document, -1))
}

func newPaper(t testing.TB) *paper {
	return &paper{t: t, state: release.PrinterIdle, uptime: 1000, failing: map[string]error{}, lost: map[string]error{}}
}

// fail has a method answer with err from now on; nil ends that.
func (p *paper) fail(method string, err error) { p.with(func() { p.failing[method] = err }) }

// lose has a method do its work once and then answer with err.
func (p *paper) lose(method string, err error) { p.with(func() { p.lost[method] = err }) }

func (p *paper) with(fn func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fn()
}

// tell sets how far the latest job is.
func (p *paper) tell(at release.Progress) {
	p.with(func() { p.jobs[len(p.jobs)-1].progress = at })
}

// printed are the documents that the printer has whole, in order.
func (p *paper) printed() (all []sheet) {
	p.with(func() {
		for _, s := range p.jobs {
			if s.document != nil {
				all = append(all, *s)
			}
		}
	})
	return all
}

// after takes the error that a method answers with although it did its work.
func (p *paper) after(method string) error {
	err := p.lost[method]
	delete(p.lost, method)
	return err
}

func (p *paper) Status(context.Context) (st release.Status, err error) {
	p.with(func() {
		st = release.Status{State: p.state, Accepting: true, UpTime: p.uptime, Config: p.config, Counter: p.counter}
		if st.Reasons = p.reasons; st.Reasons == nil && p.state == release.PrinterStopped {
			st.Reasons = []string{"media-jam-error"}
		}
		err = p.failing["Status"]
	})
	return st, err
}

func (p *paper) Counts(context.Context) (c release.Counts, err error) {
	p.with(func() { c, err = p.counts, p.failing["Counts"] })
	return c, err
}

func (p *paper) Capabilities(context.Context) (c release.Capabilities, err error) {
	p.with(func() { p.asked, c, err = p.asked+1, p.can, p.failing["Capabilities"] })
	return c, err
}

func (p *paper) Begin(_ context.Context, e release.Errand) (id int, err error) {
	p.with(func() {
		if err = p.failing["Begin"]; err != nil {
			return
		}
		id = len(p.jobs) + 1
		p.told = append(p.told, e.Ticket)
		p.jobs = append(p.jobs, &sheet{id: id, token: e.Token, format: e.Format, copies: e.Copies, progress: release.Progress{Phase: release.PhaseIncoming}})
		if p.mum {
			p.jobs[id-1].progress.Phase = release.PhaseActive
		}
		err = p.after("Begin")
	})
	if err == nil && p.begun != nil {
		p.begun()
	}
	return id, err
}

func (p *paper) Send(_ context.Context, _ release.Errand, id int, document io.Reader) (err error) {
	if p.sending != nil {
		p.sending()
	}
	all, err := io.ReadAll(document)
	if err != nil {
		return err
	}
	p.with(func() {
		if err = p.failing["Send"]; err != nil {
			return
		}
		s := p.jobs[id-1]
		if s.progress.Phase != release.PhaseIncoming && (!p.mum || s.progress.Phase == release.PhaseEnded) {
			err = release.ErrBusy // as a printer client tells of a job that was cancelled
			return
		}
		s.document = all
		s.progress.Phase = release.PhaseCompleted
		s.progress.Impressions = s.copies * s.pages()
		if p.hold {
			s.progress = release.Progress{Phase: release.PhaseActive}
		}
		err = p.after("Send")
	})
	return err
}

func (p *paper) Progress(_ context.Context, id int) (at release.Progress, err error) {
	p.with(func() {
		if err = p.failing["Progress"]; err != nil {
			return
		}
		if id < 1 || id > len(p.jobs) {
			err = release.ErrGone
			return
		}
		at = p.jobs[id-1].progress
		if len(p.then) > 0 {
			at, p.then = p.then[0], p.then[1:]
		}
		if at.Phase == 0 {
			err = release.ErrGone
		}
	})
	return at, err
}

func (p *paper) Find(_ context.Context, token string) (id int, at release.Progress, err error) {
	p.with(func() {
		if err = p.failing["Find"]; err != nil {
			return
		}
		i := slices.IndexFunc(p.jobs, func(s *sheet) bool { return s.token == token })
		if i < 0 {
			err = release.ErrGone
			return
		}
		id, at = p.jobs[i].id, p.jobs[i].progress
	})
	return id, at, err
}

func (p *paper) Cancel(_ context.Context, id int) (err error) {
	p.with(func() {
		if err = p.failing["Cancel"]; err != nil {
			return
		}
		s := p.jobs[id-1]
		if s.progress.Phase == release.PhaseCompleted {
			err = release.ErrRefused
			return
		}
		s.progress.Phase = release.PhaseEnded
		s.progress.Impressions = max(s.progress.Impressions, p.late)
	})
	return err
}
