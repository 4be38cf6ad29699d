package reader

import (
	"math/bits"
	"slices"
	"strings"
)

// Guess is a profile under which all taps are cards that are known.
type Guess struct {
	Profile Profile
	// Bits is how little of it can be chance: that a reader of another kind fits by
	// accident has a probability of at most 1 in 2 to the power of Bits.
	Bits int
}

// Sure is how many bits of evidence a Guess needs before it is believed: one in a
// million.
const Sure = 20

// Learn tries every profile on the taps of one reader and returns those under which
// known says yes to each of them, the surest first. known is given the number of the
// tap and what the profile reads in it; population is among how many cards it looks.
// Two guesses mean that the taps fit both: another card tells them apart.
func Learn(taps []string, population int, known func(tap int, r Reading) bool) []Guess {
	guesses := fitting(candidates("", ""), taps, population, known)
	if len(guesses) == 0 {
		if prefix, suffix := shared(taps); prefix != "" || suffix != "" {
			guesses = fitting(framed(prefix, suffix), taps, population, known)
		}
	}
	slices.SortStableFunc(guesses, func(a, b Guess) int { return b.Bits - a.Bits })
	return guesses
}

func fitting(profiles []Profile, taps []string, population int, known func(int, Reading) bool) []Guess {
	var guesses []Guess
	var seen [][]Reading
	for _, p := range profiles {
		readings, evidence := fits(p, taps, population, known)
		if readings == nil || slices.ContainsFunc(seen, func(other []Reading) bool { return slices.Equal(other, readings) }) {
			continue
		}
		seen = append(seen, readings)
		guesses = append(guesses, Guess{p, max(0, evidence-bits.Len(uint(len(profiles))))})
	}
	return guesses
}

// fits is what the profile reads in the taps if each is known, or nil.
func fits(p Profile, taps []string, population int, known func(int, Reading) bool) (all []Reading, evidence int) {
	for i, tap := range taps {
		r, err := p.Read(tap)
		if err != nil || !known(i, r[0]) {
			return nil, 0
		}
		if !slices.Contains(all, r[0]) { // the same card again proves nothing more
			evidence += max(0, r[0].bits()-bits.Len(uint(max(0, population)))) // #nosec G115 -- not negative
		}
		all = append(all, r[0])
	}
	return all, evidence
}

// candidates are the profiles that readers have, the plainest first.
func candidates(prefix, suffix string) []Profile {
	var all []Profile
	for _, bits := range []bool{false, true} {
		for _, reversed := range []bool{false, true} {
			for _, p := range []Profile{
				{Base: Hex}, {Base: Decimal}, {Base: Facility}, {Base: ASCIIHex},
				{Base: Hex, Keep: 4}, {Base: Hex, Keep: 3}, {Base: Decimal, Keep: 4}, {Base: Decimal, Keep: 3},
				{Base: Decimal, UID: 7, Digits: lowDigits},
			} {
				p.Reversed, p.Bits, p.Prefix, p.Suffix = reversed, bits, prefix, suffix
				if p.valid() {
					all = append(all, p)
				}
			}
		}
	}
	return append(all, Profile{Base: Text, Prefix: prefix, Suffix: suffix})
}

// framed are the candidates with each beginning of prefix and each end of suffix.
func framed(prefix, suffix string) []Profile {
	var all []Profile
	for before := range len(prefix) + 1 {
		for after := range len(suffix) + 1 {
			all = append(all, candidates(prefix[:before], suffix[after:])...)
		}
	}
	return all
}

// shared is what all texts begin and end with, at most four characters each.
func shared(taps []string) (prefix, suffix string) {
	if len(taps) < 2 {
		return "", ""
	}
	first, _ := Profile{Base: Text}.unframe(taps[0])
	for n := 1; n <= min(4, len(first)); n++ {
		if every(taps, func(s string) bool { return strings.HasPrefix(s, first[:n]) }) && fixable(first[:n]) {
			prefix = first[:n]
		}
		if end := first[len(first)-n:]; every(taps, func(s string) bool { return strings.HasSuffix(s, end) }) && fixable(end) {
			suffix = end
		}
	}
	return prefix, suffix
}

func every(taps []string, ok func(string) bool) bool {
	return !slices.ContainsFunc(taps, func(tap string) bool {
		text, fine := Profile{Base: Text}.unframe(tap)
		return !fine || !ok(text)
	})
}
