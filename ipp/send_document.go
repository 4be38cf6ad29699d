package ipp

import (
	"context"
	"errors"

	"inkwell/internal/fault"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// sendDocument carries out Send-Document (RFC 8011 section 4.3.1). A job has one
// document, which is taken as its last whatever last-document says; a second
// request that only says so, without a document, is answered kindly.
func sendDocument(ctx context.Context, c *call) (*wire.Message, error) {
	if _, err := c.op().Bool("last-document"); err != nil {
		return nil, err
	}
	j, err := c.job(ctx)
	if err != nil {
		return nil, err
	}
	declared, err := c.format()
	if err != nil {
		return nil, c.abort(ctx, j, err)
	}
	there, err := c.hasDocument()
	switch {
	case err != nil:
		return nil, c.abort(ctx, j, brokenOff.Because(err))
	case there && j.State == release.Receiving:
		j, err = c.Desk.Send(ctx, c.actor, j.ID, declared, c.body())
	case there || j.State == release.Receiving:
		err = noSecond(j.State)
	}
	if err != nil {
		return nil, err
	}
	return c.accepted(j, nil), nil
}

// abort ends a job whose document is refused before the desk has seen it, as the desk
// ends one that it refuses. A request that is merely wrong leaves the job open: another
// may be right.
func (c *call) abort(ctx context.Context, j release.Job, refusal error) error {
	code := fault.As(refusal).Code
	if e := new(wire.Error); errors.As(refusal, &e) {
		code = ""
		if e.Status == wire.StatusCompressionNotSupported {
			code = "compression-unsupported"
		}
	}
	if code == "" || j.State != release.Receiving {
		return refusal
	}
	if err := c.Desk.Abort(context.WithoutCancel(ctx), c.actor, j.ID, code); err != nil {
		return err
	}
	return refusal
}

// noSecond is the refusal of a document, or of its absence, by the state of the
// job.
func noSecond(s release.JobState) error {
	switch {
	case s == release.Receiving:
		return noDocument
	case s == release.Cancelled:
		return refuse(wire.StatusJobCanceled, "This job was cancelled.")
	case s.Ended():
		return refuse(wire.StatusNotPossible, "This job has already ended.")
	default:
		return refuse(wire.StatusMultipleDocumentJobsNotSupported, "A job has one document only.")
	}
}
