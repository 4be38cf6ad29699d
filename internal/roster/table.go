package roster

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
)

// mostRows is how many rows one table may have.
const mostRows = 3_000_000

// row reads one row of a table and collects what is wrong with it.
type row struct {
	sheet.Row
	at     At
	reason string // the first thing that is wrong, or ""
}

// wrong notes what is wrong with the row, unless something is already.
func (r *row) wrong(reason string, args ...any) {
	if r.reason == "" {
		r.reason = fmt.Sprintf(reason, args...)
	}
}

// text is a cell of at most so many characters on one line; need says that it may not be blank.
func (r *row) text(column string, most int, need bool) string {
	return r.fit(column, r.Get(column), most, need)
}

func (r *row) fit(column, s string, most int, need bool) string {
	switch {
	case s == "" && need:
		r.wrong("no %s", column)
	case len(s) > most && utf8.RuneCountInString(s) > most:
		r.wrong("%s is longer than %d characters", column, most)
	case strings.ContainsFunc(s, unicode.IsControl):
		r.wrong("%s holds a line break or a tab", column)
	}
	return s
}

// id is a cell that names something of the source.
func (r *row) id(column string) string { return r.text(column, 255, true) }

// date is a cell with a day, or the zero time.
func (r *row) date(column string) time.Time {
	s := r.Get(column)
	if s == "" {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, firstOf(s, 10))
	if err != nil || day.Year() < 1900 || day.Year() > 2200 {
		r.wrong("%s is no day like 2026-09-01", column)
	}
	return day
}

// username is a cell as it is kept.
func (r *row) username(column, s string) string {
	s = strings.ToLower(r.fit(column, s, 64, true))
	if strings.ContainsFunc(s, unicode.IsSpace) {
		r.wrong("%s holds a space", column)
	}
	if strings.HasPrefix(s, "~") {
		r.wrong("%s begins with ~, which is kept for user names of people who have left", column)
	}
	return s
}

// each calls fn with every row of a table. Rows that are bad are noted and passed over;
// what is wrong with the table as a whole is returned.
func (p *Pack) each(name string, bad *Problems, required []string, fn func(*row)) error {
	f, err := p.open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	s, err := sheet.Open(f, required...)
	if err != nil {
		return inFile(name, err)
	}
	n := 0
	for line, problem := range s.Rows() {
		r := &row{Row: line, at: At{name, line.Line}}
		if n++; n > mostRows {
			return refuse("roster-large", "%s has more than %d rows.", name, mostRows)
		}
		if problem != nil {
			r.wrong("%s", problem.Reason)
		} else {
			fn(r)
		}
		if r.reason != "" {
			bad.add(r.at, "%s", r.reason)
		}
		if len(*bad) > mostProblems {
			return refuse("roster-other", "%s is not what it should be: more than %d rows cannot be used. The first: %s.", name, mostProblems, (*bad)[0])
		}
	}
	return inFile(name, s.Err())
}

// inFile puts the file's name before a refusal.
func inFile(name string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) && !strings.HasPrefix(f.Say, name) {
		return fault.New(f.Kind, f.Code, "%s: %s", name, f.Say).Because(err)
	}
	return err
}

var yearForm = regexp.MustCompile(`^(?:year|yr|y)?\s*0?([0-9]{1,2})$`)

// parseYear is the year group that a school's system writes, or school.NoYear:
// "7", "07", "Y7", "Year 7", "R", "Reception", "KG".
func parseYear(s string) int {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "r", "yr", "reception", "kg", "k":
		return 0
	}
	m := yearForm.FindStringSubmatch(s)
	if m == nil {
		return school.NoYear
	}
	var year int
	if _, err := fmt.Sscan(m[1], &year); err != nil || year > 14 {
		return school.NoYear
	}
	return year
}

// list is the items of a cell that holds several.
func list(s string) []string {
	items := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' })
	all := items[:0]
	for _, i := range items {
		if i = strings.TrimSpace(i); i != "" {
			all = append(all, i)
		}
	}
	return all
}

var upnForm = regexp.MustCompile(`^[A-Z][0-9]{11}[0-9A-Z]$`)

// Digest turns a UPN into keyed digests.
type Digest func(upn string) UPN

// upn is a UPN's digests, or none for what is no UPN. The number itself goes no further.
func (d Digest) upn(s string) UPN {
	s = strings.ToUpper(strings.TrimSpace(s))
	if !upnForm.MatchString(s) {
		return nil
	}
	return d(s)
}
