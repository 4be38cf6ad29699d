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
	"job-media-sheets-completed", "job-impressions-completed-col", "number-of-documents", "job-printer-up-time",
}

// jobLimits bounds the answer about one job.
var jobLimits = wire.Limits{Bytes: 64 << 10, Depth: 4, Attributes: 1000, Values: 1000}

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
	reply, err := p.askWhole(ctx, req, jobLimits)
	if err != nil {
		return release.Progress{}, err
	}
	a := reply.First(wire.JobGroup)
	if got, err := a.Int("job-id"); err == nil && got != id {
		return release.Progress{}, errors.New("the printer answered about another job")
	}
	if name := wire.Clean(word(a, "job-name"), 255); name != "" && !strings.Contains(name, token) {
		return release.Progress{}, fmt.Errorf("%w: the number has gone to another", release.ErrGone)
	}
	return progress(a)
}

// inColour is how many of a job's impressions are in colour (PWG 5100.7, job-impressions-col
// and its -completed).
func inColour(a wire.Attributes) *int {
	col, err := a.Collection("job-impressions-completed-col")
	if err != nil {
		return nil
	}
	told, n := false, 0
	for _, member := range []string{"full-color", "full-color-two-sided", "highlight-color", "highlight-color-two-sided"} {
		if part, err := col.Int(member); err == nil && part >= 0 && part <= 1<<20 {
			told, n = true, n+part
		}
	}
	if !told {
		return nil
	}
	return &n
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
		reply, err := p.askWhole(ctx, req, wire.ForReplies)
		if err != nil {
			return 0, release.Progress{}, nowhere(err)
		}
		for _, job := range reply.Groups {
			id, err := job.Attrs.Int("job-id")
			if job.Tag != wire.JobGroup || err != nil || !strings.Contains(wire.Clean(word(job.Attrs, "job-name"), 255), token) {
				continue
			}
			p.remember(id, token, id)
			at, err := progress(job.Attrs)
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
func progress(a wire.Attributes) (release.Progress, error) {
	state, err := a.Int("job-state")
	phase, ok := phases[state]
	if err != nil || !ok {
		return release.Progress{}, errors.New("the printer does not say the job's state")
	}
	reasons := reasonsOf(a)
	switch {
	case (state == wire.JobPending || state == wire.JobPendingHeld) && empty(a, reasons):
		phase = release.PhaseIncoming
	case state == wire.JobProcessing && slices.Contains(reasons, "printer-stopped"):
		phase = release.PhaseStopped
	}
	return release.Progress{
		Phase: phase, Impressions: count(a, "job-impressions-completed"), Sheets: count(a, "job-media-sheets-completed"), Colour: inColour(a),
		Reasons: reasons, UpTime: max(0, count(a, "job-printer-up-time")),
	}, nil
}

// count is a number that cannot be negative; -1 if the printer does not say.
func count(a wire.Attributes, name string) int {
	if n, err := a.Int(name); err == nil && n >= 0 {
		return n
	}
	return -1
}

// reasonsOf is job-state-reasons made safe to show, without "none".
func reasonsOf(a wire.Attributes) []string {
	var all []string
	for _, s := range words(a, "job-state-reasons") {
		if s = wire.Clean(s, 255); s != "" && s != "none" {
			all = append(all, s)
		}
	}
	return all
}

// empty reports whether a job that has not begun still waits for its document.
func empty(a wire.Attributes, reasons []string) bool {
	if n, err := a.Int("number-of-documents"); err == nil && n == 0 {
		return true
	}
	return slices.Contains(reasons, "job-incoming") || slices.Contains(reasons, "job-data-insufficient")
}
