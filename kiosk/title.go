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
	var out []rune
	var marks int
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			if len(out) > 0 && out[len(out)-1] != ' ' {
				out = append(out, ' ')
			}
			continue
		case r == unicode.ReplacementChar || unicode.In(r, unicode.C):
			continue
		case unicode.In(r, unicode.M):
			marks++
		default:
			marks = 0
		}
		if marks <= marksLimit {
			out = append(out, r)
		}
		if len(out) > limit+1 { // one more may be a blank that goes
			break
		}
	}
	line := strings.TrimSpace(string(out))
	if clipped := []rune(line); len(clipped) > limit {
		return strings.TrimSpace(string(clipped[:limit])) + "…"
	}
	return line
}

// titleOf is a job's title on its owner's screen.
func (t tongue) titleOf(s string) string {
	if title := plain(s, titleLimit); title != "" {
		return title
	}
	return t.Say("Untitled")
}
