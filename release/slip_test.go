package release_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// classroom is a house whose teacher has 50 pages, with a second printer in the hall.
func classroom(t *testing.T) (h *house, hall release.Station) {
	t.Helper()
	h = newHouse(t)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		p, err := release.AddPrinter(ctx, tx, release.PrinterRecord{School: h.School, Name: "Hall", URI: "ipp://127.0.0.1:1"})
		if err != nil {
			return err
		}
		if err := release.AddStation(ctx, tx, h.School, "hall", "Hall", p); err != nil {
			return err
		}
		_, err = quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.Teacher.Person, Amount: 50, Key: "teacher"}})
		return err
	})
	hall, err := h.Station(t.Context(), "hall")
	if err != nil {
		t.Fatal(err)
	}
	return h, hall
}

func (h *house) slip(job release.JobID) release.Slip {
	h.t.Helper()
	s, err := h.MakeSlip(h.t.Context(), h.Teacher, job, h.station.Printer.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// runner brings a slip to the library.
func (h *house) runner(s release.Slip) release.Visitor {
	h.t.Helper()
	v, err := h.signIn(strings.ToUpper(s.Text))
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// mine is what the teacher's own page says of a job.
func (h *house) mine(id release.JobID) release.MyJob {
	h.t.Helper()
	all, err := h.Mine(h.t.Context(), h.Teacher)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, j := range all {
		if j.ID == id {
			return j
		}
	}
	h.t.Fatalf("the teacher's page has no job %d", id)
	return release.MyJob{}
}

// TestARunnerPrintsOneJob and learns nothing but whose and how long it is; the owner is
// charged and told, and the slip is good once.
func TestARunnerPrintsOneJob(t *testing.T) {
	t.Parallel()
	h, hall := classroom(t)
	other := h.submit(h.Teacher, 2)
	job := h.submit(h.Teacher, 6)
	slip := h.slip(job.ID)
	if slip.Pages != 6 || slip.At != "Library" || slip.For != "T. Reid" || !slip.Until.Equal(tuesday.Add(20*time.Minute)) {
		t.Errorf("%+v", slip)
	}
	if m := h.mine(job.ID); m.Title != "My essay" || m.Slip.ID != slip.ID || m.Slip.Text != "" || len(m.Outlets) != 2 || !m.Taken.When.IsZero() {
		t.Errorf("the owner reads %+v", m)
	}
	_, err := h.SignIn(t.Context(), hall, release.Key{Badge: slip.Text})
	wantFault(t, err, "slip-elsewhere")
	if say := fault.As(err).Say; say != "This slip is for the Library printer." {
		t.Error(say)
	}

	v := h.runner(slip)
	visit, err := h.Visit(t.Context(), v)
	if err != nil || visit.Name != "T. Reid" || visit.Balance != 0 || visit.Barred != nil || len(visit.Jobs) != 1 {
		t.Fatalf("%+v, %v", visit, err)
	}
	if j := visit.Jobs[0]; j.ID != job.ID || j.Title != "" || j.Pages != 6 {
		t.Errorf("%+v", j)
	}
	for what, act := range map[string]error{
		"another job": second(h.Release(t.Context(), v, ids(other.ID))), "both": second(h.Release(t.Context(), v, ids(other.ID, job.ID))),
		"delete": h.Delete(t.Context(), v, job.ID), "disown": h.Disown(t.Context(), v, job.ID), "answer": h.Answer(t.Context(), v, job.ID, true),
		"read": second(h.Job(t.Context(), v.Actor, job.ID)), "unlock": second(h.Unlock(t.Context(), v, job.ID, "1234")),
	} {
		if codeOf(act) != "job-unknown" {
			t.Errorf("%s: %v", what, act)
		}
	}
	if _, _, err := h.RenewCode(t.Context(), v); err == nil {
		t.Error("a runner has a new code of the owner's")
	}
	if all, err := h.Jobs(t.Context(), v.Actor, release.JobFilter{}); err != nil || len(all) > 0 {
		t.Errorf("a runner lists %v, %v", all, err)
	}
	at := v
	at.Station = hall
	_, err = h.Release(t.Context(), at, ids(job.ID))
	wantFault(t, err, "slip-elsewhere")

	if _, err := h.Release(t.Context(), v, ids(job.ID)); err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Done)
	if _, err := h.Visit(t.Context(), v); err != nil {
		t.Errorf("the runner cannot watch it end: %v", err)
	}
	_, err = h.signIn(slip.Text)
	wantFault(t, err, "badge-unknown")
	if n := h.balance(h.Teacher); n != 44 {
		t.Errorf("%d pages are left of 50", n)
	}
	if m := h.mine(job.ID); m.Taken.Where != "Library kiosk" || m.Taken.State != release.Settled || m.Taken.Pages != 6 || !m.Taken.When.Equal(h.clock.Now()) {
		t.Errorf("the owner reads %+v", m.Taken)
	}
	acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act || coalesce(' by ' || (facts->>'proof'), ''), ', ' ORDER BY audit_id) FROM audit WHERE object = $1", fmt.Sprintf("job:%d", job.ID))
	if acts != "job-submitted by password, slip-made, job-released by slip, delivery-settled" {
		t.Errorf("audit: %s", acts)
	}
	if kept := dbtest.Value[int](t, h.db, "SELECT count(*) FROM slip s JOIN delivery d USING (slip_id) WHERE d.job_id = $1 AND s.used_at IS NOT NULL", job.ID); kept != 1 {
		t.Errorf("%d deliveries say by which slip", kept)
	}
	h.sound()
}

func second[T any](_ T, err error) error { return err }

// TestNoSlipForThat: what is not the owner's alone to give away, or could not be printed.
func TestNoSlipForThat(t *testing.T) {
	t.Parallel()
	h, _ := classroom(t)
	library := h.station.Printer.ID
	job := h.submit(h.Teacher, 6)
	make := func(a school.Actor, id release.JobID, at release.PrinterID) error {
		return second(h.MakeSlip(t.Context(), a, id, at))
	}
	pupil := h.submit(h.Sam, 1)
	wantFault(t, make(h.Sam, pupil.ID, library), "not-allowed")
	wantFault(t, make(h.Teacher, pupil.ID, library), "job-unknown")
	wantFault(t, make(h.Teacher, 9999, library), "job-unknown")
	wantFault(t, make(h.Teacher, job.ID, 9999), "printer-unknown")
	bySlip := h.Teacher
	bySlip.Proof = school.BySlip
	wantFault(t, make(bySlip, job.ID, library), "not-allowed")
	wantFault(t, h.EndSlip(t.Context(), h.Sam, job.ID), "not-allowed")
	wantFault(t, h.EndSlip(t.Context(), h.Teacher, job.ID), "slip-none")

	exec := func(sql string, args ...any) { t.Helper(); dbtest.Exec(t, h.db, sql, args...) }
	for _, c := range []struct{ code, change, back string }{
		{"slip-claim", "UPDATE job SET proof = 'vouched', group_id = (SELECT group_id FROM device_group), sent_from = '10.1.2.3'", "UPDATE job SET proof = 'password', group_id = NULL, sent_from = NULL"},
		{"slip-locked", "UPDATE job SET password = repeat('x', 20), password_scheme = 'none'", "UPDATE job SET password = NULL, password_scheme = NULL"},
		{"not-ready", "UPDATE job SET state = 'receiving'", "UPDATE job SET state = 'held'"},
		{"already-released", "UPDATE job SET state = 'released'", "UPDATE job SET state = 'held'"},
		{"account-unknown", `UPDATE job SET ticket = '{"account": "art"}'`, "UPDATE job SET ticket = '{}'"},
		{"not-enough", "UPDATE job SET pages = 51, impressions = 51", "UPDATE job SET pages = 6, impressions = 6"},
		{"printer-lacks", `UPDATE job SET ticket = '{"media": "iso_a3_297x420mm"}'`, "UPDATE job SET ticket = '{}'"},
		{"printer-elsewhere", "INSERT INTO queue_printer (school_id, queue_id, printer_id) SELECT q.school_id, q.queue_id, p.printer_id FROM queue q, printer p WHERE q.kind = 'hold' AND p.name = 'Hall'", "DELETE FROM queue_printer"},
	} {
		if c.code == "slip-claim" {
			h.carts()
		}
		if c.code == "printer-lacks" {
			exec(`UPDATE printer SET capabilities = '{"asked": true, "media": ["iso_a4_210x297mm"]}'`)
		}
		exec(c.change)
		err := make(h.Teacher, job.ID, library)
		exec(c.back)
		wantFault(t, err, c.code)
	}
	exec("INSERT INTO suspension (school_id, person_id, starts_at, ends_at, reason, imposed_by, evidence, objection) VALUES ($1, $2, $3, $4, 'r', gen_random_uuid(), jsonb_build_object('said', 'reason'), 'Ask your tutor for a review.')",
		h.School, h.Teacher.Person, tuesday, tuesday.Add(time.Hour))
	wantFault(t, make(h.Teacher, job.ID, library), "printing-suspended")
	exec("DELETE FROM suspension")
	if err := h.Cancel(t.Context(), h.Teacher, job.ID); err != nil {
		t.Fatal(err)
	}
	wantFault(t, make(h.Teacher, job.ID, library), "job-ended")
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM slip"); n != 0 {
		t.Errorf("%d slips were made all the same", n)
	}
}

// TestASlipThatIsOver is no more than an unknown badge, whatever ended it, and whoever stands
// there with it is sent away. A lost badge of its owner's is not among what ends it: it
// was made with a password, and has its own 20 minutes.
func TestASlipThatIsOver(t *testing.T) {
	t.Parallel()
	h, _ := classroom(t)
	for what, end := range map[string]func(release.Job){
		"late":             func(release.Job) { h.clock.Advance(release.SlipLife) },
		"ended":            func(j release.Job) { must(t, h.EndSlip(t.Context(), h.Teacher, j.ID)) },
		"a newer one":      func(j release.Job) { h.slip(j.ID) },
		"the job deleted":  func(j release.Job) { must(t, h.Cancel(t.Context(), h.Teacher, j.ID)) },
		"printed by badge": func(j release.Job) { h.release(h.Teacher, j.ID); h.state(j.ID, release.Done) },
		"its owner is gone": func(release.Job) {
			dbtest.Exec(t, h.db, "UPDATE person SET left_at = now() WHERE username = 'teacher'")
		},
	} {
		job := h.submit(h.Teacher, 2)
		slip := h.slip(job.ID)
		v := h.runner(slip)
		end(job)
		if _, err := h.signIn(slip.Text); codeOf(err) != "badge-unknown" {
			t.Errorf("%s: signing in: %v", what, err)
		}
		if _, err := h.SignIn(t.Context(), h.station, release.Key{Name: "slip", Code: slip.Code}); codeOf(err) != "code-wrong" {
			t.Errorf("%s: by code: %v", what, err)
		}
		if _, err := h.Visit(t.Context(), v); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("%s: still looking: %v", what, err)
		}
		if _, err := h.Release(t.Context(), v, ids(job.ID)); err == nil {
			t.Errorf("%s: printed", what)
		}
		dbtest.Exec(t, h.db, "UPDATE person SET left_at = NULL; DELETE FROM code_try; UPDATE job SET state = 'cancelled', title = NULL, ended_at = now() WHERE state = 'held'")
	}
	h.sound()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestASlipAndItsOwnersTroubles: a lost badge leaves it good, and whatever stops the owner
// from printing stops the runner, who is not told what it is.
func TestASlipAndItsOwnersTroubles(t *testing.T) {
	t.Parallel()
	h, _ := classroom(t)
	job := h.submit(h.Teacher, 6)
	v := h.runner(h.slip(job.ID))
	refused := func(code string) {
		t.Helper()
		_, err := h.Release(t.Context(), v, ids(job.ID))
		wantFault(t, err, code)
		if f := fault.As(err); f != nil && (strings.Contains(f.Say, "6") || strings.Contains(f.Say, "reason")) {
			t.Errorf("the runner is told %q", f.Say)
		}
		if visit, err := h.Visit(t.Context(), v); err != nil || visit.Barred != nil || visit.Balance != 0 {
			t.Errorf("the runner sees %+v, %v", visit, err)
		}
	}
	dbtest.Exec(t, h.db, "INSERT INTO suspension (school_id, person_id, starts_at, ends_at, reason, imposed_by, evidence, objection) VALUES ($1, $2, $3, $4, 'reason', gen_random_uuid(), jsonb_build_object('said', 'reason'), 'Ask your tutor for a review.')",
		h.School, h.Teacher.Person, tuesday, tuesday.Add(time.Hour))
	refused("slip-stopped")
	dbtest.Exec(t, h.db, "DELETE FROM suspension")
	dbtest.Exec(t, h.db, "UPDATE job SET pages = 60, impressions = 60 WHERE job_id = $1", job.ID)
	refused("slip-stopped") // it costs more than its owner was shown
	dbtest.Exec(t, h.db, "UPDATE job SET pages = 6, impressions = 6 WHERE job_id = $1", job.ID)
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'stopped', state_reasons = '{media-jam-error}'")
	refused("printer-stopped")
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'idle', state_reasons = '{}'")

	if _, err := h.LoseBadge(t.Context(), h.IT, h.Teacher.Person); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Release(t.Context(), v, ids(job.ID)); err != nil {
		t.Errorf("with the owner's badge lost: %v", err)
	}
	h.state(job.ID, release.Done)
	h.sound()
}

// TestTwoRunnersWithOneSlip: one prints, and it is paid once.
func TestTwoRunnersWithOneSlip(t *testing.T) {
	t.Parallel()
	h, _ := classroom(t)
	job := h.submit(h.Teacher, 3)
	slip := h.slip(job.ID)
	v := h.runner(slip)
	byCode, err := h.SignIn(t.Context(), h.station, release.Key{Name: " Slip ", Code: slip.Code})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	printed := 0
	for _, v := range []release.Visitor{v, byCode, v, byCode} {
		wait.Go(func() {
			_, err := h.Release(t.Context(), v, ids(job.ID))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				printed++
			} else if k := fault.KindOf(err); k != fault.Conflict && k != fault.Unauthenticated {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	h.state(job.ID, release.Done)
	if printed != 1 || h.pagesOut() != 3 || h.balance(h.Teacher) != 47 {
		t.Errorf("%d printed, %d pages out, %d left", printed, h.pagesOut(), h.balance(h.Teacher))
	}
	h.sound()
}

// TestASlipIsUsedUpByAPrinterThatStops: the rest is its owner's to give away again.
func TestASlipIsUsedUpByAPrinterThatStops(t *testing.T) {
	t.Parallel()
	h, _ := classroom(t)
	job := h.submit(h.Teacher, 5)
	slip := h.slip(job.ID)
	v := h.runner(slip)
	dbtest.Exec(t, h.db, "UPDATE slip SET used_at = made_at")
	_, err := h.Release(t.Context(), v, ids(job.ID))
	wantFault(t, err, "slip-over")
	if h.job(job.ID).State != release.Held || h.balance(h.Teacher) != 50 {
		t.Error("a refused slip left something behind")
	}
	again := h.slip(job.ID)
	if _, err := h.Release(t.Context(), h.runner(again), ids(job.ID)); err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Done)
	h.sound()
}

// TestGuessingSlips counts as guessing codes does, and pauses the keypad for codes alone.
func TestGuessingSlips(t *testing.T) {
	t.Parallel()
	h, _ := classroom(t)
	slip := h.slip(h.submit(h.Teacher, 1).ID)
	wrong := "00" + slip.Code[2:]
	if wrong == slip.Code {
		wrong = "11" + slip.Code[2:]
	}
	var last error
	for range 5 {
		for _, name := range []string{"slip", "mia"} { // each of whom waits longer with each
			_, last = h.SignIn(t.Context(), h.station, release.Key{Name: name, Code: wrong})
			wantFault(t, last, "code-wrong")
		}
		h.clock.Advance(10 * time.Second)
	}
	_, err := h.SignIn(t.Context(), h.station, release.Key{Name: "slip", Code: slip.Code})
	wantFault(t, err, "keypad-paused")
	_, err = h.SignIn(t.Context(), h.station, release.Key{Name: "sam", Code: "314159"})
	wantFault(t, err, "keypad-paused")
	h.runner(slip) // by its QR code
}
