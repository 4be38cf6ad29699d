package release_test

import (
	"context"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// account opens a shared account that everybody of an audience may charge, with so many
// units; without any it has no limit.
func (h *house) account(code string, units int64, who ...string) (id quota.AccountID) {
	h.t.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		s := quota.Shared{Code: code, Name: code + " account", Sort: quota.DepartmentSort, Limited: units > 0}
		for _, w := range who {
			a, err := quota.ReadAudience(ctx, tx, h.School, w)
			if err != nil {
				return err
			}
			s.Users = append(s.Users, a)
		}
		var err error
		if id, err = quota.AddShared(ctx, tx, school.Actor{School: h.School, Proof: school.ByHost}, s); err != nil || units == 0 {
			return err
		}
		_, err = quota.GiveTopUp(ctx, tx, school.Actor{School: h.School, Proof: school.ByHost}, quota.TopUp{Shared: id, Amount: units, Reason: "term", Key: quota.NewKey()})
		return err
	})
	return id
}

func (h *house) onAccount(id quota.AccountID) int64 {
	h.t.Helper()
	return dbtest.Value[int64](h.t, h.db, "SELECT balance FROM account WHERE account_id = $1", id)
}

// named has a submission name an account.
func named(account string) func(*release.Submission) {
	return func(s *release.Submission) { s.Ticket.Account = account }
}

func TestAJobIsPaidByTheAccountItNames(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	art := h.account("art", 10, "year:11")
	ctx := t.Context()

	mine := h.submit(h.Sam, 3, named("ART"))
	if got := h.seen(h.Sam, mine.ID); got != "" {
		t.Errorf("Sam's meets %s", got)
	}
	h.release(h.Sam, mine.ID)
	h.state(mine.ID, release.Done)
	if h.balance(h.Sam) != 100 || h.onAccount(art) != 7 {
		t.Errorf("Sam has %d, art %d", h.balance(h.Sam), h.onAccount(art))
	}
	large := h.submit(h.Sam, 8, named("art account"))
	if got := h.seen(h.Sam, large.ID); got != "account-short " {
		t.Errorf("more than there is meets %q", got)
	}
	_, err := h.Release(ctx, h.at(h.Sam), ids(large.ID))
	wantFault(t, err, "account-short")

	hers := h.submit(h.Mia, 2, named("art"))
	if got := h.seen(h.Mia, hers.ID); got != "account-unknown " {
		t.Errorf("Mia's meets %q", got)
	}
	if row := h.row(h.Mia, hers.ID); row.Payer.Code != "" {
		t.Errorf("Mia's is paid by %+v", row.Payer)
	}
	_, err = h.Release(ctx, h.at(h.Mia), ids(hers.ID))
	wantFault(t, err, "account-unknown")
	wantFault(t, h.ChargeTo(ctx, h.at(h.Mia), ids(hers.ID), "art"), "account-unknown")
	if err := h.ChargeTo(ctx, h.at(h.Mia), ids(hers.ID), quota.OwnCode); err != nil {
		t.Fatal(err)
	}
	h.release(h.Mia, hers.ID)
	h.state(hers.ID, release.Done)
	if h.balance(h.Mia) != 3 || h.onAccount(art) != 7 {
		t.Errorf("Mia has %d, art %d", h.balance(h.Mia), h.onAccount(art))
	}
	h.sound()
}

func TestTheKioskChangesWhoPays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	art, science := h.account("art", 10, "everybody"), h.account("science", 0, "everybody")
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := release.SetQueue(ctx, tx, h.queue.Path, func(q *release.Queue) error { q.Account = art; return nil })
		return err
	})
	ctx := t.Context()
	one, two := h.submit(h.Sam, 2), h.submit(h.Sam, 3)
	visit := h.visit(h.Sam)
	if len(visit.Payers.All) != 3 || visit.Payers.All[1].Left.Units != 10 || visit.Jobs[0].Payer.Account != art {
		t.Fatalf("%+v, %+v", visit.Payers, visit.Jobs[0].Payer)
	}
	wantFault(t, h.ChargeTo(ctx, h.at(h.Mia), ids(one.ID), "science"), "job-unknown")
	wantFault(t, h.ChargeTo(ctx, h.at(h.Sam), ids(one.ID, 9999), "science"), "job-unknown")
	if p := h.row(h.Sam, one.ID).Payer; p.Account != art {
		t.Errorf("all or none: %+v", p)
	}
	if err := h.ChargeTo(ctx, h.at(h.Sam), ids(one.ID), quota.OwnCode); err != nil {
		t.Fatal(err)
	}
	if err := h.ChargeTo(ctx, h.at(h.Sam), ids(two.ID), "science"); err != nil {
		t.Fatal(err)
	}
	h.release(h.Sam, one.ID, two.ID)
	h.state(one.ID, release.Done)
	h.state(two.ID, release.Done)
	if h.balance(h.Sam) != 98 || h.onAccount(art) != 10 || h.onAccount(science) != 0 {
		t.Errorf("Sam has %d, art %d, science %d", h.balance(h.Sam), h.onAccount(art), h.onAccount(science))
	}
	wantFault(t, h.ChargeTo(ctx, h.at(h.Sam), ids(one.ID), "art"), "job-ended")
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM audit WHERE act = 'job-payer'"); n != 2 {
		t.Errorf("%d changes on record", n)
	}
	h.sound()
}

// What somebody else sent in a name, and what is in a runner's hand, is recharged by its
// owner alone.
func TestNobodyElseChangesWhoPays(t *testing.T) {
	t.Parallel()
	h, _ := classroom(t)
	h.account("art", 10, "everybody")
	ctx := t.Context()
	device := h.carts()("sam", "10.1.2.3")
	claim := h.submit(device, 2, named("own"))
	account := func(s string) release.Change {
		return release.Change{Ticket: func(t release.Ticket) release.Ticket { t.Account = s; return t }}
	}
	_, err := h.Change(ctx, device, claim.ID, account("art"))
	wantFault(t, err, "claim-account")
	if _, err := h.Change(ctx, device, claim.ID, account("own")); err != nil {
		t.Errorf("the same again: %v", err)
	}
	if err := h.ChargeTo(ctx, h.at(h.Sam), ids(claim.ID), "art"); err != nil {
		t.Errorf("the one it names: %v", err)
	}
	work := h.submit(h.Teacher, 2)
	runner := h.runner(h.slip(work.ID))
	wantFault(t, h.ChargeTo(ctx, runner, ids(work.ID), "art"), "job-unknown")
	if v, err := h.Visit(ctx, runner); err != nil || len(v.Payers.All) != 0 || v.Jobs[0].Payer.Code != "" {
		t.Errorf("the runner sees %+v, %v", v.Payers, err)
	}
	h.sound()
}

func TestWhatIsPrivateIsApartAndWaitsForTheBell(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		if err := school.AddClasses(ctx, tx, h.School, []school.Class{{Name: "9A", Teachers: []school.PersonID{h.Teacher.Person}, From: tuesday.AddDate(0, 0, -1), To: tuesday.AddDate(0, 0, 1)}}); err != nil {
			return err
		}
		_, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.Teacher.Person, Amount: 50, Key: "teacher"}})
		return err
	})
	ctx := t.Context()
	if n := len(h.visit(h.Teacher).Payers.All); n != 1 {
		t.Errorf("%d payers before the first top-up", n)
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.GiveTopUp(ctx, tx, h.IT, quota.TopUp{Person: h.Teacher.Person, Private: true, Amount: 5, Reason: "paid", Key: "p"})
		return err
	})
	job := h.submit(h.Teacher, 4)
	if p := h.row(h.Teacher, job.ID).Payer; !p.Own() {
		t.Errorf("by default it is charged to %+v", p)
	}
	if err := h.ChargeTo(ctx, h.at(h.Teacher), ids(job.ID), quota.PersonalCode); err != nil {
		t.Fatal(err)
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		class, err := school.ClassByName(ctx, tx, h.School, "9A")
		if err != nil {
			return err
		}
		return school.BeginLesson(ctx, tx, h.Teacher, class)
	})
	_, err := h.Release(ctx, h.at(h.Teacher), ids(job.ID))
	wantFault(t, err, "private-in-lesson")
	h.clock.Advance(61 * time.Minute)
	h.release(h.Teacher, job.ID)
	h.state(job.ID, release.Done)
	if h.balance(h.Teacher) != 50 || h.visit(h.Teacher).Payers.All[1].Left.Units != 1 {
		t.Errorf("%d left, and %+v", h.balance(h.Teacher), h.visit(h.Teacher).Payers)
	}
	h.sound()
}

// A candidate with nothing left prints what they wrote, and uses nothing of theirs.
func TestAnExamIsNotCharged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := school.AddExam(ctx, tx, "", school.Exam{School: h.School, Name: "English", Begins: tuesday.Add(-time.Hour), Ends: tuesday.Add(time.Hour),
			Stations: []int32{int32(h.station.ID)}, People: []school.PersonID{h.Mia.Person}})
		return err
	})
	script := h.submit(h.Mia, 9, named("drama")) // of 5, and with an account that nobody knows
	if v := h.visit(h.Mia); !v.Payers.Exam() || !v.Jobs[0].Payer.Exam {
		t.Errorf("%+v, %+v", v.Payers, v.Jobs[0].Payer)
	}
	if h.visit(h.Sam).Payers.Exam() {
		t.Error("who does not write it is in it")
	}
	h.release(h.Mia, script.ID)
	h.state(script.ID, release.Done)
	if h.balance(h.Mia) != 5 {
		t.Errorf("%d left", h.balance(h.Mia))
	}
	paid := dbtest.Value[string](t, h.db, "SELECT a.kind || ' ' || a.name || ' ' || t.amount FROM transfer t JOIN account a ON a.account_id = t.from_account WHERE t.kind = 'reserve'")
	if paid != "centre Exams 9" {
		t.Errorf("paid by %s", paid)
	}
	after := h.submit(h.Mia, 9)
	h.clock.Advance(2 * time.Hour)
	_, err := h.Release(t.Context(), h.at(h.Mia), ids(after.ID))
	wantFault(t, err, "not-enough")
	h.sound()
}

// Nobody is charged whom the screen did not name: what pays otherwise by now is looked at again.
func TestNobodyPaysWhoWasNotShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	art := h.account("art", 10, "year:11")
	job := h.submit(h.Sam, 3)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := release.SetQueue(ctx, tx, h.queue.Path, func(q *release.Queue) error { q.Account = art; return nil })
		return err
	})
	row := h.row(h.Sam, job.ID)
	if row.Payer.Code != "art" {
		t.Fatalf("%+v pays", row.Payer)
	}
	v := h.at(h.Sam)
	v.PaidBy = map[release.JobID]string{job.ID: row.Payer.Code}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.SetShared(ctx, tx, school.Actor{School: h.School, Proof: school.ByHost}, art, func(s *quota.Shared) error {
			s.Users = nil
			return nil
		})
		return err
	})
	_, err := h.Release(t.Context(), v, ids(job.ID))
	wantFault(t, err, "payer-changed")
	v.PaidBy[job.ID] = h.row(h.Sam, job.ID).Payer.Code
	if _, err := h.Release(t.Context(), v, ids(job.ID)); err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Done)
	if h.balance(h.Sam) != 97 || h.onAccount(art) != 10 {
		t.Errorf("Sam has %d, art %d", h.balance(h.Sam), h.onAccount(art))
	}
	h.sound()
}
