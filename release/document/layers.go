package document

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"
	"os"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"
)

// A PDF may have layers (ISO 32000-1 section 8.11), such as the answers of a worksheet,
// and say which of them print. Most of that is said in its catalogue, which copied pages
// leave behind: all of them would print. A page that looks otherwise in the copy than in
// its source is therefore printed as a picture of that.
const (
	pictureInch    = 200  // pixels
	pictureLongest = 4700 // pixels: those of an A2 sheet
	pictureQuality = 90
)

var layer = []byte("/Type/OCG")

// layered says whether a document that the engine has written speaks of layers. It writes
// dictionaries as plain text, always alike.
func layered(f *os.File) (found bool, err error) {
	err = find(f, layer, func(int64) error {
		found = true
		return nil
	})
	return found, err
}

// find tells of each place of a mark in a file.
func find(f *os.File, mark []byte, tell func(at int64) error) error {
	part := make([]byte, 1<<16)
	for begin := int64(0); ; {
		n, err := f.ReadAt(part, begin)
		seen := part[:n]
		for at := 0; ; at += len(mark) {
			i := bytes.Index(seen[at:], mark)
			if i < 0 {
				break
			}
			at += i
			if err := tell(begin + int64(at)); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read copy: %w", err)
		}
		begin += int64(n - len(mark) + 1) // a mark may lie across two parts
	}
}

// reveal has each layer of a copy print, as it will without a catalogue: one's own word on
// that, which printers do not heed, is not heeded by the engine either.
func reveal(f *os.File) error {
	return find(f, layer, func(at int64) error {
		own, begin, err := layerAround(f, at)
		if err != nil {
			return err
		}
		if _, err := f.WriteAt(bytes.ReplaceAll(own, []byte("/Usage"), []byte("/usage")), begin); err != nil { // a name that says nothing
			return fmt.Errorf("write layer: %w", err)
		}
		return nil
	})
}

// longestLayer bounds, in bytes, what a layer may say of itself on either side of its mark. Those
// of drawing programs say some kilobytes; nobody's says a million.
const longestLayer = 1 << 20

// layerAround is the object that the mark of a layer stands in, and where it begins. It reads more
// only of a layer that says more.
func layerAround(f *os.File, at int64) (own []byte, begin int64, err error) {
	for most := int64(4096); most <= longestLayer; most *= 16 {
		from := max(0, at-most)
		said := make([]byte, at-from+most)
		n, err := f.ReadAt(said, from)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, fmt.Errorf("read layer: %w", err)
		}
		said = said[:n]
		first := bytes.LastIndex(said[:at-from], []byte(" obj"))
		after := bytes.Index(said[at-from:], []byte("endobj"))
		if first >= 0 && after >= 0 {
			return said[first : int(at-from)+after], from + int64(first), nil
		}
	}
	return nil, 0, isStuck
}

// hideLayers makes target the pages of a copy, of which those that print otherwise than
// their sources are pictures of these; from has the index of each source.
func (r *rebuilding) hideLayers(copied *os.File, from []int) (sides int, err error) {
	if err := reveal(copied); err != nil {
		return 0, err
	}
	engine, source, err := r.open(r.source)
	if err != nil {
		return 0, err
	}
	defer closing(engine, &err)
	size, err := sizeOf(copied)
	if err != nil {
		return 0, err
	}
	doc, err := openSection(engine, io.NewSectionReader(copied, 0, size))
	if err != nil {
		return 0, err
	}
	for i, index := range from {
		same, err := printsLike(engine, source, index, doc, i)
		if err != nil {
			return 0, err
		}
		if same {
			continue
		}
		if err := replace(engine, source, index, doc, i); err != nil {
			return 0, err
		}
	}
	made, sides, err := r.combine(engine, doc, len(from))
	if err != nil {
		return 0, err
	}
	return sides, r.save(engine, made, r.target)
}

// printsLike says whether two pages print the same.
func printsLike(engine pdfium.Pdfium, a references.FPDF_DOCUMENT, i int, b references.FPDF_DOCUMENT, j int) (same bool, err error) {
	size, err := engine.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: a, Index: i})
	if err != nil {
		return false, fmt.Errorf("measure page: %w", err)
	}
	width, height := pixels(size.Width, size.Height)
	err = render(engine, a, i, width, height, func(first []byte) error {
		return render(engine, b, j, width, height, func(second []byte) error {
			same = bytes.Equal(first, second)
			return nil
		})
	})
	return same, err
}

// replace puts a picture of a source's page in the place of its copy.
func replace(engine pdfium.Pdfium, source references.FPDF_DOCUMENT, index int, made references.FPDF_DOCUMENT, i int) error {
	size, err := engine.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: source, Index: index})
	if err != nil {
		return fmt.Errorf("measure page: %w", err)
	}
	scale := math.Min(pictureInch/72., pictureLongest/math.Max(math.Max(size.Width, size.Height), 1))
	width, height := max(1, int(size.Width*scale)), max(1, int(size.Height*scale))
	var packed bytes.Buffer
	err = render(engine, source, index, width, height, func(seen []byte) error {
		return jpeg.Encode(&packed, opaque(seen, width, height), &jpeg.Options{Quality: pictureQuality})
	})
	if err != nil {
		return err
	}
	page, err := engine.FPDFPage_New(&requests.FPDFPage_New{Document: made, PageIndex: i, Width: size.Width, Height: size.Height})
	if err != nil {
		return fmt.Errorf("add page: %w", err)
	}
	if err := fillPage(engine, made, page.Page, packed.Bytes(), size.Width, size.Height); err != nil {
		return err
	}
	if _, err := engine.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: page.Page}); err != nil {
		return fmt.Errorf("close page: %w", err)
	}
	_, err = engine.FPDFPage_Delete(&requests.FPDFPage_Delete{Document: made, PageIndex: i + 1})
	return err
}

// fillPage makes a JPEG picture all that a new page has.
func fillPage(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, page references.FPDF_PAGE, picture []byte, width, height float64) error {
	object, err := engine.FPDFPageObj_NewImageObj(&requests.FPDFPageObj_NewImageObj{Document: doc})
	if err != nil {
		return fmt.Errorf("make picture: %w", err)
	}
	if _, err := engine.FPDFImageObj_LoadJpegFileInline(&requests.FPDFImageObj_LoadJpegFileInline{ImageObject: object.PageObject, FileData: picture}); err != nil {
		return fmt.Errorf("load picture: %w", err)
	}
	whole := structs.FPDF_FS_MATRIX{A: float32(width), D: float32(height)}
	if _, err := engine.FPDFPageObj_SetMatrix(&requests.FPDFPageObj_SetMatrix{PageObject: object.PageObject, Transform: whole}); err != nil {
		return fmt.Errorf("place picture: %w", err)
	}
	on := requests.Page{ByReference: &page}
	if _, err := engine.FPDFPage_InsertObject(&requests.FPDFPage_InsertObject{Page: on, PageObject: object.PageObject}); err != nil {
		return fmt.Errorf("insert picture: %w", err)
	}
	if _, err := engine.FPDFPage_GenerateContent(&requests.FPDFPage_GenerateContent{Page: on}); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// opaque is a drawn page as a picture: four bytes a pixel, blue first, of which the last
// says nothing.
func opaque(seen []byte, width, height int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := 0; i+3 < len(p.Pix) && i+3 < len(seen); i += 4 {
		p.Pix[i], p.Pix[i+1], p.Pix[i+2], p.Pix[i+3] = seen[i+2], seen[i+1], seen[i], 255
	}
	return p
}
