package document

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"inkwell/release/document/picture"
	"inkwell/release/document/raster"
)

// Raster says how pages of a PDF of ours are drawn for a printer that takes a raster.
type Raster struct {
	Format      raster.Format
	First, Last int    // pages, counted from 1
	Media       string // the sheet that all of them are drawn on: a PWG 5101.1 name with a size; any other means A4
	DPI         int    // 50 to 1,200
	Colour      bool   // srgb_8; otherwise sgray_8
	Grey        bool   // srgb_8 that has no colour in it
	Duplex      bool   // sides is two-sided, ...
	Tumble      bool   // ... on the short edge
	Back        raster.Back
	Quality     int     // print-quality, or 0
	Scaling     string  // print-scaling; "" means auto
	Margin      float64 // what the printer leaves white at each edge, in points
	Starved     int     // tries before this one that came to nothing
}

// Pages is how many there are.
func (d Raster) Pages() int { return d.Last - d.First + 1 }

// Pixels is the width and height of a page.
func (d Raster) Pixels() (width, height int) {
	p := d.page(d.First)
	return p.Width, p.Height
}

// page is the header of the page of that number.
func (d Raster) page(number int) raster.Page {
	m, _ := ReadMedia(d.Media)
	s := sheetOf(d.Media)
	if s == a4 {
		m = Media{X: 21000, Y: 29700}
		d.Media = "iso_a4_210x297mm"
	}
	p := raster.Page{
		Width: m.X * d.DPI / 2540, Height: m.Y * d.DPI / 2540, DPI: d.DPI, Colour: d.Colour, Duplex: d.Duplex, Tumble: d.Tumble,
		Quality: d.Quality, Media: d.Media, Points: [2]int{int(s.Width + 0.5), int(s.Height + 0.5)},
	}
	if d.Duplex && (number-d.First)%2 == 1 {
		p.Turn = d.Back.Turned(d.Tumble)
	}
	return p
}

// order is what a child is told of the pages from one on, which are so many at the most.
func (d Raster) order(from, most int) *order {
	front := d.page(d.First)
	return &order{
		First: d.First - 1, From: from - 1, Last: min(d.Last, from+most-1) - 1, Width: front.Width, Height: front.Height, DPI: d.DPI, Colour: d.Colour, Grey: d.Grey,
		Back: d.page(d.First + 1).Turn, Sheet: sheetOf(d.Media), Scaling: picture.Scaling(d.Scaling), Margin: d.Margin,
	}
}

// check refuses what no child is told.
func (d Raster) check(most int) error {
	p := d.page(d.First)
	if d.First < 1 || d.Last < d.First || d.Last > most || d.DPI < 50 || d.DPI > 1200 || p.Width > picture.MaxSide || p.Height > picture.MaxSide {
		return fmt.Errorf("pages %d to %d at %d dpi cannot be drawn", d.First, d.Last, d.DPI)
	}
	return nil
}

// Raster draws pages of a rebuilt PDF. Children do, one after the other, each in its bounds:
// they send coded lines and nothing else, of which the reader that is returned makes a
// raster of exactly so many pages. It reads as fast as its reader does, and holds a child and
// some pixels meanwhile; the caller closes it.
//
// The first page has begun when Raster returns, so that what cannot be drawn at all costs
// nothing. Errors are those of Prepare, "document-stuck" above all, of Raster as of every Read:
// what was read before one is no whole raster.
func (e *Engine) Raster(ctx context.Context, in io.Reader, d Raster) (io.ReadCloser, error) {
	if err := d.check(e.opts.MaxPages); err != nil {
		return nil, err
	}
	ctx, leave, err := e.enter(ctx)
	if err != nil {
		return nil, err
	}
	s := &sheets{e: e, ctx: ctx, d: d, next: d.First, leave: leave}
	if err := s.begin(in); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// sheets is a raster that is being drawn.
type sheets struct {
	e     *Engine
	ctx   context.Context //nolint:containedctx // a reader's, which ends with it
	d     Raster
	leave func()
	slot  bool

	closed sync.Once

	source *os.File
	child  *reader
	out    *os.File    // what the child writes, to be read
	watch  *time.Timer // ends a child that writes nothing for too long

	in    *bufio.Reader
	lines *raster.Lines // of the page before next; nil before the first
	next  int           // the page that comes next
	begun int           // the page that the child began with

	piece []byte // made, ...
	read  int    // ... and how much of it was read
	err   error  // how it ended, once all of piece is read
}

// begin takes in the document and has the first lines drawn.
func (s *sheets) begin(in io.Reader) error {
	select {
	case s.e.presses <- struct{}{}:
		s.slot = true
	case <-s.ctx.Done():
		return fmt.Errorf("wait for a press: %w", context.Cause(s.ctx))
	}
	if err := s.e.warm(s.ctx); err != nil {
		return err
	}
	var err error
	if s.source, err = newMemory(); err != nil {
		return err
	}
	if _, err := receive(s.ctx, s.source, in, PDF, s.e.opts.MaxBytes); err != nil {
		return err
	}
	s.piece = s.d.Format.Head(s.d.Pages())
	if s.err = s.make(); s.err == io.EOF {
		return nil
	}
	return s.err
}

// patience is how long a child may write nothing, or not end, while it is waited for.
func (s *sheets) patience() time.Duration {
	return s.e.opts.Timeout * time.Duration(1+s.d.Starved)
}

// Read reads the raster.
func (s *sheets) Read(b []byte) (int, error) {
	if s.read == len(s.piece) && s.err == nil {
		s.piece, s.read = s.piece[:0], 0
		s.err = s.make()
	}
	n := copy(b, s.piece[s.read:])
	s.read += n
	if n == 0 && len(b) > 0 {
		return 0, s.err
	}
	return n, nil
}

// enough is about how much of a raster is made at once, in bytes.
const enough = 32 << 10

// make makes a piece, or the end.
func (s *sheets) make() (err error) {
	for len(s.piece) < enough {
		if s.lines == nil || s.lines.Left() == 0 {
			if s.next > s.d.Last {
				return s.over()
			}
			if err := s.turn(); err != nil {
				return err
			}
		}
		s.watch.Reset(s.patience())
		s.piece, err = s.lines.Append(s.piece)
		s.watch.Stop()
		if err != nil {
			return s.failed(err)
		}
	}
	return nil
}

// turn begins the next page, with another child where the one before ended in good order.
func (s *sheets) turn() error {
	for {
		if s.child == nil {
			if err := s.start(); err != nil {
				return err
			}
		}
		s.watch.Reset(s.patience())
		_, err := s.in.Peek(1)
		s.watch.Stop()
		if err == nil {
			break
		}
		if err := s.relieve(err); err != nil {
			return err
		}
	}
	p := s.d.page(s.next)
	s.piece = append(s.piece, s.d.Format.Header(p, s.d.Pages())...)
	s.lines = raster.NewLines(s.in, p)
	s.next++
	return nil
}

// start has a fresh child draw from the next page on.
func (s *sheets) start() (err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make pipe: %w", err)
	}
	r, err := s.e.start(turn{equal: true, most: s.e.opts.PressTime}, &reader{source: s.source, target: write, lent: true, piped: true})
	if err != nil {
		return errors.Join(err, read.Close())
	}
	s.attach(r, read)
	return r.tell(task{Format: PDF, Paint: s.d.order(s.next, s.e.opts.PressPages), MaxPages: s.e.opts.MaxPages, MaxBytes: s.e.opts.MaxBytes, CPUSeconds: int(s.e.opts.PressTime / time.Second)})
}

// attach has a child send what it draws.
func (s *sheets) attach(r *reader, from *os.File) {
	s.child, s.out, s.begun = r, from, s.next
	s.in = bufio.NewReaderSize(from, 1<<16)
	s.watch = time.AfterFunc(s.patience(), func() { r.cancel(errTimeout) })
	context.AfterFunc(s.ctx, func() { r.cancel(context.Cause(s.ctx)) })
}

// relieve lets a child go that has drawn some whole pages and says so.
func (s *sheets) relieve(end error) error {
	if end != io.EOF || s.next == s.begun {
		return s.failed(end)
	}
	v, _, _, err := s.ended()
	if err != nil || v.Outcome != isDone || v.Pages != s.next-s.begun {
		return s.failed(io.ErrUnexpectedEOF)
	}
	s.dismiss()
	return nil
}

// over is io.EOF, once the child has nothing more to say.
func (s *sheets) over() error {
	s.watch.Reset(s.patience())
	defer s.watch.Stop()
	if _, err := s.in.ReadByte(); err != io.EOF {
		return s.failed(raster.ErrLine)
	}
	return io.EOF
}

// failed says why the lines that should come do not.
func (s *sheets) failed(cause error) error {
	if s.ctx.Err() != nil {
		return fmt.Errorf("make raster: %w", context.Cause(s.ctx))
	}
	if errors.Is(cause, raster.ErrLine) {
		s.child.cancel(cause) // it is not ours any more
	}
	v, began, used, err := s.ended()
	cause = errors.Join(cause, err)
	s.e.opts.Log.Warn("a page was not drawn", "page", s.next, "used", used, "error", cause)
	switch refusal, ok := refusals[v.Outcome]; {
	case !began:
		s.e.forget()
		return fmt.Errorf("start document child: %w", cause)
	case errors.Is(err, errTimeout) && used < s.e.opts.PressTime:
		return fmt.Errorf("make raster: %w", errors.Join(ErrStarved, cause))
	case ok:
		return refusal.Because(cause)
	}
	return stuck.Because(cause)
}

// ended waits for the child's end and reads what it said.
func (s *sheets) ended() (v verdict, began bool, used time.Duration, err error) {
	s.watch.Reset(s.patience())
	<-s.child.gone
	s.watch.Stop()
	if s.child.err != nil {
		return v, false, 0, s.child.err
	}
	v, _, began, err = parseAnswer(s.child.end.said)
	if cause := context.Cause(s.child.ctx); cause != context.Canceled { // which it is for everyone who has ended
		err = errors.Join(err, cause)
	}
	return v, began, s.child.end.used, errors.Join(err, s.child.end.err)
}

// dismiss ends the child, if there is one.
func (s *sheets) dismiss() {
	if s.child == nil {
		return
	}
	s.watch.Stop()
	s.child.dismiss()
	s.e.opts.Log.Debug("document child ended", "used", s.child.end.used, "memory", s.child.end.memory)
	_ = s.out.Close()
	s.child = nil
}

// Close ends what is being drawn, once.
func (s *sheets) Close() error {
	s.closed.Do(func() {
		s.dismiss()
		if s.source != nil {
			_ = s.source.Close()
		}
		if s.slot {
			<-s.e.presses
		}
		s.leave()
	})
	return nil
}
