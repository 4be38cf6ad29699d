package sheet

import "io"

// Kind is how a table is written.
type Kind string

// The kinds.
const (
	CSV  Kind = "csv"
	XLSX Kind = "xlsx"
)

// KindOf is XLSX if it is asked for, and CSV for anything else.
func KindOf(asked string) Kind {
	if asked == string(XLSX) {
		return XLSX
	}
	return CSV
}

// Type is the kind's media type.
func (k Kind) Type() string {
	if k == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Table takes rows of a table, whatever its kind.
type Table interface {
	Row(cells ...string) error
	Close() error
}

// New begins a table of the kind with its column names.
func (k Kind) New(w io.Writer, columns ...string) (Table, error) {
	if k == XLSX {
		return NewWorkbook(w, columns...)
	}
	return NewWriter(w, columns...)
}
