package document

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// maxObjects is up to where the engine numbers objects.
const maxObjects = 4 << 20

// readTable reads the cross-reference table (ISO 32000-1 section 7.5.4) and
// returns the trailer that follows it.
func (t *pageTree) readTable() (value, error) {
	tail := make([]byte, min(t.size, 64))
	if _, err := t.in.ReadAt(tail, t.size-int64(len(tail))); err != nil && err != io.EOF {
		return value{}, fmt.Errorf("read end of file: %w", err)
	}
	_, after, _ := bytes.Cut(tail, []byte("startxref"))
	fields := bytes.Fields(after)
	if len(fields) == 0 {
		return value{}, errTree
	}
	start, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil || start < 0 || start >= t.size {
		return value{}, errTree
	}
	l := newLexer(io.NewSectionReader(t.in, start, t.size-start))
	l.left = t.size // a table may be long
	if word, err := l.token(); err != nil || word != "xref" {
		return value{}, errTree
	}
	for {
		word, err := l.token()
		if err != nil {
			return value{}, err
		}
		if word == "trailer" {
			return l.value()
		}
		if err := t.readSection(l, word); err != nil {
			return value{}, err
		}
	}
}

// readSection reads the entries of consecutive objects, first being the number of
// the first of them.
func (t *pageTree) readSection(l *lexer, first string) error {
	number, err := strconv.Atoi(first)
	if err != nil {
		return errTree
	}
	count, err := l.integer()
	if err != nil || number < 0 || number > maxObjects || count < 0 || count > maxObjects-number {
		return errTree
	}
	for i := range count {
		offset, err := l.integer()
		if err != nil {
			return err
		}
		if _, err := l.integer(); err != nil { // generation
			return err
		}
		use, err := l.token()
		if err != nil {
			return err
		}
		if use == "n" && int64(offset) < t.size {
			t.offsets[number+i] = int64(offset)
		}
	}
	return nil
}
