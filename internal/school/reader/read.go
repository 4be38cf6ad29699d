package reader

import (
	"encoding/hex"
	"math/big"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"inkwell/internal/fault"
)

// Unreadable is the refusal of a text that the profile's reader cannot have typed.
var Unreadable = fault.New(fault.Invalid, "badge-unreadable", "This is no badge number of that form.")

const longestText = 64

var (
	hexForm      = regexp.MustCompile(`^[0-9a-f]{4,32}$`)
	digitForm    = regexp.MustCompile(`^[0-9]{1,25}$`)
	textForm     = regexp.MustCompile(`^[0-9a-z.:-]{4,32}$`)
	facilityForm = regexp.MustCompile(`^([0-9]{1,10})[-,: /]([0-9]{1,10})$`)
)

// Read tells what the card's number is when the reader types this text. An
// automatic profile gives every number it can be, the likeliest first, and any
// other exactly one. The error is Unreadable.
func (p Profile) Read(text string) ([]Reading, error) {
	text, ok := p.unframe(text)
	if !ok {
		return nil, Unreadable
	}
	if p.Base == "" {
		if all := automatic(text); len(all) > 0 {
			return all, nil
		}
		return nil, Unreadable
	}
	r, ok := p.read(text)
	if !ok {
		return nil, Unreadable
	}
	return []Reading{r}, nil
}

// unframe takes off what is not the number: ; and % before it, ? after it, all from
// = on, and the profile's own prefix and suffix.
func (p Profile) unframe(text string) (string, bool) {
	if len(text) > longestText {
		return "", false
	}
	text, _, _ = strings.Cut(strings.ToLower(strings.Trim(text, " \t\r\n")), "=")
	text = strings.TrimLeft(strings.TrimRight(text, "? \t\r\n"), ";% \t")
	text = strings.TrimSuffix(strings.TrimPrefix(text, p.Prefix), p.Suffix)
	if p.Base == Hex || p.Base == "" || p.Base == ASCIIHex {
		text = strings.NewReplacer(":", "", "-", "", " ", "").Replace(text)
	}
	return text, text != ""
}

func (p Profile) read(text string) (Reading, bool) {
	switch p.Base {
	case Text:
		return Reading{AsText, text}, textForm.MatchString(text)
	case Decimal:
		if p.cutsDigits() {
			return p.readLow(text)
		}
		n, ok := decimal(text)
		return p.number(n, 0, ok && (p.Digits == 0 || len(text) <= p.Digits))
	case Facility:
		n, ok := p.facility(text)
		return p.number(n, 0, ok)
	case ASCIIHex:
		letters, err := hex.DecodeString(text)
		if err != nil {
			return Reading{}, false
		}
		text = strings.ToLower(string(letters))
	}
	n, ok := hexadecimal(text)
	return p.number(n, len(text), ok)
}

func (p Profile) readLow(text string) (Reading, bool) {
	ok := digitForm.MatchString(text) && len(text) <= p.Digits
	return Reading{p.Part(), strings.Repeat("0", max(0, p.Digits-len(text))) + text}, ok
}

// number is the reading of a number that was written with so many hex digits, 0 for
// another base.
func (p Profile) number(n *big.Int, digits int, ok bool) (Reading, bool) {
	if !ok {
		return Reading{}, false
	}
	w := p.width()
	if w == 0 {
		w = likelyLength(n, digits)
	}
	if w == 0 || n.BitLen() > 8*w {
		return Reading{}, false
	}
	return Reading{p.Part(), string(p.turn(n.FillBytes(make([]byte, w))))}, true
}

// turn turns bytes and bits round as the profile says, in place. Doing it twice
// undoes it.
func (p Profile) turn(raw []byte) []byte {
	if p.Reversed {
		slices.Reverse(raw)
	}
	if p.Bits {
		for i, b := range raw {
			raw[i] = bits.Reverse8(b)
		}
	}
	return raw
}

// likelyLength is how many bytes a card has whose number was written so: as many as
// hex digits say if cards have so many, else the fewest that hold the number. Zeros
// before it that the reader has lost, or has added, are found again that way.
func likelyLength(n *big.Int, digits int) int {
	if slices.Contains(lengths, digits/2) && digits%2 == 0 {
		return digits / 2
	}
	for _, l := range lengths {
		if n.BitLen() <= 8*l {
			return l
		}
	}
	if digits > 0 {
		return (digits + 1) / 2
	}
	return 0
}

// facility reads facility and card, apart or run together.
func (p Profile) facility(text string) (*big.Int, bool) {
	facilityBits := p.facilityBits()
	cardBits := 8*p.width() - facilityBits
	cardDigits := len(strconv.FormatUint(1<<cardBits-1, 10))
	var facility, card string
	if m := facilityForm.FindStringSubmatch(text); m != nil {
		facility, card = m[1], m[2]
	} else if digitForm.MatchString(text) {
		text = strings.Repeat("0", max(0, cardDigits+1-len(text))) + text
		facility, card = text[:len(text)-cardDigits], text[len(text)-cardDigits:]
	}
	f, err := strconv.ParseUint(facility, 10, facilityBits)
	if err != nil {
		return nil, false
	}
	c, err := strconv.ParseUint(card, 10, cardBits)
	if err != nil {
		return nil, false
	}
	return new(big.Int).SetUint64(f<<cardBits | c), true
}

// automatic is every whole number that the text can be: hex if it has a letter;
// otherwise decimal, as card readers and keyboards write it most, and then hex. Each
// stands as it is and with its bytes turned round.
func automatic(text string) []Reading {
	var all []Reading
	add := func(base Base) {
		for _, reversed := range []bool{false, true} {
			r, ok := Profile{Base: base, Reversed: reversed}.read(text)
			if ok && !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	add(Decimal)
	if hexForm.MatchString(text) {
		add(Hex)
	}
	if len(text) < 4 {
		return nil
	}
	return all
}

func decimal(text string) (*big.Int, bool) {
	if !digitForm.MatchString(text) {
		return nil, false
	}
	return new(big.Int).SetString(text, 10)
}

func hexadecimal(text string) (*big.Int, bool) {
	if text == "" || strings.Trim(text, "0123456789abcdef") != "" || len(text) > 32 {
		return nil, false
	}
	return new(big.Int).SetString(text, 16)
}

// largest is the largest number of so many bytes.
func largest(bytes int) *big.Int {
	return new(big.Int).SetBytes(slices.Repeat([]byte{0xff}, bytes))
}
