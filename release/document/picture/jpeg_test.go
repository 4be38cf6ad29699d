package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image/color"
	stdjpeg "image/jpeg"
	"io"
	"math"
	"strings"
	"testing"

	stdimage "image"
)

// segment is a marker with its length and content.
func segment(code byte, content ...byte) []byte {
	return append([]byte{0xff, code, byte((len(content) + 2) >> 8), byte(len(content) + 2)}, content...)
}

// frame is a frame header of 8 bits.
func frame(code byte, width, height int, components ...byte) []byte {
	b := []byte{8, byte(height >> 8), byte(height), byte(width >> 8), byte(width), byte(len(components))}
	for _, c := range components {
		b = append(b, c, 0x11, 0)
	}
	return segment(code, b...)
}

var (
	jpegStart = []byte{0xff, 0xd8}
	jpegEnd   = []byte{0xff, 0xd9}
	// scan is a scan header with some coded bytes, a stuffed one and a restart.
	scan = append(segment(0xda, 1, 1, 0, 0, 63, 0), 1, 2, 0xff, 0, 3, 0xff, 0xd0, 4, 0xff, 0xff, 0xd7, 5)
)

func jfif(unit byte, x, y int) []byte {
	return segment(0xe0, append([]byte("JFIF\x00\x01\x02"), unit, byte(x>>8), byte(x), byte(y>>8), byte(y), 0, 0)...)
}

func adobeSegment(transform byte) []byte {
	return segment(0xee, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), transform)...)
}

// exif is an APP1 segment with an orientation behind another entry.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("Exif\x00\x00II*\x00")
	if order.String() == "BigEndian" {
		b = []byte("Exif\x00\x00MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, entry := range [][2]uint16{{0x010f, 77}, {orientationTag, orientation}} {
		b = order.AppendUint16(b, entry[0])
		b = order.AppendUint16(b, 3)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(order.AppendUint16(b, entry[1]), 0)
	}
	return segment(0xe1, append(b, 0, 0, 0, 0)...)
}

func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// rgbFrame is a picture of 1,600 by 1,200 pixels in three colours.
var rgbFrame = frame(0xc0, 1600, 1200, 1, 2, 3)

func TestJPEGHeader(t *testing.T) {
	t.Parallel()
	le, be := binary.LittleEndian, binary.BigEndian
	for name, c := range map[string]struct {
		file []byte
		want string // colours, decode and params, resolution, orientation
	}{
		"grey":                {joined(frame(0xc0, 16, 12, 1), scan), "/DeviceGray 200x200 1"},
		"colour":              {joined(rgbFrame, scan), "/DeviceRGB 200x200 1"},
		"progressive":         {joined(frame(0xc2, 16, 12, 1, 2, 3), scan, segment(0xc4, 1), scan, scan), "/DeviceRGB 200x200 1"},
		"extended":            {joined(frame(0xc1, 16, 12, 1, 2, 3), scan), "/DeviceRGB 200x200 1"},
		"JFIF":                {joined(jfif(1, 300, 150), rgbFrame, scan), "/DeviceRGB 300x150 1"},
		"JFIF in centimetres": {joined(jfif(2, 100, 50), rgbFrame, scan), "/DeviceRGB 254x127 1"},
		"JFIF proportion":     {joined(jfif(0, 1, 1), rgbFrame, scan), "/DeviceRGB 200x200 1"},
		"JFIF of nothing":     {joined(jfif(1, 0, 72), rgbFrame, scan), "/DeviceRGB 200x200 1"},
		"plain RGB":           {joined(frame(0xc0, 16, 12, 'R', 'G', 'B'), scan), "/DeviceRGB/DecodeParms<</ColorTransform 0>> 200x200 1"},
		"RGB in JFIF":         {joined(jfif(1, 72, 72), frame(0xc0, 16, 12, 'R', 'G', 'B'), scan), "/DeviceRGB 72x72 1"},
		"Adobe RGB":           {joined(adobeSegment(0), frame(0xc0, 16, 12, 'R', 'G', 'B'), scan), "/DeviceRGB 200x200 1"},
		"CMYK":                {joined(frame(0xc0, 16, 12, 1, 2, 3, 4), scan), "/DeviceCMYK 200x200 1"},
		"Adobe CMYK":          {joined(adobeSegment(0), frame(0xc0, 16, 12, 1, 2, 3, 4), scan), "/DeviceCMYK/Decode[1 0 1 0 1 0 1 0] 200x200 1"},
		"Adobe YCCK":          {joined(adobeSegment(2), frame(0xc0, 16, 12, 1, 2, 3, 4), scan), "/DeviceCMYK/Decode[1 0 1 0 1 0 1 0] 200x200 1"},
		"Exif":                {joined(exif(le, 6), rgbFrame, scan), "/DeviceRGB 200x200 6"},
		"Exif, big-endian":    {joined(exif(be, 3), rgbFrame, scan), "/DeviceRGB 200x200 3"},
		"Exif of 9":           {joined(exif(le, 9), rgbFrame, scan), "/DeviceRGB 200x200 1"},
		"half an Exif":        {joined(segment(0xe1, exif(le, 6)[4:30]...), rgbFrame, scan), "/DeviceRGB 200x200 1"},
		"fill bytes":          {joined([]byte{0xff, 0xff}, rgbFrame, []byte{0xff}, scan), "/DeviceRGB 200x200 1"},
	} {
		p, err := walkJPEG(bufio.NewReader(bytes.NewReader(joined(jpegStart, c.file, jpegEnd, []byte("more")))))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		i, _ := p.image()
		got := fmt.Sprintf("%s%s%s %gx%g %d", i.colours, i.decode, i.params, p.density.x, p.density.y, p.orientation)
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if want := int64(len(c.file) + 4); p.length != want {
			t.Errorf("%s: %d bytes, want %d", name, p.length, want)
		}
	}
}

func TestJPEGRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"no picture":            {nil, ErrDamaged},
		"no scan":               {rgbFrame, ErrDamaged},
		"no frame":              {segment(0xfe, 1), ErrDamaged},
		"scan before frame":     {joined(scan, rgbFrame), ErrDamaged},
		"two frames":            {joined(rgbFrame, scan, rgbFrame), ErrDamaged},
		"a picture within":      {joined(rgbFrame, jpegStart, scan), ErrDamaged},
		"bytes between":         {joined(rgbFrame, []byte{0}, scan), ErrDamaged},
		"no width":              {joined(frame(0xc0, 0, 9, 1), scan), ErrDamaged},
		"no height":             {joined(frame(0xc0, 9, 0, 1), scan), ErrForeign},
		"height told later":     {joined(rgbFrame, scan, segment(0xdc, 0, 9)), ErrForeign},
		"12 bits":               {joined(segment(0xc1, 12, 0, 9, 0, 9, 1, 1, 0x11, 0), scan), ErrForeign},
		"two components":        {joined(frame(0xc0, 9, 9, 1, 2), scan), ErrForeign},
		"five components":       {joined(frame(0xc0, 9, 9, 1, 2, 3, 4, 5), scan), ErrForeign},
		"no components":         {joined(frame(0xc0, 9, 9), scan), ErrForeign},
		"lossless":              {joined(frame(0xc3, 9, 9, 1), scan), ErrForeign},
		"arithmetic":            {joined(frame(0xc9, 9, 9, 1), scan), ErrForeign},
		"hierarchical":          {joined(segment(0xde, 0), joined(frame(0xc5, 9, 9, 1), scan)), ErrForeign},
		"frame of odd length":   {joined(segment(0xc0, 8, 0, 9, 0, 9, 3, 1, 0x11, 0), scan), ErrDamaged},
		"too large":             {joined(frame(0xc0, 65535, 65535, 1), scan), ErrHuge},
		"a thousand scans":      {joined(rgbFrame, bytes.Repeat(scan, 1000)), ErrForeign},
		"length of one":         {[]byte{0xff, 0xe0, 0, 1}, ErrDamaged},
		"length beyond the end": {[]byte{0xff, 0xe0, 0xff, 0xff, 1}, ErrDamaged},
	} {
		file := joined(jpegStart, c.file, jpegEnd)
		if err := JPEG(io.Discard, bytes.NewReader(file), int64(len(file)), Sheet{595, 842}, Auto); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	whole := joined(jpegStart, jfif(1, 72, 72), rgbFrame, scan, segment(0xc4, 1), scan, jpegEnd)
	for n := range whole {
		if err := JPEG(io.Discard, bytes.NewReader(whole[:n]), int64(n), Sheet{595, 842}, Auto); !errors.Is(err, ErrDamaged) {
			t.Errorf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
}

// The picture is in the PDF as it was sent, up to its end.
func TestJPEGIsKept(t *testing.T) {
	t.Parallel()
	picture := stdimage.NewNRGBA(stdimage.Rect(0, 0, 300, 200))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i * i >> 5)
	}
	picture.Set(0, 0, color.White)
	var coded, pdf bytes.Buffer
	if err := stdjpeg.Encode(&coded, picture, nil); err != nil {
		t.Fatal(err)
	}
	file := append(coded.Bytes(), "a film, or another picture"...)
	if err := JPEG(&pdf, bytes.NewReader(file), int64(len(file)), Sheet{595, 842}, Auto); err != nil {
		t.Fatal(err)
	}
	length := fmt.Sprintf("\n%d\nendobj", coded.Len())
	if !bytes.Contains(pdf.Bytes(), joined([]byte("stream\n"), coded.Bytes(), []byte("\nendstream"))) || !strings.Contains(pdf.String(), length) {
		t.Errorf("the picture is not in the PDF as it was")
	}
	if bytes.Contains(pdf.Bytes(), []byte("film")) {
		t.Errorf("what came behind the picture is in the PDF")
	}
	if got := boxes(t, pdf.Bytes()); len(got) != 1 || got[0] != (Sheet{842, 595}) {
		t.Errorf("the pages are %v", got)
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	a4 := Sheet{600, 800}
	const m = Margin
	for name, c := range map[string]struct {
		scaling       Scaling
		width, height float64
		sheet         Sheet
		want          rectangle
	}{
		"small, auto":       {Auto, 100, 200, a4, rectangle{300 - (800-2*m)/4, m, (800 - 2*m) / 2, 800 - 2*m}},
		"small, by default": {"", 100, 200, a4, rectangle{300 - (800-2*m)/4, m, (800 - 2*m) / 2, 800 - 2*m}},
		"small, fit":        {Fit, 100, 200, a4, rectangle{300 - (800-2*m)/4, m, (800 - 2*m) / 2, 800 - 2*m}},
		"small, auto-fit":   {AutoFit, 100, 200, a4, rectangle{250, 300, 100, 200}},
		"large, auto-fit":   {AutoFit, 1000, 2000, a4, rectangle{300 - (800-2*m)/4, m, (800 - 2*m) / 2, 800 - 2*m}},
		"small, none":       {None, 100, 200, a4, rectangle{250, 300, 100, 200}},
		"large, none":       {None, 1000, 2000, a4, rectangle{-200, -600, 1000, 2000}},
		"narrow, fill":      {Fill, 100, 200, a4, rectangle{0, -200, 600, 1200}},
		"wide, fill":        {Fill, 200, 100, Sheet{800, 600}, rectangle{-200, 0, 1200, 600}},
		"wide, none":        {None, 200, 100, Sheet{800, 600}, rectangle{300, 250, 200, 100}},
		"square, none":      {None, 100, 100, a4, rectangle{250, 350, 100, 100}},
		"square, fit":       {Fit, 100, 100, a4, rectangle{m, 100 + m, 600 - 2*m, 600 - 2*m}},
		"a word, like auto": {"zoom", 100, 100, a4, rectangle{m, 100 + m, 600 - 2*m, 600 - 2*m}},
		"a line, auto":      {Auto, 1, 65535, a4, rectangle{300 - (800-2*m)/65535/2, m, (800 - 2*m) / 65535, 800 - 2*m}},
	} {
		sheet, got := place(a4, c.scaling, c.width, c.height)
		near := func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
		if sheet != c.sheet || !near(got.x, c.want.x) || !near(got.y, c.want.y) || !near(got.width, c.want.width) || !near(got.height, c.want.height) {
			t.Errorf("%s: %v on %v, want %v on %v", name, got, sheet, c.want, c.sheet)
		}
	}
}

// Every orientation puts the first pixel where Exif says the first row and the first
// column are.
func TestUpright(t *testing.T) {
	t.Parallel()
	r := rectangle{10, 20, 300, 400}
	const left, right, bottom, top = 10, 310, 20, 420
	for orientation, want := range map[int][3][2]float64{ // first pixel, end of its row, end of its column
		1: {{left, top}, {right, top}, {left, bottom}},
		2: {{right, top}, {left, top}, {right, bottom}},
		3: {{right, bottom}, {left, bottom}, {right, top}},
		4: {{left, bottom}, {right, bottom}, {left, top}},
		5: {{left, top}, {left, bottom}, {right, top}},
		6: {{right, top}, {right, bottom}, {left, top}},
		7: {{right, bottom}, {right, top}, {left, bottom}},
		8: {{left, bottom}, {left, top}, {right, bottom}},
	} {
		m := r.upright(orientation)
		at := func(u, v float64) [2]float64 { return [2]float64{m[0]*u + m[2]*v + m[4], m[1]*u + m[3]*v + m[5]} }
		if got := [3][2]float64{at(0, 1), at(1, 1), at(0, 0)}; got != want {
			t.Errorf("orientation %d: %v, want %v", orientation, got, want)
		}
	}
}

// Whatever bytes come, a picture becomes one page with those bytes in it, or is
// refused.
func FuzzJPEG(f *testing.F) {
	f.Add(joined(jpegStart, jfif(1, 72, 72), exif(binary.LittleEndian, 6), rgbFrame, scan, segment(0xc4, 1), scan, jpegEnd))
	f.Add(joined(jpegStart, adobeSegment(2), exif(binary.BigEndian, 3), frame(0xc2, 9, 8, 1, 2, 3, 4), scan, jpegEnd))
	var coded bytes.Buffer
	if err := stdjpeg.Encode(&coded, stdimage.NewGray(stdimage.Rect(0, 0, 9, 9)), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(coded.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		var pdf bytes.Buffer
		err := JPEG(&pdf, bytes.NewReader(b), int64(len(b)), Sheet{595, 842}, None)
		if err != nil {
			known(t, err)
			return
		}
		found := imageObject.FindIndex(pdf.Bytes())
		if found == nil || len(boxes(t, pdf.Bytes())) != 1 {
			t.Fatal("there is no picture, or not one page")
		}
		kept, _, _ := bytes.Cut(pdf.Bytes()[found[1]:], []byte("\nendstream\nendobj"))
		if !bytes.HasPrefix(b, kept) || len(kept) < 4 {
			t.Fatalf("%d bytes of the picture are %d others", len(b), len(kept))
		}
		if strings.Contains(pdf.String()[len(kept):], "NaN") || strings.Contains(pdf.String()[len(kept):], "Inf") {
			t.Fatal("a length that is no number")
		}
	})
}
