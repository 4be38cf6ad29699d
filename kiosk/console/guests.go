package console

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// guestsPage is what guests.html shows.
type guestsPage struct {
	visitor
	Here        []guestRow
	Authorities []authorityRow
	Agreement   string // the version guests accept first, or ""
	Form        guestForm
	Word        wordForm
}

// guestRow is somebody who is here for a while.
type guestRow struct {
	ID                       school.PersonID
	Name, User, Kind, Origin string
	Ends                     string
}

// authorityRow is an authority that is not over.
type authorityRow struct {
	ID     school.AuthorityID
	Reason string
	Days   string
	Left   int
	Chosen bool
}

// guestForm is what somebody typed about a guest, and why it was not taken.
type guestForm struct{ Given, Family, Organisation, Username, Ends, Pages, Kind, Say string }

// wordForm is the same of an authority.
type wordForm struct{ Reason, Starts, Ends, Guests, Say string }

func (c *Console) guestsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showGuests(w, r, v, http.StatusOK, guestForm{}, wordForm{})
}

func (c *Console) showGuests(w http.ResponseWriter, r *http.Request, v visitor, status int, form guestForm, word wordForm) {
	if !c.readAgain(w, r, v, status, "/staff/guests") {
		return
	}
	today := v.Now.Format(time.DateOnly)
	if form.Ends == "" {
		form.Ends = today
	}
	if form.Pages == "" {
		form.Pages = strconv.Itoa(school.GuestPages)
	}
	if word.Starts == "" {
		word.Starts, word.Ends, word.Guests = today, today, "10"
	}
	page := guestsPage{visitor: v, Form: form, Word: word}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), page.read)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "guests", page)
}

func (p *guestsPage) read(ctx context.Context, tx *db.Tx) error {
	here, err := school.Guests(ctx, tx, p.School)
	if err != nil {
		return err
	}
	for _, g := range here {
		row := guestRow{ID: g.Person.ID, Name: g.Person.Given + " " + g.Person.Family, User: g.Person.Username, Kind: "Guest", Origin: g.Organisation,
			Ends: g.Ends.Format("Mon 2 January")}
		if g.Supply {
			row.Kind = "Supply"
		}
		p.Here = append(p.Here, row)
	}
	words, err := school.Authorities(ctx, tx, p.School)
	if err != nil {
		return err
	}
	for _, a := range words {
		p.Authorities = append(p.Authorities, authorityRow{ID: a.ID, Reason: a.Reason, Left: a.Guests - a.Used, Chosen: p.Form.Kind == strconv.Itoa(int(a.ID)),
			Days: a.Starts.Format("2 January") + " to " + a.End.Format("2 January")})
	}
	p.Agreement, err = school.AdultsAgreement(ctx, tx, p.School)
	return err
}

// admittedPage is what admitted.html shows, once.
type admittedPage struct {
	passPage
	Password string
}

func (c *Console) admitGuest(w http.ResponseWriter, r *http.Request, v visitor) {
	form := guestForm{Given: r.PostFormValue("given"), Family: r.PostFormValue("family"), Organisation: r.PostFormValue("organisation"),
		Username: r.PostFormValue("username"), Ends: r.PostFormValue("ends"), Pages: r.PostFormValue("pages"), Kind: r.PostFormValue("kind")}
	visit, err := form.visit()
	visit.Agreed = r.PostFormValue("agreed") == "yes"
	var page admittedPage
	if err == nil {
		page, err = c.admitted(r.Context(), v, visit)
	}
	if status, say := correctable(err); status != 0 {
		form.Say = say
		c.showGuests(w, r, v, status, form, wordForm{})
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "admitted", page)
}

func (c *Console) admitted(ctx context.Context, v visitor, visit school.Visit) (page admittedPage, err error) {
	in, pass, err := c.desk.AdmitGuest(ctx, v.Actor, visit)
	if err != nil {
		return page, err
	}
	page.Password = in.Password
	page.passPage, err = v.pass(in.Person, pass)
	return page, err
}

// visit reads the form.
func (f guestForm) visit() (v school.Visit, err error) {
	v = school.Visit{Given: f.Given, Family: f.Family, Organisation: f.Organisation, Username: f.Username}
	if f.Kind != "supply" {
		id, err := strconv.ParseInt(f.Kind, 10, 32)
		if err != nil || id <= 0 {
			return v, fault.New(fault.Invalid, "guest-kind", "Say whether this is supply staff, or under which authority the guest comes.")
		}
		v.Authority = school.AuthorityID(id)
	}
	if v.Ends, err = time.Parse(time.DateOnly, f.Ends); err != nil {
		return v, fault.New(fault.Invalid, "guest-ends", "Choose the last day.").Because(err)
	}
	if v.Pages, err = strconv.Atoi(f.Pages); err != nil {
		return v, fault.New(fault.Invalid, "guest-pages", "Say how many pages, as a number.").Because(err)
	}
	return v, nil
}

func (c *Console) endGuest(w http.ResponseWriter, r *http.Request, v visitor) {
	c.toGuests(w, r, c.desk.EndGuest(r.Context(), v.Actor, personID(r)))
}

func (c *Console) toGuests(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, "/staff/guests", http.StatusSeeOther)
}

// authorise records the head's word.
func (c *Console) authorise(w http.ResponseWriter, r *http.Request, v visitor) {
	form := wordForm{Reason: r.PostFormValue("reason"), Starts: r.PostFormValue("starts"), Ends: r.PostFormValue("ends"), Guests: r.PostFormValue("guests")}
	a, err := form.authority()
	if err == nil {
		err = c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
			_, err := school.Authorise(ctx, tx, v.Actor, a)
			return err
		})
	}
	if status, say := correctable(err); status != 0 {
		form.Say = say
		c.showGuests(w, r, v, status, guestForm{}, form)
		return
	}
	c.toGuests(w, r, err)
}

func (f wordForm) authority() (a school.Authority, err error) {
	a.Reason = f.Reason
	if a.Starts, err = time.Parse(time.DateOnly, f.Starts); err == nil {
		a.End, err = time.Parse(time.DateOnly, f.Ends)
	}
	if err != nil {
		return a, fault.New(fault.Invalid, "authority-days", "Choose the first and the last day.").Because(err)
	}
	if a.Guests, err = strconv.Atoi(f.Guests); err != nil {
		return a, fault.New(fault.Invalid, "authority-guests", "Say for how many guests, as a number.").Because(err)
	}
	return a, nil
}

func (c *Console) withdraw(w http.ResponseWriter, r *http.Request, v visitor) {
	c.toGuests(w, r, c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		return school.Withdraw(ctx, tx, v.Actor, numberIn[school.AuthorityID](r, "id"))
	}))
}
