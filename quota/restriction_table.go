package quota

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
)

// RuleRow is a rule as people read it in the table.
type RuleRow struct {
	Place  int // from 1: the first that meets a job decides
	Number RuleNumber
	Name   string
	Who    string     // "pupils, Years 7 to 9"
	Meets  string     // "more than 60 pages during lessons"
	Then   string     // "needs a teacher's yes"
	Hidden RuleNumber // the rule before it that meets everything first, or 0
}

var thenWords = map[Outcome]string{Refuse: "is not printed", Confirm: "asks \"Really?\"", Ask: "needs a teacher's yes"}

// Table is the rules in their order, in words.
func (r Rules) Table(n Names) []RuleRow {
	hidden := r.Hidden()
	rows := make([]RuleRow, len(r.All))
	for i, rule := range r.All {
		rows[i] = RuleRow{Place: i + 1, Number: rule.Number, Name: rule.Name, Who: rule.For.words(n), Hidden: hidden[rule.Number],
			Meets: rule.subject(cmp.Or(strings.ReplaceAll(writePrinters(rule, n), ";", ","), "a printer that is gone")), Then: thenWords[rule.Outcome]}
	}
	return rows
}

// offices are roles that are called after what is done there, and not after who does it.
var offices = []school.Role{school.Cover, school.Reception, school.PrintRoom, school.Exams, school.Safeguarding, school.Finance, school.DataProtection}

// words say who is meant.
func (a Audience) words(n Names) string {
	var words []string
	switch {
	case a.Person != 0:
		return cmp.Or(n.People[a.Person], "somebody") + " alone"
	case a.Role == AnyStaff:
		words = append(words, "staff")
	case a.Role == school.IT || a.Role == school.COO:
		words = append(words, strings.ToUpper(string(a.Role)))
	case slices.Contains(offices, a.Role):
		words = append(words, strings.ReplaceAll(string(a.Role), "-", " ")+" staff")
	case a.Role != "":
		words = append(words, plural(strings.ReplaceAll(string(a.Role), "-", " ")))
	}
	switch a.From {
	case school.NoYear:
	case a.To:
		words = append(words, fmt.Sprintf("Year %d", a.From))
	default:
		words = append(words, fmt.Sprintf("Years %d to %d", a.From, a.To))
	}
	if a.Class != 0 {
		words = append(words, "class "+cmp.Or(n.Classes[a.Class], "that is gone"))
	}
	if len(words) == 0 {
		return "everybody"
	}
	return strings.Join(words, ", ")
}

// NamesOf finds what rules name, but for printers.
func NamesOf(ctx context.Context, tx *db.Tx, r Rules) (n Names, err error) {
	var classes []school.ClassID
	var people []school.PersonID
	for _, rule := range r.All {
		if rule.For.Class != 0 {
			classes = append(classes, rule.For.Class)
		}
		if rule.For.Person != 0 {
			people = append(people, rule.For.Person)
		}
	}
	if n.People, err = school.Usernames(ctx, tx, people); err != nil {
		return n, err
	}
	n.Classes, err = school.ClassNames(ctx, tx, classes)
	return n, err
}

// ruleNumberColumn is the column of a rule's number, blank for a new rule.
const ruleNumberColumn = "number"

// WriteRules writes rules as a table that ReadRules reads: one line each, in their order. No cell is
// a formula to a spreadsheet, whatever a class or a printer is called.
func WriteRules(to io.Writer, r Rules, n Names) error {
	w := csv.NewWriter(to)
	columns := []string{ruleNumberColumn}
	for _, f := range Fields() {
		columns = append(columns, f.Name)
	}
	_ = w.Write(columns) // the writer keeps an error for Error
	for _, rule := range r.All {
		line := []string{strconv.Itoa(int(rule.Number))}
		for _, f := range Fields() {
			line = append(line, sheet.Plain(f.Write(rule, n)))
		}
		_ = w.Write(line)
	}
	w.Flush()
	return w.Error()
}

// ReadRules reads a table of rules. What cannot be read is named by line and part.
func ReadRules(ctx context.Context, tx *db.Tx, id school.ID, from io.Reader, w Words) ([]Restriction, error) {
	s, err := sheet.Open(from, "name", "outcome")
	if err != nil {
		return nil, err
	}
	for _, column := range s.Columns() {
		if column != ruleNumberColumn && !isField(column) {
			return nil, fault.New(fault.Invalid, "rule-field", "A rule has no part %q.", column)
		}
	}
	all := []Restriction{}
	var bad sheet.Problems
	for row, problem := range s.Rows() {
		if problem != nil {
			bad = append(bad, *problem)
			continue
		}
		r, err := readRule(ctx, tx, id, row, w)
		if f := fault.As(err); f != nil && (f.Kind == fault.Internal || f.Kind == fault.Unavailable) {
			return nil, err
		} else if f != nil {
			bad.Add(row.Line, "%s", f.Say)
		}
		all = append(all, r)
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	return all, bad.Err()
}

func isField(name string) bool {
	for _, f := range Fields() {
		if strings.EqualFold(f.Name, name) {
			return true
		}
	}
	return false
}

func readRule(ctx context.Context, tx *db.Tx, id school.ID, row sheet.Row, w Words) (Restriction, error) {
	r := Restriction{For: Everybody}
	if n := row.Get(ruleNumberColumn); n != "" {
		number, err := strconv.ParseInt(n, 10, 32)
		if err != nil || number < 1 {
			return r, fault.New(fault.Invalid, "rule-number", "number is %q and has to be a rule's, or blank.", n)
		}
		r.Number = RuleNumber(number)
	}
	for _, f := range Fields() {
		if err := SetField(ctx, tx, id, &r, f.Name, sheet.Unplain(row.Get(f.Name)), w); err != nil {
			return r, err
		}
	}
	return r, r.Check()
}
