package sheet_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"testing"

	"inkwell/internal/sheet"
)

// cell is one of a worksheet's.
type cell struct {
	Type string  `xml:"t,attr"`
	Text string  `xml:"is>t"`
	V    string  `xml:"v"`
	F    *string `xml:"f"`
}

// readBook reads a workbook's one sheet as a spreadsheet does: every part is XML that parses.
func readBook(t *testing.T, book []byte) (rows [][]cell) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		var sheet struct {
			Rows []struct {
				Cells []cell `xml:"c"`
			} `xml:"sheetData>row"`
		}
		if err := xml.Unmarshal(text, &sheet); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		for _, row := range sheet.Rows {
			rows = append(rows, row.Cells)
		}
	}
	for _, want := range []string{"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"} {
		if !slices.Contains(names, want) {
			t.Errorf("the workbook lacks %s", want)
		}
	}
	return rows
}

// TestAWorkbookHasTextAndNumbers: what a spreadsheet could take for a formula is text with an
// apostrophe, in a workbook as in a CSV file.
func TestAWorkbookHasTextAndNumbers(t *testing.T) {
	t.Parallel()
	texts := map[string]string{
		"Zoë & <b>": "Zoë & <b>", "=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "+44": "'+44", "-x": "'-x", "\tcmd": "'\tcmd", "%0a": "'%0a",
		"007": "007", "9999999999999999": "9999999999999999", "a\x00\x1fb": "ab", "\x01=1+1": "'=1+1", "": "",
	}
	numbers := []string{"0", "12", "-5", "123456789012345"}
	for typed, want := range texts {
		var out bytes.Buffer
		book, err := sheet.XLSX.New(&out, "name", "pages")
		if err == nil {
			err = book.Row(typed)
		}
		if err == nil {
			err = book.Row(numbers...)
		}
		if err == nil {
			err = book.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		rows := readBook(t, out.Bytes())
		if len(rows) != 3 || len(rows[1]) != 1 || rows[1][0].Type != "inlineStr" || rows[1][0].Text != want || rows[1][0].F != nil {
			t.Errorf("%q became %+v, want %q", typed, rows, want)
		}
		for i, c := range rows[2] {
			if c.Type != "" || c.V != numbers[i] {
				t.Errorf("%s became %+v", numbers[i], c)
			}
		}
	}
}

// TestAWorkbookThatCannotBeWritten says so.
func TestAWorkbookThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	_ = r.Close()
	book, err := sheet.NewWorkbook(w, "name")
	if err == nil {
		err = book.Close()
	}
	if err == nil {
		t.Error("it was written into a closed pipe")
	}
}
