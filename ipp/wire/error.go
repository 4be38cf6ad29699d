package wire

import (
	"errors"
	"fmt"
)

// Error is a refusal of a message or of one of its attributes. Status is what
// to answer; Say goes into status-message and carries nothing of what the
// client sent; Cause, if any, is for the log. A Technical one tells whoever mends
// the client what is wrong with the message, and no person.
type Error struct {
	Status    Status
	Say       string
	Technical bool
	Cause     error
}

func refuse(status Status, say string, args ...any) *Error {
	if len(args) > 0 {
		say = fmt.Sprintf(say, args...)
	}
	return &Error{Status: status, Say: say, Technical: true}
}

func (e *Error) because(cause error) *Error {
	e.Cause = cause
	return e
}

// Error is for logs: the status, the sentence and the cause.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Status, e.Say, e.Cause)
	}
	return fmt.Sprintf("%s: %s", e.Status, e.Say)
}

// Unwrap gives errors.Is and errors.As the cause.
func (e *Error) Unwrap() error { return e.Cause }

// StatusOf is the IPP status to answer err with: its own if there is an Error
// within, internal-error otherwise.
func StatusOf(err error) Status {
	if e, ok := asError(err); ok {
		return e.Status
	}
	return StatusInternalError
}

func asError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
