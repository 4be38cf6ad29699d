package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
)

// delivered has somebody's print in colour that ended some days ago, and that they paid for themself.
func (h *house) delivered(owner school.Actor, daysAgo, pages int) {
	h.Helper()
	dbtest.Exec(h.T, h.db, `
		WITH j AS (
			INSERT INTO job (school_id, queue_id, person_id, proof, state, ticket, document, digest, bytes, pages, impressions, sheets, price, printed, submitted_at, held_at, expires_at, ended_at)
			SELECT $1, (SELECT min(queue_id) FROM queue), $2, 'password', 'done', '{}', md5(random()::text), sha256('x'), 1000, $3::int, $3::int, $3::int, $3::int, $3::int, $4, $4, $4::timestamptz + interval '1 day', $4
			RETURNING job_id)
		INSERT INTO delivery (school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, not_before, printed, charged, reserved_at, ended_at, work)
		SELECT $1, job_id, $2, (SELECT min(printer_id) FROM printer), 'settled', md5(job_id::text), 1, 1, $3::int, $3::int, $4, $3::int, $3::int, $4, $4, jsonb_build_object('sides', $3::int, 'colour', $3::int, 'sheets', $3::int) FROM j`,
		h.School, owner.Person, pages, friday.AddDate(0, 0, -daysAgo))
}

// finance is somebody of finance who is signed in.
func (h *house) finance() {
	h.Helper()
	dbtest.Exec(h.T, h.db, "UPDATE person_role SET role = 'finance' WHERE person_id = $1", h.IT.Person)
	h.enter("it")
}

func TestFinanceTriesPricesBeforeTheyCount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.finance()
	h.delivered(h.Sam, 100, 60) // in the summer term
	h.delivered(h.Mia, 110, 10)
	h.says(h.get("/staff/prices"), http.StatusOK, "These are the defaults", "A side in black and white", "None yet", `name="side" value="1"`)
	form := url.Values{"unit": {"pages"}, "side": {"1"}, "colour": {"5"}, "last": {"0"}}
	tried := h.post("/staff/prices/try", form)
	h.says(tried, http.StatusOK, "Nothing is saved", "1 April 2026 to 31 August 2026", "Everybody", `data-label="It cost">70<`, `data-label="It would have cost">350<`,
		`data-label="Needed more">0<`, `<strong>1</strong>`, "Year 11", `name="colour" value="5"`)
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM tariff"); n != 0 {
		t.Errorf("trying saved %d tariffs", n)
	}
	form.Set("first", "2026-09-01")
	form.Set("until", "2026-09-30")
	h.says(h.post("/staff/prices/try", form), http.StatusOK, "Nothing was printed then")
	form.Set("until", "2026-08-30")
	h.says(h.post("/staff/prices/try", form), http.StatusBadRequest, "in this order")
}

func TestFinanceSetsPricesFromADayOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.finance()
	form := func(pairs ...string) url.Values {
		f := url.Values{"unit": {"pages"}, "side": {"1"}, "colour": {"5"}, "a3": {"2"}, "finish-staple": {"1"}, "last": {"0"}}
		for i := 0; i < len(pairs); i += 2 {
			f.Set(pairs[i], pairs[i+1])
		}
		return f
	}
	for field, wrong := range map[string]url.Values{
		"side": form("side", "-1"), "colour": form("colour", "five"), "a3": form("a3", "101"), "finish-staple": form("finish-staple", "1.5"),
		"from": form("from", "2026-01-01"), "duplex": form("duplex", "4"), "job": form("job", strings.Repeat("9", 30)),
	} {
		a := h.post("/staff/prices", wrong)
		h.says(a, http.StatusBadRequest, `id="`+field+`-wrong"`, `value="`+wrong.Get(field)+`"`)
	}
	h.says(h.post("/staff/prices", form("colour", "0")), http.StatusBadRequest, `id="colour-wrong"`, "Colour cannot cost less")
	if a := h.post("/staff/prices", form("from", "2027-01-04")); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get("/staff/prices"), http.StatusOK, "Planned", "4 January 2027", "Withdraw", `name="colour" value="5"`, `name="a3" value="2"`, `name="finish-staple" value="1"`)
	h.says(h.post("/staff/prices", form("colour", "6")), http.StatusConflict, "Somebody else has changed the prices")
	id := dbtest.Value[string](t, h.db, "SELECT tariff_id::text FROM tariff")
	h.says(h.post("/staff/prices", form("colour", "6", "last", id)), http.StatusConflict, `id="from-wrong"`)
	if a := h.post("/staff/prices/"+id+"/withdraw", nil); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.post("/staff/prices/"+id+"/withdraw", nil), http.StatusConflict, "withdrawn already")
	h.says(h.post("/staff/prices/999/withdraw", nil), http.StatusConflict, "not planned any more")
	if a := h.post("/staff/prices", form()); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get("/staff/prices"), http.StatusOK, "In force since", "In force", "On A3", "A copy, staple", "Withdrawn")
	by := dbtest.Value[string](t, h.db, "SELECT string_agg(act || ' ' || (actor = $1), ', ' ORDER BY audit_id) FROM audit WHERE act LIKE 'tariff%'", h.IT.Pseudonym)
	if by != "tariff-set true, tariff-withdrawn true, tariff-set true" {
		t.Errorf("audit has %s", by)
	}
}

func TestAllowancesAreTriedAndSet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.finance()
	h.delivered(h.Sam, 100, 60)
	h.says(h.get("/staff/allowances"), http.StatusOK, "These are the defaults", "pupil&#43;year:10-11", "every term", ">250<")
	form := url.Values{"who": {"pupil+year:10-11"}, "units": {"59"}, "colour": {""}}
	h.says(h.post("/staff/allowances/try", form), http.StatusOK, "Nothing is saved", `data-label="Needed more">0<`, "<strong>1</strong>", `value="pupil&#43;year:10-11"`)
	form.Set("units", "60")
	if tried := h.post("/staff/allowances/try", form); strings.Contains(tried.body, "<strong>1</strong>") {
		t.Error("sixty pages are too little for sixty")
	}
	h.says(h.post("/staff/allowances/policy/try", url.Values{"per": {"month"}, "combine": {"sum"}, "carry": {"0"}}), http.StatusOK, "Nothing is saved")
	for field, wrong := range map[string]url.Values{
		"who":    {"who": {"nobody"}, "units": {"5"}},
		"units":  {"who": {"staff"}, "units": {"-5"}},
		"colour": {"who": {"staff"}, "units": {"5"}, "colour": {"x"}},
	} {
		h.says(h.post("/staff/allowances", wrong), http.StatusBadRequest, `id="`+field+`-wrong"`)
		h.says(h.post("/staff/allowances/try", wrong), http.StatusBadRequest, `id="`+field+`-wrong"`)
	}
	h.says(h.post("/staff/allowances", url.Values{"who": {""}, "units": {""}}), http.StatusBadRequest, `id="who-wrong"`, `id="units-wrong"`)
	h.says(h.post("/staff/allowances/policy", url.Values{"per": {"decade"}, "combine": {"sum"}, "carry": {"0"}}), http.StatusBadRequest, "term, month, week or day")
	if a := h.post("/staff/allowances", form); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := h.post("/staff/allowances/policy", url.Values{"per": {"month"}, "combine": {"sum"}, "carry": {"20"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get("/staff/allowances"), http.StatusOK, "every month", "they add up", "20 pages", ">60<")
	if a := h.post("/staff/allowances/remove", url.Values{"who": {"pupil+year:10-11"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.post("/staff/allowances/remove", url.Values{"who": {"pupil+year:10-11"}}), http.StatusConflict, "no allowance for exactly these")
	h.in(func(ctx context.Context, tx *db.Tx) error {
		p, err := quota.PolicyOf(ctx, tx, h.School)
		units, _ := p.Entitled(h.Sam.Person, school.Belonging{Roles: []school.Role{school.Pupil}, Year: 11})
		if p.Per != quota.Month || units != 0 {
			t.Errorf("%+v", p)
		}
		return err
	})
	if got := h.acts(); !strings.HasSuffix(got, "allowance-set allowance-policy allowance-removed") {
		t.Errorf("audit has %s", got)
	}
}

// TestDayFrom: only a day is one.
func TestDayFrom(t *testing.T) {
	t.Parallel()
	for text, wrong := range map[string]bool{"": false, "2027-01-04": false, "4 January": true, "2027-02-30": true} {
		if _, err := dayFrom(text, time.UTC); (err != nil) != wrong {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// priced has prices in force and planned, and something that was printed in the summer.
func (h *house) priced() {
	for i, who := range []school.Actor{h.Sam, h.Mia, h.Teacher, h.Sam} {
		h.delivered(who, 100+i, 12+i*9)
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.SetTariff(ctx, tx, h.IT.Pseudonym, h.School, time.Time{}, func(t *quota.Tariff) error {
			t.Base.Colour, t.Base.Duplex, t.Base.Sizes, t.Base.Finishing = new(int64(4)), new(int64(1)), map[string]int64{"iso_a3": 2}, map[string]int64{"staple": 1}
			return nil
		})
		return err
	})
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.SetTariff(ctx, tx, h.IT.Pseudonym, h.School, friday.AddDate(0, 1, 15), func(t *quota.Tariff) error { t.Base.Colour = new(int64(6)); return nil })
		return err
	})
}
