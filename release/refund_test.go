package release_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// printed has somebody print some pages and is what came out.
func (h *house) printed(a school.Actor, pages int) release.Print {
	h.t.Helper()
	job := h.submit(a, pages)
	h.release(a, job.ID)
	h.state(job.ID, release.Done)
	all, err := h.Prints(h.t.Context(), a)
	if err != nil || len(all) == 0 || all[0].Job != job.ID {
		h.t.Fatalf("%+v, %v", all, err)
	}
	return all[0]
}

// request is the one request that an actor may answer.
func (h *house) request(a school.Actor) release.Refund {
	h.t.Helper()
	all, err := h.Refunds(h.t.Context(), a)
	if err != nil || len(all) != 1 {
		h.t.Fatalf("%+v, %v", all, err)
	}
	return all[0]
}

// TestAPupilAsksAndIsAnswered: in part, with a no, and what they read at the next tap.
func TestAPupilAsksAndIsAnswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	p := h.printed(h.Sam, 10)
	if p.Pages != 10 || p.Charged != 10 || p.Printer != "Library" || p.Asked {
		t.Errorf("printed %+v", p)
	}
	for code, ask := range map[string]func() error{
		"refund-reason":  func() error { return h.AskRefund(ctx, h.Sam, p.Delivery, "rain", 1) },
		"refund-pages":   func() error { return h.AskRefund(ctx, h.Sam, p.Delivery, release.Twice, 11) },
		"refund-unknown": func() error { return h.AskRefund(ctx, h.Mia, p.Delivery, release.Twice, 1) },
	} {
		wantFault(t, ask(), code)
	}
	if err := h.AskRefund(ctx, h.Sam, p.Delivery, release.BadQuality, 4); err != nil {
		t.Fatal(err)
	}
	wantFault(t, h.AskRefund(ctx, h.Sam, p.Delivery, release.NothingCame, 10), "refund-asked")

	r := h.request(h.IT)
	if r.Name != "Sam Bell" || r.Pages != 4 || r.Printed != 10 || r.Of != 10 || r.Printer != "Library" || r.Times != 1 || r.Reason != release.BadQuality {
		t.Errorf("IT reads %+v", r)
	}
	if all, err := h.Refunds(ctx, h.Teacher); err != nil || len(all) != 0 {
		t.Errorf("a teacher of nobody reads %+v, %v", all, err)
	}
	wantFault(t, h.Grant(ctx, h.Teacher, r.ID, 4), "refund-done")
	wantFault(t, h.Grant(ctx, h.IT, r.ID, 5), "refund-too-many")
	wantFault(t, h.Decline(ctx, h.IT, r.ID, " \n "), "refund-why")
	if _, err := h.Refunds(ctx, h.Mia); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a pupil reads requests: %v", err)
	}
	if got := h.visit(h.Sam).Refunds; len(got) != 0 {
		t.Errorf("before an answer Sam reads %+v", got)
	}
	if err := h.Grant(ctx, h.IT, r.ID, 3); err != nil {
		t.Fatal(err)
	}
	if got := h.balance(h.Sam); got != 93 {
		t.Errorf("%d left", got)
	}
	wantFault(t, h.Grant(ctx, h.IT, r.ID, 4), "refund-done")
	if got := h.visit(h.Sam).Refunds; len(got) != 1 || got[0].Granted != 3 {
		t.Errorf("Sam reads %+v", got)
	}
	h.clock.Advance(3 * time.Minute)
	if got := h.visit(h.Sam).Refunds; len(got) != 0 {
		t.Errorf("and again later %+v", got)
	}

	q := h.printed(h.Sam, 2)
	if err := h.AskRefund(ctx, h.Sam, q.Delivery, release.WrongPrinter, 2); err != nil {
		t.Fatal(err)
	}
	if err := h.Decline(ctx, h.IT, h.request(h.IT).ID, "It is in the tray behind you"); err != nil {
		t.Fatal(err)
	}
	if got := h.visit(h.Sam).Refunds; len(got) != 1 || got[0].Granted != 0 || got[0].Why != "It is in the tray behind you" || h.balance(h.Sam) != 91 {
		t.Errorf("Sam reads %+v", got)
	}
	acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE act LIKE '%refund%'")
	if acts != "refund-asked ledger-refund refund-granted refund-asked refund-declined" {
		t.Errorf("audit has %s", acts)
	}
	h.sound()
}

// TestATeacherAnswersTheirPupils and nobody themself.
func TestATeacherAnswersTheirPupils(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	dbtest.Exec(t, h.db, "INSERT INTO enrolment (class_id, person_id, school_id, role, valid_from, valid_to) VALUES ($1, $2, $3, 'teacher', $4, $5)",
		h.class("11A", h.Sam), h.Teacher.Person, h.School, tuesday.AddDate(0, 0, -1), tuesday.AddDate(0, 0, 1))
	if err := h.AskRefund(ctx, h.Sam, h.printed(h.Sam, 3).Delivery, release.Twice, 3); err != nil {
		t.Fatal(err)
	}
	if err := h.AskRefund(ctx, h.Mia, h.printed(h.Mia, 2).Delivery, release.Twice, 2); err != nil {
		t.Fatal(err)
	}
	if r := h.request(h.Teacher); r.Person != h.Sam.Person || len(r.Classes) != 1 || r.Classes[0] != "11A" {
		t.Errorf("the teacher reads %+v", r)
	}
	if err := h.Grant(ctx, h.Teacher, h.request(h.Teacher).ID, 3); err != nil || h.balance(h.Sam) != 100 {
		t.Errorf("%v, %d left", err, h.balance(h.Sam))
	}
	if all, err := h.Refunds(ctx, h.IT); err != nil || len(all) != 1 {
		t.Errorf("IT reads %+v, %v", all, err)
	}
	it := h.IT
	dbtest.Exec(t, h.db, "UPDATE refund SET person_id = $1 WHERE answered_at IS NULL", it.Person)
	if all, err := h.Refunds(ctx, it); err != nil || len(all) != 0 {
		t.Errorf("IT reads their own %+v, %v", all, err)
	}
	mias := dbtest.Value[release.RefundID](t, h.db, "SELECT refund_id FROM refund WHERE answered_at IS NULL")
	wantFault(t, h.Grant(ctx, it, mias, 1), "refund-done")
	if all, err := h.Refunds(ctx, h.Chief); err != nil || len(all) != 1 {
		t.Errorf("a colleague reads %+v, %v", all, err)
	}
}

// TestAPrintIsPaidBackOnce, however many answer at once, and no more than it cost after the
// printer stopped on the way.
func TestAPrintIsPaidBackOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	job := h.partlyOut(5, 3)
	h.paper.tell(release.Progress{Phase: release.PhaseEnded, Impressions: 3})
	h.delivery(job.ID, release.Settled)
	all, err := h.Prints(ctx, h.Sam)
	if err != nil || len(all) != 1 || all[0].Pages != 3 || all[0].Of != 5 || all[0].Charged != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	wantFault(t, h.AskRefund(ctx, h.Sam, all[0].Delivery, release.NothingCame, 5), "refund-pages")
	if err := h.AskRefund(ctx, h.Sam, all[0].Delivery, release.NothingCame, 3); err != nil {
		t.Fatal(err)
	}
	id := h.request(h.IT).ID
	var done sync.WaitGroup
	answers := make(chan error, 8)
	for i := range 8 {
		done.Go(func() { answers <- h.Grant(ctx, []school.Actor{h.IT, h.Chief}[i%2], id, 3) })
	}
	done.Wait()
	close(answers)
	good := 0
	for err := range answers {
		if err == nil {
			good++
		} else {
			wantFault(t, err, "refund-done")
		}
	}
	if good != 1 || h.balance(h.Sam) != 100 {
		t.Errorf("%d granted, %d left", good, h.balance(h.Sam))
	}
	h.sound()
}

// TestPrintsCanBeAskedBackForThreeSchoolDays and whoever asks often is a fact.
func TestPrintsCanBeAskedBackForThreeSchoolDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	for range 3 {
		if err := h.AskRefund(ctx, h.Sam, h.printed(h.Sam, 1).Delivery, release.OtherReason, 1); err != nil {
			t.Fatal(err)
		}
	}
	if got := dbtest.Value[string](t, h.db, "SELECT string_agg(detail->>'times', ' ') FROM fact WHERE kind = 'refund-asked'"); got != "3" {
		t.Errorf("the facts say %q", got)
	}
	p := h.printed(h.Sam, 1)
	for day, want := range map[int]int{1: 4, 2: 4, 3: 0} { // Wednesday, Thursday, Friday
		h.clock.Set(tuesday.AddDate(0, 0, day))
		if all, err := h.Prints(ctx, h.Sam); err != nil || len(all) != want {
			t.Errorf("%d days later %d prints, %v", day, len(all), err)
		}
	}
	h.clock.Set(tuesday.AddDate(0, 0, 3))
	wantFault(t, h.AskRefund(ctx, h.Sam, p.Delivery, release.Twice, 1), "refund-unknown")
	runner := h.Sam
	runner.Proof = school.BySlip
	if _, err := h.Prints(ctx, runner); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a runner reads the owner's prints: %v", err)
	}
}

// TestEachPrintOfTheTimeCanBeAskedBack, however many came after it.
func TestEachPrintOfTheTimeCanBeAskedBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.printed(h.Sam, 1)
	dbtest.Exec(t, h.db, `
		INSERT INTO delivery (school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, not_before, printed, charged, reserved_at, ended_at)
		SELECT school_id, job_id, person_id, printer_id, state, md5(n::text), first_page, copies, impressions, amount, not_before, printed, charged, reserved_at, ended_at
		  FROM delivery, generate_series(1, 40) AS n WHERE delivery_id = $1`, p.Delivery)
	if err := h.AskRefund(t.Context(), h.Sam, p.Delivery, release.OtherReason, 1); err != nil {
		t.Error(err)
	}
}

// TestWhatThePrinterSaidIsKept for who has to judge.
func TestWhatThePrinterSaidIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.partlyOut(2, 1)
	dbtest.Exec(t, h.db, "UPDATE printer SET state_reasons = '{toner-low-warning}'")
	h.paper.tell(release.Progress{Phase: release.PhaseEnded, Impressions: 1})
	h.delivery(job.ID, release.Settled)
	all, err := h.Prints(t.Context(), h.Sam)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	if err := h.AskRefund(t.Context(), h.Sam, all[0].Delivery, release.BadQuality, 1); err != nil {
		t.Fatal(err)
	}
	if r := h.request(h.IT); strings.Join(r.Reported, " ") != "toner-low-warning" {
		t.Errorf("%+v", r)
	}
	if title := fmt.Sprintf("%+v", h.request(h.IT)); strings.Contains(title, "essay") {
		t.Errorf("the request tells the title: %s", title)
	}
}
