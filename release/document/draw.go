package document

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// How pages are drawn for somebody to look at. Who looks waits: a document that takes longer
// than this has no pictures.
const (
	drawTime  = 5 * time.Second // of processor time, for all pages of one call
	drawShare = 6               // of a document's wall time they have this part
	drawTall  = 1.5             // a picture is at most so many times as high as it is wide
	// MostDrawn is how many pages one call draws at the most, and WidestDrawn how wide.
	MostDrawn   = 12
	WidestDrawn = 640
)

// Draw draws pages of a rebuilt document as small pictures, from one on, counted from 1, no
// wider than so many pixels, in a child of their own. Pages beyond the last are none; fewer
// than asked for come back where one could not be drawn, and an error ("document-stuck")
// where not even the first could. Nothing of it touches a disk, and it ends with ctx.
//
// What comes back from the child are bare pixels, of which nothing but their number is
// believed: nobody decodes what a document may have had a hand in.
func (e *Engine) Draw(ctx context.Context, in io.Reader, first, pages, width int) ([]image.Image, error) {
	if first < 1 || pages < 1 || pages > MostDrawn || width < 1 || width > WidestDrawn {
		return nil, fmt.Errorf("draw %d pages from %d, %d wide: out of range", pages, first, width)
	}
	ctx, leave, err := e.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	select {
	case e.draws <- struct{}{}:
		defer func() { <-e.draws }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to draw: %w", context.Cause(ctx))
	}
	if err := e.warm(ctx); err != nil {
		return nil, err
	}
	r, err := e.take(e.easel, atOnce)
	if err != nil {
		return nil, err
	}
	defer r.dismiss()
	if _, err := receive(ctx, r.source, in, PDF, e.opts.MaxBytes); err != nil {
		return nil, err
	}
	return e.drawn(ctx, r, task{From: first - 1, Sides: pages, Width: width, MaxPages: e.opts.MaxPages, MaxBytes: e.opts.MaxBytes, CPUSeconds: int(drawTime / time.Second)})
}

// drawn tells a child what to draw, and takes it.
func (e *Engine) drawn(ctx context.Context, r *reader, t task) ([]image.Image, error) {
	limited, cancel := context.WithTimeoutCause(ctx, e.opts.Timeout/drawShare, errTimeout)
	defer cancel()
	end, err := r.read(limited, t)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("draw document: %w", context.Cause(ctx))
	}
	shapes, began, err := parseDrawn(end.said, t)
	if !began {
		e.forget()
		return nil, fmt.Errorf("start document child: %w", errors.Join(err, end.err, context.Cause(limited)))
	}
	if err = errors.Join(err, end.err); err != nil {
		return nil, stuck.Because(errors.Join(err, context.Cause(limited)))
	}
	size, err := sealedSize(r.target)
	if err != nil {
		return nil, stuck.Because(err)
	}
	return unpacked(io.NewSectionReader(r.target, 0, size), shapes)
}

// shape is a picture that a child has drawn: its pixels follow those of the one before.
type shape struct {
	Width  int  `json:"w"`
	Height int  `json:"h"`
	Grey   bool `json:"grey,omitempty"` // one byte each, and not three
}

// drawing is what a child says of what it drew.
type drawing struct {
	Shapes []shape `json:"shapes"`
}

// parseDrawn reads what a child said, as the word of somebody who may have been taken over.
func parseDrawn(said []byte, t task) (all []shape, began bool, err error) {
	rest, began := bytes.CutPrefix(said, []byte(ready))
	if !began {
		return nil, false, fmt.Errorf("child was never ready: %q", said)
	}
	var d drawing
	if err := json.Unmarshal(rest, &d); err != nil {
		return nil, true, fmt.Errorf("read what was drawn: %w", err)
	}
	if len(d.Shapes) == 0 || len(d.Shapes) > t.Sides {
		return nil, true, fmt.Errorf("%d pages were drawn of %d", len(d.Shapes), t.Sides)
	}
	for _, s := range d.Shapes {
		if s.Width < 1 || s.Width > t.Width || s.Height < 1 || s.Height > tallest(t.Width) {
			return nil, true, fmt.Errorf("a picture of %d by %d pixels was drawn", s.Width, s.Height)
		}
	}
	return d.Shapes, true, nil
}

// unpacked are pixels of these shapes.
func unpacked(from io.Reader, shapes []shape) (all []image.Image, err error) {
	for _, s := range shapes {
		bounds := image.Rect(0, 0, s.Width, s.Height)
		if s.Grey {
			p := image.NewGray(bounds)
			if _, err := io.ReadFull(from, p.Pix); err != nil {
				return nil, stuck.Because(fmt.Errorf("read picture: %w", err))
			}
			all = append(all, p)
			continue
		}
		p, line := image.NewRGBA(bounds), make([]byte, 3*s.Width)
		for y := range s.Height {
			if _, err := io.ReadFull(from, line); err != nil {
				return nil, stuck.Because(fmt.Errorf("read picture: %w", err))
			}
			row := p.Pix[y*p.Stride:]
			for x := range s.Width {
				row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = line[3*x], line[3*x+1], line[3*x+2], 0xff
			}
		}
		all = append(all, p)
	}
	return all, nil
}

// draw is the child's part: it fills the target with the pixels of the source's pages, as far
// as they can be drawn.
func (r *rebuilding) draw() (d drawing) {
	r.task.CPUSeconds = min(r.task.CPUSeconds, int(drawTime/time.Second))
	engine, doc, err := r.open(r.source)
	if err != nil {
		return d
	}
	defer func() { _ = engine.Close() }() // what was drawn is there, and the child ends
	pages, err := countPages(engine, doc)
	if err != nil {
		return d
	}
	out := r.into(r.target)
	r.task.Colour, r.spent = true, spent()
	for i := r.task.From; i < min(pages, r.task.From+r.task.Sides) && !r.late(); i++ {
		s, err := r.drawPage(engine, doc, i, out)
		if err != nil {
			break
		}
		d.Shapes = append(d.Shapes, s)
	}
	if err := out.w.Flush(); err != nil {
		d.Shapes = nil
	}
	return d
}

// drawPage writes one page's pixels whole, or nothing.
func (r *rebuilding) drawPage(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int, out io.Writer) (s shape, err error) {
	size, err := engine.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: doc, Index: index})
	if err != nil {
		return s, fmt.Errorf("measure page: %w", err)
	}
	s.Width, s.Height = inBox(size.Width, size.Height, r.task.Width)
	var line []byte
	err = render(engine, doc, index, s.Width, s.Height, func(seen []byte) error {
		if len(seen) < 4*s.Width*s.Height || r.lib.guest.wanted {
			return errFull
		}
		s.Grey = !tinted(seen)
		line = bare(seen[:4*s.Width*s.Height], s.Grey)
		return nil
	})
	if err == nil {
		_, err = out.Write(line)
	}
	return s, err
}

// bare is pixels without what says nothing: red, green and blue, or one of them where they
// are the same.
func bare(pixels []byte, grey bool) (out []byte) {
	out = make([]byte, 0, len(pixels)/4*3)
	for ; len(pixels) >= 4; pixels = pixels[4:] {
		if grey {
			out = append(out, pixels[1])
		} else {
			out = append(out, pixels[2], pixels[1], pixels[0])
		}
	}
	return out
}

func tallest(width int) int { return int(float64(width) * drawTall) }

// inBox is how large a page is drawn that is to be so wide at the most.
func inBox(width, height float64, most int) (x, y int) {
	width, height = math.Max(width, 1), math.Max(height, 1)
	scale := math.Min(float64(most)/width, float64(tallest(most))/height)
	return min(max(int(math.Round(width*scale)), 1), most), min(max(int(math.Round(height*scale)), 1), tallest(most))
}
