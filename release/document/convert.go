package document

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"inkwell/release/document/picture"
)

// makePages makes target the pages that the task asks for, and returns how many
// sides they are. A picture becomes a PDF of ours, which needs no rebuilding: its page
// tree says what there is. Only where several pages go on a side the engine takes it
// from scratch, and then it must hold the pages in its memory.
func (r *rebuilding) makePages(scratch *os.File) (sides int, err error) {
	switch {
	case r.task.Format == PDF:
		return r.copyPages(scratch)
	case r.task.NumberUp <= 1:
		return r.convert(r.target)
	}
	if _, err := r.convert(scratch); err != nil {
		return 0, err
	}
	r.source, r.task.Pages = scratch, nil
	_, sides, err = r.copyTo(r.target, r.combine)
	return sides, err
}

// convert writes a PDF of the source's pages that the task asks for, and returns how
// many they are.
func (r *rebuilding) convert(to *os.File) (pages int, err error) {
	size, err := sizeOf(r.source)
	if err != nil {
		return 0, err
	}
	in, w := io.NewSectionReader(r.source, 0, size), r.into(to)
	chosen := picture.Choice{Wanted: r.wanted, Most: r.task.MaxPages}
	if len(r.task.Pages) == 0 && r.task.NumberUp <= 1 {
		chosen.Kind = &r.kind
	}
	switch r.task.Format {
	case JPEG:
		if pages = 1; !r.wanted(1) {
			return 0, hasNoRange
		}
		err = picture.JPEG(w, in, size, r.task.Sheet, picture.Scaling(r.task.Scaling))
		if chosen.Kind != nil {
			r.kind = picture.KindOfJPEG(in, size)
		}
	case PNG:
		if pages = 1; !r.wanted(1) {
			return 0, hasNoRange
		}
		err = picture.PNG(w, in, size, r.task.Sheet, picture.Scaling(r.task.Scaling))
	case PWG:
		pages, err = picture.PWG(w, in, chosen)
	case URF:
		pages, err = picture.URF(w, in, chosen)
	default:
		err = isForeign
	}
	if err == nil {
		err = w.w.Flush()
	}
	if w.full || errors.Is(err, unix.EFBIG) {
		return 0, isTooLarge
	}
	if err != nil {
		return 0, fmt.Errorf("convert document: %w", err)
	}
	return pages, nil
}

// wanted says whether a page is among those that the task asks for.
func (r *rebuilding) wanted(page int) bool {
	return len(r.task.Pages) == 0 || slices.ContainsFunc(r.task.Pages, func(some Range) bool {
		return some.First >= 1 && some.First <= page && page <= some.Last
	})
}

// faults are the outcomes of a picture's faults.
var faults = map[error]outcome{
	picture.ErrDamaged: isDamaged,
	picture.ErrForeign: isForeign,
	picture.ErrHuge:    isTooLarge,
	picture.ErrMany:    isTooLong,
	picture.ErrEmpty:   isEmpty,
	picture.ErrNone:    hasNoRange,
}

// pictureFault says whether err is a picture's fault, and which outcome that has.
func pictureFault(err error, known *outcome) bool {
	for fault, is := range faults {
		if errors.Is(err, fault) {
			*known = is
			return true
		}
	}
	return false
}

// into is a writer that begins f anew, and writes as much as a document may have.
func (r *rebuilding) into(f *os.File) *capped {
	return &capped{w: bufio.NewWriterSize(io.NewOffsetWriter(f, 0), 1<<16), left: r.task.MaxBytes}
}
