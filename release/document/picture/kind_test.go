package picture_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"inkwell/release/document/documenttest"
	"inkwell/release/document/picture"
)

// A raster may be printed as it was sent where all its pages are one thing, and its headers ask
// for nothing that was not counted.
func TestKind(t *testing.T) {
	t.Parallel()
	pwg, urf := documenttest.PWG(2), documenttest.URF(2)
	const first, second = 4, 4 + 1796 + 24
	put(pwg, first, 340, 1)
	put(pwg, second, 340, 0)
	put(pwg, first, 452, 2)
	put(pwg, second, 452, 0)
	grey := picture.Kind{Type: "sgray_8", DPI: 72, Width: 595, Height: 842}
	apple := picture.Kind{Type: "W8", DPI: 72, Width: 595, Height: 842}
	for name, c := range map[string]struct {
		file      []byte
		at, field int
		value     uint32
		want      picture.Kind
	}{
		"PWG":                       {file: pwg, at: first, field: 340, value: 1, want: grey},
		"two copies of a page":      {file: pwg, at: second, field: 340, value: 2},
		"more pages are claimed":    {file: pwg, at: second, field: 452, value: 3},
		"a sheet in between":        {file: pwg, at: first, field: 300, value: 1},
		"a cut":                     {file: pwg, at: second, field: 268, value: 1},
		"a maker's own":             {file: pwg, at: first, field: 512, value: 4},
		"turned already":            {file: pwg, at: second, field: 456, value: 1<<32 - 1},
		"another sheet":             {file: pwg, at: second, field: 272, value: 1},
		"URF":                       {file: urf, at: 12, field: 0, value: 0x08000100, want: apple},
		"URF that claims two pages": {file: urf, at: 8, field: 0, value: 2, want: apple},
		"URF that claims one page":  {file: urf, at: 8, field: 0, value: 1},
		"two-sided once":            {file: urf, at: 12, field: 0, value: 0x08000300},
		"no known side":             {file: urf, at: 12, field: 0, value: 0x08000900},
	} {
		file := bytes.Clone(c.file)
		put(file, c.at, c.field, c.value)
		var got picture.Kind
		read := picture.PWG
		if bytes.HasPrefix(file, []byte("UNIRAST")) {
			read = picture.URF
		}
		n, err := read(io.Discard, bytes.NewReader(file), picture.Choice{Most: 9, Kind: &got})
		if err != nil || n != 2 || got != c.want || !got.Sound() {
			t.Errorf("%s: %+v, %d pages, %v", name, got, n, err)
		}
	}
	photo := documenttest.JPEG()
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"JPEG":                    {photo, "jpeg"},
		"something behind it":     {append(bytes.Clone(photo), "\x1b%-12345X"...), ""},
		"it lies on its side":     {exif(photo, 6), ""},
		"it breaks off":           {photo[:len(photo)-2], ""},
		"every other coding":      {bytes.Replace(photo, []byte("\xff\xc0"), []byte("\xff\xc2"), 1), ""},
		"upright, and it says so": {exif(photo, 1), "jpeg"},
	} {
		if got := picture.KindOfJPEG(bytes.NewReader(c.file), int64(len(c.file))); got.Type != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, k := range []picture.Kind{{Type: "jpeg", DPI: 300}, {Type: "W8"}, {Type: "other"}, {DPI: 300}, {Type: "W8", DPI: 300, Width: 1 << 20, Height: 1}} {
		if k.Sound() {
			t.Errorf("%+v is believed", k)
		}
	}
}

func put(file []byte, page, field int, value uint32) {
	binary.BigEndian.PutUint32(file[page+field:], value)
}

// exif is a picture with an orientation (JEITA CP-3451 section 4.6.4).
func exif(photo []byte, orientation byte) []byte {
	segment := []byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	segment[29] = orientation
	return append(append(bytes.Clone(photo[:2]), segment...), photo[2:]...)
}
