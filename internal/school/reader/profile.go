// Package reader turns what a badge reader types into the number that stands in the
// card: raw bytes, the first of the card first. Readers write the same four, seven or
// ten bytes in hex or decimal, backwards, bit by bit backwards, cut off, or as
// facility and card; a Profile says how one does. The package is pure: it knows no
// people, keeps nothing and never guesses between two numbers.
package reader

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"inkwell/internal/fault"
)

// Base is how a reader writes numbers.
type Base string

// The bases.
const (
	Automatic Base = "automatic" // any whole number, in hex or decimal, in either order of bytes
	Hex       Base = "hex"
	Decimal   Base = "decimal"
	Facility  Base = "facility"  // facility and card, such as 221-41311: the low 24 bits unless Keep says more
	ASCIIHex  Base = "ascii-hex" // hex, of the letters of hex: 34433444 for 4C4D
	Text      Base = "text"      // as it is, for bar codes and numbers that are no card's
)

// Profile is how a reader writes a card's bytes: it turns the bits of each byte round
// if Bits, then the bytes if Reversed, keeps the last Keep of them, and writes
// those in its base. The zero Profile is automatic.
type Profile struct {
	Base     Base
	Reversed bool   // the card's last byte first
	Bits     bool   // the bits of each byte the other way round
	UID      int    // bytes of a card's number: 4, 5, 7, 8 or 10; 0 for what the text's length says
	Keep     int    // bytes that are written; 0 for all
	Digits   int    // decimal digits that are written: filled with zeros, or the last ones; 0 for any
	Facility int    // bits of the facility; 0 means 8
	Prefix   string // what comes before the number, and after it, beside ; % ? and a line's end
	Suffix   string
}

// lengths are the bytes that cards have: MIFARE 4, 7 and 10, EM4100 5, ISO 15693 8.
var lengths = []int{4, 5, 7, 8, 10}

// lowDigits is the only number of decimal digits that longer numbers are cut to.
const lowDigits = 10

// Parse reads a profile as String writes it: the base, -reversed and -bits where they
// apply, then uid=, keep=, digits=, facility=, prefix= and suffix= after commas, such
// as "decimal-reversed,uid=7,digits=10".
func Parse(form string) (Profile, error) {
	head, rest, more := strings.Cut(strings.ToLower(strings.TrimSpace(form)), ",")
	p := Profile{}
	p.Base, p.Reversed, p.Bits = parseHead(head)
	for more {
		var word string
		word, rest, more = strings.Cut(rest, ",")
		name, value, ok := strings.Cut(word, "=")
		if !ok || !p.set(name, value) {
			return Profile{}, badForm(form)
		}
	}
	named := p.Base != ""
	if p.Base == Automatic {
		p.Base = ""
	}
	if !named || !p.valid() {
		return Profile{}, badForm(form)
	}
	return p, nil
}

func parseHead(head string) (base Base, reversed, bits bool) {
	head, bits = strings.CutSuffix(head, "-bits")
	head, reversed = strings.CutSuffix(head, "-reversed")
	return Base(head), reversed, bits
}

func (p *Profile) set(name, value string) bool {
	switch name {
	case "prefix":
		p.Prefix = value
		return value != ""
	case "suffix":
		p.Suffix = value
		return value != ""
	}
	into := map[string]*int{"uid": &p.UID, "keep": &p.Keep, "digits": &p.Digits, "facility": &p.Facility}[name]
	n, err := strconv.Atoi(value)
	if into == nil || err != nil || n < 1 || *into != 0 || strconv.Itoa(n) != value {
		return false
	}
	*into = n
	return true
}

func badForm(form string) error {
	return fault.New(fault.Invalid, "reader-form",
		"%q is no form of a reader. It is automatic, hex, decimal, facility, ascii-hex or text, with -reversed or -bits, and uid=, keep=, digits=, facility=, prefix= or suffix=: decimal-reversed,uid=7", form)
}

// String is the profile in the form that Parse reads.
func (p Profile) String() string {
	var b strings.Builder
	if p.Base == "" {
		p.Base = Automatic
	}
	b.WriteString(string(p.Base))
	if p.Reversed {
		b.WriteString("-reversed")
	}
	if p.Bits {
		b.WriteString("-bits")
	}
	for _, n := range []struct {
		name  string
		value int
	}{{"uid", p.UID}, {"keep", p.Keep}, {"digits", p.Digits}, {"facility", p.Facility}} {
		if n.value != 0 {
			fmt.Fprintf(&b, ",%s=%d", n.name, n.value)
		}
	}
	if p.Prefix != "" {
		b.WriteString(",prefix=" + p.Prefix)
	}
	if p.Suffix != "" {
		b.WriteString(",suffix=" + p.Suffix)
	}
	return b.String()
}

// valid says whether the parts go together.
func (p Profile) valid() bool {
	if !fixable(p.Prefix) || !fixable(p.Suffix) || (p.UID != 0 && !slices.Contains(lengths, p.UID)) {
		return false
	}
	switch p.Base {
	case "", Text:
		return p == Profile{Base: p.Base, Prefix: p.Prefix, Suffix: p.Suffix}
	case Hex, ASCIIHex:
		return p.Digits == 0 && p.Facility == 0 && p.keeps()
	case Decimal:
		return p.Facility == 0 && p.keeps() && p.countsDigits()
	case Facility:
		bits := p.facilityBits()
		return p.Digits == 0 && p.keeps() && bits < 8*p.width() && bits <= 32 && 8*p.width()-bits <= 32
	}
	return false
}

// fixable says whether a prefix or suffix can be typed by a reader and written in a
// form.
func fixable(s string) bool {
	return len(s) <= 8 && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefghijklmnopqrstuvwxyz:-", r) })
}

// keeps says whether Keep is all there is, or one of the parts that every badge is
// kept under as well.
func (p Profile) keeps() bool {
	return p.Keep == 0 || p.Keep == 3 || p.Keep == 4 || p.Keep == p.UID
}

func (p Profile) countsDigits() bool {
	switch {
	case p.Digits == 0:
		return true
	case p.Digits > 25:
		return false
	case p.cutsDigits():
		return p.Digits == lowDigits && p.Keep == 0 && !p.Bits
	}
	return true
}

// cutsDigits says whether a number can have more decimal digits than are written.
func (p Profile) cutsDigits() bool {
	return p.Base == Decimal && p.Digits != 0 && p.Digits < mostDigits(max(p.width(), 3))
}

// mostDigits is how many decimal digits so many bytes can have.
func mostDigits(bytes int) int { return len(largest(bytes).String()) }

// width is how many bytes are written, 0 for any.
func (p Profile) width() int {
	switch {
	case p.Keep != 0:
		return p.Keep
	case p.Base == Facility:
		return 3
	}
	return p.UID
}

func (p Profile) facilityBits() int {
	if p.Facility == 0 {
		return 8
	}
	return p.Facility
}

// Part is what the profile's reader leaves of a card's number: Whole, or less.
func (p Profile) Part() Part {
	switch w := p.width(); {
	case p.Base == Text:
		return AsText
	case p.cutsDigits() && p.Reversed:
		return Low10Reversed
	case p.cutsDigits():
		return Low10
	case w == 0 || w == p.UID:
		return Whole
	case p.Reversed:
		return Part(fmt.Sprintf("first%d", w))
	default:
		return Part(fmt.Sprintf("last%d", w))
	}
}
