package main

import (
	"bytes"
	"io"
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"

	"inkwell/internal/sheet"
)

// plainWriter writes text with a replacement character for all that a terminal would obey, or show as something
// else: names, titles and reasons come from pupils, printers and other programs.
type plainWriter struct {
	to   io.Writer
	mu   sync.Mutex
	rest []byte // the beginning of a character, or of the end of a line
}

// Write writes all but what the next bytes decide about.
func (w *plainWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text, plain := slices.Concat(w.rest, p), make([]byte, 0, len(w.rest)+len(p))
	for len(text) > 0 && utf8.FullRune(text) && !bytes.Equal(text, []byte("\r")) {
		r, size := utf8.DecodeRune(text)
		if obeyed(r) && !bytes.HasPrefix(text, []byte("\r\n")) {
			r = unicode.ReplacementChar
		}
		plain, text = utf8.AppendRune(plain, r), text[size:]
	}
	w.rest = bytes.Clone(text)
	if _, err := w.to.Write(plain); err != nil {
		return 0, err
	}
	return len(p), nil
}

// obeyed says of a character that it moves a cursor, begins a sequence that does, or turns the direction of reading.
func obeyed(r rune) bool {
	return sheet.Disturbs(r) && r != '\n' && r != '\t'
}

// unwrapped is what is behind a plainWriter: for pictures and archives, and for what draws on a terminal.
func unwrapped(w io.Writer) io.Writer {
	if p, is := w.(*plainWriter); is {
		return p.to
	}
	return w
}
