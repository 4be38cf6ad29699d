package document

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
)

// pdfObjects are a test PDF's objects by number from 1; object 1 is the catalog.
// An empty one stays free.
type pdfObjects []string

// file puts the objects together with a cross-reference table.
func (objects pdfObjects) file() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n")
	var table strings.Builder
	fmt.Fprintf(&table, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for i, object := range objects {
		if object == "" {
			table.WriteString("0000000000 00000 f \n")
			continue
		}
		fmt.Fprintf(&table, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", table.String(), len(objects)+1, start)
	return b.Bytes()
}

// set returns a copy with one object replaced.
func (objects pdfObjects) set(number int, object string) pdfObjects {
	changed := append(pdfObjects(nil), objects...)
	changed[number-1] = object
	return changed
}

// pagesRoot is the number of the page tree's root in pdfPages.
const pagesRoot = 2

// pdfPages makes n pages of a little text, all children of one root.
func pdfPages(n int) pdfObjects {
	objects := pdfObjects{
		"<</Type/Catalog/Pages 2 0 R>>",
		"",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}
	kids := make([]string, n)
	for i := range n {
		kids[i] = fmt.Sprintf("%d 0 R", len(objects)+1)
		text := fmt.Sprintf("BT /F 12 Tf 14 TL 72 800 Td %s ET", strings.Repeat(fmt.Sprintf("(page %d of %d) Tj T* ", i+1, n), 40))
		objects = append(objects, pageObject(len(objects)+2), pdfStream("", text))
	}
	return objects.set(pagesRoot, pagesObject(kids, n))
}

func pageObject(contents int) string {
	return fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>", contents)
}

func pagesObject(kids []string, count int) string {
	return fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", strings.Join(kids, " "), count)
}

// pdfStream makes a Flate-compressed stream object with more dictionary entries.
func pdfStream(entries, content string) string {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write([]byte(content)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return rawStream("/Filter/FlateDecode"+entries, packed.String())
}

func rawStream(entries, content string) string {
	return fmt.Sprintf("<</Length %d%s>>stream\n%s\nendstream", len(content), entries, content)
}

// flateBomb is a zlib stream of size MiB of spaces: one packed MiB, which only
// looks back at what came before it, again and again.
func flateBomb(size int) string {
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, zlib.BestCompression)
	if err != nil {
		panic(err)
	}
	mib := bytes.Repeat([]byte(" "), 1<<20)
	var ends []int
	for range 3 {
		if _, err := w.Write(mib); err != nil {
			panic(err)
		}
		if err := w.Flush(); err != nil {
			panic(err)
		}
		ends = append(ends, b.Len())
	}
	again := b.String()[ends[1]:ends[2]]
	return b.String() + strings.Repeat(again, size-3)
}

// formBomb is a page that draws a form that draws a form, wide times each, deep
// levels down.
func formBomb(deep, wide int) []byte {
	objects := pdfPages(1)
	first := len(objects) + 1
	for i := range deep {
		entries := "/Type/XObject/Subtype/Form/BBox[0 0 100 100]"
		content := "0 0 10 10 re f"
		if i+1 < deep {
			entries += fmt.Sprintf("/Resources<</XObject<</X %d 0 R>>>>", first+i+1)
			content = strings.Repeat("/X Do ", wide)
		}
		objects = append(objects, pdfStream(entries, content))
	}
	page := fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</X %d 0 R>>>>/Contents 5 0 R>>", first)
	return objects.set(4, page).set(5, pdfStream("", "/X Do")).file()
}

// endlessPages are n pages of 64 MiB each, small as sent: a child can read them
// for an hour and never runs out of memory.
func endlessPages(n int) []byte {
	objects := pdfPages(n)
	objects[4] = rawStream("/Filter/FlateDecode", flateBomb(64))
	for i := range n {
		objects[3+2*i] = pageObject(5)
	}
	return objects.file()
}
