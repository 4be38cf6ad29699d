package ipp

import (
	"context"
	"errors"
	"strings"

	"inkwell/internal/fault"
	"inkwell/ipp/wire"
)

// kinds is the IPP status of each kind of refusal.
var kinds = map[fault.Kind]wire.Status{
	fault.Internal:        wire.StatusInternalError,
	fault.Invalid:         wire.StatusBadRequest,
	fault.Unauthenticated: wire.StatusNotAuthorized, // where no password could help; otherwise HTTP 401
	fault.Forbidden:       wire.StatusForbidden,
	fault.NotFound:        wire.StatusNotFound,
	fault.Conflict:        wire.StatusNotPossible,
	fault.TooLarge:        wire.StatusRequestEntityTooLarge,
	fault.Unsupported:     wire.StatusAttributesOrValuesNotSupported,
	fault.Unpaid:          wire.StatusAccountLimitReached,
	fault.Suspended:       wire.StatusAccountClosed,
	fault.TooMany:         wire.StatusBusy,
	fault.Unavailable:     wire.StatusTemporaryError,
}

// statuses is the IPP status of refusals that differ from their kind.
var statuses = map[string]wire.Status{
	"account-unknown":     wire.StatusAccountAuthorizationFailed,
	"format-unsupported":  wire.StatusDocumentFormatNotSupported,
	"format-mismatch":     wire.StatusDocumentFormatError,
	"document-colour":     wire.StatusDocumentUnprintableError,
	"document-damaged":    wire.StatusDocumentFormatError,
	"document-password":   wire.StatusDocumentPasswordError,
	"document-stuck":      wire.StatusDocumentUnprintableError,
	"document-broken-off": wire.StatusBadRequest,
	"queue-closed":        wire.StatusNotAcceptingJobs,
	"pages-settled":       wire.StatusAttributesNotSettable,
	"colour-later":        wire.StatusAttributesNotSettable,
	"spool-full":          wire.StatusNotAcceptingJobs,
	"spool-away":          wire.StatusNotAcceptingJobs,
	// One person's limit, not the printer's: a status that says "busy" would be
	// tried again for ever.
	"too-many-held": wire.StatusAccountLimitReached,
	"too-much-held": wire.StatusAccountLimitReached,
	"too-many-sent": wire.StatusAccountLimitReached,
	"school-full":   wire.StatusNotAcceptingJobs,
	"name-unknown":  wire.StatusAccountAuthorizationFailed,
	// Somebody known who may not, or a way that is not taken: no password helps.
	"queue-not-yours": wire.StatusNotAuthorized,
	"way-not-taken":   wire.StatusNotAuthorized,
}

// forCUPS is what CUPS clients are told instead, by what they do with it (CUPS
// 2.4.2 backend/ipp.c; docs/ipp.md has the table). They know none of the registered
// account statuses and would try again for ever. After a failed Send-Document they
// count the job as printed, unless the status is "busy", for which they begin again.
// An internal error would stop the pupil's own queue, so it holds the job instead.
var forCUPS = map[wire.Status]wire.Status{
	wire.StatusAccountInfoNeeded:          wire.StatusCUPSAccountInfoNeeded,
	wire.StatusAccountClosed:              wire.StatusCUPSAccountClosed,
	wire.StatusAccountLimitReached:        wire.StatusCUPSAccountLimitReached,
	wire.StatusAccountAuthorizationFailed: wire.StatusCUPSAccountAuthorizationFailed,
	wire.StatusTemporaryError:             wire.StatusBusy,
	wire.StatusNotAcceptingJobs:           wire.StatusBusy,
	wire.StatusInternalError:              wire.StatusCUPSAccountInfoNeeded,
	// It would ask the pupil for a password, again and again.
	wire.StatusNotAuthorized: wire.StatusCUPSAccountAuthorizationFailed,
}

// notSupported is a refusal that names the attributes at fault.
type notSupported struct {
	refusal *wire.Error
	attrs   []wire.Attribute
}

// Error is for logs.
func (n notSupported) Error() string { return n.refusal.Error() }

// Unwrap gives the refusal without the attributes.
func (n notSupported) Unwrap() error { return n.refusal }

// refuse makes a refusal of ours that is about the protocol alone.
func refuse(status wire.Status, say string) *wire.Error {
	return &wire.Error{Status: status, Say: say}
}

// refusal is the answer that tells a client of err, and logs what is not the
// client's own doing.
func (c *call) refusal(err error) *wire.Message {
	status, say := c.statusOf(err)
	reply := wire.NewResponse(c.req, status, say)
	if e := new(wire.Error); errors.As(err, &e) && e.Technical {
		reply.Groups[0].Add(wire.Text("detailed-status-message", wire.Cut(e.Say, 1023)))
	}
	var n notSupported
	if errors.As(err, &n) {
		reply.AddUnsupported(n.attrs...)
	}
	c.log(status, err)
	return reply
}

// statusOf is the status and the sentence for err, in the client's language. A
// sentence about the protocol goes before whatever caused it.
func (c *call) statusOf(err error) (wire.Status, string) {
	var protocol *wire.Error
	if errors.As(err, &protocol) {
		say := protocol.Say
		if protocol.Technical {
			say = unreadable
		}
		return protocol.Status, c.tongue.say(say)
	}
	f := fault.As(err)
	status, ok := statuses[f.Code]
	if !ok {
		status = kinds[f.Kind]
	}
	if private, ok := forCUPS[status]; ok && strings.HasPrefix(c.http.UserAgent(), "CUPS/") {
		status = private
	}
	return status, c.tongue.tell(f)
}

// log tells of a refusal by ids and keywords. Only what is our own fault is told
// in full: the rest may be of a person's making.
func (c *call) log(status wire.Status, err error) {
	about := []any{"operation", c.req.Op().String(), "queue", c.queue.ID, "job", c.jobID, "status", status.String()}
	kind := fault.KindOf(err)
	switch {
	case errors.As(err, new(*wire.Error)), errors.Is(err, context.Canceled):
		c.Log.Debug("request malformed or broken off", about...)
	case kind == fault.Internal || kind == fault.Unavailable:
		c.Log.Error("request failed", append(about, "error", err)...)
	default:
		c.Log.Debug("request refused", append(about, "code", fault.As(err).Code)...)
	}
}
