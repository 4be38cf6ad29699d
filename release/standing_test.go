package release_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// suspend withdraws a person's rights for an hour.
func (h *house) suspend(a school.Actor) {
	h.t.Helper()
	c := conduct.New(h.db, h.hub, h.Log)
	if err := c.Suspend(h.t.Context(), h.IT, a.Person, h.clock.Now().Add(time.Hour), "a private matter"); err != nil {
		h.t.Fatal(err)
	}
}

// met is the codes of what stands in the way of a job, in order.
func met(j release.Job) (codes string) {
	for _, err := range j.Obstacles {
		codes += fault.As(err).Code + " "
	}
	return codes
}

func (h *house) seen(a school.Actor, id release.JobID) string {
	h.t.Helper()
	j, err := h.Job(h.t.Context(), a, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return met(j)
}

// What stands in the way of a held job is told as it is at that moment: to its
// owner and to IT, in every list and answer, and to nobody else.
func TestObstacles(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fits, long := h.submit(h.Mia, 5), h.submit(h.Mia, 6)
	if got := h.seen(h.Mia, fits.ID) + "|" + h.seen(h.Mia, long.ID); got != "|not-enough " {
		t.Errorf("with five pages: %q", got)
	}
	if say := h.job(long.ID).Obstacles[0].(*fault.Error).Say; say != "Needs 6 pages, you have 5. Print less, or ask for more." {
		t.Errorf("%q", say)
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.Mia.Person, Amount: 1, Key: "one more"}})
		return err
	})
	if got := h.seen(h.Mia, long.ID); got != "" {
		t.Errorf("with six pages: %q", got)
	}
	h.suspend(h.Mia)
	if got := h.seen(h.Mia, fits.ID) + h.seen(h.IT, fits.ID); got != "printing-suspended printing-suspended " {
		t.Errorf("suspended: %q", got)
	}
	for who, a := range map[string]school.Actor{"Mia": h.Mia, "IT": h.IT} {
		all, err := h.Jobs(t.Context(), a, release.JobFilter{})
		if err != nil || len(all) != 2 || met(all[0]) != "printing-suspended " || met(all[1]) != "printing-suspended " {
			t.Errorf("%s lists %+v, %v", who, all, err)
		}
	}
	glimpsed, err := h.Glimpse(t.Context(), h.queue, fits.ID)
	if err != nil || met(glimpsed) != "" {
		t.Errorf("anybody sees %q, %v", met(glimpsed), err)
	}
	h.clock.Advance(2 * time.Hour)
	if got := h.seen(h.Mia, fits.ID); got != "" {
		t.Errorf("after its end: %q", got)
	}
	h.release(h.Mia, fits.ID)
	if got := met(h.state(fits.ID, release.Done)); got != "" {
		t.Errorf("a printed job: %q", got)
	}
}

// A list of many jobs of many people is told with one read more.
func TestObstaclesOfMany(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 3 {
		h.submit(h.Sam, 2)
		h.submit(h.Mia, 6)
	}
	all, err := h.Jobs(t.Context(), h.IT, release.JobFilter{})
	if err != nil || len(all) != 6 {
		t.Fatalf("%d jobs, %v", len(all), err)
	}
	for _, j := range all {
		if want := map[bool]string{true: "not-enough ", false: ""}[j.Person == h.Mia.Person]; met(j) != want {
			t.Errorf("job %d: %q, want %q", j.ID, met(j), want)
		}
	}
}

// The answer to a submission tells at once, before a page is counted.
func TestObstaclesOfASubmission(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.suspend(h.Sam)
	j, err := h.Print(t.Context(), h.submission(h.Sam), bytes.NewReader(documenttest.PDF(1)))
	if err != nil || met(j) != "printing-suspended " {
		t.Errorf("printed: %q, %v", met(j), err)
	}
	if j, err = h.Create(t.Context(), h.submission(h.Sam)); err != nil || met(j) != "printing-suspended " {
		t.Errorf("created: %q, %v", met(j), err)
	}
	if j, err = h.Send(t.Context(), h.Sam, j.ID, "", bytes.NewReader(documenttest.PDF(1))); err != nil || met(j) != "printing-suspended " {
		t.Errorf("sent: %q, %v", met(j), err)
	}
}

// A job that names a shared account is not charged to its owner behind the owner's
// back: it is held, and refused at its release until it names none.
func TestAnAccountNobodyHas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	j := h.submit(h.Sam, 2, func(s *release.Submission) { s.Ticket.Account = "Art department" })
	if got := h.seen(h.Sam, j.ID); got != "account-unknown " {
		t.Errorf("%q", got)
	}
	_, err := h.Release(t.Context(), h.at(h.Sam), []release.JobID{j.ID})
	wantFault(t, err, "account-unknown")
	h.change(h.Sam, j.ID, release.Change{Ticket: func(t release.Ticket) release.Ticket { t.Account = ""; return t }})
	h.release(h.Sam, j.ID)
	h.state(j.ID, release.Done)
	h.sound()
}

// A direct queue does not keep a computer waiting for a printer that will not print.
func TestADirectJobThatMayNotPrintSaysSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	j := h.submit(h.Mia, 6, directly(h))
	h.until(j.ID, func(j release.Job) bool { return j.State == release.Held && j.Reason == "not-enough" })
	if n := h.pagesOut(); n != 0 {
		t.Errorf("%d pages came out", n)
	}
}

// A queue that refuses says no before there is a job, alike in all three ways; what
// could be printed it takes, and every other queue still holds.
func TestAQueueThatRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	strict := release.Queue{School: h.School, Path: "/ipp/strict", Name: "Strict", Kind: release.Hold, Proof: school.ByPassword, Refuses: true}
	h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		strict.ID, err = release.AddQueue(ctx, tx, strict)
		return err
	})
	kept, err := h.Queue(t.Context(), strict.Path)
	if err != nil || !kept.Refuses {
		t.Fatalf("kept is %+v, %v", kept, err)
	}
	to := func(q release.Queue, a school.Actor, account string) release.Submission {
		s := h.submission(a)
		s.Queue, s.Ticket.Account = q, account
		return s
	}
	ways := map[string]func(release.Submission) error{
		"Validate": h.validate,
		"Create":   func(s release.Submission) error { _, err := h.Create(t.Context(), s); return err },
		"Print": func(s release.Submission) error {
			_, err := h.Print(t.Context(), s, bytes.NewReader(documenttest.PDF(1)))
			return err
		},
	}
	h.suspend(h.Mia)
	broke := h.Chief // nobody gave this one pages
	for name, way := range ways {
		wantFault(t, way(to(kept, h.Mia, "")), "printing-suspended")
		wantFault(t, way(to(kept, broke, "")), "nothing-left")
		wantFault(t, way(to(kept, h.Sam, "Art department")), "account-unknown")
		for _, s := range []release.Submission{to(kept, h.Sam, ""), to(h.queue, h.Mia, ""), to(h.queue, broke, ""), to(h.queue, h.Sam, "Art department")} {
			if err := way(s); err != nil {
				t.Errorf("%s on %s: %v", name, s.Queue.Name, err)
			}
		}
	}
}
