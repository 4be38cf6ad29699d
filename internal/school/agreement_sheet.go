package school

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/sheet"
)

// The columns of a list of forms; the answers follow as answer1, answer2, ...
const (
	formUsername  = "username"
	formSignatory = "signatory"
	formSignedOn  = "signed_on"
)

// FormColumns are the columns that a list of an agreement's forms has to have.
func (a Agreement) FormColumns() []string {
	all := []string{formUsername, formSignatory, formSignedOn}
	for n := range a.Clauses {
		all = append(all, answerColumn(n))
	}
	return all
}

func answerColumn(n int) string { return fmt.Sprintf("answer%d", n+1) }

// ImportForms records a list of forms (see FormColumns), all of it or nothing, and says
// how many rows there were and how many of them said something new. Every row that
// cannot be used is named by its line.
func ImportForms(ctx context.Context, tx *db.Tx, by Pseudonym, a Agreement, list io.Reader) (rows, fresh int, err error) {
	s, err := schoolByID(ctx, tx, a.School)
	if err != nil {
		return 0, 0, err
	}
	table, err := sheet.Open(list, a.FormColumns()...)
	if err != nil {
		return 0, 0, err
	}
	people, err := idsByUsername(ctx, tx, a.School)
	if err != nil {
		return 0, 0, err
	}
	var forms []Signature
	var bad sheet.Problems
	for row, problem := range table.Rows() {
		if problem != nil {
			bad = append(bad, *problem)
			continue
		}
		f, reason := a.form(row, people)
		if reason == "" {
			if err := a.fits(f, s.Day(tx.Now)); err != nil {
				reason = err.Error()
			}
		}
		if reason != "" {
			bad.Add(row.Line, "%s", reason)
			continue
		}
		forms = append(forms, f)
	}
	if err := table.Err(); err != nil {
		return 0, 0, err
	}
	if err := bad.Err(); err != nil {
		return 0, 0, err
	}
	fresh, err = RecordForms(ctx, tx, by, a, forms)
	return len(forms), fresh, err
}

// form reads one row, or says what is wrong with it.
func (a Agreement) form(row sheet.Row, people map[string]PersonID) (f Signature, reason string) {
	name := row.Get(formUsername)
	f = Signature{Agreement: a.ID, Person: people[normalName(name)], By: Signatory(strings.ToLower(row.Get(formSignatory)))}
	if f.Person == 0 {
		return f, fmt.Sprintf("there is nobody with the user name %q here", name)
	}
	var err error
	if f.On, err = time.Parse(time.DateOnly, row.Get(formSignedOn)); err != nil {
		return f, fmt.Sprintf("signed_on is %q; a date looks like 2026-09-03", row.Get(formSignedOn))
	}
	for n := range a.Clauses {
		switch said := strings.ToLower(row.Get(answerColumn(n))); said {
		case "yes", "y":
			f.Answers = append(f.Answers, true)
		case "no", "n":
			f.Answers = append(f.Answers, false)
		default:
			return f, fmt.Sprintf("%s is %q; an answer is yes or no", answerColumn(n), said)
		}
	}
	return f, ""
}
