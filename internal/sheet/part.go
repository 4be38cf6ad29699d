package sheet

import "io"

// Part is a table of what is kept about somebody, as its owner tells it: in plain words, with
// nobody else's name in a column of its own.
type Part struct {
	Name    string // of a file, such as "jobs"
	Title   string
	Columns []string
	Rows    [][]string
	Words   []int // columns that somebody wrote freely, who may have named others
}

// WriteCSV writes the part as CSV.
func (p Part) WriteCSV(to io.Writer) error {
	w, err := NewWriter(to, p.Columns...)
	for i := 0; i < len(p.Rows) && err == nil; i++ {
		err = w.Row(p.Rows[i]...)
	}
	if err != nil {
		return err
	}
	return w.Close()
}
