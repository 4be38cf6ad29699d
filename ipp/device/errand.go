package device

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/phin1x/go-ipp"

	"inkwell/release"
)

// DeferredJob is what Begin returns for a printer without Create-Job: the job
// comes to be with its document, and its real number with it. No printer counts
// that far. Progress and Cancel know it as long as this Printer lives; later the
// job is found by its token.
const DeferredJob = 1<<31 - 1

// Begin opens a job at the printer (Create-Job, RFC 8011 4.2.4) under the
// errand's token.
func (p *Printer) Begin(ctx context.Context, e release.Errand) (int, error) {
	if p.capabilities() == nil {
		if _, err := p.Status(ctx); err != nil {
			return 0, fmt.Errorf("begin: %w", nothingSent(creating(err)))
		}
	}
	if !p.capabilities().create {
		return DeferredJob, nil
	}
	req := p.request(ipp.OperationCreateJob)
	describe(req, e)
	resp, err := p.ask(ctx, req)
	if err != nil {
		return 0, creating(err)
	}
	return p.begun(resp, e)
}

// Send streams the document (Send-Document, RFC 8011 4.3.1, as the last one). A
// job that the printer no longer has is ErrBusy: nothing of it prints, and a later
// try begins another.
func (p *Printer) Send(ctx context.Context, e release.Errand, printerJob int, document io.Reader) error {
	if printerJob == DeferredJob {
		return p.printJob(ctx, e, document)
	}
	req := p.request(ipp.OperationSendDocument)
	req.OperationAttributes["job-id"] = printerJob
	req.OperationAttributes["document-format"] = e.Format
	req.OperationAttributes["last-document"] = true
	_, err := p.stream(ctx, req, document)
	if errors.Is(err, release.ErrGone) {
		return fmt.Errorf("%w: %w", release.ErrBusy, err)
	}
	return err
}

// printJob sends job and document in one (Print-Job, RFC 8011 4.2.1).
func (p *Printer) printJob(ctx context.Context, e release.Errand, document io.Reader) error {
	req := p.request(ipp.OperationPrintJob)
	describe(req, e)
	req.OperationAttributes["document-format"] = e.Format
	p.remember(0, "", 0)
	resp, err := p.stream(ctx, req, document)
	if err != nil {
		return creating(err)
	}
	id, err := p.begun(resp, e)
	if err != nil {
		return err
	}
	p.remember(id, e.Token, id)
	return nil
}

// begun is the number of a new job.
func (p *Printer) begun(resp *ipp.Response, e release.Errand) (int, error) {
	id, ok := group(resp.JobAttributes).number("job-id")
	if !ok || id < 1 || id >= DeferredJob {
		return 0, errors.New("the printer took a job and gave it no number")
	}
	p.remember(id, e.Token, 0)
	return id, nil
}

// remember keeps which job is ours under which token.
func (p *Printer) remember(id int, token string, late int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.job, p.token, p.late = id, token, late
}

// creating is the class of an error of making a job: there, "no such thing" is
// said of the printer itself.
func creating(err error) error {
	if errors.Is(err, release.ErrGone) {
		return fmt.Errorf("%w: %w", release.ErrRefused, err)
	}
	return err
}

// nothingSent is the class of an error of a question asked before anything was
// sent: then there is no doubt what prints.
func nothingSent(err error) error {
	if errors.Is(err, release.ErrRefused) || errors.Is(err, release.ErrBusy) || errors.Is(err, release.ErrUnreachable) {
		return err
	}
	return fmt.Errorf("%w: %w", release.ErrUnreachable, err)
}

// errStalled: the printer took nothing of the document for too long.
var errStalled = errors.New("the printer stands still")

// stream sends a request with a document, and gives up when the printer takes
// nothing, or says nothing about what it took, for the time of Options.Stall.
func (p *Printer) stream(ctx context.Context, req *ipp.Request, document io.Reader) (*ipp.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(p.o.Stall, func() { cancel(errStalled) })
	defer timer.Stop()
	req.File = &pulse{in: document, beat: func() { timer.Reset(p.o.Stall) }}
	return p.http.send(ctx, p.url, req)
}

// pulse tells of every piece that is read.
type pulse struct {
	in   io.Reader
	beat func()
}

func (p *pulse) Read(b []byte) (int, error) {
	p.beat()
	return p.in.Read(b)
}
