package document

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"inkwell/release/document/picture"
)

// rebuilding is one document on its way through a child.
type rebuilding struct {
	lib    *library
	task   task
	source *os.File
	target *os.File
	sizes  []Size       // of the target's pages, once counted
	kind   picture.Kind // of the source, where it may be printed as it is

	spent, longest time.Duration // looking: processor time up to the last side, and of the longest
}

// rebuild makes target the copy of source's pages that the task asks for. It is read back by a fresh engine, which inherits
// nothing of what the document did to the first one.
func (r *rebuilding) rebuild(scratch *os.File) verdict {
	pages, err := r.makePages(scratch)
	if err == nil {
		err = r.recount(pages)
	}
	if err != nil {
		return verdict{Outcome: outcomeOf(err)}
	}
	size, err := sizeOf(r.target)
	return verdict{Outcome: outcomeOf(err), Pages: pages, Bytes: size, Sizes: r.sizes, Kind: r.kind}
}

// copyPages puts the pages asked for into target. The new document has a page tree of
// its own: pages that the source's count hides are not in it and cannot be printed, pages
// that it only claims do not load.
func (r *rebuilding) copyPages(scratch *os.File) (sides int, err error) {
	chosen, sides, err := r.copyTo(r.target, r.combine)
	if err != nil {
		return 0, err
	}
	if found, err := layered(r.target); err != nil || !found {
		return sides, err
	}
	if _, _, err := r.copyTo(scratch, apart); err != nil {
		return 0, err
	}
	return r.hideLayers(scratch, chosen)
}

// combining puts pages on sides, and returns the document of those.
type combining func(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, pages int) (made references.FPDF_DOCUMENT, sides int, err error)

// apart leaves each page on a side of its own.
func apart(_ pdfium.Pdfium, doc references.FPDF_DOCUMENT, pages int) (references.FPDF_DOCUMENT, int, error) {
	return doc, pages, nil
}

// copyTo copies the pages asked for to a file, and returns the index of each.
func (r *rebuilding) copyTo(to *os.File, combine combining) (chosen []int, sides int, err error) {
	engine, doc, err := r.open(r.source)
	if err != nil {
		return nil, 0, err
	}
	defer closing(engine, &err)
	pages, err := countPages(engine, doc)
	if err != nil {
		return nil, 0, err
	}
	if pages == 0 {
		return nil, 0, isEmpty
	}
	ranges, chosen := choose(r.task.Pages, pages, r.task.MaxPages)
	switch {
	case len(chosen) == 0:
		return nil, 0, hasNoRange
	case len(chosen) > r.task.MaxPages:
		return nil, 0, isTooLong
	}
	fresh, err := engine.FPDF_CreateNewDocument(&requests.FPDF_CreateNewDocument{})
	if err != nil {
		return nil, 0, fmt.Errorf("create document: %w", err)
	}
	if _, err := engine.FPDF_ImportPages(&requests.FPDF_ImportPages{Source: doc, Destination: fresh.Document, PageRange: &ranges}); err != nil {
		return nil, 0, fmt.Errorf("import pages: %w", err)
	}
	made, sides, err := combine(engine, fresh.Document, len(chosen))
	if err != nil {
		return nil, 0, err
	}
	return chosen, sides, r.save(engine, made, to)
}

// choose is the ranges in the engine's words, cut at the document's last page, and the
// index of each of their pages, of which there are more than most at the most by one. No
// ranges mean all pages.
func choose(ranges []Range, pages, most int) (words string, chosen []int) {
	if len(ranges) == 0 {
		ranges = []Range{{1, pages}}
	}
	var parts []string
	for _, r := range ranges {
		last := min(r.Last, pages)
		if r.First < 1 || r.First > last {
			continue
		}
		parts = append(parts, fmt.Sprintf("%d-%d", r.First, last))
		for page := r.First; page <= last && len(chosen) <= most; page++ {
			chosen = append(chosen, page-1)
		}
	}
	return strings.Join(parts, ","), chosen
}

// recount reads the rebuilt bytes as a stranger would: every page with its content
// must be there, and no other. An engine keeps what it has read; one that is full is
// replaced by a fresh one, unless the first page was too much for it.
func (r *rebuilding) recount(pages int) error {
	for next := 0; next < pages; {
		loaded, err := r.recountFrom(next, pages)
		if err != nil && (loaded == next || !trapped(err)) {
			return err
		}
		next = loaded
	}
	return nil
}

// recountFrom loads the pages from first on, and returns which is the first that it
// did not.
func (r *rebuilding) recountFrom(first, pages int) (next int, err error) {
	engine, doc, err := r.open(r.target)
	if err != nil {
		return first, err
	}
	defer closing(engine, &err)
	counted, err := countPages(engine, doc)
	if err != nil {
		return first, err
	}
	if counted != pages {
		return first, isDamaged
	}
	if first == 0 {
		if r.sizes, err = sizesOf(engine, doc, pages); err != nil {
			return first, err
		}
	}
	for next = first; next < pages; next++ {
		if err := loadPage(engine, doc, next); err != nil {
			return next, err
		}
	}
	return next, nil
}

func (r *rebuilding) open(f *os.File) (pdfium.Pdfium, references.FPDF_DOCUMENT, error) {
	size, err := sizeOf(f)
	if err != nil {
		return nil, "", err
	}
	return r.lib.open(f, size)
}

// save replaces what a file has with what the engine writes of doc.
func (r *rebuilding) save(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, to *os.File) error {
	if err := to.Truncate(0); err != nil {
		return fmt.Errorf("empty file: %w", err)
	}
	w := r.into(to)
	_, err := engine.FPDF_SaveAsCopy(&requests.FPDF_SaveAsCopy{Document: doc, FileWriter: w, Flags: requests.SaveFlagNoIncremental})
	if w.full {
		return isTooLarge
	}
	if err != nil {
		return fmt.Errorf("save document: %w", err)
	}
	return w.w.Flush()
}

// capped writes at most left bytes, and remembers that there would have been more.
type capped struct {
	w    *bufio.Writer
	left int64
	full bool
}

func (c *capped) Write(p []byte) (int, error) {
	if int64(len(p)) > c.left {
		c.full = true
		return 0, isTooLarge
	}
	c.left -= int64(len(p))
	return c.w.Write(p)
}

func countPages(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT) (int, error) {
	counted, err := engine.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc})
	if err != nil {
		return 0, fmt.Errorf("count pages: %w", err)
	}
	return counted.PageCount, nil
}

func loadPage(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int) error {
	page, err := engine.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return fmt.Errorf("load page: %w", err)
	}
	_, err = engine.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: page.Page})
	return err
}

// closing ends an engine; a trap on the way out counts like any other.
func closing(engine pdfium.Pdfium, err *error) {
	if closed := engine.Close(); closed != nil && *err == nil {
		*err = fmt.Errorf("close engine: %w", closed)
	}
}
