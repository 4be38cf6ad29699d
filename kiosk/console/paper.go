package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// paper is how somebody stands to the agreement, and the form to record one.
type paper struct {
	Version   string // "" where the school has no agreement for them
	Signed    bool
	Bars      bool
	Parent    bool
	Questions []int // their numbers, from 1
	Today     string
	Record    []recordedForm // the newest first
}

// recordedForm is one form as it was recorded.
type recordedForm struct{ On, By, Answers string }

func paperOf(ctx context.Context, tx *db.Tx, v visitor, id school.PersonID) (paper, error) {
	if !v.MayRecord() {
		return paper{}, nil
	}
	all, err := school.Consents(ctx, tx, []school.PersonID{id})
	if err != nil {
		return paper{}, err
	}
	c := all[id]
	p := paper{Version: c.Agreement.Version, Signed: c.Signed, Bars: c.Bars, Parent: c.Agreement.Parent, Today: v.Now.Format(time.DateOnly)}
	for n := range c.Agreement.Clauses {
		p.Questions = append(p.Questions, n+1)
	}
	forms, err := school.Signatures(ctx, tx, id)
	for _, f := range forms {
		if f.Agreement == c.Agreement.ID {
			p.Record = append(p.Record, recordedForm{f.On.Format("2 January 2006"), signatories[f.By], answersOf(f)})
		}
	}
	return p, err
}

var signatories = map[school.Signatory]string{school.Self: "Signed by themself", school.Parent: "Signed by a parent"}

func answersOf(f school.Signature) string {
	if f.Agreed() {
		return "yes to everything"
	}
	return "not yes to everything: not signed"
}

// recordForm records what is on a form for the agreement in force.
func (c *Console) recordForm(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := school.Consents(ctx, tx, []school.PersonID{personID(r)})
		if err != nil {
			return err
		}
		a := all[personID(r)].Agreement
		if a.ID == 0 {
			return fault.New(fault.Conflict, "agreement-none", "There is no agreement for this person to sign.")
		}
		form, err := formOf(r, a)
		if err != nil {
			return err
		}
		_, err = school.RecordForms(ctx, tx, v.Pseudonym, a, []school.Signature{form})
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, fmt.Sprintf("/staff/people/%d#agreement", personID(r)), http.StatusSeeOther)
}

func formOf(r *http.Request, a school.Agreement) (f school.Signature, err error) {
	f = school.Signature{Agreement: a.ID, Person: personID(r), By: school.Signatory(r.PostFormValue("signatory"))}
	if f.On, err = time.Parse(time.DateOnly, r.PostFormValue("signed-on")); err != nil {
		return f, fault.New(fault.Invalid, "signed-on", "Please go back and give the date on the form.").Because(err)
	}
	for n := range a.Clauses {
		switch r.PostFormValue(fmt.Sprintf("answer%d", n+1)) {
		case "yes":
			f.Answers = append(f.Answers, true)
		case "no":
			f.Answers = append(f.Answers, false)
		default:
			return f, fault.New(fault.Invalid, "answers", "Please go back and answer every question as it is on the form.")
		}
	}
	return f, nil
}
