// Package document says what is inside a document: its format, how many pages
// it has, and a clean copy of it that prints exactly those pages.
//
// A document is hostile until proven otherwise: its page count may lie, it may
// be a bomb, and it may attack the program that reads it. So nothing of it is
// parsed in the server. Each document goes to a fresh child process of our own
// binary, in memory only, which reads it with a PDF engine compiled to
// WebAssembly and given no file, no network and no clock; around that, the child
// has no privilege, no way to open anything, its own namespaces where the system
// allows them, limits on time and size, and it dies with the server. What comes
// back is one small fixed answer and a document rebuilt page by page. A document
// that breaks any of this is refused with a sentence that says what to do; it is
// never counted by guesswork.
package document

import (
	"context"
	"io"
)

// Facts are what was found in a document, about the rebuilt copy: that copy is
// what is priced and printed, never the bytes that were sent.
type Facts struct {
	Pages int   // pages that can be loaded, 1 or more
	Bytes int64 // length of the rebuilt copy
}

// Range is pages of a document, counted from 1, both ends included.
type Range struct {
	First int `json:"first"`
	Last  int `json:"last"` // beyond the document's last page means up to that
}

// maxRanges bounds how many ranges one document can be asked for: they travel on a
// child's command line.
const maxRanges = 200

// Prepare reads a PDF, rebuilds the pages asked for, or all when none are named, as
// a new document, and writes that copy to out, only after it was counted; on any
// error nothing is written, unless out itself failed.
//
// Refusals: "format-mismatch" and "format-unsupported" (not a PDF at its first
// byte), "document-empty", "document-password", "document-damaged" (a page that
// does not load included), "document-range" (none of the pages asked for is
// there), "document-too-long", "document-too-large" and "document-stuck". Any other
// error is ours, or the context's, and says nothing about the document.
func (e *Engine) Prepare(ctx context.Context, in io.Reader, pages []Range, out io.Writer) (Facts, error) {
	if len(pages) > maxRanges {
		return Facts{}, noSuchPages
	}
	return e.rebuild(ctx, in, pages, out)
}
