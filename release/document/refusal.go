package document

import "inkwell/internal/fault"

// The refusals of a document. Each sentence says what the pupil can do.
var (
	empty = fault.New(fault.Invalid, "document-empty",
		"There is nothing in this document to print. Please open it, check that it has pages, and print it again.")
	locked = fault.New(fault.Unsupported, "document-password",
		"This PDF is locked with a password. Please open it with the password, print it to PDF without one, and send that file.")
	damaged = fault.New(fault.Invalid, "document-damaged",
		"This document is damaged and we cannot count its pages. Please open it, print it to PDF, and send that file.")
	foreign = fault.New(fault.Unsupported, "document-kind",
		"This is a kind of picture that we cannot print. Please open it, print it to PDF, and send that file.")
	tooLong = fault.New(fault.TooLarge, "document-too-long",
		"This document has too many pages. Please print fewer pages at a time.")
	tooLarge = fault.New(fault.TooLarge, "document-too-large",
		"This document is too large. Please print fewer pages at a time, or use smaller pictures.")
	stuck = fault.New(fault.Unsupported, "document-stuck",
		"This document is too complicated for us to read. Please print it to PDF again and send that file, or print fewer pages at a time.")
	// ColourUnseen is the refusal of a document to be printed in colour of which we could
	// not tell what has colour: its Facts have Unseen.
	ColourUnseen = fault.New(fault.Unsupported, "document-colour",
		"This document takes too long to look through for colour. Please print it in black and white, or fewer pages at a time.")
	noSuchPages = fault.New(fault.Invalid, "document-range",
		"This document does not have those pages. Please choose pages that it has.")
)

// refusals translates what a child may answer. An answer that is not here is
// treated like no answer.
var refusals = map[outcome]*fault.Error{
	isEmpty:    empty,
	isLocked:   locked,
	isDamaged:  damaged,
	isForeign:  foreign,
	isTooLong:  tooLong,
	isTooLarge: tooLarge,
	isStuck:    stuck,
	hasNoRange: noSuchPages,
}

// refused stands for a refusal whose own words are not kept.
var refused = fault.New(fault.Invalid, "document-refused",
	"This document could not be taken. Please print it to PDF and send that file.")

// Refusal is the refusal of a code that a document was refused with, for the words
// of one that is long gone.
func Refusal(code string) *fault.Error {
	if code == ColourUnseen.Code {
		return ColourUnseen
	}
	for _, f := range refusals {
		if f.Code == code {
			return f
		}
	}
	return refused
}
