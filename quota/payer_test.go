package quota_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
)

// payersAt are what may pay for somebody's jobs at a station, with what is left.
func (h house) payersAt(who school.Actor, station int32) (p quota.Payers) {
	h.t.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = quota.PayersAt(ctx, tx, h.School, who.Person, quota.Left{}, station)
		return err
	})
	return p
}

func (h house) payers(who school.Actor) string {
	h.t.Helper()
	var said []string
	for _, p := range h.payersAt(who, 0).All {
		word := p.Code
		if p.Limited && !p.Own() {
			word += fmt.Sprintf(":%d", p.Left.Units)
		}
		said = append(said, word)
	}
	return strings.Join(said, " ")
}

func TestWhoMayChargeWhat(t *testing.T) {
	h := newHouse(t)
	class := h.class("11A", h.Teacher, h.Sam)
	h.opened(quota.Shared{Code: "art", Name: "Art department", Users: h.who("teacher", "pupil+class:11A")}, 40)
	h.opened(quota.Shared{Code: "nobody"}, 40)
	h.opened(quota.Shared{Code: "play", Users: h.who("year:7"), Until: time.Now().Add(time.Hour)}, 0)
	h.opened(quota.Shared{Code: "shut", Users: h.who("everybody"), Closed: true}, 0)
	h.opened(quota.Shared{Code: "staff", Users: h.who("staff")}, 0)
	h.topUp(h.IT, quota.TopUp{Person: h.Teacher.Person, Private: true, Amount: 20, Reason: "paid", Key: "p"})
	check := func(who school.Actor, want string) {
		t.Helper()
		if got := h.payers(who); got != want {
			t.Errorf("%s may charge, want %s", got, want)
		}
	}
	check(h.Sam, "own art:40")
	check(h.Mia, "own play")
	check(h.Teacher, "own personal:20 art:40 staff")
	check(h.IT, "own staff")
	dbtest.Exec(t, h.db, "UPDATE shared_account SET until = now() - interval '1 second' WHERE code = 'play'")
	check(h.Mia, "own")
	dbtest.Exec(t, h.db, "UPDATE enrolment SET valid_to = current_date WHERE class_id = $1", class)
	check(h.Sam, "own") // no longer in the class
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = 'guest' WHERE person_id = $1", h.Teacher.Person)
	check(h.Teacher, "own") // what is private is staff's
}

func TestWhoPaysForAJob(t *testing.T) {
	h := newHouse(t)
	a, b := h.class("11A", h.Teacher, h.Sam, h.Mia), h.class("11B", h.Teacher, h.Mia)
	all := h.who("everybody")
	h.opened(quota.Shared{Code: "art", Name: "Art department", Users: all, PaysFor: []school.ClassID{a}}, 40)
	play := h.opened(quota.Shared{Code: "play", Users: all, PaysFor: []school.ClassID{b}}, 40)
	other := h.opened(quota.Shared{Code: "other", Users: h.who("person:chief")}, 40)
	h.topUp(h.IT, quota.TopUp{Person: h.Teacher.Person, Private: true, Amount: 20, Reason: "paid", Key: "p"})
	for _, c := range []struct {
		name  string
		who   school.Actor
		named string
		queue quota.AccountID
		want  string // or the refusal
	}{
		{"by its class", h.Sam, "", 0, "art"},
		{"their own by choice", h.Sam, "own", 0, "own"},
		{"their own by choice, whatever the queue", h.Sam, "OWN", play, "own"},
		{"of two classes neither is meant", h.Mia, "", 0, "own"},
		{"by its queue", h.Sam, "", play, "play"},
		{"a queue's that they may not charge", h.Sam, "", other, "art"},
		{"by its code", h.Sam, " Play ", 0, "play"},
		{"by its name", h.Mia, "ART DEPARTMENT", play, "art"},
		{"one that is somebody else's", h.Sam, "other", 0, "account-unknown"},
		{"one that is not there", h.Sam, "drama", 0, "account-unknown"},
		{"a teacher's class does not pay for them", h.Teacher, "", 0, "own"},
		{"privately, when they say so", h.Teacher, "personal", 0, "personal"},
		{"a queue never charges what is private", h.Teacher, "", 0, "own"},
		{"what others call Private", h.Teacher, "Private", 0, "account-unknown"},
		{"what others call Me", h.Teacher, "Me", 0, "account-unknown"},
		{"somebody without a private account", h.Sam, "personal", 0, "account-unknown"},
	} {
		payer, err := h.payersAt(c.who, 0).For(c.named, c.queue)
		if err != nil {
			h.refused(c.name, err, c.want)
		} else if payer.Code != c.want {
			t.Errorf("%s: %s, want %s", c.name, payer.Code, c.want)
		}
	}
	if _, err := (quota.Payers{}).For("", 0); err == nil {
		t.Error("nobody pays for nobody")
	}
}

// One account may be called what is another one's code: a code means its own account first,
// whoever asks for it.
func TestACodeIsNeverTakenForAName(t *testing.T) {
	h := newHouse(t)
	all := h.who("everybody")
	h.opened(quota.Shared{Code: "fine-art", Name: "Art", Users: all}, 40)
	art := h.opened(quota.Shared{Code: "art", Name: "Design", Users: all}, 40)
	if payer, err := h.payersAt(h.Sam, 0).Named("ART"); err != nil || payer.Account != art {
		t.Errorf("art is %+v, %v", payer, err)
	}
	h.must(func(ctx context.Context, tx *db.Tx) error {
		s, err := quota.SharedByCode(ctx, tx, h.School, "art")
		if s.ID != art {
			t.Errorf("art is %+v", s)
		}
		return err
	})
}

// exam opens a window of Sam's and Mia's at a station that it makes, and returns its number.
func (h house) exam(account string) int32 {
	h.t.Helper()
	station := dbtest.Value[int32](h.t, h.db, `
		WITH r AS (INSERT INTO printer (school_id, name, uri) VALUES ($1, 'hall', 'ipp://hall/') RETURNING printer_id)
		INSERT INTO station (school_id, slug, name, printer_id) SELECT $1, 'hall', 'Hall', printer_id FROM r RETURNING station_id`, h.School)
	h.must(func(ctx context.Context, tx *db.Tx) error {
		_, err := school.AddExam(ctx, tx, "", school.Exam{School: h.School, Name: "English", Begins: tx.Now.Add(-time.Hour), Ends: tx.Now.Add(time.Hour),
			Account: account, Stations: []int32{station}, People: []school.PersonID{h.Sam.Person, h.Mia.Person}})
		return err
	})
	return station
}

func TestAnExamIsPaidWhateverIsLeft(t *testing.T) {
	h := newHouse(t)
	station := h.exam("")
	english := h.opened(quota.Shared{Code: "eng", Name: "English exams", Sort: quota.ExamSort}, 0)
	h.opened(quota.Shared{Code: "art"}, 40)
	set := func(id quota.AccountID, change func(*quota.Shared)) {
		h.must(func(ctx context.Context, tx *db.Tx) error {
			_, err := quota.SetShared(ctx, tx, h.host(), id, func(s *quota.Shared) error { change(s); return nil })
			return err
		})
	}
	for _, c := range []struct{ name, account, want string }{
		{"it names none", "", "exams"},
		{"it names one", "English exams", "eng"},
		{"it names one that is closed since", "eng", "exams"},
		{"it names one with a limit", "art", "exams"},
		{"it names one that is not there", "drama", "exams"},
		{"somebody has closed that one too", "", "exams-2"},
	} {
		switch c.want + c.account {
		case "examseng":
			set(english, func(s *quota.Shared) { s.Closed = true })
		case "exams-2":
			set(h.payersAt(h.Sam, station).All[0].Account, func(s *quota.Shared) { s.Closed = true })
		}
		dbtest.Exec(t, h.db, "UPDATE exam SET account = $1", c.account)
		p := h.payersAt(h.Sam, station)
		if !p.Exam() || p.All[0].Code != c.want || p.All[0].Account == 0 || p.All[0].Covers(1_000_000, 1_000_000) != nil {
			t.Errorf("%s: %+v", c.name, p)
		}
		if payer, err := p.For("drama", 0); err != nil || payer.Code != c.want {
			t.Errorf("%s, and the job names an account: %+v, %v", c.name, payer, err)
		}
		if again := h.payersAt(h.Mia, station); again.All[0] != p.All[0] {
			t.Errorf("%s: the next candidate: %+v", c.name, again)
		}
		if err := h.reserve(h.Sam, quota.Reservation{Delivery: h.delivery(h.Sam, 30), Payer: p.All[0].Account, Amount: 30, Colour: 30}); err != nil {
			t.Errorf("%s, with nothing left: %v", c.name, err)
		}
	}
	for name, other := range map[string]quota.Payers{"elsewhere": h.payersAt(h.Sam, station+1), "who is none": h.payersAt(h.Teacher, station)} {
		if other.Exam() {
			t.Errorf("%s: %+v", name, other)
		}
	}
	dbtest.Exec(t, h.db, "UPDATE exam SET begins_at = begins_at - interval '2 hours', ends_at = now() - interval '1 second'")
	if h.payersAt(h.Sam, station).Exam() {
		t.Error("after its end")
	}
	if r := h.sound(); len(r.Problems) > 0 || r.Reserved != 180 {
		t.Errorf("%+v", r)
	}
}
