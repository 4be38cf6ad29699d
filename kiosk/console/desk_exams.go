package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// examsPath is where exam windows are looked at, opened and ended.
const examsPath = "/staff/exams"

// examsPage is what exams.html shows, the first screen of the examinations officer.
type examsPage struct {
	visitor
	Parts []examPart // open now, to come, and the receipts of seven days
	Form  examForm
	Say   string // what came of the last act
}

// examPart is windows of one kind.
type examPart struct {
	ID, Title, Nothing string
	Rows               []examRow
}

// examRow is one window.
type examRow struct {
	ID                  school.ExamID
	Name, When, Rooms   string
	Printed, End, Means string
}

// examForm is a window that somebody wants, and why it was refused.
type examForm struct {
	release.ExamWish
	Kiosks   []release.Kiosk
	Accounts []quota.Shared // that nothing stops
	Field    string         // that the refusal is about, "" for none of them
	Say      string
}

// At reports whether the form has a kiosk.
func (f examForm) At(slug string) bool { return slices.Contains(f.Stations, slug) }

// Wrong is why the form was refused, if that is about a field.
func (f examForm) Wrong(field string) string {
	if f.Field == field {
		return f.Say
	}
	return ""
}

// Lines are what a text field has, one a line.
func (examForm) Lines(all []string) string { return strings.Join(all, "\n") }

// Moment is a time as a field of a form takes it.
func (examForm) Moment(at string) string { return strings.Replace(at, " ", "T", 1) }

// MayManageExams says whether to offer to open and end windows.
func (v visitor) MayManageExams() bool { return v.May(school.ManageExams) }

func (c *Console) examsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showExams(w, r, http.StatusOK, examsPage{visitor: v, Say: map[string]string{"added": "The window is made.", "ended": "The window is over, and its kiosks are free."}[r.URL.Query().Get("done")]})
}

// showExams shows the page with its form as it was typed.
func (c *Console) showExams(w http.ResponseWriter, r *http.Request, status int, page examsPage) {
	err := c.db.Look(r.Context(), db.InSchool(page.School), func(ctx context.Context, tx *db.Tx) error {
		sc, err := school.ByID(ctx, tx, page.School)
		if err != nil {
			return err
		}
		all, err := release.ExamReceipts(ctx, tx, page.School, sc.Start(tx.Now).AddDate(0, 0, -7))
		if err != nil {
			return err
		}
		page.Parts = examParts(all, page.Now)
		return page.Form.choices(ctx, tx, page.School)
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "exams", page)
}

// choices fills in what there is to choose from.
func (f *examForm) choices(ctx context.Context, tx *db.Tx, id school.ID) (err error) {
	if f.Kiosks, err = release.Kiosks(ctx, tx, id); err != nil {
		return err
	}
	f.Accounts, err = quota.SharedAccounts(ctx, tx, id)
	f.Accounts = slices.DeleteFunc(f.Accounts, func(s quota.Shared) bool { return !s.PaysExams(tx.Now) })
	return err
}

// examParts are windows by whether they are open, to come or over.
func examParts(all []release.ExamReceipt, now time.Time) []examPart {
	parts := []examPart{{ID: "open", Title: "Open now", Nothing: "No exam is open."}, {ID: "next", Title: "To come", Nothing: "None is planned."},
		{ID: "receipts", Title: "Receipts of seven days", Nothing: "None has ended."}}
	for _, e := range all {
		row := examRow{ID: e.ID, Name: e.Name, When: moment(e.Begins, now) + " to " + e.Ends.In(now.Location()).Format("15:04"), Rooms: e.Rooms,
			Printed: fmt.Sprintf("%d of %d have printed, %s", e.Printers, e.Count, pages(e.Pages))}
		at := 2
		switch {
		case e.Begins.After(now):
			at, row.Printed, row.End, row.Means = 1, people(e.Count), "Take it back", "Its kiosks are free at once."
		case e.Ends.After(now):
			at, row.End, row.Means = 0, "End it now", "What its people print from then on uses their own pages. Its receipt stays below."
		}
		parts[at].Rows = append(parts[at].Rows, row)
	}
	return parts
}

// examFields are the fields that refusals are about, by their codes.
var examFields = map[string]string{
	"exam-name": "name", "exam-time": "from", "exam-times": "until", "exam-nowhere": "station", "exam-overlaps": "station", "station-unknown": "station",
	"exam-nobody": "class", "class-unknown": "class", "exam-people": "person", "exam-account": "account", "account-none": "account",
}

// examOnPages are the command's words in refusals, as the form calls them.
var examOnPages = strings.NewReplacer("Leave --account out, or open one: inkwell account add NAME --sort exam --recorded", "Choose the school\u2019s account Exams, or have finance open one without a limit.",
	` It looks like "2027-05-17 09:00".`, " Choose a day and a time.", "stations", "kiosks")

// examWish reads the form.
func examWish(r *http.Request) release.ExamWish {
	at := func(name string) string {
		return strings.Replace(strings.TrimSpace(r.PostFormValue(name)), "T", " ", 1)
	}
	return release.ExamWish{Name: strings.TrimSpace(r.PostFormValue("name")), From: at("from"), Until: at("until"), Stations: r.PostForm["station"],
		Classes: linesOf(r.PostFormValue("class")), Names: linesOf(r.PostFormValue("person")), Account: r.PostFormValue("account")}
}

// linesOf are the lines of a text that have something.
func linesOf(text string) (all []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// fieldOf is the field that a refusal is about.
func (f examForm) fieldOf(code string, s school.School) string {
	if code == "exam-time" {
		if _, err := release.ReadExamTime(f.From, s); err == nil {
			return "until"
		}
	}
	return examFields[code]
}

// addExam opens a window.
func (c *Console) addExam(w http.ResponseWriter, r *http.Request, v visitor) {
	form := examForm{ExamWish: examWish(r)}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		s, err := school.ByID(ctx, tx, v.School)
		if err == nil {
			_, err = form.Open(ctx, tx, v.Pseudonym, s)
		}
		if f := fault.As(err); f != nil {
			form.Field = form.fieldOf(f.Code, s)
		}
		return err
	})
	switch {
	case err != nil && fault.KindOf(err) != fault.Internal:
		form.Say = examOnPages.Replace(fault.As(err).Say)
		c.showExams(w, r, http.StatusConflict, examsPage{visitor: v, Form: form})
	case err != nil:
		c.pages.Error(w, r, err)
	default:
		http.Redirect(w, r, examsPath+"?done=added", http.StatusSeeOther)
	}
}

// removeExam ends a window, or takes back one that has not begun.
func (c *Console) removeExam(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		return school.RemoveExam(ctx, tx, v.Pseudonym, v.School, numberIn[school.ExamID](r, "exam"))
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, examsPath+"?done=ended", http.StatusSeeOther)
}
