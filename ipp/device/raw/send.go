package raw

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"inkwell/release"
)

// Send sends the job: PJL, document, PJL. The document's beginning is read before anything
// is sent, so that one that cannot be read costs nothing. When Send returns nil the
// printer's side has been given all of it; how it goes on Progress knows.
func (p *Printer) Send(ctx context.Context, e release.Errand, printerJob int, document io.Reader) error {
	plain := &plain{in: document}
	chunk := make([]byte, 32<<10)
	n, err := fill(plain, chunk)
	switch {
	case errors.Is(err, errCommands):
		return fmt.Errorf("%w: %w", release.ErrRefused, err)
	case err != nil && err != io.EOF:
		return fmt.Errorf("read document: %w", err)
	}
	conn, err := p.dial(ctx)
	if err != nil {
		return err
	}
	l := listen(conn, e.Token)
	if !p.take(l, printerJob) {
		l.cut(errOver)
		return fmt.Errorf("%w: another job has begun", release.ErrBusy)
	}
	stop := context.AfterFunc(ctx, func() { l.cut(ctx.Err()) })
	defer stop()
	err = l.give(p.o.Stall, head(e, p.o.Can), chunk[:n], plain)
	if err == nil {
		err = l.say(p.o.Stall, tail(e.Token))
	}
	if err == nil {
		err = l.given(p.isSilent())
	}
	switch {
	case err == nil:
		return nil
	case l.virgin():
		l.cut(err)
		return fmt.Errorf("send: %w: %w", release.ErrUnreachable, err)
	}
	l.cut(err)
	return fmt.Errorf("send: it may have a part of the document: %v", err) //nolint:errorlint // whatever it was, the job is lost from sight
}

// take has the line be that of a job, unless another has begun.
func (p *Printer) take(l *line, printerJob int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if printerJob != p.last || p.line != nil {
		return false
	}
	p.line = l
	return true
}

// give sends what goes before the document, its beginning and its rest. Each piece may
// take that long.
func (l *line) give(stall time.Duration, before string, beginning []byte, rest io.Reader) error {
	if err := l.say(stall, before+string(beginning)); err != nil {
		return err
	}
	for chunk := make([]byte, 32<<10); ; {
		n, err := fill(rest, chunk)
		if err != nil && err != io.EOF {
			return err
		}
		if failed := l.say(stall, string(chunk[:n])); failed != nil || err == io.EOF {
			return failed
		}
	}
}

// fill reads until a piece is full. io.EOF itself, and no error that wraps it, means that
// the document is whole.
func fill(in io.Reader, piece []byte) (n int, err error) {
	for n < len(piece) && err == nil {
		var more int
		more, err = in.Read(piece[n:])
		n += more
	}
	return n, err
}

// errCommands: a document holds what a printer takes for the end of the document.
var errCommands = errors.New("the document holds printer commands")

// plain is a document without the one sequence that ends it for the printer, whatever the
// language: what came after it would be commands.
type plain struct {
	in   io.Reader
	tail []byte // the last bytes that were read
}

func (p *plain) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	seen := slices.Concat(p.tail, b[:n])
	if bytes.Contains(seen, []byte(uel)) {
		return 0, errCommands
	}
	p.tail = bytes.Clone(seen[max(0, len(seen)-len(uel)+1):])
	return n, err
}
