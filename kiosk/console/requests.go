package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// requestsPath is who asks for what is kept about them, and who read whose record.
const requestsPath = "/staff/requests"

// mostReaders is how many looks at a record the page shows.
const mostReaders = 100

// requestsPage is what requests.html shows.
type requestsPage struct {
	visitor
	Open, Answered []requestRow
	Form           boxes
	Today          string
	Say            string
	Looked         string // the user name whose readers are shown
	Whom           string
	Readers        []pastRow
}

// requestRow is a request.
type requestRow struct {
	ID            school.RequestID
	Name, User    string
	Received, Due string
	Late          bool
	Made, Done    string
}

func (c *Console) requestsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showRequests(w, r, v, http.StatusOK, requestBoxes(v.Now), "")
}

func requestBoxes(now time.Time) boxes {
	return boxes{{Name: "who", Label: "User name"}, {Name: "received", Label: "It came on", Value: now.Format(time.DateOnly)}}
}

func (c *Console) showRequests(w http.ResponseWriter, r *http.Request, v visitor, status int, form boxes, say string) {
	if !c.readAgain(w, r, v, status, requestsPath) {
		return
	}
	page := requestsPage{visitor: v, Form: form, Say: say, Today: v.Now.Format(time.DateOnly), Looked: strings.TrimSpace(r.FormValue("of"))}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		page.Open, page.Answered, page.Readers, page.Whom = nil, nil, nil, ""
		all, err := school.DataRequests(ctx, tx, v.School)
		for _, one := range all {
			row := v.requestRow(one)
			if row.Done == "" {
				page.Open = append(page.Open, row)
			} else {
				page.Answered = append(page.Answered, row)
			}
		}
		if err != nil || page.Looked == "" {
			return err
		}
		return page.readers(ctx, tx)
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "requests", page)
}

func (v visitor) requestRow(r school.DataRequest) requestRow {
	const day = "2 January 2006"
	row := requestRow{ID: r.ID, Name: r.Name, User: r.Username, Received: r.Received.Format(day), Due: r.Due.Format(day), Late: r.Answered.IsZero() && v.Now.After(r.Due.AddDate(0, 0, 1))}
	if !r.Made.IsZero() {
		row.Made = moment(r.Made, v.Now)
	}
	if !r.Answered.IsZero() {
		row.Done = moment(r.Answered, v.Now)
	}
	return row
}

// lookWords are the acts of reading what is somebody's.
var lookWords = map[string]string{
	"person-viewed": "Opened their page", "conduct-viewed": "Read what was flagged and done", "class-usage-viewed": "Read what their class printed",
	"data-request-file-made": "Made the file of a request",
}

// readers are who read somebody's record, the latest first. Asking that is an act on record too.
func (p *requestsPage) readers(ctx context.Context, tx *db.Tx) error {
	who, err := school.PersonByUsername(ctx, tx, p.School, p.Looked)
	if fault.KindOf(err) == fault.NotFound {
		p.Whom = ""
		return nil
	}
	if err != nil {
		return err
	}
	p.Whom = who.Given + " " + who.Family
	acts, err := audit.DoneTo(ctx, tx, p.School, who.Pseudonym, keysOf(lookWords), 0, mostReaders)
	if err != nil {
		return err
	}
	names, err := school.StaffNamed(ctx, tx, p.School, actorsOf(acts))
	for _, a := range acts {
		row := pastRow{When: moment(a.At, p.Now), What: lookWords[a.Act], Who: names[a.Actor]}
		if row.Who == "" {
			row.Who = "a command on the server"
		}
		p.Readers = append(p.Readers, row)
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "readers-viewed", Actor: p.Pseudonym, Subject: who.Pseudonym})
}

// addRequest takes down that somebody asks.
func (c *Console) addRequest(w http.ResponseWriter, r *http.Request, v visitor) {
	form := typed(r, requestBoxes(v.Now))
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByUsername(ctx, tx, v.School, form.Of("who").Value)
		if fault.KindOf(err) == fault.NotFound {
			form.refuse("who", "There is nobody with this user name.")
			return badForm
		}
		if err != nil {
			return err
		}
		day, err := time.Parse(time.DateOnly, form.Of("received").Value)
		if err != nil {
			form.refuse("received", "Choose the day on which it came.")
			return badForm
		}
		_, err = school.EnterRequest(ctx, tx, v.Actor, p, day)
		if f := fault.As(err); err != nil && f.Code == "request-day" {
			form.refuse("received", f.Say)
			return badForm
		}
		return err
	})
	c.requestDone(w, r, v, form, err)
}

// answerRequest takes down that the file was handed over.
func (c *Console) answerRequest(w http.ResponseWriter, r *http.Request, v visitor) {
	c.requestDone(w, r, v, requestBoxes(v.Now), c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		return school.AnswerRequest(ctx, tx, v.Actor, numberIn[school.RequestID](r, "request"))
	}))
}

func (c *Console) requestDone(w http.ResponseWriter, r *http.Request, v visitor, form boxes, err error) {
	if err == nil {
		http.Redirect(w, r, requestsPath, http.StatusSeeOther)
		return
	}
	status, say := correctable(err)
	if fault.KindOf(err) == fault.NotFound {
		status, say = http.StatusConflict, fault.As(err).Say
	}
	if status == 0 {
		c.pages.Error(w, r, err)
		return
	}
	if form.Wrong() {
		say = ""
	}
	c.showRequests(w, r, v, status, form, say)
}

// requestFile sends all that is kept about who asked, as one file.
func (c *Console) requestFile(w http.ResponseWriter, r *http.Request, v visitor) {
	var body []byte
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		_, p, err := school.RequestToMake(ctx, tx, v.Actor, numberIn[school.RequestID](r, "request"))
		if err != nil {
			return err
		}
		sc, err := school.ByID(ctx, tx, v.School)
		if err != nil {
			return err
		}
		body, err = SubjectFile(ctx, tx, sc, p)
		return err
	})
	if err != nil {
		c.requestDone(w, r, v, requestBoxes(v.Now), err)
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="request-%d.zip"`, numberIn[school.RequestID](r, "request")))
	if _, err := w.Write(body); err != nil {
		c.log.Debug("send a request's file", "error", err) // whoever asked has gone
	}
}
