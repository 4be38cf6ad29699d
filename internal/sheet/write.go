package sheet

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Writer writes a table that a spreadsheet may open: a byte order mark, so that names keep
// their accents, CRLF, and no cell that it would take for a formula.
type Writer struct{ csv *csv.Writer }

// NewWriter writes the line of column names.
func NewWriter(w io.Writer, columns ...string) (*Writer, error) {
	if _, err := w.Write(bom); err != nil {
		return nil, err
	}
	s := &Writer{csv.NewWriter(w)}
	s.csv.UseCRLF = true
	return s, s.Row(columns...)
}

// Row writes one row.
func (s *Writer) Row(cells ...string) error {
	plain := make([]string, len(cells))
	for i, c := range cells {
		plain[i] = Plain(c)
	}
	return s.csv.Write(plain)
}

// Close writes what is left and says what went wrong.
func (s *Writer) Close() error {
	s.csv.Flush()
	return s.csv.Error()
}

// Plain is a cell as text to every spreadsheet: what some of them would run as a formula gets
// an apostrophe before it, and what no cell can hold is left out. A number stays one, also below zero.
func Plain(cell string) string {
	cell = text(cell)
	begins, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(cell, unseen))
	if cell == "" || !strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", begins) || cell[0] == '-' && isNumber(cell[1:]) {
		return cell
	}
	return "'" + cell
}

// Unplain is what Plain was given, for a table of ours that comes back.
func Unplain(cell string) string {
	if begun, is := strings.CutPrefix(cell, "'"); is && Plain(begun) == cell {
		return begun
	}
	return cell
}

// unseen says whether a character takes no room: a spreadsheet may pass over it to what comes next.
func unseen(r rune) bool {
	return r == ' ' || r == '\u00a0' || unicode.In(r, unicode.Cf)
}

// text is a cell without what makes a reader of the file stop or a screen obey.
func text(cell string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' && r != '\r' && r != '\n' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(cell, ""))
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == "" || strings.Count(s, ".") == 1 && strings.Trim(s, "0123456789.") == "" && len(s) > 1
}
