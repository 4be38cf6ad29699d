package document

import (
	"fmt"
	"math"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"

	"inkwell/release/document/picture"
)

// Words in a margin, in points.
const (
	marginFont = 9
	marginPad  = 2 // of white around them, so that they are read on any ground
)

// inMargin writes the task's words, if it has any, in black on white in the upper right corner of
// the first side as it is read. No page comes or goes by that, and none becomes coloured. The
// side becomes an object of a page anew: whatever its content leaves behind, the words stand.
func (r *rebuilding) inMargin(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT) error {
	if r.task.Margin == "" {
		return nil
	}
	size, err := engine.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: doc, Index: 0})
	if err != nil {
		return fmt.Errorf("measure page: %w", err)
	}
	first, err := firstSide(engine, doc, size.Width, size.Height)
	if err != nil {
		return err
	}
	err = onPage(engine, first, 0, func(page requests.Page) error {
		ground, words, err := wordsOf(engine, first, r.task.Margin, size.Width, 2*size.Height)
		if err != nil {
			return err
		}
		for _, object := range []references.FPDF_PAGEOBJECT{ground, words} {
			if _, err := engine.FPDFPage_InsertObject(&requests.FPDFPage_InsertObject{Page: page, PageObject: object}); err != nil {
				return fmt.Errorf("insert object: %w", err)
			}
		}
		_, err = engine.FPDFPage_GenerateContent(&requests.FPDFPage_GenerateContent{Page: page})
		return err
	})
	if err != nil {
		return err
	}
	if _, err := engine.FPDF_ImportPages(&requests.FPDF_ImportPages{Source: first, Destination: doc}); err != nil {
		return fmt.Errorf("import side: %w", err)
	}
	_, err = engine.FPDFPage_Delete(&requests.FPDFPage_Delete{Document: doc, PageIndex: 1})
	return err
}

// firstSide is a document of the first side alone, with what lies on it, as one object: in the upper
// half of a sheet, which is then cut, for alone on a sheet the engine leaves a side as it is.
func firstSide(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, width, height float64) (references.FPDF_DOCUMENT, error) {
	if err := flatten(engine, doc, 0); err != nil {
		return "", err
	}
	alone, err := engine.FPDF_CreateNewDocument(&requests.FPDF_CreateNewDocument{})
	if err != nil {
		return "", fmt.Errorf("create document: %w", err)
	}
	first := "1"
	if _, err := engine.FPDF_ImportPages(&requests.FPDF_ImportPages{Source: doc, Destination: alone.Document, PageRange: &first}); err != nil {
		return "", fmt.Errorf("import page: %w", err)
	}
	made, err := engine.FPDF_ImportNPagesToOne(&requests.FPDF_ImportNPagesToOne{
		Source: alone.Document, OutputWidth: float32(width), OutputHeight: float32(2 * height), NumPagesOnXAxis: 1, NumPagesOnYAxis: 2,
	})
	if err != nil {
		return "", fmt.Errorf("take page: %w", err)
	}
	return made.Document, setBox(engine, made.Document, 0, 0, height, width, 2*height)
}

// wordsOf are words for an upper right corner, smaller where they are too long for the width, and
// the ground that they stand on.
func wordsOf(engine pdfium.Pdfium, doc references.FPDF_DOCUMENT, say string, right, top float64) (ground, words references.FPDF_PAGEOBJECT, err error) {
	made, err := engine.FPDFPageObj_NewTextObj(&requests.FPDFPageObj_NewTextObj{Document: doc, Font: "Helvetica", FontSize: marginFont})
	if err != nil {
		return "", "", fmt.Errorf("make words: %w", err)
	}
	words = made.PageObject
	if _, err := engine.FPDFText_SetText(&requests.FPDFText_SetText{PageObject: words, Text: say}); err != nil {
		return "", "", fmt.Errorf("write words: %w", err)
	}
	b, err := engine.FPDFPageObj_GetBounds(&requests.FPDFPageObj_GetBounds{PageObject: words})
	if err != nil {
		return "", "", fmt.Errorf("measure words: %w", err)
	}
	scale := float32(math.Min(1, math.Max(right-2*picture.Margin, 1)/math.Max(float64(b.Right-b.Left), 1)))
	wide, high := (b.Right-b.Left)*scale, (b.Top-b.Bottom)*scale
	x, y := float32(right-picture.Margin)-wide, float32(top-picture.Margin)-high
	place := structs.FPDF_FS_MATRIX{A: scale, D: scale, E: x - b.Left*scale, F: y - b.Bottom*scale}
	if _, err := engine.FPDFPageObj_SetMatrix(&requests.FPDFPageObj_SetMatrix{PageObject: words, Transform: place}); err != nil {
		return "", "", fmt.Errorf("place words: %w", err)
	}
	ground, err = whiteGround(engine, requests.FPDFPageObj_CreateNewRect{X: x - marginPad, Y: y - marginPad, W: wide + 2*marginPad, H: high + 2*marginPad})
	return ground, words, err
}

// whiteGround is a rectangle without anything.
func whiteGround(engine pdfium.Pdfium, r requests.FPDFPageObj_CreateNewRect) (references.FPDF_PAGEOBJECT, error) {
	made, err := engine.FPDFPageObj_CreateNewRect(&r)
	if err != nil {
		return "", fmt.Errorf("make ground: %w", err)
	}
	colour := structs.FPDF_COLOR{R: 255, G: 255, B: 255, A: 255}
	if _, err := engine.FPDFPageObj_SetFillColor(&requests.FPDFPageObj_SetFillColor{PageObject: made.PageObject, FillColor: colour}); err != nil {
		return "", fmt.Errorf("colour ground: %w", err)
	}
	if _, err := engine.FPDFPath_SetDrawMode(&requests.FPDFPath_SetDrawMode{PageObject: made.PageObject, FillMode: enums.FPDF_FILLMODE_ALTERNATE}); err != nil {
		return "", fmt.Errorf("fill ground: %w", err)
	}
	return made.PageObject, nil
}
