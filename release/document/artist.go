package document

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"inkwell/release/document/picture"
	"inkwell/release/document/raster"
)

// order is what a child is told to draw. Pages are counted from 0.
type order struct {
	First   int             `json:"first"` // a front
	From    int             `json:"from"`
	Last    int             `json:"last"`
	Width   int             `json:"width"` // pixels, of each page
	Height  int             `json:"height"`
	DPI     int             `json:"dpi"`
	Colour  bool            `json:"colour"`
	Grey    bool            `json:"grey"`
	Back    raster.Turn     `json:"back"` // of every second page
	Sheet   picture.Sheet   `json:"sheet"`
	Scaling picture.Scaling `json:"scaling"`
	Margin  float64         `json:"margin"` // points
}

// bandBytes is how much of a page is drawn at once: four bytes for each pixel. An A3 page at
// 600 dpi has ten times as many.
const bandBytes = 32 << 20

// artist draws pages in bands, in a child.
type artist struct {
	r      *rebuilding
	o      order
	w      *bufio.Writer
	engine pdfium.Pdfium
	doc    references.FPDF_DOCUMENT
	pixels []byte // of a line, as it is coded
}

// paint writes the coded lines of pages to target, as many as there is time for, and says
// how many pages that are. What it has written before it fails is for the reader to see.
func (r *rebuilding) paint(o order) verdict {
	a := artist{r: r, o: o, w: bufio.NewWriterSize(r.target, 1<<16)}
	drawn := 0
	var err error
	for page := o.From; page <= o.Last && err == nil; page++ {
		if page > o.From && spent() > time.Duration(r.task.CPUSeconds)*time.Second/3 {
			break
		}
		if err = a.page(page); err == nil {
			drawn++
		}
	}
	if err == nil {
		err = a.w.Flush()
	}
	err = errors.Join(err, a.leave())
	return verdict{Outcome: outcomeOf(err), Pages: drawn}
}

// page draws one. An engine that has no room for what it has read goes, and a fresh one
// draws the band that it did not.
func (a *artist) page(index int) error {
	var turn raster.Turn
	if (index-a.o.First)%2 == 1 {
		turn = a.o.Back
	}
	coder := raster.NewCoder(a.w, a.unit())
	height := min(a.o.Height, max(1, bandBytes/(4*a.o.Width)))
	bands := (a.o.Height + height - 1) / height
	for n, fresh := 0, false; n < bands; {
		if a.engine == nil {
			fresh = true
			if err := a.enter(); err != nil {
				return err
			}
		}
		drawn, err := a.bands(index, n, bands, height, turn, coder)
		if n += drawn; drawn > 0 {
			fresh = false
		}
		if err != nil && (fresh || !trapped(err) && !errors.Is(err, errFull)) {
			return err
		}
		if err != nil {
			_ = a.leave() // it is not well
		}
	}
	return coder.End()
}

// bands draws a page's bands from one on, and codes them; it says how many these were.
func (a *artist) bands(index, from, bands, height int, turn raster.Turn, coder *raster.Coder) (drawn int, err error) {
	place, err := a.place(index)
	if err != nil {
		return 0, err
	}
	made, err := a.engine.FPDFBitmap_CreateEx(&requests.FPDFBitmap_CreateEx{Width: a.o.Width, Height: height, Format: enums.FPDF_BITMAP_FORMAT_BGRX, Pointer: uint64(0)})
	if err != nil {
		return 0, fmt.Errorf("make band: %w", err)
	}
	err = onPage(a.engine, a.doc, index, func(page requests.Page) error {
		for n := from; n < bands; n++ {
			at := n
			if turn.Upside {
				at = bands - 1 - n
			}
			pixels, err := a.band(made.Bitmap, page, place, at*height, height)
			if err != nil {
				return err
			}
			pixels = pixels[:min(height, a.o.Height-at*height)*4*a.o.Width]
			if err := a.code(coder, pixels, turn); err != nil {
				return err
			}
			drawn++
		}
		return nil
	})
	if err != nil {
		return drawn, err
	}
	_, err = a.engine.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: made.Bitmap})
	return drawn, err
}

// band draws the lines of a page from top on, and shows its pixels until the next is drawn.
func (a *artist) band(b references.FPDF_BITMAP, page requests.Page, p placed, top, height int) ([]byte, error) {
	if _, err := a.engine.FPDFBitmap_FillRect(&requests.FPDFBitmap_FillRect{Bitmap: b, Width: a.o.Width, Height: height, Color: 0xffffffff}); err != nil {
		return nil, fmt.Errorf("fill band: %w", err)
	}
	_, err := a.engine.FPDF_RenderPageBitmap(&requests.FPDF_RenderPageBitmap{
		Bitmap: b, Page: page, StartX: p.x, StartY: p.y - top, SizeX: p.width, SizeY: p.height, Rotate: p.rotate,
		Flags: enums.FPDF_RENDER_FLAG_ANNOT | enums.FPDF_RENDER_FLAG_PRINTING,
	})
	if err != nil {
		return nil, fmt.Errorf("draw band: %w", err)
	}
	if a.r.lib.guest.wanted {
		return nil, errFull
	}
	seen, err := a.engine.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: b})
	if err != nil {
		return nil, fmt.Errorf("read band: %w", err)
	}
	return seen.Buffer, nil
}

// code codes lines of pixels, four bytes each.
func (a *artist) code(coder *raster.Coder, pixels []byte, turn raster.Turn) error {
	length := 4 * a.o.Width
	var before []byte
	for lines := len(pixels) / length; lines > 0; lines-- {
		line := pixels[:length]
		if turn.Upside {
			line, pixels = pixels[len(pixels)-length:], pixels[:len(pixels)-length]
		} else {
			pixels = pixels[length:]
		}
		if before != nil && string(line) == string(before) {
			if err := coder.Again(); err != nil {
				return err
			}
			continue
		}
		before = line
		a.pixels = a.o.convert(a.pixels[:0], line)
		if turn.Mirror {
			mirror(a.pixels, a.unit())
		}
		if err := coder.Line(a.pixels); err != nil {
			return err
		}
	}
	return nil
}

func (a *artist) unit() int { return raster.Page{Colour: a.o.Colour}.Unit() }

// convert makes of blue, green, red and nothing what a raster has: red, green and blue, or
// their brightness.
func (o order) convert(out, line []byte) []byte {
	pixels := len(line) / 4
	switch {
	case o.Colour && !o.Grey:
		out = slices.Grow(out, 3*pixels)[:3*pixels]
		for i := range pixels {
			p, q := line[4*i:4*i+4:4*i+4], out[3*i:3*i+3:3*i+3]
			q[0], q[1], q[2] = p[2], p[1], p[0]
		}
	case o.Colour:
		out = slices.Grow(out, 3*pixels)[:3*pixels]
		for i := range pixels {
			q := out[3*i : 3*i+3 : 3*i+3]
			q[0] = brightness(line[4*i : 4*i+4 : 4*i+4])
			q[1], q[2] = q[0], q[0]
		}
	default:
		out = slices.Grow(out, pixels)[:pixels]
		for i := range out {
			out[i] = brightness(line[4*i : 4*i+4 : 4*i+4])
		}
	}
	return out
}

// brightness is that of a pixel (ITU-R BT.601).
func brightness(p []byte) byte {
	return byte((29*uint(p[0]) + 150*uint(p[1]) + 77*uint(p[2]) + 128) >> 8) // #nosec G115 -- 255 at the most
}

// mirror turns a line of pixels round.
func mirror(line []byte, unit int) {
	slices.Reverse(line)
	for at := 0; unit > 1 && at < len(line); at += unit {
		slices.Reverse(line[at : at+unit])
	}
}

// enter starts an engine with the document.
func (a *artist) enter() (err error) {
	a.engine, a.doc, err = a.r.open(a.r.source)
	return err
}

// leave ends the engine, if there is one.
func (a *artist) leave() error {
	if a.engine == nil {
		return nil
	}
	engine := a.engine
	a.engine = nil
	return engine.Close()
}

// placed is where a page goes, in pixels from the upper left corner.
type placed struct {
	x, y, width, height int
	rotate              enums.FPDF_PAGE_ROTATION
}

// place puts a page on the sheet.
func (a *artist) place(index int) (placed, error) {
	size, err := a.engine.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: a.doc, Index: index})
	if err != nil {
		return placed{}, fmt.Errorf("measure page: %w", err)
	}
	return a.o.place(size.Width, size.Height), nil
}

// slack is how much larger than its sheet, in points, a page may be that is meant for it: names
// of sizes, and pixels, are rounded.
const slack = 3

// place puts a page of that size in points in the middle of the sheet, as print-scaling says
// (PWG 5100.13): by itself as large as it is, and smaller where it is larger than the sheet. A
// page that lies otherwise than its sheet is turned to the left, as RFC 8011 says of landscape.
func (o order) place(width, height float64) (p placed) {
	turned := width != height && (width > height) != (o.Sheet.Width > o.Sheet.Height)
	if turned {
		width, height = height, width
		p.rotate = enums.FPDF_PAGE_ROTATION_270_CW
	}
	width, height = math.Max(width, 1), math.Max(height, 1)
	fit := math.Min((o.Sheet.Width-2*o.Margin)/width, (o.Sheet.Height-2*o.Margin)/height)
	scale := fit
	switch o.Scaling {
	case picture.None:
		scale = 1
	case picture.Fill:
		scale = math.Max(o.Sheet.Width/width, o.Sheet.Height/height)
	case picture.Fit:
	default:
		if width <= o.Sheet.Width+slack && height <= o.Sheet.Height+slack {
			scale = 1
		}
	}
	pixels := func(points float64) int { return int(math.Round(points * float64(o.DPI) / 72)) }
	width, height = width*scale, height*scale
	p.width, p.height = max(1, pixels(width)), max(1, pixels(height))
	p.x, p.y = pixels((o.Sheet.Width-width)/2), pixels((o.Sheet.Height-height)/2)
	return p
}
