package wire

import (
	"strings"
	"unicode/utf8"
)

// Printable reports whether a string holds no control character, line break or
// change of writing direction: nothing that could break a log line, a header or
// a page, or make a text read as something else.
func Printable(s string) bool {
	for _, r := range s {
		if unprintable(r) {
			return false
		}
	}
	return true
}

func unprintable(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0: // C0, DEL, C1
		return true
	case r >= 0x2028 && r <= 0x202e: // line and paragraph separators, embeddings, overrides
		return true
	case r >= 0x2066 && r <= 0x2069: // isolates
		return true
	}
	return r == utf8.RuneError
}

// Clean is s with every unprintable character replaced by a space and cut to at
// most max octets between two characters. It is for texts of printers, which
// are shown and logged but never trusted.
func Clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, s)
	return Cut(strings.TrimSpace(s), most)
}

// Cut is s cut to at most most octets between two characters.
func Cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
