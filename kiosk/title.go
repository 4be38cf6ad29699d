package kiosk

import (
	"strings"
	"unicode"
)

const (
	titleLimit = 120 // runes of a title on the screen
	nameShown  = 40  // runes of a greeting's name
	marksLimit = 2   // combining marks on one letter; more only climb over the neighbours
)

// plain makes a string of a computer fit to stand in a line of ours: no control
// or format character (bidirectional overrides among them), white space as single
// blanks, at most limit runes. The page shows it as text only.
func plain(s string, limit int) string {
	var b strings.Builder
	var runes, marks int
	blank := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			blank = b.Len() > 0
			continue
		case r == unicode.ReplacementChar || unicode.In(r, unicode.C):
			continue
		case unicode.In(r, unicode.M):
			if marks++; marks > marksLimit || b.Len() == 0 {
				continue
			}
		default:
			marks = 0
		}
		if runes++; runes > limit {
			return strings.TrimRight(b.String(), " ") + "…"
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// titleOf is a job's title on its owner's screen.
func titleOf(s string) string {
	if t := plain(s, titleLimit); t != "" {
		return t
	}
	return "Untitled"
}
