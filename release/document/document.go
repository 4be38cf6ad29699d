// Package document says what is inside a document: its format, how many pages
// it has, and a clean copy of it, always a PDF, that prints exactly those pages.
//
// A document is hostile until proven otherwise: its page count may lie, it may
// be a bomb, and it may attack the program that reads it. So nothing of it is
// parsed in the server. Each document goes to a fresh child process of our own
// binary, in memory only, which makes a PDF of a picture or a raster, and reads every
// PDF with an engine compiled to WebAssembly and given no file, no network and no
// clock; around that, the child has no privilege, no way to open anything, its own namespaces where the system
// allows them, limits on time and size, and it dies with the server. What comes
// back is one small fixed answer and a document rebuilt page by page. A document
// that breaks any of this is refused with a sentence that says what to do; it is
// never counted by guesswork.
package document

import (
	"context"
	"io"

	"inkwell/release/document/picture"
)

// Facts are what was found in a document, about the rebuilt copy: that copy is
// what is priced and printed, never the bytes that were sent.
type Facts struct {
	Pages  int          // pages that can be loaded, 1 or more: sides, if several went on one
	Bytes  int64        // length of the rebuilt copy
	Colour int          // those of Pages that carry colour when they are drawn, or Unseen
	Tinted Marks        // which those are, if as many as Colour; else that is not known
	Kind   picture.Kind // of a raster or JPEG picture that prints, as it was sent, exactly these pages; its Type is "" for all else
	Sizes  []Size       // Pages by their size: what they were made for, whatever they are printed on
}

// Unseen is the number of pages with colour where it could not be told within a
// document's time, or within a glance at one that is not to be printed in colour.
const Unseen = -1

// Prepare reads a document, makes a PDF of it if it is none, rebuilds the pages asked
// for as a new one, several on a side if that is asked for, and writes that copy to
// out, only after it was counted; on any error nothing is written, unless out itself
// failed.
//
// A JPEG or PNG picture is one page of the sheet asked for; a raster's pages have the size
// they were made for, and are printed once, whatever its headers say of copies.
//
// Refusals: "format-mismatch" and "format-unsupported" (not at its first byte what
// the work says), "document-empty", "document-password", "document-damaged" (a page
// that does not load, or a picture that breaks off), "document-kind" (a coding or
// colours that we do not print), "document-range" (none of the pages asked for is
// there), "document-too-long", "document-too-large" and "document-stuck". Any other
// error is ours, or the context's, and says nothing about the document; ErrStarved is one
// of them.
func (e *Engine) Prepare(ctx context.Context, in io.Reader, w Work, out io.Writer) (Facts, error) {
	if err := w.check(); err != nil {
		return Facts{}, err
	}
	return e.rebuild(ctx, in, w, out)
}
