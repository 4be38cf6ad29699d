package picture

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// writer writes a PDF with one image on each page, in one pass.
type writer struct {
	w       *bufio.Writer
	at      int64
	offsets []int64 // of the objects from number 1 on
	pages   []int   // object numbers
}

// The objects that every file has, whose numbers are settled before they are
// written.
const (
	catalogObject = 1
	treeObject    = 2
)

func newWriter(w io.Writer) *writer {
	return &writer{w: bufio.NewWriterSize(w, 1<<16), offsets: make([]int64, treeObject)}
}

// Write adds to the object that is open.
func (d *writer) Write(p []byte) (int, error) {
	n, err := d.w.Write(p)
	d.at += int64(n)
	return n, err
}

func (d *writer) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(d, format, args...)
	return err
}

// begin opens the next free object.
func (d *writer) begin() (number int, err error) {
	if d.at == 0 {
		if err := d.printf("%%PDF-1.4\n%%\xe2\xe3\xcf\xd3\n"); err != nil {
			return 0, err
		}
	}
	d.offsets = append(d.offsets, 0)
	return len(d.offsets), d.open(len(d.offsets))
}

func (d *writer) open(number int) error {
	d.offsets[number-1] = d.at
	return d.printf("%d 0 obj\n", number)
}

// image is a picture as PDF 1.4 section 4.8.4 describes it.
type image struct {
	width, height int
	bits          int    // of a component: 1 or 8
	colours       string // ColorSpace
	decode        string // Decode, or ""
	filter        string
	params        string // DecodeParms, or ""
}

// page is a sheet with its picture: the matrix places the unit square on it.
type page struct {
	width, height float64 // points
	matrix        matrix
}

// add writes a page whose picture's bytes the caller writes in fill.
func (d *writer) add(i image, p page, fill func(io.Writer) error) error {
	picture, err := d.begin()
	if err != nil {
		return err
	}
	if err := d.printf("<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent %d/ColorSpace%s%s/Filter/%s%s/Length %d 0 R>>stream\n",
		i.width, i.height, i.bits, i.colours, i.decode, i.filter, i.params, picture+1); err != nil {
		return err
	}
	start := d.at
	if err := fill(d); err != nil {
		return err
	}
	length := d.at - start
	if err := d.printf("\nendstream\nendobj\n"); err != nil {
		return err
	}
	if err := d.object("%d", length); err != nil {
		return err
	}
	content := fmt.Sprintf("q %s cm /I Do Q", p.matrix)
	if err := d.object("<</Length %d>>stream\n%s\nendstream", len(content), content); err != nil {
		return err
	}
	d.pages = append(d.pages, picture+3)
	return d.object("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources<</XObject<</I %d 0 R>>>>/Contents %d 0 R>>",
		treeObject, number(p.width), number(p.height), picture, picture+2)
}

// object writes a whole one.
func (d *writer) object(format string, args ...any) error {
	if _, err := d.begin(); err != nil {
		return err
	}
	return d.printf(format+"\nendobj\n", args...)
}

// end writes the page tree and the table of objects.
func (d *writer) end() error {
	var kids strings.Builder
	for _, p := range d.pages {
		fmt.Fprintf(&kids, "%d 0 R ", p)
	}
	if err := d.open(catalogObject); err != nil {
		return err
	}
	if err := d.printf("<</Type/Catalog/Pages %d 0 R>>\nendobj\n", treeObject); err != nil {
		return err
	}
	if err := d.open(treeObject); err != nil {
		return err
	}
	if err := d.printf("<</Type/Pages/Count %d/Kids[%s]>>\nendobj\n", len(d.pages), kids.String()); err != nil {
		return err
	}
	start := d.at
	if err := d.printf("xref\n0 %d\n0000000000 65535 f \n", len(d.offsets)+1); err != nil {
		return err
	}
	for _, at := range d.offsets {
		if err := d.printf("%010d 00000 n \n", at); err != nil {
			return err
		}
	}
	if err := d.printf("trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(d.offsets)+1, catalogObject, start); err != nil {
		return err
	}
	return d.w.Flush()
}

// number is a length in points, to a ten-thousandth.
func number(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }

// matrix is a, b, c, d, e, f of PDF 1.4 section 4.2.2.
type matrix [6]float64

func (m matrix) String() string {
	var parts []string
	for _, v := range m {
		parts = append(parts, number(v))
	}
	return strings.Join(parts, " ")
}
