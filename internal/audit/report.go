package audit

import "fmt"

// listed is how many problems a report lists; further ones are only counted.
const listed = 100

// Report is what a verification found.
type Report struct {
	Chain    Chain
	Seals    int64
	Rows     int64    // sealed rows, as counted now
	Unsealed int64    // rows after the last seal; on a running installation those of the last 2 s
	Problems []string // plain sentences with numbers of seals and rows, no names; none when all is well

	more int64 // problems beyond those listed
}

// OK says whether nothing was found wrong.
func (r Report) OK() bool { return len(r.Problems) == 0 }

func (r *Report) problem(format string, args ...any) {
	if len(r.Problems) == listed {
		r.more++
		return
	}
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// finish says how much the list leaves out.
func (r *Report) finish() {
	if r.more > 0 {
		r.Problems = append(r.Problems, fmt.Sprintf("and %d problems more", r.more))
	}
}
