package quota_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota"
)

func TestPoundsAreReadWithoutFractions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"12.50": 1250, "£3": 300, " 1,200.00 ": 120000, "0.01": 1, "100000.00": 10_000_000,
		"": 0, "0": 0, "0.00": 0, "12.5": 0, "12.505": 0, "-3": 0, "1e3": 0, "100000.01": 0, "£": 0, ".50": 0, "1.-5": 0, "9999999999999999999": 0, "١٢": 0} {
		got, err := quota.ParsePence(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
}

// TestCostsAreARecordOfFinance: entered by a named person who may, never by the one who owes
// it, and nobody's pages are touched.
func TestCostsAreARecordOfFinance(t *testing.T) {
	h := newHouse(t)
	h.give(h.Sam, 20, "term")
	today := calendar.DateOf(dbtest.Value[time.Time](t, h.db, "SELECT now()"))
	cost := quota.Recovery{Person: h.Sam.Person, Pence: 1250, Reason: "=Paper tray  of the Library printer", On: today}
	change := func(fn func(*quota.Recovery)) quota.Recovery {
		r := cost
		fn(&r)
		return r
	}
	bursar := h.Teacher
	bursar.Roles = []school.Role{school.Finance}
	nobody := bursar
	nobody.Person = 0
	for name, c := range map[string]struct {
		by   school.Actor
		r    quota.Recovery
		code string
	}{
		"a teacher":    {h.Teacher, cost, "not-allowed"},
		"nobody":       {nobody, cost, "not-allowed"},
		"themself":     {bursar, change(func(r *quota.Recovery) { r.Person = bursar.Person }), "recovery-own"},
		"nothing":      {bursar, change(func(r *quota.Recovery) { r.Pence = 0 }), "recovery-amount"},
		"below zero":   {bursar, change(func(r *quota.Recovery) { r.Pence = -5 }), "recovery-amount"},
		"too much":     {bursar, change(func(r *quota.Recovery) { r.Pence = 10_000_001 }), "recovery-amount"},
		"no reason":    {bursar, change(func(r *quota.Recovery) { r.Reason = " \n" }), "recovery-reason"},
		"tomorrow":     {bursar, change(func(r *quota.Recovery) { r.On = today + 2 }), "recovery-day"},
		"long ago":     {bursar, change(func(r *quota.Recovery) { r.On = today - 800 }), "recovery-day"},
		"the long one": {bursar, change(func(r *quota.Recovery) { r.Reason = strings.Repeat("x", 501) }), "recovery-reason"},
	} {
		err := h.in(func(ctx context.Context, tx *db.Tx) error {
			_, err := quota.AddRecovery(ctx, tx, c.by, c.r)
			return err
		})
		if f := fault.As(err); f == nil || f.Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	var id quota.RecoveryID
	h.must(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = quota.AddRecovery(ctx, tx, bursar, cost)
		return err
	})
	owner := h.Sam
	owner.Roles = []school.Role{school.Finance}
	for code, set := range map[string]func(context.Context, *db.Tx) error{
		"recovery-state": func(ctx context.Context, tx *db.Tx) error { return quota.SetRecovery(ctx, tx, bursar, id, "gone") },
		"recovery-unknown": func(ctx context.Context, tx *db.Tx) error {
			return quota.SetRecovery(ctx, tx, bursar, id+1, quota.PaidUp)
		},
		"recovery-own": func(ctx context.Context, tx *db.Tx) error { return quota.SetRecovery(ctx, tx, owner, id, quota.Waived) },
		"not-allowed":  func(ctx context.Context, tx *db.Tx) error { return quota.SetRecovery(ctx, tx, h.Mia, id, quota.Waived) },
	} {
		if f := fault.As(h.in(set)); f == nil || f.Code != code {
			t.Errorf("%v, want %s", f, code)
		}
	}
	h.must(func(ctx context.Context, tx *db.Tx) error {
		if err := quota.SetRecovery(ctx, tx, h.IT, id, quota.Invoiced); err != nil {
			return err
		}
		if err := quota.SetRecovery(ctx, tx, h.IT, id, quota.Invoiced); err != nil { // again, which changes nothing
			return err
		}
		all, err := quota.Recoveries(ctx, tx, h.School, quota.Invoiced)
		if err != nil || len(all) != 1 || all[0].Pence != 1250 || all[0].Username != "sam" || all[0].By != "teacher" || all[0].Changed != "it" {
			t.Errorf("%+v, %v", all, err)
		}
		if open, err := quota.Recoveries(ctx, tx, h.School, quota.Owed); err != nil || len(open) != 0 {
			t.Errorf("open %+v, %v", open, err)
		}
		var b bytes.Buffer
		if err := quota.WriteRecoveries(&b, all); err != nil || !strings.Contains(b.String(), ",sam,12.50,invoiced,'=Paper tray of the Library printer,teacher,it\r\n") {
			t.Errorf("%q, %v", b.String(), err)
		}
		return nil
	})
	if got := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE act LIKE 'recovery%'"); got != "recovery-added recovery-invoiced" {
		t.Errorf("audit has %s", got)
	}
	if got := h.balance(h.Sam); got != 20 {
		t.Errorf("%d pages left of 20", got)
	}
}
