package simulate

import (
	"bytes"
	"context"
	"errors"

	"inkwell/ipp/wire"
)

// Run prints jobs in the order they came, one at a time, until ctx ends; then it
// returns ctx's error and leaves the jobs as they are.
func (p *Printer) Run(ctx context.Context) error {
	for {
		j, wake := p.next()
		if j == nil {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-wake:
			}
			continue
		}
		if err := p.print(ctx, j); err != nil {
			return err
		}
	}
}

// next is the job to print now, or what to wait for if there is none.
func (p *Printer) next() (*job, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range p.jobs {
		if !j.over() && j.closed && len(j.document) > 0 {
			return j, p.wake
		}
	}
	return nil, p.wake
}

// print takes a job from its first page to its end.
func (p *Printer) print(ctx context.Context, j *job) error {
	if err := p.interpret(ctx, j); err != nil {
		return err
	}
	for {
		do, wake := p.step(j)
		switch do {
		case stepEnd:
			return nil
		case stepPrint:
			if err := p.o.Wait(ctx, p.o.PerPage); err != nil {
				return err
			}
			p.deliver(j)
		case stepStop:
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-wake:
			}
		}
	}
}

// interpret counts the pages of a job that has just been taken up.
func (p *Printer) interpret(ctx context.Context, j *job) error {
	p.mu.Lock()
	document := j.document
	j.state, j.reasons, j.began = wire.JobProcessing, []string{"job-interpreting"}, p.o.Now()
	p.change()
	p.mu.Unlock()

	n, err := p.o.Count(ctx, bytes.NewReader(document))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil && n < 1 {
		err = errors.New("no pages")
	}

	p.mu.Lock()
	defer p.mu.Unlock()
	if j.over() {
		return nil
	}
	if err != nil {
		p.o.Log.Info("virtual print job cannot be read", "job", j.id, "err", err)
		p.end(j, wire.JobAborted, "document-format-error")
		return nil
	}
	if j.pages = j.ticket.selectPages(n); len(j.pages) == 0 {
		p.end(j, wire.JobAborted, "aborted-by-system")
		return nil
	}
	p.change()
	return nil
}

type step int

const (
	stepEnd step = iota
	stepPrint
	stepStop
)

// step decides what becomes of the job next, and puts it into the state that
// goes with it.
func (p *Printer) step(j *job) (step, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if j.over() {
		return stepEnd, nil
	}
	if p.jamAt == j.done {
		p.jammed, p.jamAt, p.changed = true, -1, p.o.Now()
	}
	if p.jammed || p.paper == 0 && j.startsSheet() {
		p.show(j, wire.JobProcessingStopped, "job-printing")
		return stepStop, p.wake
	}
	p.show(j, wire.JobProcessing, "job-printing")
	return stepPrint, nil
}

// show changes a job's state and reason, if they are not so already.
func (p *Printer) show(j *job, state int, reason string) {
	if j.state == state && len(j.reasons) == 1 && j.reasons[0] == reason {
		return
	}
	j.state, j.reasons, p.changed = state, []string{reason}, p.o.Now()
	p.change()
}

// deliver lets one impression out, unless the job was ended or the paper jammed
// while it was under way.
func (p *Printer) deliver(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if j.over() || p.jammed || p.paper == 0 && j.startsSheet() {
		return
	}
	if j.startsSheet() {
		p.paper--
		p.sheets++
	}
	p.sides++
	j.done++
	if j.done == j.impressions() {
		p.jamAt = -1
		p.end(j, wire.JobCompleted, "job-completed-successfully")
	}
	p.changed = p.o.Now()
	p.change()
}
