package sheet

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Workbook writes one table as a workbook of a spreadsheet (.xlsx, ECMA-376): text cells are
// text and nothing else, and Plain besides, because people save them as CSV; whole numbers
// are numbers. It writes as rows come and keeps none.
type Workbook struct {
	zip *zip.Writer
	out io.Writer
	row int
	err error
}

// parts of a workbook that are the same in each.
var bookParts = []struct{ name, text string }{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Table" sheetId="1" r:id="r1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
}

// NewWorkbook writes the line of column names.
func NewWorkbook(w io.Writer, columns ...string) (*Workbook, error) {
	b := &Workbook{zip: zip.NewWriter(w)}
	for _, p := range bookParts {
		b.part(p.name)
		b.write(xml.Header + p.text)
	}
	b.part("xl/worksheets/sheet1.xml")
	b.write(xml.Header + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	return b, b.Row(columns...)
}

func (b *Workbook) part(name string) {
	if b.err == nil {
		b.out, b.err = b.zip.Create(name)
	}
}

func (b *Workbook) write(text string) {
	if b.err == nil {
		_, b.err = io.WriteString(b.out, text)
	}
}

// Row writes one row. A cell of digits alone is a number, as long as a spreadsheet keeps all
// of them.
func (b *Workbook) Row(cells ...string) error {
	b.row++
	var line strings.Builder
	fmt.Fprintf(&line, `<row r="%d">`, b.row)
	for _, cell := range cells {
		if n, err := strconv.ParseInt(cell, 10, 64); err == nil && strconv.FormatInt(n, 10) == cell && len(cell) <= 15 {
			line.WriteString("<c><v>" + cell + "</v></c>")
			continue
		}
		line.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">`)
		_ = xml.EscapeText(&line, []byte(Plain(cell))) // a Builder fails nothing
		line.WriteString("</t></is></c>")
	}
	line.WriteString("</row>")
	b.write(line.String())
	return b.err
}

// Close writes what is left and says what went wrong.
func (b *Workbook) Close() error {
	b.write(`</sheetData></worksheet>`)
	if b.err != nil {
		return b.err
	}
	return b.zip.Close()
}
