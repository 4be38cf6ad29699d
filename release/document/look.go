package document

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"golang.org/x/sys/unix"
)

// How a side is looked at: drawn as it prints, at a resolution at which a thin line
// still leaves a tint, and never larger than an A3 sheet would be.
const (
	lookPerInch = 36
	lookLongest = 600 // pixels
)

// tint is how far the strongest and the weakest of a pixel's colours may be apart, of
// 255, in what is still grey. Black ink alone comes as far as 5, for the engine shows
// ink as it looks on paper; more than this is left of near-black blue.
const tint = 6

// look draws the sides of the rebuilt document, from one on to the last of so many, and
// returns how many it saw and how many of these carry colour. It ends early where there is
// not time for all of them, or where one cannot be drawn: the document is good all the
// same, and which sides have colour is not known.
func (r *rebuilding) look(from, sides int) (s sight) {
	r.spent = spent()
	for {
		before := s.Seen
		if err := r.lookOn(from, sides, &s); err == nil || s.Seen == before || !trapped(err) && !errors.Is(err, errFull) {
			return s
		}
	}
}

var errFull = errors.New("the engine has no room for all of it")

// lookOn looks at the sides that were not seen yet with a fresh engine.
func (r *rebuilding) lookOn(from, sides int, s *sight) (err error) {
	engine, doc, err := r.open(r.target)
	if err != nil {
		return err
	}
	defer closing(engine, &err)
	for from+s.Seen < sides {
		if r.late() {
			return nil
		}
		tinted, err := hasColour(engine, doc, from+s.Seen)
		if err != nil {
			return err
		}
		if r.lib.guest.wanted {
			return errFull
		}
		if tinted {
			s.Colour++
			s.Tinted = s.Tinted.with(s.Seen)
		}
		s.Seen++
	}
	return nil
}

// A document that is printed in black and white costs the same whatever colour it has: it
// is not looked at for longer than this.
const glance = 2 * time.Second

// late says that so much of this child's processor time is spent that one more side
// might not be finished, or is not worth it. Sides may take as long as the longest so far.
func (r *rebuilding) late() bool {
	spent := spent()
	r.longest, r.spent = max(r.longest, spent-r.spent), spent
	most := time.Duration(r.task.CPUSeconds) * time.Second * 3 / 4
	if !r.task.Colour {
		most = min(most, glance)
	}
	return spent > min(most, time.Duration(r.task.CPUSeconds)*time.Second-2*r.longest)
}

// spent is this process's processor time.
func spent() time.Duration {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		return math.MaxInt64
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// hasColour draws a side with what lies on it, as a printer does, and looks for a pixel
// that is not grey.
func hasColour(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int) (found bool, err error) {
	size, err := engine.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: doc, Index: index})
	if err != nil {
		return false, fmt.Errorf("measure page: %w", err)
	}
	width, height := pixels(size.Width, size.Height)
	err = render(engine, doc, index, width, height, func(seen []byte) error {
		found = tinted(seen)
		return nil
	})
	return found, err
}

// render draws a page as a printer does, and shows its pixels, four bytes each, as long as
// show runs.
func render(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, index, width, height int, show func([]byte) error) error {
	made, err := engine.FPDFBitmap_CreateEx(&requests.FPDFBitmap_CreateEx{Width: width, Height: height, Format: enums.FPDF_BITMAP_FORMAT_BGRX, Pointer: uint64(0)})
	if err != nil {
		return fmt.Errorf("make picture: %w", err)
	}
	b := made.Bitmap
	if _, err := engine.FPDFBitmap_FillRect(&requests.FPDFBitmap_FillRect{Bitmap: b, Width: width, Height: height, Color: 0xffffffff}); err != nil {
		return fmt.Errorf("fill picture: %w", err)
	}
	err = onPage(engine, doc, index, func(page requests.Page) error {
		_, err := engine.FPDF_RenderPageBitmap(&requests.FPDF_RenderPageBitmap{
			Bitmap: b, Page: page, SizeX: width, SizeY: height,
			Flags: enums.FPDF_RENDER_FLAG_ANNOT | enums.FPDF_RENDER_FLAG_PRINTING,
		})
		return err
	})
	if err != nil {
		return err
	}
	seen, err := engine.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: b})
	if err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	if err := show(seen.Buffer); err != nil {
		return err
	}
	_, err = engine.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: b})
	return err
}

// tinted says whether one of the pixels, four bytes each of which the last says nothing,
// is not grey.
func tinted(pixels []byte) bool {
	for ; len(pixels) >= 4; pixels = pixels[4:] {
		b, g, r := pixels[0], pixels[1], pixels[2]
		if b == g && g == r {
			continue
		}
		if max(b, g, r)-min(b, g, r) > tint {
			return true
		}
	}
	return false
}

// pixels is how large a page is drawn.
func pixels(width, height float64) (x, y int) {
	scale := math.Min(lookPerInch/72., lookLongest/math.Max(math.Max(width, height), 1))
	edge := func(points float64) int { return min(max(int(math.Ceil(points*scale)), 1), lookLongest) }
	return edge(width), edge(height)
}

// Size is pages of one size.
type Size struct {
	X     int `json:"x"` // shorter edge in whole millimetres; 0 for all sizes beyond the first few
	Y     int `json:"y"` // longer edge
	Pages int `json:"pages"`
}

// mostSizes is how many sizes of page are told apart in a document.
const mostSizes = 8

// longestPage bounds what is said of a page's edge, in millimetres.
const longestPage = 100_000

// sizesOf are the sizes of a document's pages, in the order in which they appear.
func sizesOf(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, pages int) (all []Size, err error) {
	for i := range pages {
		size, err := engine.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: doc, Index: i})
		if err != nil {
			return nil, fmt.Errorf("measure page: %w", err)
		}
		x, y := millimetres(size.Width), millimetres(size.Height)
		all = addPage(all, min(x, y), max(x, y))
	}
	return all, nil
}

func addPage(all []Size, x, y int) []Size {
	for i, known := range all {
		if known.X == x && known.Y == y {
			all[i].Pages++
			return all
		}
	}
	if len(all) >= mostSizes-1 && x > 0 {
		return addPage(all, 0, 0)
	}
	return append(all, Size{X: x, Y: y, Pages: 1})
}

func millimetres(points float64) int {
	if !(points > 0) {
		return 1
	}
	return int(math.Round(math.Min(math.Max(points*25.4/72, 1), longestPage)))
}

var errOther = errors.New("sizes do not add up")

// checkSizes refuses sizes that are not those of so many pages.
func checkSizes(all []Size, pages int) error {
	sum := 0
	for _, s := range all {
		if s.X < 0 || s.Y < s.X || s.Y > longestPage || s.Pages < 1 || s.Pages > pages {
			return errOther
		}
		sum += s.Pages
	}
	if sum != pages || len(all) > mostSizes {
		return errOther
	}
	return nil
}
