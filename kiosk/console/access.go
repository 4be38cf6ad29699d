package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
	"inkwell/internal/signin"
)

// accessPath is who may use these pages, and where somebody signs that they looked.
const accessPath = "/staff/access"

// accessFormLimit is the most that the form of a list of accounts may be long, which has a reason for each.
const accessFormLimit = 1 << 20

// accessPage is what access.html shows.
type accessPage struct {
	visitor
	Rows    []accessRow
	Unused  int
	Due     accessDue
	Last    *accessReview // nil before the first
	Changes []accessChange
	Past    []accessReview
	Today   string
	List    string // digest of what is shown
	Say     string
}

// accessRow is an account.
type accessRow struct {
	Person     school.PersonID
	Name, User string
	Self       bool
	Roles      []accessRole
	Last, How  string
	Unused     bool
	Ways       []stateWord
	Also       string // other schools where they are IT
	New        bool   // since the last review
	ToGo       string // why the last review wanted it gone, while nothing was done
	Marked     bool   // by whoever is about to sign, and why
	Why        string
	Wrong      bool
}

type accessRole struct{ Word, Since, By string }

// accessDue is when the next review is.
type accessDue struct {
	Now  bool
	Say  string
	Open string // what was to go and is still there, or ""
}

type accessChange struct{ Name, Say string }

// accessReview is one that was signed.
type accessReview struct {
	ID             signin.ReviewID
	When, By       string
	Accounts, Gone string
	Digest         string
	Sound          bool
	Going          []accessGoing
}

type accessGoing struct {
	Name, Why string
	Open      bool
}

// marks are what somebody who is about to sign has marked: who is to go, and why.
type marks map[school.PersonID]string

func (c *Console) accessPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showAccess(w, r, v, http.StatusOK, nil, "")
}

func (c *Console) showAccess(w http.ResponseWriter, r *http.Request, v visitor, status int, marked marks, say string) {
	if !c.readAgain(w, r, v, status, accessPath) {
		return
	}
	page := accessPage{visitor: v, Say: say, Today: v.Now.Format("2 January 2006")}
	all, err := signin.Accounts(r.Context(), c.db, v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	signed, err := signin.Reviews(r.Context(), c.db, v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	due, err := c.accessDue(r.Context(), v)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page.Due, page.List = v.sayDue(due), signin.Shown(all)
	page.read(all, signed, marked)
	c.pages.Show(w, r, status, "access", page)
}

// read fills the page.
func (p *accessPage) read(all []signin.Account, signed []signin.Review, marked marks) {
	for _, one := range signed {
		p.Past = append(p.Past, accessReviewOf(one, p.Now))
	}
	known, toGo := map[school.PersonID]bool{}, map[school.PersonID]string{}
	if len(signed) > 0 {
		p.Last = &p.Past[0]
		for _, change := range signin.Changes(signed[0], all) {
			p.Changes = append(p.Changes, accessChange{change.Name + " (" + change.Username + ")", changeInWords(change)})
		}
		for _, e := range signed[0].Entries {
			if known[e.Person] = true; e.Open {
				toGo[e.Person] = e.Reason
			}
		}
	}
	for _, a := range all {
		row := p.accessRow(a)
		row.New, row.ToGo = p.Last != nil && !known[a.Person], toGo[a.Person]
		row.Why, row.Marked = marked[a.Person]
		row.Wrong = row.Marked && p.Say != "" && strings.TrimSpace(row.Why) == ""
		if row.Unused {
			p.Unused++
		}
		p.Rows = append(p.Rows, row)
	}
}

func (v visitor) accessRow(a signin.Account) accessRow {
	row := accessRow{Person: a.Person, Name: a.Name, User: a.Username, Self: a.Person == v.Person, Unused: a.Unused(v.Now), Last: "Never", Also: strings.Join(a.Elsewhere, ", ")}
	for _, h := range a.Roles {
		row.Roles = append(row.Roles, accessRole{roleWords[h.Role], sinceInWords(h), givenInWords(h.By, a.Sponsor)})
	}
	if !a.Entered.IsZero() {
		row.Last, row.How = moment(a.Entered, v.Now), wayInWords(a)
	}
	for _, way := range a.Ways {
		if word, is := wayWords[way]; is {
			row.Ways = append(row.Ways, word)
		}
	}
	return row
}

// accessDue is when the visitor's school reviews next.
func (c *Console) accessDue(ctx context.Context, v visitor) (due signin.Due, err error) {
	err = c.db.Look(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := signin.ReviewsDue(ctx, tx, v.School)
		if len(all) > 0 {
			due = all[0]
		}
		return err
	})
	return due, err
}

// signAccess keeps that the visitor looked at the list as the form has its digest.
func (c *Console) signAccess(w http.ResponseWriter, r *http.Request, v visitor) {
	marked := marks{}
	for _, id := range r.PostForm["go"] {
		marked[numberOf[school.PersonID](id)] = r.PostFormValue("why-" + id)
	}
	if r.PostFormValue("looked") != "yes" {
		c.showAccess(w, r, v, http.StatusBadRequest, marked, "Say below that you have looked at the list.")
		return
	}
	err := signin.SignReview(r.Context(), c.db, v.Actor, r.PostFormValue("list"), marked)
	if f := fault.As(err); err != nil && (f.Kind == fault.Conflict || f.Kind == fault.Invalid) {
		status := map[fault.Kind]int{fault.Conflict: http.StatusConflict, fault.Invalid: http.StatusBadRequest}[f.Kind]
		c.showAccess(w, r, v, status, marked, f.Say)
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, accessPath+"#signed", http.StatusSeeOther)
}

// accessTable sends the list as a table for a spreadsheet, or one that was signed.
func (c *Console) accessTable(w http.ResponseWriter, r *http.Request, v visitor) {
	if id := r.FormValue("review"); id != "" {
		review, err := signin.ReviewByID(r.Context(), c.db, v.Actor, numberOf[signin.ReviewID](id))
		if err != nil {
			c.pages.Error(w, r, err)
			return
		}
		c.download(w, r, "access-signed-"+review.Signed.In(v.Now.Location()).Format(time.DateOnly), func(as sheet.Kind) error { return writeReview(w, as, review) })
		return
	}
	all, err := signin.Accounts(r.Context(), c.db, v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.download(w, r, "access", func(as sheet.Kind) error { return writeAccounts(w, as, all, v.Now) })
}

// reviewCard is the review of access on the first screen of who signs it.
func (c *Console) reviewCard(ctx context.Context, v visitor) (deskCard, error) {
	card := deskCard{Title: "Who may use the pages", Links: []deskLink{{"Look and sign", accessPath}}}
	due, err := c.accessDue(ctx, v)
	say := v.sayDue(due)
	card.Urgent = say.Now || say.Open != ""
	card.line(say.Say, "", accessPath)
	if say.Open != "" {
		card.line(say.Open, "", accessPath)
	}
	return card, err
}

// sayDue says when a review is due.
func (v visitor) sayDue(due signin.Due) (say accessDue) {
	often := map[signin.Every]string{signin.EveryYear: "once a year", signin.EveryTerm: "once a term"}[due.Every]
	next := due.Next.In(v.Now.Location()).Format("2 January 2006")
	switch say.Now = due.Is(v.Now); {
	case due.Last.IsZero():
		say.Say = "Nobody has looked at this list and signed yet. It is due now, and then " + often + "."
	case say.Now:
		say.Say = "The review was due on " + next + "."
	default:
		say.Say = "The next review is due on " + next + ": " + often + "."
	}
	if due.Open > 0 {
		say.Open = counted(int64(due.Open), "account") + " to go, and nothing was done yet"
	}
	return say
}

func writeAccounts(w http.ResponseWriter, as sheet.Kind, all []signin.Account, now time.Time) error {
	table, err := as.New(w, "name", "user name", "roles", "since", "given by", "last sign-in", "signed in by", "unused for 90 days", "ways in", "IT at other schools, too")
	if err != nil {
		return err
	}
	for _, a := range all {
		roles, since, by := heldCells(a.Roles, a.Sponsor)
		last, unused := "", "no"
		if !a.Entered.IsZero() {
			last = a.Entered.In(now.Location()).Format("2006-01-02 15:04")
		}
		if a.Unused(now) {
			unused = "yes"
		}
		if err := table.Row(a.Name, a.Username, roles, since, by, last, wayInWords(a), unused, waysInWords(a.Ways), strings.Join(a.Elsewhere, "; ")); err != nil {
			return err
		}
	}
	return table.Close()
}

func writeReview(w http.ResponseWriter, as sheet.Kind, r signin.Review) error {
	table, err := as.New(w, "name", "user name", "roles", "since", "given by", "last sign-in", "ways in", "decided", "reason")
	if err != nil {
		return err
	}
	for _, e := range r.Entries {
		roles, since, by := heldCells(e.Roles, "")
		last, decided := "", "kept"
		if !e.EnteredOn.IsZero() {
			last = e.EnteredOn.Format(time.DateOnly)
		}
		if e.Reason != "" {
			decided = "to go"
		}
		if err := table.Row(e.Name, e.Username, roles, since, by, last, waysInWords(e.Ways), decided, e.Reason); err != nil {
			return err
		}
	}
	return table.Close()
}

// heldCells are roles in three cells, in one order.
func heldCells(all []signin.Held, sponsor string) (roles, since, by string) {
	var words, days, givers []string
	for _, h := range all {
		day := ""
		if !h.Since.IsZero() {
			day = h.Since.Format(time.DateOnly)
		}
		words, days, givers = append(words, roleWords[h.Role]), append(days, day), append(givers, givenInWords(h.By, sponsor))
	}
	return strings.Join(words, "; "), strings.Join(days, "; "), strings.Join(givers, "; ")
}

func accessReviewOf(r signin.Review, now time.Time) accessReview {
	row := accessReview{ID: r.ID, When: r.Signed.In(now.Location()).Format("2 January 2006"), By: r.By, Digest: r.Digest, Sound: r.Sound}
	for _, e := range r.Entries {
		if e.Reason != "" {
			row.Going = append(row.Going, accessGoing{e.Name, e.Reason, e.Open})
		}
	}
	row.Accounts, row.Gone = counted(int64(len(r.Entries)), "account"), strconv.Itoa(len(row.Going))
	return row
}
