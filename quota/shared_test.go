package quota_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// host is a command on the server.
func (h house) host() school.Actor { return school.Actor{School: h.School, Proof: school.ByHost} }

// class adds a class that is taught today.
func (h house) class(name string, teacher school.Actor, pupils ...school.Actor) school.ClassID {
	h.t.Helper()
	c := school.Class{Name: name, Teachers: []school.PersonID{teacher.Person}, From: time.Now().AddDate(0, 0, -7), To: time.Now().AddDate(0, 0, 7)}
	for _, p := range pupils {
		c.Pupils = append(c.Pupils, p.Person)
	}
	h.must(func(ctx context.Context, tx *db.Tx) error {
		return school.AddClasses(ctx, tx, h.School, []school.Class{c})
	})
	return dbtest.Value[school.ClassID](h.t, h.db, "SELECT class_id FROM class WHERE name = $1", name)
}

// who reads audiences.
func (h house) who(words ...string) (all []quota.Audience) {
	h.t.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) error {
		all = nil
		for _, w := range words {
			a, err := quota.ReadAudience(ctx, tx, h.School, w)
			if err != nil {
				return err
			}
			all = append(all, a)
		}
		return nil
	})
	return all
}

func (h house) add(s quota.Shared) (id quota.AccountID, err error) {
	h.t.Helper()
	err = h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = quota.AddShared(ctx, tx, h.IT, s)
		return err
	})
	return id, err
}

// opened adds an account with so many units on it.
func (h house) opened(s quota.Shared, units int64) quota.AccountID {
	h.t.Helper()
	if s.Name == "" {
		s.Name = s.Code
	}
	if s.Sort == "" {
		s.Sort = quota.DepartmentSort
	}
	s.Limited = s.Limited || units > 0
	id, err := h.add(s)
	if err != nil {
		h.t.Fatal(err)
	}
	if units > 0 {
		h.topUp(h.host(), quota.TopUp{Shared: id, Amount: units, Reason: "term", Key: fmt.Sprint("first:", id)})
	}
	return id
}

func (h house) topUp(by school.Actor, u quota.TopUp) {
	h.t.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) error {
		made, err := quota.GiveTopUp(ctx, tx, by, u)
		if err == nil && !made {
			err = fmt.Errorf("it was made before")
		}
		return err
	})
}

func (h house) left(id quota.AccountID) int64 {
	h.t.Helper()
	return dbtest.Value[int64](h.t, h.db, "SELECT balance FROM account WHERE account_id = $1", id)
}

// refused wants a refusal by its code.
func (h house) refused(what string, err error, code string) {
	h.t.Helper()
	if f := fault.As(err); f == nil || f.Code != code {
		h.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestASharedAccountIsWhatItSays(t *testing.T) {
	h := newHouse(t)
	art := h.class("11A/Ar", h.Teacher, h.Sam)
	users := h.who("staff", "pupil+year:10-11", "class:11a/ar", "person:mia", "everybody")
	id, err := h.add(quota.Shared{Code: "art", Name: " Art department ", Sort: quota.DepartmentSort, Limited: true, Users: users, PaysFor: []school.ClassID{art}})
	if err != nil {
		t.Fatal(err)
	}
	var all []quota.Shared
	var say, write []string
	read := func() quota.Shared {
		h.must(func(ctx context.Context, tx *db.Tx) (err error) {
			if all, err = quota.SharedAccounts(ctx, tx, h.School); err != nil || len(all) == 0 {
				return err
			}
			if say, err = quota.SayAudiences(ctx, tx, all[0].Users); err != nil {
				return err
			}
			write, err = quota.WriteAudiences(ctx, tx, all[0].Users)
			return err
		})
		if len(all) == 0 {
			return quota.Shared{}
		}
		return all[0]
	}
	if s := read(); s.ID != id || s.Name != "Art department" || !s.Limited || s.Balance != 0 || !slices.Equal(s.PaysFor, []school.ClassID{art}) || !s.Open(time.Now()) {
		t.Errorf("%+v", s)
	}
	if got := strings.Join(say, "; "); got != "everybody; pupils, Years 10 to 11; staff; class 11A/Ar; mia alone" {
		t.Errorf("in words: %s", got)
	}
	if got := h.who(write...); !slices.Equal(got, all[0].Users) {
		t.Errorf("%q reads as %+v", write, got)
	}
	until := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	h.must(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.SetShared(ctx, tx, h.IT, id, func(s *quota.Shared) error {
			s.Name, s.Users, s.PaysFor, s.Until, s.Closed, s.Limited, s.Sort = "Fine art", users[:1], nil, until, true, false, quota.ExamSort
			return nil
		})
		return err
	})
	if s := read(); s.Name != "Fine art" || len(s.Users) != 1 || len(s.PaysFor) != 0 || !s.Until.Equal(until) || s.Open(time.Now()) || !s.Limited || s.Sort != quota.DepartmentSort {
		t.Errorf("%+v", s)
	}
	if got := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE object = $1", fmt.Sprintf("account:%d", id)); got != "account-added account-set" {
		t.Errorf("audit has %s", got)
	}
}

func TestWhatIsWrongWithASharedAccount(t *testing.T) {
	h := newHouse(t)
	class := h.class("9A", h.Teacher, h.Sam)
	h.opened(quota.Shared{Code: "art", Name: "Art", PaysFor: []school.ClassID{class}}, 10)
	h.opened(quota.Shared{Code: "9a", Sort: quota.ClassSort, Class: class}, 10)
	good := quota.Shared{Code: "play", Name: "Play", Sort: quota.EventSort, Limited: true}
	for code, change := range map[string]func(*quota.Shared){
		"account-code":  func(s *quota.Shared) { s.Code = "School Play" },
		"account-name":  func(s *quota.Shared) { s.Name = "  " },
		"account-sort":  func(s *quota.Shared) { s.Sort = "club" },
		"account-class": func(s *quota.Shared) { s.Class = class },
		"account-users": func(s *quota.Shared) { s.Users = make([]quota.Audience, 201) },
		"account-until": func(s *quota.Shared) { s.Until = time.Now().Add(-time.Minute) },
		"allowance-whom": func(s *quota.Shared) {
			s.Users = []quota.Audience{{Person: h.Sam.Person, Role: school.Pupil, From: -1, To: -1}}
		},
		"allowance-years": func(s *quota.Shared) { s.Users = []quota.Audience{{From: 9, To: 7}} },
		"account-there":   func(s *quota.Shared) { s.Name = "ART" },
		"account-default": func(s *quota.Shared) { s.PaysFor = []school.ClassID{class} },
	} {
		s := good
		change(&s)
		_, err := h.add(s)
		h.refused(code, err, code)
	}
	for _, own := range []string{quota.OwnCode, quota.PersonalCode} {
		s := good
		s.Code = own
		_, err := h.add(s)
		h.refused(own, err, "account-code")
	}
	for _, name := range []string{"Me", " private ", "OWN", "Personal", "School\nplay", "\x1b[2JPlay", "Play\u202e", "=HYPERLINK(1)", "-Play", "Pl\xffay"} {
		s := good
		s.Name = name
		_, err := h.add(s)
		h.refused(fmt.Sprintf("%q", name), err, "account-name")
	}
	unlimited := quota.Shared{Code: "9b", Name: "9B", Sort: quota.ClassSort, Class: class}
	_, err := h.add(unlimited)
	h.refused("a class without a limit", err, "account-class")
	unlimited.Limited = true
	_, err = h.add(unlimited)
	h.refused("a second budget of a class", err, "account-there")
	for _, words := range []string{"", "nobody", "year:x", "year:9-7", "year:15", "class:9Z", "person:nobody", "person:sam+pupil"} {
		err := h.in(func(ctx context.Context, tx *db.Tx) error {
			_, err := quota.ReadAudience(ctx, tx, h.School, words)
			return err
		})
		if k := fault.KindOf(err); k != fault.Invalid && k != fault.NotFound {
			t.Errorf("%q: %v", words, err)
		}
	}
	for _, id := range []quota.AccountID{0, 1, 999999} { // 1 is no shared account
		h.refused("no account", h.in(func(ctx context.Context, tx *db.Tx) error {
			_, err := quota.SetShared(ctx, tx, h.host(), id, func(*quota.Shared) error { return nil })
			return err
		}), "account-none")
	}
}

// Whoever may not give pages opens, changes and closes no account, whatever page asks.
func TestOnlyWhoMayGiveLooksAfterAccounts(t *testing.T) {
	h := newHouse(t)
	id := h.opened(quota.Shared{Code: "art", Users: h.who("everybody")}, 7)
	for act, does := range map[string]func(context.Context, *db.Tx) error{
		"add": func(ctx context.Context, tx *db.Tx) error {
			_, err := quota.AddShared(ctx, tx, h.Teacher, quota.Shared{Code: "mine", Name: "Mine", Sort: quota.DepartmentSort})
			return err
		},
		"set": func(ctx context.Context, tx *db.Tx) error {
			_, err := quota.SetShared(ctx, tx, h.Teacher, id, func(*quota.Shared) error { return nil })
			return err
		},
		"remove": func(ctx context.Context, tx *db.Tx) error {
			_, err := quota.RemoveShared(ctx, tx, h.Teacher, id)
			return err
		},
	} {
		h.refused(act, h.in(does), "not-allowed")
	}
	if h.left(id) != 7 {
		t.Errorf("%d are left of 7", h.left(id))
	}
}

func TestARemovedAccountGivesBackWhatWasLeft(t *testing.T) {
	h := newHouse(t)
	class := h.class("9A", h.Teacher, h.Sam)
	id := h.opened(quota.Shared{Code: "play", Users: h.who("everybody"), PaysFor: []school.ClassID{class}}, 40)
	var left int64
	h.must(func(ctx context.Context, tx *db.Tx) (err error) {
		left, err = quota.RemoveShared(ctx, tx, h.IT, id)
		return err
	})
	if left != 40 || h.left(id) != 0 || h.payers(h.Sam) != "own" {
		t.Errorf("%d were left, %d are there, %s may pay", left, h.left(id), h.payers(h.Sam))
	}
	h.opened(quota.Shared{Code: "play", PaysFor: []school.ClassID{class}}, 5)
	h.refused("again", h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.RemoveShared(ctx, tx, h.IT, id)
		return err
	}), "account-none")
	if r := h.sound(); len(r.Problems) > 0 {
		t.Error(r.Problems)
	}
}

func TestACodeIsMadeOfAName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Art department": "art-department", `Art\Year 9`: "art-year-9", "  D&T  ": "d-t", "É": "", "日本": "",
		strings.Repeat("long ", 20): "long-long-long-long-long-long-long-long",
	} {
		if got := quota.CodeOf(name); got != want {
			t.Errorf("%q makes %q, want %q", name, got, want)
		}
	}
}

// 64 releases by two people on one account for exactly 20: exactly 20 succeed, while it is
// topped up by 5 that nobody is to lose.
func TestSeveralPeopleNeverOverdrawOneAccount(t *testing.T) {
	h := newHouse(t)
	id := h.opened(quota.Shared{Code: "art", Users: h.who("everybody")}, 15)
	who := []school.Actor{h.Sam, h.Mia, h.Teacher, h.Chief}
	ids := make([]quota.DeliveryID, 64)
	for i := range ids {
		ids[i] = h.delivery(who[i%len(who)], 1)
	}
	var won, refused atomic.Int32
	var all sync.WaitGroup
	all.Go(func() { h.topUp(h.IT, quota.TopUp{Shared: id, Amount: 5, Reason: "more", Key: "more"}) })
	for i, delivery := range ids {
		all.Go(func() {
			for {
				switch err := h.reserve(who[i%len(who)], quota.Reservation{Delivery: delivery, Payer: id, Amount: 1}); {
				case err == nil:
					won.Add(1)
				case fault.As(err).Code == "account-short" && h.left(id) > 0:
					continue // the top-up came between
				case fault.As(err).Code == "account-short":
					refused.Add(1)
				default:
					t.Error(err)
				}
				return
			}
		})
	}
	all.Wait()
	// Whoever was refused before the top-up came tries once more.
	for i, delivery := range ids {
		if h.left(id) == 0 {
			break
		}
		if err := h.reserve(who[i%len(who)], quota.Reservation{Delivery: delivery, Payer: id, Amount: 1}); err == nil {
			won.Add(1)
			refused.Add(-1)
		}
	}
	if won.Load() != 20 || refused.Load() != 44 || h.left(id) != 0 {
		t.Errorf("%d won, %d refused, %d left", won.Load(), refused.Load(), h.left(id))
	}
	if r := h.sound(); len(r.Problems) > 0 || r.Reserved != 20 {
		t.Errorf("%+v", r)
	}
}

func TestOnlyWhoMayTopsUpAndNobodyThemself(t *testing.T) {
	h := newHouse(t)
	art := h.opened(quota.Shared{Code: "art", Users: h.who("staff")}, 10)
	mine := h.opened(quota.Shared{Code: "mine", Users: h.who("person:it")}, 10)
	centre := h.opened(quota.Shared{Code: "science"}, 0)
	for _, c := range []struct {
		name string
		by   school.Actor
		to   quota.TopUp
		code string
	}{
		{"a teacher", h.Teacher, quota.TopUp{Shared: art, Amount: 5, Reason: "x", Key: "1"}, "not-allowed"},
		{"a pupil to themself", h.Sam, quota.TopUp{Person: h.Sam.Person, Amount: 5, Reason: "x", Key: "1"}, "not-allowed"},
		{"IT to themself", h.IT, quota.TopUp{Person: h.IT.Person, Amount: 5, Reason: "x", Key: "1"}, "own-account"},
		{"IT to their private account", h.IT, quota.TopUp{Person: h.IT.Person, Private: true, Amount: 5, Reason: "x", Key: "1"}, "own-account"},
		{"IT to what only they may charge", h.IT, quota.TopUp{Shared: mine, Amount: 5, Reason: "x", Key: "1"}, "own-account"},
		{"nothing", h.IT, quota.TopUp{Shared: art, Amount: 0, Reason: "x", Key: "1"}, "top-up-pages"},
		{"less than nothing", h.IT, quota.TopUp{Shared: art, Amount: -5, Reason: "x", Key: "1"}, "top-up-pages"},
		{"too much", h.IT, quota.TopUp{Shared: art, Amount: 1_000_001, Reason: "x", Key: "1"}, "top-up-pages"},
		{"without a reason", h.IT, quota.TopUp{Shared: art, Amount: 5, Reason: " ", Key: "1"}, "give-reason"},
		{"with a long one", h.IT, quota.TopUp{Shared: art, Amount: 5, Reason: strings.Repeat("x", 201), Key: "1"}, "give-reason"},
		{"what has no limit", h.IT, quota.TopUp{Shared: centre, Amount: 5, Reason: "x", Key: "1"}, "account-unlimited"},
		{"a pupil's private account", h.IT, quota.TopUp{Person: h.Sam.Person, Private: true, Amount: 5, Reason: "x", Key: "1"}, "account-private"},
		{"nobody", h.IT, quota.TopUp{Person: 999999, Amount: 5, Reason: "x", Key: "1"}, "person-unknown"},
		{"no account", h.IT, quota.TopUp{Shared: 999999, Amount: 5, Reason: "x", Key: "1"}, "account-none"},
	} {
		h.refused(c.name, h.in(func(ctx context.Context, tx *db.Tx) error {
			_, err := quota.GiveTopUp(ctx, tx, c.by, c.to)
			return err
		}), c.code)
	}
	users := func(account quota.AccountID, who string) error {
		all := h.who(who)
		return h.in(func(ctx context.Context, tx *db.Tx) error {
			_, err := quota.SetShared(ctx, tx, h.IT, account, func(s *quota.Shared) error { s.Users = all; return nil })
			return err
		})
	}
	h.refused("IT makes theirs alone what has pages", users(art, "person:it"), "own-account")
	h.refused("IT makes theirs alone what has no limit", users(centre, "person:it"), "own-account")
	_, err := h.add(quota.Shared{Code: "free", Name: "Free", Sort: quota.EventSort, Users: h.who("person:it")})
	h.refused("IT opens one without a limit for themself", err, "own-account")
	if err := users(mine, "person:it"); err != nil {
		t.Errorf("what was theirs alone stays so: %v", err)
	}
	h.topUp(h.Chief, quota.TopUp{Shared: mine, Amount: 5, Reason: "a colleague may", Key: "2"})
	h.topUp(h.IT, quota.TopUp{Person: h.Teacher.Person, Private: true, Amount: 20, Reason: "paid", Key: "3"})
	h.topUp(h.IT, quota.TopUp{Person: h.Sam.Person, Amount: 7, Reason: "portfolio", Key: "4"})
	h.must(func(ctx context.Context, tx *db.Tx) error {
		made, err := quota.GiveTopUp(ctx, tx, h.IT, quota.TopUp{Person: h.Sam.Person, Amount: 7, Reason: "portfolio", Key: "4"})
		if made {
			t.Error("it was made twice")
		}
		return err
	})
	if h.left(mine) != 15 || h.balance(h.Sam) != 7 || h.balance(h.Teacher) != 0 || h.payers(h.Teacher) != "own personal:20 art:10" {
		t.Errorf("%d, %d, %d, %s", h.left(mine), h.balance(h.Sam), h.balance(h.Teacher), h.payers(h.Teacher))
	}
	if got := dbtest.Value[string](t, h.db, "SELECT string_agg(n.note, ', ' ORDER BY a.audit_id) FROM audit a JOIN audit_note n USING (audit_id) WHERE a.act = 'ledger-grant' AND a.actor IS NOT NULL"); got != "a colleague may, paid, portfolio" {
		t.Errorf("the record says why: %s", got)
	}
}
