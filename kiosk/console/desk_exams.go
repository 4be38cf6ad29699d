package console

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/release"
)

// examsPath is where exam windows are looked at.
const examsPath = "/staff/exams"

// examsPage is the first screen of the examinations officer: rooms today, what is open, receipts.
func (c *Console) examsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	var all []release.ExamReceipt
	err := c.db.Look(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) (err error) {
		sc, err := school.ByID(ctx, tx, v.School)
		if err == nil {
			all, err = release.ExamReceipts(ctx, tx, v.School, sc.Start(tx.Now).AddDate(0, 0, -7))
		}
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.showDesk(w, r, v, "Exams", func(context.Context, visitor) (deskCard, error) {
		return examCard(v, all, "Open now", "No exam is open.", func(e school.Exam) bool { return !e.Begins.After(v.Now) && e.Ends.After(v.Now) }), nil
	}, func(context.Context, visitor) (deskCard, error) {
		return examCard(v, all, "To come", "None is planned. On the server: inkwell exam add.", func(e school.Exam) bool { return e.Begins.After(v.Now) }), nil
	}, func(context.Context, visitor) (deskCard, error) {
		return examCard(v, all, "Receipts of seven days", "None has ended.", func(e school.Exam) bool { return !e.Ends.After(v.Now) }), nil
	})
}

func examCard(v visitor, all []release.ExamReceipt, title, nothing string, is func(school.Exam) bool) deskCard {
	card := deskCard{Title: title, Nothing: nothing}
	n := 0
	for _, e := range all {
		if !is(e.Exam) {
			continue
		}
		n++
		begins := moment(e.Begins, v.Now)
		aside := fmt.Sprintf("%s to %s · %s · %d of %d have printed, %s", begins, e.Ends.In(v.Now.Location()).Format("15:04"), e.Rooms, e.Printers, e.Count, pages(e.Pages))
		if e.Begins.After(v.Now) {
			aside = fmt.Sprintf("%s to %s · %s · %s", begins, e.Ends.In(v.Now.Location()).Format("15:04"), e.Rooms, people(e.Count))
		}
		card.Lines = append(card.Lines, deskLine{e.Name, aside, ""})
	}
	card.Figure, card.Label = strconv.Itoa(n), "rooms and times"
	if n == 1 {
		card.Label = "room and time"
	}
	return card
}
