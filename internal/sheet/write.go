package sheet

import (
	"encoding/csv"
	"io"
	"strings"
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
// an apostrophe before it. A number stays one, also below zero.
func Plain(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r\n|%", rune(cell[0])) || cell[0] == '-' && isNumber(cell[1:]) {
		return cell
	}
	return "'" + cell
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == "" || strings.Count(s, ".") == 1 && strings.Trim(s, "0123456789.") == "" && len(s) > 1
}
