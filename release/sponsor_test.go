package release_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota"
	"inkwell/release"
)

// sponsors is a class of Sam and Mia, taught by two adults with badges, with 20 pages on its account.
type sponsors struct {
	*fleet
	class   school.ClassID
	budget  quota.AccountID
	other   school.PersonID // teaches the class as well
	stands  release.Visitor // the adult who has opened the list
	aTom    release.Key
	anOlive release.Key
}

const oliveCode = "602214"

func newSponsors(t *testing.T) *sponsors {
	t.Helper()
	s := &sponsors{fleet: newFleet(t), aTom: release.Key{Badge: "04aa11bb"}, anOlive: release.Key{Badge: "04cc22dd", Code: oliveCode}}
	code, err := s.Directory.HashDemoCode(oliveCode)
	if err != nil {
		t.Fatal(err)
	}
	s.in(func(ctx context.Context, tx *db.Tx) error {
		tom, err := school.PersonByID(ctx, tx, s.Teacher.Person)
		if err != nil {
			return err
		}
		if _, err = s.Directory.LinkBadge(ctx, tx, s.IT.Pseudonym, tom, "", s.aTom.Badge); err != nil {
			return err
		}
		more, err := s.Directory.AddPeople(ctx, tx, s.School, []school.Newcomer{{Username: "olive", Given: "Olive", Family: "Grant", Role: school.Teacher, Badge: s.anOlive.Badge, CodeHash: code}})
		if err != nil {
			return err
		}
		s.other = more[0]
		from := tuesday.Truncate(24 * time.Hour)
		err = school.AddClasses(ctx, tx, s.School, []school.Class{{Name: "3K", Pupils: []school.PersonID{s.Sam.Person, s.Mia.Person},
			Teachers: []school.PersonID{s.Teacher.Person, s.other}, From: from.AddDate(0, -1, 0), To: from.AddDate(0, 6, 0)}})
		if err != nil {
			return err
		}
		if s.class, err = school.ClassByName(ctx, tx, s.School, "3K"); err != nil {
			return err
		}
		host := school.Actor{School: s.School, Proof: school.ByHost}
		if s.budget, err = quota.AddShared(ctx, tx, host, quota.Shared{Code: "3k", Name: "3K budget", Sort: quota.ClassSort, Limited: true, Class: s.class}); err != nil {
			return err
		}
		_, err = quota.GiveTopUp(ctx, tx, host, quota.TopUp{Shared: s.budget, Amount: 20, Reason: "term", Key: quota.NewKey()})
		return err
	})
	s.stands = release.Visitor{Actor: s.Teacher, Station: s.station}
	return s
}

// due is what the adult was shown that a pupil's jobs cost.
func (s *sponsors) due(p school.PersonID) map[release.JobID]int64 {
	s.t.Helper()
	q, err := s.Sponsorship(s.t.Context(), s.stands, s.class, p)
	if err != nil {
		s.t.Fatal(err)
	}
	all := map[release.JobID]int64{}
	for _, j := range q.Jobs {
		all[j.ID] = j.Due
	}
	return all
}

func (s *sponsors) sponsor(k release.Key, due map[release.JobID]int64) (release.Sponsored, error) {
	return s.Sponsor(s.t.Context(), s.stands, s.class, k, due)
}

// The class's account pays for a job of one pupil who has too little; what the pupil has stays. The
// adult who proved themself once more is on record, whoever had opened the list.
func TestAClassPaysForOnePupil(t *testing.T) {
	t.Parallel()
	s := newSponsors(t)
	mias, later := s.submit(s.Mia, 9, oneSidedTicket), s.submit(s.Mia, 2, oneSidedTicket)
	if c, err := s.ClassAt(t.Context(), s.stands, s.class); err != nil || c.Account != "3K budget" {
		t.Fatalf("the list offers %q, %v", c.Account, err)
	}
	if done, err := s.PrintForPupils(t.Context(), s.stands, s.class, ids(mias.ID)); err != nil || len(done) != 1 || done[0].Refused == "" {
		t.Fatalf("she has enough herself: %+v, %v", done, err)
	}
	q, err := s.Sponsorship(t.Context(), s.stands, s.class, s.Mia.Person)
	if err != nil || q.Account != "3K budget" || q.Balance != 20 || len(q.Jobs) != 2 || q.Jobs[0].ID != mias.ID || q.Jobs[0].Pages != 9 || q.Jobs[0].Due != 9 || q.Jobs[1].Due != 2 {
		t.Fatalf("asked for: %+v, %v", q, err)
	}
	done, err := s.sponsor(s.anOlive, map[release.JobID]int64{mias.ID: 9})
	if err != nil || done.Refused != "" || done.Pages != 9 || done.Paid != 9 || done.Left != 11 || done.Account != "3K budget" || done.Given != "Mia" {
		t.Fatalf("%+v, %v", done, err)
	}
	s.state(mias.ID, release.Done)
	if got := s.balance(s.Mia); got != 5 || s.onAccount(s.budget) != 11 || s.job(later.ID).State != release.Held {
		t.Errorf("Mia has %d left, the class %d", got, s.onAccount(s.budget))
	}
	const recorded = `SELECT count(*) FROM audit a, person adult
		 WHERE a.act = $1 AND adult.person_id = $2 AND a.actor = adult.pseudonym AND a.subject = $3 AND a.object = $4 AND (a.facts ->> 'payer')::bigint = $5`
	for _, act := range []string{"job-sponsored", "job-released"} {
		if n := dbtest.Value[int](t, s.db, recorded, act, s.other, s.Mia.Pseudonym, fmt.Sprint("job:", mias.ID), s.budget); n != 1 {
			t.Errorf("%d entries %s name the adult, the pupil, the job and the account", n, act)
		}
	}
	if by := dbtest.Value[school.PersonID](t, s.db, "SELECT released_by FROM delivery WHERE job_id = $1", mias.ID); by != s.other {
		t.Errorf("released by %d, want %d", by, s.other)
	}
	s.sound()
}

// What a class began to pay for it pays for at the printer where the rest comes out.
func TestAClassPaysForTheRestElsewhere(t *testing.T) {
	t.Parallel()
	s := newSponsors(t)
	yes := true
	s.kiosk(release.KioskChange{Elsewhere: &yes})
	s.stands.Station = s.station
	s.paper.with(func() { s.paper.hold = true })
	job := s.submit(s.Mia, 9, oneSidedTicket)
	if done, err := s.sponsor(s.aTom, map[release.JobID]int64{job.ID: 9}); err != nil || done.Paid != 9 {
		t.Fatalf("%+v, %v", done, err)
	}
	s.delivery(job.ID, release.Printing)
	s.paper.tell(release.Progress{Phase: release.PhaseStopped, Impressions: 3})
	s.is(s.paper, "Library", "stopped", "media-jam-error")
	if err := s.MoveOn(t.Context(), s.at(s.Mia), []release.JobID{job.ID}, s.copier); err != nil {
		t.Fatal(err)
	}
	s.state(job.ID, release.Done)
	if s.balance(s.Mia) != 5 || s.onAccount(s.budget) != 11 {
		t.Errorf("Mia has %d of 5 left, the class %d", s.balance(s.Mia), s.onAccount(s.budget))
	}
	s.sound()
}

// What a printer gives back after a while is the pupil's to pay, which their list says, unless an adult has the class pay for
// it, too: what they read is that it is a rest.
func TestTheRestOfWhatAClassPaidFor(t *testing.T) {
	t.Parallel()
	s := newSponsors(t)
	s.paper.with(func() { s.paper.hold = true })
	job := s.submit(s.Mia, 7, oneSidedTicket)
	if q, err := s.Sponsorship(t.Context(), s.stands, s.class, s.Mia.Person); err != nil || q.Jobs[0].Rest {
		t.Errorf("before it began: %+v, %v", q, err)
	}
	if done, err := s.sponsor(s.aTom, map[release.JobID]int64{job.ID: 7}); err != nil || done.Paid != 7 {
		t.Fatalf("%+v, %v", done, err)
	}
	s.delivery(job.ID, release.Printing)
	s.paper.tell(release.Progress{Phase: release.PhaseStopped, Impressions: 3})
	s.eventually("the end of patience", func() (string, bool) {
		s.clock.Advance(10 * time.Second)
		return "", s.job(job.ID).State == release.Held
	})
	visit, err := s.Visit(t.Context(), s.at(s.Mia))
	if err != nil || visit.Jobs[0].Begun != "3K budget" || !visit.Jobs[0].Payer.Own() || visit.Jobs[0].Due != 4 {
		t.Fatalf("Mia's list: %+v, %v", visit.Jobs, err)
	}
	q, err := s.Sponsorship(t.Context(), s.stands, s.class, s.Mia.Person)
	if err != nil || q.Balance != 17 || len(q.Jobs) != 1 || !q.Jobs[0].Rest || q.Jobs[0].Due != 4 {
		t.Fatalf("the adult's: %+v, %v", q, err)
	}
	s.paper.with(func() { s.paper.hold = false })
	s.release(s.Mia, job.ID)
	s.state(job.ID, release.Done)
	if s.balance(s.Mia) != 1 || s.onAccount(s.budget) != 17 {
		t.Errorf("Mia has %d of 5 left, the class %d of 20", s.balance(s.Mia), s.onAccount(s.budget))
	}
	s.sound()
}

// Nobody but an adult who teaches the class has it pay, and nothing that was not shown is paid.
func TestWhatAClassDoesNotPayFor(t *testing.T) {
	t.Parallel()
	s := newSponsors(t)
	mias, sams := s.submit(s.Mia, 9, oneSidedTicket), s.submit(s.Sam, 3, oneSidedTicket)
	due := s.due(s.Mia.Person)
	for _, c := range []struct {
		key  release.Key
		due  map[release.JobID]int64
		want string
	}{
		{release.Key{Badge: schooltest.SamBadge}, due, "sponsor-not"}, // a child at the list
		{release.Key{Badge: schooltest.StaffCard}, due, "sponsor-not"},
		{release.Key{Badge: "04ffffff"}, due, "badge-unknown"},
		{s.aTom, map[release.JobID]int64{mias.ID: 9, sams.ID: 3}, "class-print-chosen"}, // of two children
		{s.aTom, map[release.JobID]int64{999999: 1}, "class-print-chosen"},
		{s.aTom, nil, "class-print-chosen"},
	} {
		_, err := s.sponsor(c.key, c.due)
		wantFault(t, err, c.want)
	}
	says := func(name, want string, done release.Sponsored, err error) {
		t.Helper()
		if err != nil || done.Refused != want || done.Paid != 0 {
			t.Errorf("%s: %+v, %v, want %q", name, done, err, want)
		}
	}
	done, err := s.sponsor(s.aTom, map[release.JobID]int64{mias.ID: 8})
	says("dearer than shown", "The price has changed. Look at it again, then print.", done, err)
	large := s.submit(s.Sam, 21, oneSidedTicket)
	done, err = s.sponsor(s.aTom, map[release.JobID]int64{large.ID: 21})
	says("more than there is", "Needs 21 pages, the account has 20 left.", done, err)
	if n := dbtest.Value[int](t, s.db, "SELECT count(*) FROM audit WHERE act = 'job-sponsored'"); n != 0 || s.onAccount(s.budget) != 20 || s.balance(s.Mia) != 5 {
		t.Errorf("%d on record; the class has %d, Mia %d", n, s.onAccount(s.budget), s.balance(s.Mia))
	}
	s.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.SetShared(ctx, tx, school.Actor{School: s.School, Proof: school.ByHost}, s.budget, func(a *quota.Shared) error { a.Closed = true; return nil })
		return err
	})
	_, err = s.sponsor(s.aTom, due)
	wantFault(t, err, "sponsor-none")
	_, err = s.Sponsorship(t.Context(), s.stands, s.class, s.Mia.Person)
	wantFault(t, err, "sponsor-none")
	if c, err := s.ClassAt(t.Context(), s.stands, s.class); err != nil || c.Account != "" {
		t.Errorf("the list offers %q, %v", c.Account, err)
	}
	s.sound()
}

// A badge that asks for its holder's code pays with the code alone, and a name with the code does too.
func TestACodePaysAsABadgeDoes(t *testing.T) {
	t.Parallel()
	s := newSponsors(t)
	mias, also := s.submit(s.Mia, 9, oneSidedTicket), s.submit(s.Mia, 2, oneSidedTicket)
	_, err := s.sponsor(release.Key{Badge: s.anOlive.Badge}, map[release.JobID]int64{mias.ID: 9})
	wantFault(t, err, "badge-code")
	for _, c := range []struct {
		key  release.Key
		due  map[release.JobID]int64
		left int64
	}{
		{s.anOlive, map[release.JobID]int64{mias.ID: 9}, 11},
		{release.Key{Name: "olive", Code: oliveCode}, map[release.JobID]int64{also.ID: 2}, 9},
	} {
		if done, err := s.sponsor(c.key, c.due); err != nil || done.Refused != "" || done.Left != c.left {
			t.Errorf("%+v, %v", done, err)
		}
	}
	s.state(mias.ID, release.Done)
	s.state(also.ID, release.Done)
	s.sound()
}
