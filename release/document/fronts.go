package document

import (
	"fmt"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// onFronts puts an empty side behind each range of the task's, but the last, that would end on a
// front.
func (r *rebuilding) onFronts(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, pages int) (references.FPDF_DOCUMENT, int, error) {
	at := 0
	for _, one := range r.task.Pages {
		if at%2 == 1 && at < pages {
			if err := addEmpty(engine, doc, at); err != nil {
				return "", 0, err
			}
			at, pages = at+1, pages+1
		}
		at += one.Last - one.First + 1
	}
	return doc, pages, nil
}

// addEmpty puts an empty page there, as large as the one before.
func addEmpty(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, at int) error {
	size, err := engine.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: doc, Index: at - 1})
	if err != nil {
		return fmt.Errorf("measure page: %w", err)
	}
	made, err := engine.FPDFPage_New(&requests.FPDFPage_New{Document: doc, PageIndex: at, Width: size.Width, Height: size.Height})
	if err != nil {
		return fmt.Errorf("add page: %w", err)
	}
	_, err = engine.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: made.Page})
	return err
}
