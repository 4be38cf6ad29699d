package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// came has some pages of a job of somebody's come out and be paid, with what the printer
// said by then.
func (h *house) came(who school.Actor, printed, of int, said string) (id release.DeliveryID) {
	h.Helper()
	h.job(who, release.Done, of, time.Hour)
	id = dbtest.Value[release.DeliveryID](h.T, h.db, `
		INSERT INTO delivery (school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, reserved_at, not_before)
		SELECT $1, max(job_id), $2, (SELECT printer_id FROM printer WHERE name = 'Library'), 'reserved', md5(random()::text), 1, 1, $3::int, $3::int, $4, $4 FROM job RETURNING delivery_id`,
		h.School, who.Person, of, friday.Add(-time.Hour))
	h.in(func(ctx context.Context, tx *db.Tx) error {
		if _, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: who.Person, Amount: int64(of), Key: fmt.Sprint("came", id)}}); err != nil {
			return err
		}
		if err := quota.Reserve(ctx, tx, who, who.Person, []quota.Reservation{{Delivery: quota.DeliveryID(id), Amount: int64(of)}}); err != nil {
			return err
		}
		return quota.Settle(ctx, tx, quota.DeliveryID(id), int64(printed), quota.Use{School: h.School, Person: who.Person, Day: dayOf(friday), Impressions: printed, Sheets: printed})
	})
	dbtest.Exec(h.T, h.db, `UPDATE delivery SET state = 'settled', printed = $2::int, charged = $2::int, ended_at = $3, reported = string_to_array($4, ',') WHERE delivery_id = $1`,
		id, printed, friday.Add(-time.Hour), said)
	return id
}

func (h *house) asks(who school.Actor, print release.DeliveryID, why release.RefundReason, n int) {
	h.Helper()
	if err := h.console.desk.AskRefund(h.Context(), who, print, why, n); err != nil {
		h.Fatal(err)
	}
}

// TestPagesComeBackByOneClick, or fewer, or none with a reason; and nobody's own.
func TestPagesComeBackByOneClick(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.says(h.get("/staff/refunds"), http.StatusOK, "Nobody asks")
	h.asks(h.Sam, h.came(h.Sam, 3, 10, "media-jam-error,toner-low-warning"), release.NothingCame, 3)
	h.asks(h.Mia, h.came(h.Mia, 12, 12, ""), release.BadQuality, 4)
	h.asks(h.IT, h.came(h.IT, 2, 2, ""), release.Twice, 2)
	page := h.get("/staff/refunds")
	h.says(page, http.StatusOK, "Sam Bell", "Year 11", "It did not come out: asks for 3 of 3 pages", "3 of 10 pages came out; paper jam; toner low", "First time this term",
		"Mia Okafor", "Bad quality: asks for 4 of 12 pages", "All of it came out", "Give all 3 back")
	if strings.Contains(page.body, "Printed twice") {
		t.Error("IT answers their own")
	}
	paths := regexp.MustCompile(`/staff/refunds/\d+/decline`).FindAllString(page.body, -1)
	sam, mia := strings.TrimSuffix(paths[0], "/decline"), strings.TrimSuffix(paths[1], "/decline")
	h.says(h.post(mia+"/grant", url.Values{"pages": {"5"}}), http.StatusConflict, "No more pages can come back than they asked for")
	h.says(h.post(mia+"/grant", url.Values{"pages": {"x"}}), http.StatusConflict, "Say how many pages")
	h.says(h.post(mia+"/decline", nil), http.StatusConflict, "Say why not")
	if a := h.post(mia+"/decline", url.Values{"why": {"It looks fine to me"}}); a.status != http.StatusSeeOther || a.location != "/staff/refunds" {
		t.Errorf("declined: %d %s", a.status, a.body)
	}
	h.post(sam+"/grant", url.Values{"pages": {"3"}})
	h.says(h.post(sam+"/grant", url.Values{"pages": {"3"}}), http.StatusConflict, "answered already", "Nobody asks")
	h.says(h.post("/staff/refunds/x/grant", url.Values{"pages": {"3"}}), http.StatusConflict, "answered already")
	if got := dbtest.Value[string](t, h.db, "SELECT string_agg(granted || ':' || units || coalesce(why, ''), ' ' ORDER BY refund_id) FROM refund WHERE answered_at IS NOT NULL"); got != "3:3 0:0It looks fine to me" {
		t.Errorf("answers %s", got)
	}
}

// TestStaffAskToo, on their own page, once for a print.
func TestStaffAskToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.came(h.Teacher, 2, 2, "")
	sams := h.came(h.Sam, 2, 2, "")
	h.enter("teacher")
	h.says(h.get("/staff/mine"), http.StatusOK, "Printed lately", "2 pages, Library printer", "Something wrong?")
	path := fmt.Sprintf("/staff/mine/prints/%d/refund", id)
	h.says(h.post(path, url.Values{"reason": {"bad"}, "pages": {"9"}}), http.StatusConflict, "Say how many pages")
	h.says(h.post(path, url.Values{"reason": {"rain"}, "pages": {"1"}}), http.StatusConflict, "Choose what went wrong")
	h.says(h.post(fmt.Sprintf("/staff/mine/prints/%d/refund", sams), url.Values{"reason": {"bad"}, "pages": {"1"}}), http.StatusNotFound)
	if a := h.post(path, url.Values{"reason": {"bad"}, "pages": {"1"}}); a.status != http.StatusSeeOther {
		t.Errorf("asked: %d %s", a.status, a.body)
	}
	h.says(h.get("/staff/mine"), http.StatusOK, "You asked for pages back")
	h.says(h.post(path, url.Values{"reason": {"bad"}, "pages": {"1"}}), http.StatusConflict, "asked for that one already")
	h.says(h.get("/staff/refunds"), http.StatusOK, "Nobody asks") // not oneself, and no pupil of theirs
}
