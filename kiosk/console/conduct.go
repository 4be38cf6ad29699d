package console

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
)

// reviewsPath is where pupils are answered who object.
const reviewsPath = "/staff/reviews"

// reviewsPage is what reviews.html shows.
type reviewsPage struct {
	visitor
	Open  []reviewRow
	Flags []flaggedRow   // people whose flags wait
	Steps []heldRow      // that wait for somebody
	Step  conduct.StepID // of which a decision was not taken
	More  int            // of them, not shown yet
	Pile  conduct.FlagID // of which a decision was not taken
	Named []namedRow     // who reviews; for who may name them
	Form  namingForm
	Told  string              // who is told of matters of safeguarding, as the form has it
	Line  namingForm          // what was typed there
	Say   string              // why an answer was not taken
	Of    conduct.ObjectionID // and of which
	Why   string              // what was typed then
}

// reviewRow is an objection that waits for the visitor's answer.
type reviewRow struct {
	ID                            conduct.ObjectionID
	Name, Who, What, Reason       string
	Since, Until, From, Words, By string
	Made, Due                     string
	Over                          bool   // has ended: nothing to shorten
	Most                          string // as datetime-local writes it
	Letter                        conduct.SuspensionID
	Person                        school.PersonID
}

// namedRow is who reviews the cases of a year.
type namedRow struct{ Year, Names string }

// namingForm is what somebody typed to name reviewers, and why it was not taken.
type namingForm struct{ Year, Names, Say string }

// MayName says whether to offer to name reviewers.
func (v visitor) MayName() bool { return v.May(school.NameReviewers) }

// MaySeeConduct says whether to offer what was flagged and done about people.
func (v visitor) MaySeeConduct() bool { return v.May(school.SeeConduct) }

func (c *Console) reviewsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showReviews(w, r, v, http.StatusOK, reviewsPage{})
}

func (c *Console) showReviews(w http.ResponseWriter, r *http.Request, v visitor, status int, page reviewsPage) {
	if !c.readAgain(w, r, v, status, reviewsPath) {
		return
	}
	page.visitor = v
	all, err := c.conduct.Reviews(r.Context(), v.Actor)
	for _, one := range all {
		page.Open = append(page.Open, v.reviewRow(one))
	}
	if err == nil {
		var piles []conduct.Pile
		piles, page.More, err = c.conduct.Undecided(r.Context(), v.Actor)
		page.Flags = v.flaggedRows(piles)
	}
	if err == nil {
		var held []conduct.HeldStep
		held, err = c.conduct.HeldSteps(r.Context(), v.Actor)
		page.Steps = v.heldRows(held)
	}
	if err == nil && v.MayName() {
		if page.Named, err = c.named(r.Context(), v); err == nil {
			page.Told, err = c.told(r.Context(), v)
		}
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "reviews", page)
}

func (v visitor) reviewRow(c conduct.Case) reviewRow {
	row := reviewRow{ID: c.Objection.ID, Name: c.Name, Who: yearAndClasses(c.Year, nil), What: actionWords[c.Action], Reason: c.Reason, Since: moment(c.Starts, v.Now), Until: moment(c.Ends, v.Now),
		From: c.Rule, By: c.By, Words: c.Objection.Words, Made: moment(c.Objection.Made, v.Now), Due: moment(c.Objection.Due, v.Now),
		Over: c.Suspension == 0 || !c.Lifted.IsZero() || !c.Ends.After(v.Now), Most: c.Ends.In(v.Now.Location()).Format(untilForm), Letter: c.Suspension, Person: c.Person}
	return row
}

// named are the reviewers, a row a year.
func (c *Console) named(ctx context.Context, v visitor) (rows []namedRow, err error) {
	err = c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := conduct.Reviewers(ctx, tx, v.School)
		rows = nil
		for _, one := range all {
			year := "Every other year"
			if one.Year > school.NoYear {
				year = yearAndClasses(one.Year, nil)
			}
			if i := len(rows) - 1; i >= 0 && rows[i].Year == year {
				rows[i].Names += ", then " + one.Name
				continue
			}
			rows = append(rows, namedRow{year, one.Name})
		}
		return err
	})
	return rows, err
}

// answerObjection confirms, shortens or lifts, by the button that was pressed.
func (c *Console) answerObjection(w http.ResponseWriter, r *http.Request, v visitor) {
	id, why := numberIn[conduct.ObjectionID](r, "objection"), r.PostFormValue("why")
	verdict, until, err := verdictOf(r, v)
	if err == nil {
		err = c.conduct.Decide(r.Context(), v.Actor, id, verdict, until, why)
	}
	if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		c.showReviews(w, r, v, http.StatusConflict, reviewsPage{Say: f.Say, Of: id, Why: why})
		return
	}
	c.backTo(w, r, reviewsPath, err)
}

// verdictOf is the button that was pressed, and until when what is shortened stands.
func verdictOf(r *http.Request, v visitor) (verdict conduct.Verdict, until time.Time, err error) {
	verdict = conduct.Verdict(r.PostFormValue("verdict"))
	if verdict == conduct.Shortened {
		_, until, err = span("", r.PostFormValue("until"), v.Now)
	}
	return verdict, until, err
}

// backTo leads to a page once something is done.
func (c *Console) backTo(w http.ResponseWriter, r *http.Request, path string, err error) {
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
}

// nameReviewers takes user names, the first asked first.
func (c *Console) nameReviewers(w http.ResponseWriter, r *http.Request, v visitor) {
	form := namingForm{Year: r.PostFormValue("year"), Names: r.PostFormValue("names")}
	year, people, err := c.naming(r.Context(), v, form)
	if err == nil {
		err = c.conduct.NameReviewers(r.Context(), v.Actor, year, people)
	}
	if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		form.Say = f.Say
		c.showReviews(w, r, v, http.StatusConflict, reviewsPage{Form: form})
		return
	}
	c.backTo(w, r, reviewsPath, err)
}

func (c *Console) naming(ctx context.Context, v visitor, form namingForm) (year int, people []school.PersonID, err error) {
	year = school.NoYear
	if i := slices.Index(years, form.Year); i >= 0 {
		year = i
	}
	people, err = c.staffNamed(ctx, v, strings.FieldsFunc(form.Names, func(r rune) bool { return r == ',' || r == ' ' }))
	return year, people, err
}

// staffNamed are people by their user names.
func (c *Console) staffNamed(ctx context.Context, v visitor, names []string) (all []school.PersonID, err error) {
	err = c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		all = nil
		for _, name := range names {
			p, err := school.PersonByUsername(ctx, tx, v.School, strings.ToLower(name))
			if fault.KindOf(err) == fault.NotFound {
				return fault.New(fault.Invalid, "name-unknown", "There is nobody with the user name %q.", name)
			}
			if err != nil {
				return err
			}
			all = append(all, p.ID)
		}
		return nil
	})
	return all, err
}

// years are the values of a form's years, each at its number.
var years = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14"}

// Years are what a form offers.
func (reviewsPage) Years() []string { return years[1:14] }
