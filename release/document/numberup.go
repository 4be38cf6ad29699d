package document

import (
	"fmt"
	"math"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"

	"inkwell/release/document/picture"
)

// combine puts as many of doc's pages on a side as the task asks for, left to right
// and then down, and returns a new document of those sides, the first with its words in the margin.
func (r *rebuilding) combine(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, pages int) (references.FPDF_DOCUMENT, int, error) {
	up := r.task.NumberUp
	if up <= 1 && r.task.Fronts {
		return r.onFronts(engine, doc, pages)
	}
	if up <= 1 {
		return doc, pages, r.inMargin(engine, doc)
	}
	for i := range pages {
		if err := flatten(engine, doc, i); err != nil {
			return "", 0, err
		}
	}
	size, err := engine.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: doc, Index: 0})
	if err != nil {
		return "", 0, fmt.Errorf("measure page: %w", err)
	}
	sheet, columns := layout(r.task.Sheet, up, size.Width, size.Height)
	inside := sheet.Inside()
	combined, err := engine.FPDF_ImportNPagesToOne(&requests.FPDF_ImportNPagesToOne{
		Source:      doc,
		OutputWidth: float32(inside.Width), OutputHeight: float32(inside.Height),
		NumPagesOnXAxis: columns, NumPagesOnYAxis: up / columns,
	})
	if err != nil {
		return "", 0, fmt.Errorf("combine pages: %w", err)
	}
	sides := (pages + up - 1) / up
	for i := range sides {
		if err := setBox(engine, combined.Document, i, -picture.Margin, -picture.Margin, inside.Width+picture.Margin, inside.Height+picture.Margin); err != nil { // its sheet
			return "", 0, err
		}
	}
	return combined.Document, sides, r.inMargin(engine, combined.Document)
}

// layout is the sheet, upright or turned, and the number of columns on it that
// leave pages of this size largest; upright where both do.
func layout(sheet picture.Sheet, up int, width, height float64) (best picture.Sheet, columns int) {
	best, columns = sheet, 1
	largest := 0.0
	for _, s := range []picture.Sheet{sheet, sheet.Turned()} {
		inside := s.Inside()
		for c := 1; c <= up; c++ {
			if up%c != 0 {
				continue
			}
			scale := math.Min(inside.Width/float64(c)/width, inside.Height/float64(up/c)/height)
			if scale > largest*(1+1e-6) {
				best, columns, largest = s, c, scale
			}
		}
	}
	return best, columns
}

// flatten makes what lies on a page, filled-in forms and notes that print, a part of
// it: pages are combined without them.
func flatten(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int) error {
	return onPage(engine, doc, index, func(page requests.Page) error {
		done, err := engine.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: page, Usage: requests.FPDFPage_FlattenUsagePrint})
		if err == nil && done.Result == responses.FPDFPage_FlattenResultFail {
			err = isDamaged
		}
		return err
	})
}

// setBox has a page be this part of what it was.
func setBox(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int, left, bottom, right, top float64) error {
	return onPage(engine, doc, index, func(page requests.Page) error {
		var box struct {
			requests.FPDFPage_SetMediaBox
			_ [8]byte // the engine's package reads eight bytes where a float begins, the last one too
		}
		box.Page = page
		box.Left, box.Bottom, box.Right, box.Top = float32(left), float32(bottom), float32(right), float32(top)
		_, err := engine.FPDFPage_SetMediaBox(&box.FPDFPage_SetMediaBox)
		return err
	})
}

// onPage does something with a page that is loaded meanwhile.
func onPage(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int, do func(requests.Page) error) error {
	page, err := engine.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return fmt.Errorf("load page: %w", err)
	}
	if err := do(requests.Page{ByReference: &page.Page}); err != nil {
		return fmt.Errorf("work on page: %w", err)
	}
	_, err = engine.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: page.Page})
	return err
}
