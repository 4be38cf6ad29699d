package device

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/phin1x/go-ipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// jobQuestions is what we want to know of a job (RFC 8011 5.3).
var jobQuestions = []string{
	"job-id", "job-name", "job-state", "job-state-reasons", "job-impressions-completed",
	"job-media-sheets-completed", "number-of-documents", "job-printer-up-time",
}

// Progress asks how far a job is (Get-Job-Attributes, RFC 8011 4.3.4). A job of
// that number under another name is somebody else's: ours is gone.
func (p *Printer) Progress(ctx context.Context, printerJob int) (release.Progress, error) {
	id, token, err := p.ours(printerJob)
	if err != nil {
		return release.Progress{}, err
	}
	req := p.request(ipp.OperationGetJobAttributes)
	req.OperationAttributes["job-id"] = id
	req.OperationAttributes["requested-attributes"] = jobQuestions
	resp, err := p.ask(ctx, req)
	if err != nil {
		return release.Progress{}, err
	}
	a := group(resp.JobAttributes)
	if got, ok := a.number("job-id"); ok && got != id {
		return release.Progress{}, errors.New("the printer answered about another job")
	}
	if name := a.text("job-name"); name != "" && !strings.Contains(name, token) {
		return release.Progress{}, fmt.Errorf("%w: the number has gone to another", release.ErrGone)
	}
	return progress(a)
}

// Find looks for a token among the jobs that are not yet ended, and then among
// the ended ones (Get-Jobs, RFC 8011 4.2.6): one that ends in between is in both.
func (p *Printer) Find(ctx context.Context, token string) (int, release.Progress, error) {
	if token == "" {
		return 0, release.Progress{}, errors.New("find: no token")
	}
	for _, which := range []string{"not-completed", "completed"} {
		req := p.request(ipp.OperationGetJobs)
		req.OperationAttributes["which-jobs"] = which
		req.OperationAttributes["limit"] = 500
		req.OperationAttributes["requested-attributes"] = jobQuestions
		resp, err := p.ask(ctx, req)
		if err != nil {
			return 0, release.Progress{}, nowhere(err)
		}
		for _, job := range resp.JobAttributes {
			a := attributes(job)
			id, ok := a.number("job-id")
			if !ok || !strings.Contains(a.text("job-name"), token) {
				continue
			}
			p.remember(id, token, id)
			at, err := progress(a)
			return id, at, err
		}
	}
	return 0, release.Progress{}, fmt.Errorf("find job: %w", release.ErrGone)
}

// nowhere keeps "no such printer" from being read as "no such job".
func nowhere(err error) error {
	if errors.Is(err, release.ErrGone) {
		return fmt.Errorf("find job: the printer knows nothing of itself: %v", err) //nolint:errorlint // not to be matched as ErrGone
	}
	return err
}

// Cancel ends a job (Cancel-Job, RFC 8011 4.3.3). ErrRefused means that it had
// ended before.
func (p *Printer) Cancel(ctx context.Context, printerJob int) error {
	id, _, err := p.ours(printerJob)
	if err != nil {
		return err
	}
	req := p.request(ipp.OperationCancelJob)
	req.OperationAttributes["job-id"] = id
	_, err = p.ask(ctx, req)
	return err
}

// ours is a job's real number, and its token if that is known.
func (p *Printer) ours(printerJob int) (id int, token string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id = printerJob
	if id == DeferredJob {
		id = p.late
	}
	if id < 1 {
		return 0, "", fmt.Errorf("job without a number: %w", release.ErrGone)
	}
	if id == p.job {
		token = p.token
	}
	return id, token, nil
}

var phases = map[int]release.Phase{
	wire.JobPending: release.PhaseActive, wire.JobPendingHeld: release.PhaseActive, wire.JobProcessing: release.PhaseActive,
	wire.JobProcessingStopped: release.PhaseStopped, wire.JobCanceled: release.PhaseEnded,
	wire.JobAborted: release.PhaseEnded, wire.JobCompleted: release.PhaseCompleted,
}

// progress reads a job's attributes.
func progress(a attributes) (release.Progress, error) {
	state, _ := a.number("job-state")
	phase, ok := phases[state]
	if !ok {
		return release.Progress{}, errors.New("the printer does not say the job's state")
	}
	reasons := a.reasons("job-state-reasons")
	switch {
	case (state == wire.JobPending || state == wire.JobPendingHeld) && empty(a, reasons):
		phase = release.PhaseIncoming
	case state == wire.JobProcessing && slices.Contains(reasons, "printer-stopped"):
		phase = release.PhaseStopped
	}
	return release.Progress{
		Phase: phase, Impressions: a.count("job-impressions-completed"), Sheets: a.count("job-media-sheets-completed"),
		Reasons: reasons, UpTime: max(0, a.count("job-printer-up-time")),
	}, nil
}

// empty reports whether a job that has not begun still waits for its document.
func empty(a attributes, reasons []string) bool {
	if n, ok := a.number("number-of-documents"); ok && n == 0 {
		return true
	}
	return slices.Contains(reasons, "job-incoming") || slices.Contains(reasons, "job-data-insufficient")
}
