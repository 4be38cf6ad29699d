package school

import (
	"io"
	"slices"
	"strings"

	"inkwell/internal/fault"
	"inkwell/internal/sheet"
)

// format is what a file has to look like that is read as a whole.
type format struct {
	columns []string // that have to be there
	more    []string // that may be there
	others  bool     // further columns are passed over; otherwise one is a mistake
	bytes   int64    // at most
}

// read reads all rows, and what is wrong with those that cannot be read.
func (f format) read(file io.Reader) (rows []sheet.Row, bad sheet.Problems, err error) {
	within := &io.LimitedReader{R: file, N: f.bytes + 1}
	defer func() {
		if within.N <= 0 {
			rows, bad, err = nil, nil, fault.New(fault.TooLarge, "sheet-large", "The file is larger than %d KiB. It cannot be what it should be.", f.bytes>>10)
		}
	}()
	table, err := sheet.Open(within, f.columns...)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range table.Columns() {
		if key := strings.ToLower(name); !f.others && key != "" && !slices.Contains(f.columns, key) && !slices.Contains(f.more, key) {
			bad.Add(1, "there is no column %.40q; the columns are %s", name, strings.Join(slices.Concat(f.columns, f.more), ", "))
		}
	}
	for row, problem := range table.Rows() {
		if problem != nil {
			bad = append(bad, *problem)
			continue
		}
		if slices.ContainsFunc(slices.Concat(f.columns, f.more), func(c string) bool { return strings.ContainsAny(row.Get(c), "\r\n\t") }) {
			bad.Add(row.Line, "there is a line break or a tab within a cell")
			continue
		}
		rows = append(rows, row)
	}
	return rows, bad, table.Err()
}

// inOrder is problems by line.
func inOrder(bad sheet.Problems) sheet.Problems {
	slices.SortStableFunc(bad, func(a, b sheet.Problem) int { return a.Line - b.Line })
	return bad
}
