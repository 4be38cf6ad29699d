package wire

import (
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Tray 1 empty":        "Tray 1 empty",
		"a\r\nb\x00":          "a  b",
		"x\u202ey\u2028z":     "x y z",
		"\xff\xfe":            "",
		"Größe":               "Größe",
		"0123456789abcdefghi": "0123456789abcdef",
		"0123456789abcdeü":    "0123456789abcde",
	} {
		got := Clean(in, 16)
		if got != want || !Printable(got) || !utf8.ValidString(got) {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if Cut("ü", 0) != "" || Cut("ü", 1) != "" || Cut("ü", 2) != "ü" {
		t.Error("Cut splits a character")
	}
}
