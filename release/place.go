package release

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"inkwell/internal/fault"
)

// Place is where a printer stands, as IT gives it: BUILDING/FLOOR/ROOM, as far as that is
// known. A floor is a number (G is 0, the ground floor) or a word.
type Place struct{ Building, Floor, Room string }

var placeForm = fault.New(fault.Invalid, "printer-place", "A place is BUILDING/FLOOR/ROOM, such as Main/1/Library. Floor and room may be left out.")

// ParsePlace reads BUILDING/FLOOR/ROOM, BUILDING/FLOOR or BUILDING, each of 1 to 60
// characters; "" is a place that nobody knows.
func ParsePlace(s string) (p Place, err error) {
	if s = strings.TrimSpace(s); s == "" {
		return p, nil
	}
	parts := strings.Split(s, "/")
	for i, into := range []*string{&p.Building, &p.Floor, &p.Room} {
		if i == len(parts) {
			break
		}
		*into = strings.TrimSpace(parts[i])
		if n := utf8.RuneCountInString(*into); n < 1 || n > 60 || !utf8.ValidString(*into) || strings.ContainsFunc(*into, func(r rune) bool { return r < ' ' }) {
			return Place{}, placeForm
		}
	}
	if len(parts) > 3 {
		return Place{}, placeForm
	}
	return p, nil
}

// String is what ParsePlace reads.
func (p Place) String() string {
	return strings.TrimRight(p.Building+"/"+p.Floor+"/"+p.Room, "/")
}

func same(a, b string) bool { return a != "" && strings.EqualFold(a, b) }

// How far two places are apart, but for floors of a building: their number is added.
const (
	sameRoom     = 0
	sameFloor    = 1
	sameBuilding = 1000
	far          = 2000
)

// apart is how far two places are from each other; only the order of it means anything.
func (p Place) apart(q Place) int {
	floors, known := p.floorsTo(q)
	switch {
	case !same(p.Building, q.Building):
		return far
	case same(p.Floor, q.Floor) && same(p.Room, q.Room):
		return sameRoom
	case same(p.Floor, q.Floor) || known && floors == 0:
		return sameFloor
	case known:
		return sameFloor + max(floors, -floors)
	}
	return sameBuilding
}

// from says where a place is for somebody at another one, in a few words, or "".
func (p Place) from(here Place) string {
	floors, known := here.floorsTo(p)
	switch {
	case p.Building == "" || here.Building == "":
		return ""
	case !same(p.Building, here.Building):
		return "in " + p.Building
	case same(p.Floor, here.Floor) && same(p.Room, here.Room):
		return "in this room"
	case same(p.Floor, here.Floor) || known && floors == 0:
		return "on this floor"
	case !known && p.Floor == "":
		return "in this building"
	case !known:
		return "on floor " + p.Floor
	case floors > 0:
		return floorsApart(floors) + " up"
	}
	return floorsApart(-floors) + " down"
}

func floorsApart(n int) string {
	if words := []string{"", "one floor", "two floors", "three floors"}; n < len(words) {
		return words[n]
	}
	return fmt.Sprintf("%d floors", n)
}

// floorsTo is how many floors up a place of the same building is, where both say a number.
func (p Place) floorsTo(q Place) (up int, known bool) {
	a, known := floorNumber(p.Floor)
	b, too := floorNumber(q.Floor)
	return b - a, known && too
}

// floorNumber is the number of a floor: 2, -1 or G.
func floorNumber(s string) (n int, known bool) {
	if strings.EqualFold(s, "G") {
		return 0, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n > -100 && n < 200
}
