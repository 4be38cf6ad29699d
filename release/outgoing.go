package release

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"inkwell/internal/fault"
	"inkwell/release/document"
)

// Why a document of ours did not go to the printer.
var (
	errOurs    = errors.New("our copy of the document cannot be read")                    // the printer never had all of it
	errUndrawn = errors.New("the document cannot be drawn for this printer")              // and never will be; nothing of it is out
	errMidway  = errors.New("the document broke off while the printer may have begun it") // it has pages of a raster
)

// outgoing opens what a printer is to be given of a job: the document as it is kept, the rest
// of it, or a raster of that. What cannot be read, or drawn, is known before the printer hears
// of the job. The caller closes it.
func (d *Desk) outgoing(ctx context.Context, c claim, job Job, del Delivery) (io.ReadCloser, error) {
	w, doc := c.printer.Can.way(del.rest(job)), job.Document
	if w.format == "" { // it has said otherwise of itself since the release
		return nil, fmt.Errorf("no way to this printer: %w", errUndrawn)
	}
	if w.asSent {
		doc = job.sent
	}
	kept, err := d.Spool.Open(ctx, doc)
	if err != nil {
		return nil, fmt.Errorf("open document: %w", errors.Join(errOurs, err))
	}
	var in io.ReadCloser = kept
	mine := func() error { return d.stillMine(ctx, &c) }
	last := job.Pages
	if del.Repeats || del.FirstPage > 1 && w.raster == nil {
		work := del.work(job)
		if in, err = d.remade(ctx, in, work); err != nil {
			return nil, undrawn(fmt.Errorf("make document: %w", errors.Join(errOurs, err)))
		}
		last = work.Sides()
	}
	if w.raster == nil {
		return &ours{from: in, close: in.Close, mine: mine}, nil
	}
	defer in.Close()
	r, draw := *w.raster, d.Documents.Raster
	if w.inPDF {
		draw = d.Documents.Greyed
	}
	r.First, r.Last, r.Starved = del.FirstPage, last, min(del.Tries, countTries)
	drawn, err := draw(ctx, in, r)
	if err != nil {
		return nil, undrawn(fmt.Errorf("draw document: %w", errors.Join(errOurs, err)))
	}
	return &ours{from: drawn, close: drawn.Close, mine: mine, prints: true}, nil
}

// remade is a document of some pages of the kept one, once it is whole: what cannot be made is
// known before the first byte.
func (d *Desk) remade(ctx context.Context, in io.ReadCloser, w document.Work) (io.ReadCloser, error) {
	from, out := io.Pipe()
	go func() {
		_, err := d.Documents.Prepare(ctx, in, w, out)
		out.CloseWithError(errors.Join(err, in.Close()))
	}()
	made := bufio.NewReaderSize(from, 1<<16)
	if _, err := made.Peek(1); err != nil {
		return nil, errors.Join(err, from.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{made, from}, nil
}

// undrawn marks what is wrong with the document itself, or is too much for us in it: another
// try would end the same.
func undrawn(err error) error {
	if f := fault.As(err); f != nil && f.Kind != fault.Unavailable && f.Kind != fault.Internal {
		return errors.Join(errUndrawn, err)
	}
	return err
}

// ours marks the errors of our side of a transfer. Nothing of it goes on once the printer
// is another node's.
type ours struct {
	from   io.Reader
	close  func() error
	mine   func() error
	prints bool // the printer prints what it has before it has all
	some   bool // it has some
}

func (o *ours) Read(p []byte) (int, error) {
	if err := o.mine(); err != nil {
		return 0, err
	}
	n, err := o.from.Read(p)
	if err != nil && err != io.EOF {
		err = errors.Join(errOurs, err)
		if o.prints {
			err = undrawn(err)
		}
		if o.prints && o.some {
			err = errors.Join(errMidway, err)
		}
	}
	o.some = o.some || n > 0
	return n, err
}

func (o *ours) Close() error { return o.close() }
