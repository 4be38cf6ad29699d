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

// Prepare reads a PDF, rebuilds it page by page as a new document, and writes
// that copy to out, only after it was counted; on any error nothing is written,
// unless out itself failed.
//
// Refusals: "format-mismatch" and "format-unsupported" (not a PDF at its first
// byte), "document-empty", "document-password", "document-damaged" (a page that
// does not load, or a page tree that contradicts its own count, included),
// "document-too-long", "document-too-large" and "document-stuck". Any other error
// is ours, or the context's, and says nothing about the document.
func (e *Engine) Prepare(ctx context.Context, in io.Reader, out io.Writer) (Facts, error) {
	return e.rebuild(ctx, in, 1, 0, out)
}

// Extract is Prepare for the pages first to last alone, both included, counted
// from 1. A range that the document does not have is refused as
// "document-range".
func (e *Engine) Extract(ctx context.Context, in io.Reader, first, last int, out io.Writer) (Facts, error) {
	if first < 1 || last < first {
		return Facts{}, noSuchPages
	}
	return e.rebuild(ctx, in, first, last, out)
}
