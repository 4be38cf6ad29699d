package document

import (
	"context"
	"errors"
	"fmt"
	"io"

	"inkwell/release/document/picture"
	"inkwell/release/document/raster"
)

// Greyed draws pages of a rebuilt PDF without colour, as Raster does, and puts them into a PDF, for
// a printer that takes PDF alone and cannot be asked for black and white: there is nothing in it
// but grey pixels. Exactly so many pages are in it, each a sheet; it is made as it is read, a
// line at a time, and no document is parsed for it here. The caller closes it.
func (e *Engine) Greyed(ctx context.Context, in io.Reader, d Raster) (io.ReadCloser, error) {
	d.Format, d.Colour, d.Grey, d.Duplex, d.Tumble = raster.PWG, false, false, false, false
	ctx, stop := context.WithCancel(ctx)
	drawn, err := e.Raster(ctx, in, d)
	if err != nil {
		stop()
		return nil, err
	}
	from, to := io.Pipe()
	g := &greyed{PipeReader: from, drawn: drawn, stop: stop, done: make(chan struct{})}
	go func() {
		defer close(g.done)
		pages, err := picture.PWG(to, drawn, picture.Choice{Most: d.Pages()})
		if err == nil && pages != d.Pages() {
			err = fmt.Errorf("%d of %d pages were drawn", pages, d.Pages())
		}
		_ = to.CloseWithError(err)
	}()
	return g, nil
}

// greyed is a PDF that is being made.
type greyed struct {
	*io.PipeReader
	drawn io.Closer
	stop  func()
	done  chan struct{}
}

// Close ends what is being drawn.
func (g *greyed) Close() error {
	g.stop()
	err := g.PipeReader.Close()
	<-g.done
	return errors.Join(err, g.drawn.Close())
}
