package rollout

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
)

// clean makes a name fit to be shown: one line, nothing that cannot be seen or that
// turns the order of what can, and nothing that XML cannot hold.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\ufffe', r == '\uffff':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	return strings.Join(strings.Fields(name), " ")
}

// shell is a text as one word of a POSIX shell: within single quotes nothing means
// anything (POSIX 2.2.2).
func shell(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// powerShell is a text as an expression of PowerShell, in ASCII alone. Windows
// PowerShell reads a script without a byte order mark in the machine's old code page,
// and takes typographic quotation marks for ' (about_Quoting_Rules): what is not ASCII
// is written as numbers, so neither matters.
func powerShell(text string) string {
	var parts []string
	plain := func(s string) {
		if s != "" {
			parts = append(parts, "'"+strings.ReplaceAll(s, "'", "''")+"'")
		}
	}
	from := 0
	for i, r := range text {
		if r >= ' ' && r <= '~' {
			continue
		}
		plain(text[from:i])
		from = i + len(string(r))
		for _, unit := range utf16.Encode([]rune{r}) {
			parts = append(parts, fmt.Sprintf("[char]0x%04X", unit))
		}
	}
	plain(text[from:])
	if len(parts) == 0 {
		return "''"
	}
	if len(parts) > 1 { // a number in front would add up
		return "('' + " + strings.Join(parts, " + ") + ")"
	}
	if strings.HasPrefix(parts[0], "[") {
		return "('' + " + parts[0] + ")"
	}
	return parts[0]
}

// windowsName is a name that a Windows printer may have: no backslash and no comma
// (MSDN, AddPrinter), no wildcards that its commands would follow.
func windowsName(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`\,!*?[]`, r) {
			return '-'
		}
		return r
	}, name)
}
