package school

import (
	"context"
	"fmt"
	"io"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/sheet"
)

// The columns of a list of forms; the answers follow as answer1, answer2, ...
const (
	formUsername  = "username"
	formSignatory = "signatory"
	formSignedOn  = "signed_on"
)

// sheet is a list of an agreement's forms as a CSV file.
func (a Agreement) sheet() format {
	f := format{columns: []string{formUsername, formSignatory, formSignedOn}, others: true, bytes: 8 << 20}
	for n := range a.Clauses {
		f.columns = append(f.columns, answerColumn(n))
	}
	return f
}

func answerColumn(n int) string { return fmt.Sprintf("answer%d", n+1) }

// ImportForms records a list of forms, all of it or nothing, and says how many rows there
// were and how many of them said something new. Every row that cannot be used is named
// by its line.
func ImportForms(ctx context.Context, tx *db.Tx, by Pseudonym, a Agreement, list io.Reader) (rows, fresh int, err error) {
	s, err := schoolByID(ctx, tx, a.School)
	if err != nil {
		return 0, 0, err
	}
	said, bad, err := a.sheet().read(list)
	if err != nil {
		return 0, 0, err
	}
	people, err := idsByUsername(ctx, tx, a.School)
	if err != nil {
		return 0, 0, err
	}
	var forms []Signature
	for _, row := range said {
		f, err := a.form(row, people)
		if err == nil {
			err = a.fits(f, s.Day(tx.Now))
		}
		if err != nil {
			bad.Add(row.Line, "%s", err)
			continue
		}
		forms = append(forms, f)
	}
	if err := inOrder(bad).Err(); err != nil {
		return 0, 0, err
	}
	fresh, err = RecordForms(ctx, tx, by, a, forms)
	return len(forms), fresh, err
}

// form reads one row, or says what is wrong with it.
func (a Agreement) form(row sheet.Row, people map[string]PersonID) (f Signature, err error) {
	name := row.Get(formUsername)
	f = Signature{Agreement: a.ID, Person: people[normalName(name)], By: Signatory(strings.ToLower(row.Get(formSignatory)))}
	if f.Person == 0 {
		return f, fmt.Errorf("there is nobody with the user name %q here", name)
	}
	day, err := readDay(row.Get(formSignedOn))
	if err != nil {
		return f, fmt.Errorf("signed_on: %w", err)
	}
	f.On = day.Time()
	for n := range a.Clauses {
		switch said := strings.ToLower(row.Get(answerColumn(n))); said {
		case "yes", "y":
			f.Answers = append(f.Answers, true)
		case "no", "n":
			f.Answers = append(f.Answers, false)
		default:
			return f, fmt.Errorf("%s is %q; an answer is yes or no", answerColumn(n), said)
		}
	}
	return f, nil
}
