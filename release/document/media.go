package document

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"inkwell/release/document/picture"
)

// Media is what a self-describing media name says (PWG 5101.1).
type Media struct {
	Name string // of the size, as a4
	X, Y int    // width and height in hundredths of a millimetre; 0 for a roll and for the ends of a range of custom sizes
}

// LongestEdge is the longest edge of a sheet that we believe in: two metres, in
// hundredths of a millimetre.
const LongestEdge = 200_000

// selfDescribing takes a media name apart: class, size name, width, height, unit.
var selfDescribing = regexp.MustCompile(`^([a-z]+)_([A-Za-z0-9.-]+)_([0-9]{1,5}(?:\.[0-9]{1,4})?)x([0-9]{1,5}(?:\.[0-9]{1,4})?)(mm|in)$`)

// ReadMedia takes a media name apart; false if it describes nothing.
func ReadMedia(name string) (Media, bool) {
	part := selfDescribing.FindStringSubmatch(name)
	if part == nil {
		return Media{}, false
	}
	m := Media{Name: part[2]}
	if part[1] == "roll" || strings.HasPrefix(m.Name, "min") || strings.HasPrefix(m.Name, "max") {
		return m, true
	}
	unit := map[string]float64{"mm": 100, "in": 2540}[part[5]]
	x, y := hundredths(part[3], unit), hundredths(part[4], unit)
	if x > 0 && y > 0 && x <= LongestEdge && y <= LongestEdge {
		m.X, m.Y = x, y
	}
	return m, true
}

func hundredths(number string, unit float64) int {
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0
	}
	return int(math.Round(f * unit))
}

// a4 is 210 by 297 mm in points.
var a4 = picture.Sheet{Width: 210 * 72 / 25.4, Height: 297 * 72 / 25.4}

// The shortest and the longest side of a sheet that is drawn on, in points: 1 and 44
// inches.
const (
	shortestSide = 72
	longestSide  = 44 * 72
)

// sheetOf is the sheet that a media name describes, or A4.
func sheetOf(media string) picture.Sheet {
	m, _ := ReadMedia(media)
	s := picture.Sheet{Width: float64(m.X) * 72 / 2540, Height: float64(m.Y) * 72 / 2540}
	if !side(s.Width) || !side(s.Height) {
		return a4
	}
	return s
}

func side(points float64) bool { return points >= shortestSide && points <= longestSide }
