package reader

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Part is how much of a card's number a Reading holds.
type Part string

// The parts.
const (
	Whole         Part = "whole"
	First3        Part = "first3" // what a reader leaves that turns the bytes round and keeps three
	First4        Part = "first4"
	Last3         Part = "last3" // 24 bits, such as facility and card
	Last4         Part = "last4"
	Low10         Part = "low10"          // the last ten decimal digits
	Low10Reversed Part = "low10-reversed" // of the bytes turned round
	AsText        Part = "text"           // no card's number, but what was typed
)

// Reading is a card's number as far as a reader told it. Two readings of one card by
// readers of the same Part are equal.
type Reading struct {
	Part   Part
	Number string // raw bytes, the card's first byte first; of Low10 and AsText the characters
}

// Parts is what readers that cut numbers off would tell of the same card. It is
// empty for anything but a whole number.
func (r Reading) Parts() []Reading {
	if r.Part != Whole || len(r.Number) < 4 {
		return nil
	}
	n := len(r.Number)
	parts := []Reading{{First3, r.Number[:3]}, {Last3, r.Number[n-3:]}}
	if n == 4 {
		return parts
	}
	turned := []byte(r.Number)
	slices.Reverse(turned)
	return append(parts, Reading{First4, r.Number[:4]}, Reading{Last4, r.Number[n-4:]},
		Reading{Low10, lowest([]byte(r.Number))}, Reading{Low10Reversed, lowest(turned)})
}

// Texts are what automatic readers may type of a whole number, in hex and in decimal, in
// either order of its bytes. Another number that one of them can be read as cannot be told
// from this one there.
func (r Reading) Texts() []string {
	if r.Part != Whole {
		return nil
	}
	turned := []byte(r.Number)
	slices.Reverse(turned)
	var all []string
	for _, number := range [][]byte{[]byte(r.Number), turned} {
		digits := new(big.Int).SetBytes(number).String()
		all = append(all, hex.EncodeToString(number), digits)
		for _, width := range typedWidths {
			if len(digits) < width {
				all = append(all, strings.Repeat("0", width-len(digits))+digits)
			}
		}
	}
	return all
}

// typedWidths are the digits that, read as hex, say how many bytes there are, and a number
// of them that does not.
var typedWidths = []int{8, 10, 14, 16, 20, 25}

// lowest is the last ten decimal digits of a number.
func lowest(number []byte) string {
	text := fmt.Sprintf("%010s", new(big.Int).SetBytes(number).String())
	return text[len(text)-lowDigits:]
}

// Sight is the reading as bytes that no other reading has, to make a digest of.
func (r Reading) Sight() []byte { return []byte(string(r.Part) + "\x00" + r.Number) }

// Length is the bytes of a whole number, and 0 of anything else.
func (r Reading) Length() int {
	if r.Part != Whole {
		return 0
	}
	return len(r.Number)
}

// Last4 are the last four characters of the number, to tell badges apart on a list:
// of its lower-case hex, or of the text itself.
func (r Reading) Last4() string {
	text := r.Number
	if r.Part != AsText && r.Part != Low10 && r.Part != Low10Reversed {
		text = hex.EncodeToString([]byte(text))
	}
	return text[max(0, len(text)-4):]
}

// bits is how much of chance the reading rules out.
func (r Reading) bits() int {
	switch r.Part {
	case Low10, Low10Reversed:
		return 33
	case AsText:
		return 3 * len(r.Number)
	}
	return 8 * len(r.Number)
}
