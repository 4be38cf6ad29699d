package release_test

import (
	"context"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/release"
)

// noticed has Sam told something by the ladder.
func (h *house) noticed() {
	h.t.Helper()
	dbtest.Exec(h.t, h.db, `
		WITH c AS (INSERT INTO conduct_set (school_id, made_at, content) VALUES ($1, $4::timestamptz, '{"rules": [], "categories": [], "ladder": [], "breaker": {}}') RETURNING set_id),
		     f AS (INSERT INTO flag (school_id, person_id, raised_by, kind, category, route, raised_at, bucket, weight, decays_at, evidence, note)
		           VALUES ($1, $2, $3, 'staff', 'welfare', 'safeguarding', $4::timestamptz, 0, 0, $4::timestamptz + interval '1 day', '{"said": "note"}', 'x') RETURNING flag_id)
		INSERT INTO step (school_id, person_id, set_id, rung, action, flag_id, points, reason, taken_at, ends_at)
		SELECT $1, $2, set_id, 1, 'notice', flag_id, 1, 'You printed the same job 6 times.', $4::timestamptz, $4::timestamptz + interval '1 day' FROM c, f`,
		h.School, h.Sam.Person, h.Teacher.Person, h.clock.Now())
}

// What was decided is read at a kiosk by whose it is alone, and counts as read by that.
func TestMessagesAreReadAtTheKiosk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 4)
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	v := h.at(h.Sam)
	prints, err := h.Prints(t.Context(), v.Actor)
	if err != nil || len(prints) != 1 {
		t.Fatal(prints, err)
	}
	if err := h.AskRefund(t.Context(), v.Actor, prints[0].Delivery, release.BadQuality, 2); err != nil {
		t.Fatal(err)
	}
	id := release.RefundID(dbtest.Value[int64](t, h.db, "SELECT refund_id FROM refund"))
	if err := h.Grant(t.Context(), h.IT, id, 2); err != nil {
		t.Fatal(err)
	}
	account := func(who school.Actor) release.OwnAccount {
		t.Helper()
		a, err := h.Account(t.Context(), h.at(who))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	tells := func(a release.OwnAccount, kind release.MessageKind) (m release.Message) {
		for _, one := range a.Messages {
			if one.Kind == kind {
				return one
			}
		}
		return m
	}
	first := account(h.Sam)
	if m := tells(first, release.TellsRefund); m.Pages != 2 || m.Read || len(first.Prints) != 1 || first.Prints[0].Pages != 4 || first.Prints[0].Granted != 2 {
		t.Errorf("%+v", first)
	}
	if m := tells(account(h.Sam), release.TellsRefund); !m.Read {
		t.Error("it is new for ever")
	}
	if other := account(h.Mia); tells(other, release.TellsRefund).Key != "" || len(other.Prints) != 0 {
		t.Errorf("another reads %+v", other)
	}
	runner := h.at(h.Sam)
	runner.Slip = &release.Slip{Job: job.ID}
	_, err = h.Account(t.Context(), runner)
	wantFault(t, err, "not-allowed")
	h.sound()
}

// A notice is there until its reader has asked why.
func TestANoticeIsReadOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, say, err := conduct.NoticeNow(ctx, tx, h.Sam.Person)
		if say != "" {
			t.Errorf("%q before there is one", say)
		}
		return err
	})
	h.noticed()
	visit, err := h.Visit(t.Context(), h.at(h.Sam))
	if err != nil || visit.Notice != "You printed the same job 6 times." || visit.Barred != nil {
		t.Fatalf("%q, %v, %v", visit.Notice, visit.Barred, err)
	}
	if err := h.ReadNotice(t.Context(), h.at(h.Mia), visit.NoticeID); err != nil {
		t.Fatal(err)
	}
	if visit, _ = h.Visit(t.Context(), h.at(h.Sam)); visit.Notice == "" {
		t.Error("another read it")
	}
	read := visit.NoticeID
	h.noticed() // one that came while the first was being read
	if err := h.ReadNotice(t.Context(), h.at(h.Sam), read); err != nil {
		t.Fatal(err)
	}
	if visit, err = h.Visit(t.Context(), h.at(h.Sam)); err != nil || visit.Notice == "" || visit.NoticeID == read {
		t.Errorf("the newer one is %q, %v", visit.Notice, err)
	}
	if err := h.ReadNotice(t.Context(), h.at(h.Sam), visit.NoticeID); err != nil {
		t.Fatal(err)
	}
	if visit, err = h.Visit(t.Context(), h.at(h.Sam)); err != nil || visit.Notice != "" {
		t.Errorf("%q is there for ever, %v", visit.Notice, err)
	}
}
