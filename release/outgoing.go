package release

import (
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
	in, err := d.Spool.Open(ctx, doc)
	if err != nil {
		return nil, fmt.Errorf("open document: %w", errors.Join(errOurs, err))
	}
	mine := func() error { return d.stillMine(ctx, &c) }
	switch {
	case w.raster != nil:
		defer in.Close()
		r := *w.raster
		r.First, r.Starved = del.FirstPage, min(del.Tries, countTries)
		drawn, err := d.Documents.Raster(ctx, in, r)
		if err != nil {
			return nil, undrawn(fmt.Errorf("draw document: %w", errors.Join(errOurs, err)))
		}
		return &ours{from: drawn, close: drawn.Close, mine: mine, prints: true}, nil
	case del.FirstPage == 1:
		return &ours{from: in, close: in.Close, mine: mine}, nil
	}
	tail, out := io.Pipe()
	go func() {
		_, err := d.Documents.Prepare(ctx, in, document.Work{Format: document.PDF, Pages: []document.Range{{First: del.FirstPage, Last: job.Pages}}}, out)
		out.CloseWithError(err)
	}()
	return &ours{from: tail, close: func() error { return errors.Join(tail.Close(), in.Close()) }, mine: mine}, nil
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
