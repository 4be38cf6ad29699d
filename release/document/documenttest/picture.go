package documenttest

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
)

// JPEG is a small picture, wider than high.
func JPEG() []byte {
	p := image.NewRGBA(image.Rect(0, 0, 96, 64))
	for i := range 64 {
		p.Set(i, i, color.RGBA{R: 200, A: 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// PWG is a PWG raster of n grey A4 pages of 72 dpi, which promises 99 pages and seven
// copies of each.
func PWG(n int) []byte {
	h := make([]byte, 1796)
	copy(h, "PwgRaster")
	for at, v := range map[int]uint32{276: 72, 280: 72, 340: 7, 352: 595, 356: 842, 372: 595, 376: 842, 384: 8, 388: 8, 392: 595, 400: 18, 420: 1, 452: 99} {
		binary.BigEndian.PutUint32(h[at:], v)
	}
	return append([]byte("RaS2"), bytes.Repeat(slices.Concat(h, greyLines()), n)...)
}

// URF is an Apple raster of n such pages, which does not say how many they are.
func URF(n int) []byte {
	h := make([]byte, 32)
	h[0], h[2] = 8, 1
	for at, v := range map[int]uint32{12: 595, 16: 842, 20: 72} {
		binary.BigEndian.PutUint32(h[at:], v)
	}
	return append([]byte("UNIRAST\x00\x00\x00\x00\x00"), bytes.Repeat(slices.Concat(h, greyLines()), n)...)
}

// greyLines are the coded lines of a page: a grey field above white.
func greyLines() (b []byte) {
	for _, line := range []struct {
		lines int
		grey  byte
	}{{256, 128}, {256, 128}, {256, 255}, {74, 255}} {
		b = append(b, byte(line.lines-1), 127, line.grey, 127, line.grey, 128)
	}
	return b
}
