package picture

import (
	"bytes"
	"encoding/binary"
)

// orientationTag is Orientation in the first directory (JEITA CP-3451 section 4.6.4).
const orientationTag = 0x0112

// exifOrientation reads the orientation in an APP1 segment. What is not well formed
// says nothing.
func exifOrientation(segment []byte) (orientation int, ok bool) {
	tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00"))
	if !ok || len(tiff) < 8 {
		return 0, false
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0, false
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0, false
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 0, false
		}
		const short = 3
		if order.Uint16(entries) == orientationTag && order.Uint16(entries[2:]) == short && order.Uint32(entries[4:]) == 1 {
			o := int(order.Uint16(entries[8:]))
			return o, o >= 1 && o <= 8
		}
		entries = entries[12:]
	}
	return 0, false
}
