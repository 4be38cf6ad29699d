// Package sheet reads the tables that schools export: CSV (RFC 4180) with a line of
// column names. It is strict about what would be read wrongly in silence (another
// encoding, a row of another length, a column twice) and names every bad row by its line.
// It is lenient where no harm can come: a byte order mark, CRLF, spaces around a cell, and
// the case of column names.
package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"inkwell/internal/fault"
)

// Limits of what is read.
const (
	mostColumns = 200
	mostCell    = 4 << 10   // bytes
	mostLine    = 64 << 10  // bytes: a longer one is no table of people
	mostRow     = 256 << 10 // bytes: cells may have line breaks
)

// Row is one row, by the names of its columns.
type Row struct {
	Line    int // of the file, from 1
	columns map[string]int
	cells   []string
}

// Get is the cell of a column, without space around it; "" for a column that is not there.
func (r Row) Get(column string) string {
	if i, ok := r.columns[strings.ToLower(column)]; ok {
		return strings.TrimSpace(r.cells[i])
	}
	return ""
}

// Has says whether the table has the column.
func (r Row) Has(column string) bool { _, ok := r.columns[strings.ToLower(column)]; return ok }

// Sheet is a table being read.
type Sheet struct {
	names   []string
	columns map[string]int
	csv     *csv.Reader
	short   *short
	err     error
}

// Open reads the line of column names. A table without one of the required columns,
// or in another encoding than UTF-8, is refused ("sheet-...").
func Open(r io.Reader, required ...string) (*Sheet, error) {
	text := bufio.NewReaderSize(r, 64<<10)
	head, err := text.Peek(4 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read table: %w", err)
	}
	if err := encoding(head); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(head, bom) {
		_, _ = text.Discard(len(bom))
	}
	limit := &short{r: text}
	s := &Sheet{csv: csv.NewReader(limit), short: limit, columns: map[string]int{}}
	first, err := s.csv.Read()
	if errors.Is(err, io.EOF) { // as a cause it would pass for a lost connection
		return nil, refuse("sheet-empty", "The file has no line of column names.")
	}
	if err != nil {
		return nil, refuse("sheet-empty", "The file has no line of column names.").Because(err)
	}
	if len(first) > mostColumns {
		return nil, refuse("sheet-columns", "The file has more than %d columns.", mostColumns)
	}
	for i, name := range first {
		name = strings.TrimSpace(name)
		key := strings.ToLower(name)
		if _, twice := s.columns[key]; twice && key != "" {
			return nil, refuse("sheet-columns", "The file has two columns named %q.", name)
		}
		s.columns[key] = i
		s.names = append(s.names, name)
	}
	var missing []string
	for _, name := range required {
		if _, ok := s.columns[strings.ToLower(name)]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, refuse("sheet-columns", "The file lacks the column %s. Its first line has to name the columns: %s.", strings.Join(missing, ", "), strings.Join(required, ", "))
	}
	return s, nil
}

// Has says whether the table has a column.
func (s *Sheet) Has(column string) bool { _, ok := s.columns[strings.ToLower(column)]; return ok }

// Columns are the names of the columns, as they stand in the file.
func (s *Sheet) Columns() []string { return slices.Clone(s.names) }

// Rows are the rows, in order, with what is wrong with one that cannot be read as
// a Problem. Blank lines are passed over. What ends the reading early is Err's.
func (s *Sheet) Rows() iter.Seq2[Row, *Problem] {
	return func(yield func(Row, *Problem) bool) {
		for {
			s.short.row = 0
			cells, err := s.csv.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			line := 0
			if len(cells) > 0 {
				line, _ = s.csv.FieldPos(0)
			}
			var bad *csv.ParseError
			switch {
			case errors.As(err, &bad) && errors.Is(bad.Err, csv.ErrFieldCount):
				if !yield(Row{Line: bad.StartLine}, &Problem{bad.StartLine, fmt.Sprintf("it has %d cells, and the first line %d", len(cells), len(s.names))}) {
					return
				}
				continue
			case errors.As(err, &bad):
				s.err = refuse("sheet-quotes", "Line %d cannot be read: a quotation mark is missing or too many.", bad.StartLine).Because(err)
				return
			case err != nil:
				s.err = err
				return
			}
			if slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) &&
				!yield(Row{Line: line, columns: s.columns, cells: cells}, s.wrong(line, cells)) {
				return
			}
		}
	}
}

// Err is what ended Rows before the end of the file, if anything did.
func (s *Sheet) Err() error { return s.err }

// wrong says what no cell may hold.
func (s *Sheet) wrong(line int, cells []string) *Problem {
	for i, c := range cells {
		switch {
		case len(c) > mostCell:
			return &Problem{line, fmt.Sprintf("%s is longer than %d characters", s.names[i], mostCell)}
		case !utf8.ValidString(c):
			return &Problem{line, fmt.Sprintf("%s is not UTF-8 but probably Latin-1 (Windows-1252): save the file as \"CSV UTF-8\"", s.names[i])}
		case strings.ContainsFunc(c, func(r rune) bool { return Disturbs(r) && r != '\n' && r != '\r' && r != '\t' }):
			return &Problem{line, fmt.Sprintf("%s holds a control character", s.names[i])}
		}
	}
	return nil
}

// Disturbs says of a character that a text of one line has none of it: a control character, one that
// ends a line or a paragraph, or one that turns the direction of reading, so that a name reads as another.
func Disturbs(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}

var bom = []byte("\xef\xbb\xbf")

// encoding refuses what is not UTF-8 by its first bytes, and what is no text at all.
func encoding(head []byte) error {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return refuse("sheet-encoding", "The file is UTF-16. Save it as \"CSV UTF-8\".")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return refuse("sheet-encoding", "The file is a zip or a workbook. Save it as \"CSV UTF-8\".")
	case bytes.IndexByte(head, 0) >= 0:
		return refuse("sheet-encoding", "The file is not a table of text. Save it as \"CSV UTF-8\".")
	}
	return nil
}

func refuse(code, say string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, code, say, args...)
}

// short ends the reading at a line or a row that is too long to be a table's, before it
// fills the memory.
type short struct {
	r         *bufio.Reader
	line, row int
}

func (s *short) Read(p []byte) (int, error) {
	n, err := s.r.Read(p[:min(len(p), mostLine)])
	if s.row += n; s.row > mostRow {
		return 0, refuse("sheet-line", "A row of the file is longer than %d bytes. Is a quotation mark missing?", mostRow)
	}
	for _, b := range p[:n] {
		if s.line++; b == '\n' {
			s.line = 0
		}
		if s.line > mostLine {
			return 0, refuse("sheet-line", "A line of the file is longer than %d bytes. This is not a table of people.", mostLine)
		}
	}
	return n, err
}
