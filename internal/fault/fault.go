// Package fault holds the kinds of refusal that a person or a client can meet,
// and the plain sentence that goes with each. A refusal travels up unchanged
// from the room that made it and becomes a status code or a page once, in the
// one translation file of each face. An error that is not a fault is internal:
// it is logged, and the outside sees one fixed sentence.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what sort of refusal a fault is. Each face has one table from Kind
// to its own statuses.
type Kind int

// The kinds, from the asker's side to ours.
const (
	Internal        Kind = iota // not a refusal: something of ours went wrong
	Invalid                     // malformed, out of range, or not allowed in this combination
	Unauthenticated             // nobody proved who they are, or the proof was wrong
	Forbidden                   // a proven person without the right; a proof would not help
	NotFound                    // no such thing, or not theirs: both look the same
	Conflict                    // the thing is in a state that does not allow the act
	TooLarge                    // over a size, page or count limit
	Unsupported                 // a format or option that we do not take
	Unpaid                      // the account does not cover it
	Suspended                   // printing rights are withdrawn for now
	TooMany                     // too many tries or requests; later is fine
	Unavailable                 // we cannot do it now: disk, database or printer
)

var kindNames = [...]string{
	"internal", "invalid", "unauthenticated", "forbidden", "not-found", "conflict", "too-large",
	"unsupported", "unpaid", "suspended", "too-many", "unavailable",
}

// String is the kind's name in logs and metrics.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "internal"
	}
	return kindNames[k]
}

// Error is a refusal. Code is a stable keyword such as "badge-unknown" for logs,
// tests and translations; Say is the sentence a person reads and carries no
// name, badge, code or title; Cause, if any, is for the log alone.
type Error struct {
	Kind  Kind
	Code  string
	Say   string
	Cause error

	form string // Say before args were put in, "" where there are none
	args []any
}

// New makes a refusal with its sentence formatted from args.
func New(kind Kind, code, say string, args ...any) *Error {
	if len(args) == 0 {
		return &Error{Kind: kind, Code: code, Say: say}
	}
	return &Error{Kind: kind, Code: code, Say: fmt.Sprintf(say, args...), form: say, args: args}
}

// Sentence is what New was given: the English sentence, by which a face finds it in
// another language, and what is put into it.
func (e *Error) Sentence() (form string, args []any) {
	if e.form == "" {
		return e.Say, nil
	}
	return e.form, e.args
}

// Because returns a copy of the refusal that carries its cause to the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// Error is for logs: the code, the sentence and the cause.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Say, e.Cause)
	}
	return e.Code + ": " + e.Say
}

// Unwrap gives errors.Is and errors.As the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is matches another refusal of the same code, so that a refusal kept as a
// package variable matches its copies made by Because.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Sorry is the one sentence for everything internal.
const Sorry = "Something went wrong on our side. Nothing was lost. Please try again, or tell IT."

// As returns the refusal within err, or an Internal one with the fixed sentence
// when there is none. It returns nil for a nil error.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Code: "internal", Say: Sorry, Cause: err}
}

// KindOf is the kind of the refusal within err; Internal when there is none.
func KindOf(err error) Kind {
	if e := As(err); e != nil {
		return e.Kind
	}
	return Internal
}
