package sheet_test

import (
	"bytes"
	"testing"

	"inkwell/internal/sheet"
)

func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "Sam Bell": "Sam Bell", "12": "12", "-12": "-12", "-1.50": "-1.50", "Zoë": "Zoë", "a=b": "a=b",
		"=1+1": "'=1+1", "+44": "'+44", "@SUM(A1)": "'@SUM(A1)", "-2+3|cmd": "'-2+3|cmd", "\t=1": "'\t=1", "-": "'-", "-.": "'-.", "|calc": "'|calc",
		"＝1+1": "'＝1+1", "＠SUM(A1)": "'＠SUM(A1)", " =1+1": "' =1+1", "\u200b=1": "'\u200b=1", "\ufeff=1": "'\ufeff=1", "\x00=1": "'=1", "a\x1b[2Jb": "a[2Jb", "\xff-": "'-",
	} {
		if got := sheet.Plain(cell); got != want {
			t.Errorf("%q is written %q, want %q", cell, got, want)
		}
	}
}

// TestWhatIsWrittenIsRead by our own reader, quotation marks, line breaks and all.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w, err := sheet.NewWriter(&b, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]string{{"1", "O'Neill, \"Sam\""}, {"two\nlines", "=HYPERLINK(\"x\")"}} {
		if err := w.Row(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b.Bytes(), []byte("\xef\xbb\xbfa,b\r\n")) {
		t.Errorf("it begins %q", b.Bytes())
	}
	rows, bad, err := read(t, b.String(), "a", "b")
	if err != nil || len(bad) > 0 || len(rows) != 2 || rows[0] != `1|O'Neill, "Sam"` || rows[1] != "two\r\nlines|'=HYPERLINK(\"x\")" && rows[1] != "two\nlines|'=HYPERLINK(\"x\")" {
		t.Errorf("%q, %v, %v", rows, bad, err)
	}
}
