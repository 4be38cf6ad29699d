package document

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"inkwell/release/document/documenttest"
)

// bomb is a document that means harm.
type bomb struct {
	name string
	file []byte
	code string // of its refusal; empty: it may pass, with one page
}

// drawn is a page with this content, these resources, and more objects, of which the
// first is 6.
func drawn(content, resources string, more ...string) []byte {
	return onePage(content, "/Resources<<"+resources+">>", more...)
}

// pictured is a page filled by a picture, object 6.
func pictured(entries, data string, more ...string) []byte {
	return drawn("595 0 0 842 0 0 cm /X Do", "/XObject<</X 6 0 R>>", append([]string{rawStream("/Type/XObject/Subtype/Image"+entries, data)}, more...)...)
}

// formOf is a form with this content and resources.
func formOf(content, resources string) string {
	return pdfStream("/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources<<"+resources+">>", content)
}

// grouped are so many transparent groups inside each other, from object 6 on.
func grouped(deep int) []byte {
	var forms []string
	for i := range deep {
		forms = append(forms, pdfStream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Group<</S/Transparency/I true/K true>>/Resources<</XObject<</X %d 0 R>>/ExtGState<</G<</ca .9/BM/Luminosity>>>>>>", 7+i),
			"/G gs 1 0 0 rg 0 0 600 900 re f /X Do"))
	}
	return drawn("/X Do", "/XObject<</X 6 0 R>>", append(forms, formOf("0 0 9 9 re f", ""))...)
}

// calculated is a page shaded by a sum of so many steps for each point.
func calculated(steps int) []byte {
	return drawn("/S sh", "/Shading<</S 6 0 R>>", "<</ShadingType 1/ColorSpace/DeviceRGB/Domain[0 1 0 1]/Matrix[595 0 0 842 0 0]/Function 7 0 R>>",
		rawStream("/FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1]", "{"+strings.Repeat("dup mul sqrt ", steps)+"dup}"))
}

func nested(opening, closing string, deep int) string {
	return strings.Repeat(opening, deep) + strings.Repeat(closing, deep)
}

// harmful are more than sixty bombs beside those that every run of the tests sets off.
func harmful() []bomb {
	const gray8, gray1 = "/ColorSpace/DeviceGray/BitsPerComponent 8", "/ColorSpace/DeviceGray/BitsPerComponent 1"
	zeros := flateBomb(512)
	box := "/MediaBox[0 0 595 842]"
	page := pdfPages(1)
	var kids []string
	for range 1_000_000 {
		kids = append(kids, "4 0 R")
	}
	words := strings.Repeat("(endless words) Tj ", 1_000_000)
	path := strings.Repeat("1 2 l 3 4 l ", 1_000_000)
	notes := func(n int, note string) []byte {
		return onePage("", "/Annots["+strings.Repeat(note, n)+"]", formOf("/X Do", "/XObject<</X 6 0 R>>"))
	}
	catalog := func(more string, objects ...string) []byte {
		return append(page.set(1, "<</Type/Catalog/Pages 2 0 R"+more+">>"), objects...).file()
	}
	jpeg := func(name string) []byte {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			panic(err)
		}
		return b
	}
	resized := func(b []byte, marker byte) []byte {
		b = bytes.Clone(b)
		at := bytes.Index(b, []byte{0xff, marker})
		copy(b[at+5:], "\xff\xf0\xff\xf0")
		return b
	}
	raster := func(changes map[int]uint32, lines []byte) []byte {
		b := documenttest.PWG(1)[:4+1796]
		for at, v := range changes {
			binary.BigEndian.PutUint32(b[4+at:], v)
		}
		return append(b, lines...)
	}
	apple := func(width, height, dpi uint32, lines []byte) []byte {
		b := bytes.Clone(documenttest.URF(1)[:12+32])
		binary.BigEndian.PutUint32(b[12+12:], width)
		binary.BigEndian.PutUint32(b[12+16:], height)
		binary.BigEndian.PutUint32(b[12+20:], dpi)
		return append(b, lines...)
	}
	all := map[string][]byte{
		// Packed, and packed again.
		"thirty packings":                  pictured(gray8+"/Width 9/Height 9/Filter["+strings.Repeat("/FlateDecode ", 30)+"]", zeros),
		"a thousand packings":              pictured(gray8+"/Width 9/Height 9/Filter["+strings.Repeat("/ASCIIHexDecode ", 1000)+"]", strings.Repeat("30", 9999)),
		"packed by LZW":                    page.set(5, rawStream("/Filter/LZWDecode", strings.Repeat("\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", 200_000))).file(),
		"packed by runs":                   pictured(gray8+"/Width 30000/Height 30000/Filter/RunLengthDecode", strings.Repeat("\x81 ", 3_000_000)),
		"a column of two thousand million": pictured(gray8+"/Width 9/Height 9/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 2147483647/Colors 32/BitsPerComponent 16>>", zeros),
		"a predictor of minus one":         pictured(gray8+"/Width 9/Height 9/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns -1/Colors -1>>", zeros),
		"contents of a million parts":      onePage("", "/Contents["+strings.Repeat("5 0 R ", 1_000_000)+"]"),
		"an object stream in itself":       append(page.set(pagesRoot, ""), pdfStream("/Type/ObjStm/N 1000000/First 4/Extends 6 0 R", "2 0 <<>>")).file(),
		// Pictures.
		"a picture of ten gigapixels":   pictured(gray8+"/Width 100000/Height 100000/Filter/FlateDecode", zeros),
		"a mask of ten gigapixels":      pictured("/ImageMask true/Width 100000/Height 100000/Filter/FlateDecode", zeros),
		"a picture of minus one":        pictured(gray8+"/Width -1/Height -1/Filter/FlateDecode", zeros),
		"a picture of 400 megapixels":   pictured(gray8+"/Width 20000/Height 20000/Filter/FlateDecode", zeros),
		"a thousand large pictures":     drawn(strings.Repeat("q 595 0 0 842 0 0 cm /X Do Q ", 1000), "/XObject<</X 6 0 R>>", rawStream("/Type/XObject/Subtype/Image"+gray8+"/Width 8000/Height 8000/Filter/FlateDecode", flateBomb(64))),
		"a JPEG of 4 gigapixels within": pictured("/ColorSpace/DeviceRGB/BitsPerComponent 8/Width 65520/Height 65520/Filter/DCTDecode", string(resized(jpeg("baseline.jpg"), 0xc0))),
		"a JPEG of many scans":          pictured("/ColorSpace/DeviceRGB/BitsPerComponent 8/Width 65520/Height 65520/Filter/DCTDecode", string(resized(jpeg("progressive.jpg"), 0xc2))),
		"a fax of a million columns":    pictured(gray1+"/Width 1000000/Height 1000000/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 1000000/Rows 1000000>>", strings.Repeat("\x26\xa0\x55", 100_000)),
		"a fax of no end":               pictured(gray1+"/Width 60000/Height 60000/Filter/CCITTFaxDecode/DecodeParms<</K 0/Columns 60000/Rows 60000>>", strings.Repeat("\x00", 1_000_000)),
		"JBIG2 of 4 gigapixels":         pictured(gray1+"/Width 65535/Height 65535/Filter/JBIG2Decode", "\x00\x00\x00\x00\x30\x00\x01\x00\x00\x00\x13\xff\xff\xff\xf0\xff\xff\xff\xf0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
		"JPEG 2000 of 4 gigapixels":     pictured("/Width 65535/Height 65535/Filter/JPXDecode", "\xff\x4f\xff\x51\x00\x2f\x00\x00\x00\x00\xff\xf0\x00\x00\xff\xf0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x07\x01\x01\x07\x01\x01\x07\x01\x01\xff\x52\x00\x0c\x00\x00\x00\x01\x01\x05\x04\x04\x00\x01"),
		"an inline picture without end": drawn("BI /W 100000 /H 100000 /CS /G /BPC 8 /F /Fl ID "+zeros[:50_000], ""),
		"a mask of itself":              pictured(gray8+"/Width 9/Height 9/SMask 6 0 R", strings.Repeat("x", 81)),
		"a matte of ten gigapixels":     pictured(gray8+"/Width 9/Height 9/SMask 7 0 R", strings.Repeat("x", 81), rawStream("/Type/XObject/Subtype/Image"+gray8+"/Width 100000/Height 100000/Matte[0]/Filter/FlateDecode", zeros)),
		// Drawing without end.
		"a form of itself":            drawn("/X Do", "/XObject<</X 6 0 R>>", formOf("/X Do /X Do", "/XObject<</X 6 0 R>>")),
		"a pattern of itself":         drawn("/Pattern cs /P scn 0 0 595 842 re f", "/Pattern<</P 6 0 R>>", pdfStream("/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9/Resources<</Pattern<</P 6 0 R>>>>", "/Pattern cs /P scn 0 0 9 9 re f")),
		"a pattern of tiny steps":     drawn("/Pattern cs /P scn 0 0 595 842 re f", "/Pattern<</P 6 0 R>>", pdfStream("/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep .0001/YStep .0001/Resources<<>>", "0 0 9 9 re f")),
		"a pattern of no step":        drawn("/Pattern cs /P scn 0 0 595 842 re f", "/Pattern<</P 6 0 R>>", pdfStream("/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1e9 1e9]/XStep 0/YStep 0/Resources<<>>", "0 0 9 9 re f")),
		"a letter of itself":          drawn("BT /T 99 Tf 9 9 Td (aaaa) Tj ET", "/Font<</T 6 0 R>>", "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/FirstChar 97/LastChar 97/Widths[9]/Encoding<</Differences[97/a]>>/CharProcs<</a 7 0 R>>/Resources<</Font<</T 6 0 R>>>>>>", pdfStream("", "9 0 d0 BT /T 1 Tf (aaaa) Tj ET")),
		"a long sum for each point":   calculated(100_000),
		"a middling sum":              calculated(2_000),
		"a mesh of a million corners": drawn("/S sh", "/Shading<</S 6 0 R>>", rawStream("/ShadingType 4/ColorSpace/DeviceRGB/BitsPerCoordinate 8/BitsPerComponent 8/BitsPerFlag 8/Decode[0 595 0 842 0 1 0 1 0 1]", strings.Repeat("\x00\x00\x00\xff\x00\x00\x00\xff\x00\x00\xff\x00\x00\x00\xff\x00\x00\xff", 350_000))),
		"patches upon patches":        drawn("/S sh", "/Shading<</S 6 0 R>>", rawStream("/ShadingType 6/ColorSpace/DeviceRGB/BitsPerCoordinate 8/BitsPerComponent 8/BitsPerFlag 8/Decode[0 595 0 842 0 1 0 1 0 1]", strings.Repeat("\x00\x00\x00\x00\x40\x00\x80\x00\xff\x40\xff\x80\xff\xff\xff\xff\x80\xff\x40\xff\x00\x80\x00\x40\x00\xff\x00\x00\x00\xff\x00\x00\x00\xff\xff\xff\xff", 20_000))),
		"a hundred groups":            grouped(100),
		"two million lines":           drawn("0 0 m "+path+"S", ""),
		"a line of tiny dashes":       drawn("[.00001] 0 d 9 w 0 0 m "+strings.Repeat("595 842 l 0 0 l ", 1000)+"S", ""),
		"a million clippings":         drawn(strings.Repeat("0 0 595 842 re W n ", 300_000)+"0 0 9 9 re f", ""),
		"states without end":          drawn(strings.Repeat("q ", 5_000_000), ""),
		"words without end":           drawn("BT /F 9 Tf "+words+"ET", "/Font<</F 3 0 R>>"),
		"numbers without end":         drawn(strings.Repeat("1 ", 10_000_000), ""),
		"deep arrays":                 drawn(nested("[", "]", 1_000_000)+" TJ", ""),
		"a mask in a mask":            drawn("/G gs 0 0 595 842 re f", "/ExtGState<</G 6 0 R>>", "<</SMask<</S/Luminosity/G 7 0 R>>>>", pdfStream("/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Group<</S/Transparency/CS/DeviceRGB>>/Resources<</ExtGState<</G 6 0 R>>>>", "/G gs 0 0 595 842 re f")),
		// Colours and fonts.
		"a colour of itself":               drawn("/C cs 1 scn 0 0 9 9 re f", "/ColorSpace<</C 6 0 R>>", "[/Indexed 6 0 R 255 ()]"),
		"a pattern's colour":               drawn("/C cs 1 scn 0 0 9 9 re f", "/ColorSpace<</C 6 0 R>>", "[/Pattern[/Pattern[/Pattern 6 0 R]]]"),
		"a table of four thousand million": drawn("/C cs 1 scn 0 0 9 9 re f", "/ColorSpace<</C[/Separation/X/DeviceRGB 6 0 R]>>", rawStream("/FunctionType 0/Domain[0 1 0 1 0 1 0 1]/Range[0 1 0 1 0 1]/Size[255 255 255 255]/BitsPerSample 32/Filter/FlateDecode", zeros)),
		"functions in functions":           drawn("/C cs 1 scn 0 0 9 9 re f", "/ColorSpace<</C[/Separation/X/DeviceGray 6 0 R]>>", "<</FunctionType 3/Domain[0 1]/Functions[6 0 R 6 0 R]/Bounds[.5]/Encode[0 1 0 1]>>"),
		"a profile of many colours":        drawn("/C cs 1 scn 0 0 9 9 re f", "/ColorSpace<</C[/ICCBased 6 0 R]>>", rawStream("/N 2147483647/Filter/FlateDecode", zeros)),
		"a font of zeros":                  drawn("BT /T 9 Tf (aaa) Tj ET", "/Font<</T<</Type/Font/Subtype/TrueType/BaseFont/X/FirstChar 0/LastChar 255/FontDescriptor<</Type/FontDescriptor/FontName/X/Flags 4/FontFile2 6 0 R>>>>>>", rawStream("/Filter/FlateDecode", zeros)),
		"widths without end":               drawn("BT /T 9 Tf (aaa) Tj ET", "/Font<</T<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<<>>/W["+strings.Repeat("0 4294967295 9 ", 200_000)+"]>>]>>>>"),
		"a map of itself":                  drawn("BT /T 9 Tf (aaa) Tj ET", "/Font<</T<</Type/Font/Subtype/Type0/BaseFont/X/Encoding 6 0 R/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/X/CIDSystemInfo<<>>>>]>>>>", rawStream("/Type/CMap/UseCMap 6 0 R", "begincodespacerange <00> <ffffffff> endcodespacerange begincidrange "+strings.Repeat("<00000000> <ffffffff> 0 ", 99_999))),
		// The file itself.
		"pages in a circle":               page.set(pagesRoot, pagesObject([]string{"2 0 R", "4 0 R"}, 1)).file(),
		"a page that is its parent":       page.set(4, "<</Type/Pages/Kids[4 0 R 2 0 R]/Parent 4 0 R/Count 1>>").file(),
		"a million times one page":        page.set(pagesRoot, pagesObject(kids, 1_000_000)).file(),
		"fewer than no pages":             page.set(pagesRoot, pagesObject([]string{"4 0 R"}, -5)).file(),
		"a table of itself":               bytes.Replace(page.file(), []byte("/Root 1 0 R"), []byte("/Prev 9/Root 1 0 R"), 1),
		"a table of two thousand million": bytes.Replace(page.file(), []byte("/Size 6"), []byte("/Size 2147483647"), 1),
		"a table for every byte":          append([]byte("%PDF-1.5\n"), bytes.Repeat([]byte("xref\n0 99999999\ntrailer<</Prev 9>>\nstartxref\n9\n"), 20_000)...),
		"a million objects":               append(page.file(), bytes.Repeat([]byte("7 0 obj<<>>endobj\n"), 1_000_000)...),
		"a string of 64 MiB":              onePage("", "/Title("+strings.Repeat("x", 64<<20)+")"),
		"boxes beyond numbers":            withPage("/MediaBox[-1e38 -1e38 1e38 1e38]/CropBox[1e38 0 -1e38 9]/UserUnit 1e38/Rotate 2147483647"),
		"names in a circle":               catalog("/Names<</Dests 6 0 R/EmbeddedFiles 6 0 R>>/OpenAction<</S/JavaScript/JS(while(1);)>>/AA 6 0 R", "<</Kids[6 0 R 6 0 R]/Limits[(a)(z)]>>"),
		"a file within":                   catalog("/Names<</EmbeddedFiles<</Names[(x)<</Type/Filespec/F(x)/EF<</F 6 0 R>>>>]>>>>", rawStream("/Type/EmbeddedFile/Filter/FlateDecode", zeros)),
		"a form in a circle":              catalog("/AcroForm<</Fields[6 0 R]/NeedAppearances true/XFA 7 0 R>>", "<</FT/Tx/T(a)/Kids[6 0 R]/Parent 6 0 R/Rect[0 0 99 99]>>", rawStream("/Filter/FlateDecode", zeros)),
		"notes without end":               notes(100_000, "<</Type/Annot/Subtype/FreeText/Rect[0 0 99 99]/F 4/Contents(x)/DA(/F 9 Tf)>>"),
		"a note of itself":                notes(1, "<</Type/Annot/Subtype/Stamp/Rect[0 0 99 99]/F 4/AP<</N 6 0 R>>>>"),
		"locked beyond measure":           bytes.Replace(page.file(), []byte("/Root 1 0 R"), []byte("/ID[()()]/Encrypt<</Filter/Standard/V 4/R 4/Length 2147483647/P -1/O()/U()/CF<</X<</CFM/AESV2/Length 99999999>>>>/StmF/X/StrF/X>>/Root 1 0 R"), 1),
		"a linearised lie":                append([]byte("%PDF-1.4\n1 0 obj<</Linearized 1/L 999999999/H[999999999 9]/O 9/E 9/N 999999999/T 9>>endobj\n"), page.file()...),
		"a document and a ZIP":            append(withPage(box), []byte("PK\x03\x04"+strings.Repeat("\x00", 1000)+"PK\x05\x06")...),
		// Rasters and pictures.
		"a raster of the highest":        raster(map[int]uint32{372: 0xffffffff, 376: 0xffffffff, 392: 0xffffffff}, nil),
		"a raster without dots":          raster(map[int]uint32{276: 0, 280: 0}, []byte{0, 0}),
		"a raster of thin lines":         raster(map[int]uint32{392: 1}, bytes.Repeat([]byte{255, 128}, 1000)),
		"a raster of nothing":            raster(map[int]uint32{372: 0, 376: 0, 392: 0}, nil),
		"a raster that turns around":     raster(map[int]uint32{372: 0x55555556, 388: 24, 392: 2, 400: 19, 420: 3}, bytes.Repeat([]byte{255, 128}, 1000)),
		"an Apple raster of the highest": apple(0xffffffff, 0xffffffff, 300, bytes.Repeat([]byte{255, 128}, 1000)),
		"an Apple raster of one line":    apple(1, 52_800, 1200, bytes.Repeat([]byte{255, 128}, 1000)),
		"an Apple raster without dots":   apple(100, 100, 0, []byte{0, 0}),
		"many thousand rasters":          append([]byte("RaS2"), bytes.Repeat(append(documenttest.PWG(1)[4:], 0), 8000)...),
		"a JPEG of many segments":        append([]byte("\xff\xd8"), append(bytes.Repeat([]byte("\xff\xe1\x00\x02"), 4_000_000), jpeg("baseline.jpg")[2:]...)...),
		"a JPEG of endless filling":      append([]byte("\xff\xd8"), bytes.Repeat([]byte{0xff}, 32<<20)...),
		"a JPEG of many restarts":        append(jpeg("baseline.jpg")[:600], bytes.Repeat([]byte("\xff\xd0"), 8<<20)...),
	}
	var some []bomb
	for name, file := range all {
		some = append(some, bomb{name: name, file: file})
	}
	return some
}
