package release_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

var errCut = errors.New("connection reset by peer")

// delivery waits until a job's latest delivery has ended, or is unclear.
func (h *house) delivery(id release.JobID, want release.DeliveryState) {
	h.t.Helper()
	h.eventually("the delivery", func() (string, bool) {
		got := dbtest.Value[string](h.t, h.db, "SELECT state FROM delivery WHERE job_id = $1 ORDER BY delivery_id DESC LIMIT 1", id)
		return got, got == string(want)
	})
}

// printing has Sam's document at the printer, which prints it until it is told
// otherwise.
func (h *house) printing(pages int, change ...func(*release.Submission)) release.Job {
	h.t.Helper()
	h.paper.with(func() { h.paper.hold = true })
	job := h.submit(h.Sam, pages, change...)
	h.release(h.Sam, job.ID)
	h.delivery(job.ID, release.Printing)
	return job
}

func TestARefusingPrinterCostsNothing(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Begin", "Send"} {
		h := newHouse(t)
		h.paper.fail(method, release.ErrRefused)
		job := h.submit(h.Sam, 3)
		h.release(h.Sam, job.ID)
		h.delivery(job.ID, release.Void)
		if got := h.state(job.ID, release.Held); got.Reason != "printer-refused" {
			t.Errorf("%s: held again because of %q", method, got.Reason)
		}
		if h.balance(h.Sam) != 100 {
			t.Errorf("%s: %d left", method, h.balance(h.Sam))
		}
		h.paper.fail(method, nil)
		h.release(h.Sam, job.ID)
		h.state(job.ID, release.Done)
		if n := h.pagesOut(); n != 3 {
			t.Errorf("%s: %d pages came out", method, n)
		}
		h.sound()
	}
}

func TestAPrinterOutOfReachIsTriedAndThenGivenUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.paper.fail("Begin", release.ErrUnreachable)
	job := h.submit(h.Sam, 2)
	h.release(h.Sam, job.ID)
	h.eventually("five tries", func() (string, bool) {
		h.clock.Advance(time.Second) // the next try is due
		return "", h.job(job.ID).State == release.Held
	})
	h.delivery(job.ID, release.Void)
	if h.balance(h.Sam) != 100 || len(h.paper.printed()) != 0 {
		t.Error("something was charged or sent")
	}
	h.sound()
}

// The answer to each word is lost after the printer has heard it. What the printer
// has is found by its token; the document is there exactly once.
func TestLostAnswersDoNotPrintTwice(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Begin", "Send"} {
		h := newHouse(t)
		h.paper.lose(method, errCut)
		job := h.submit(h.Sam, 3)
		h.release(h.Sam, job.ID)
		h.eventually("the job", func() (string, bool) {
			h.clock.Advance(time.Second)
			return "", h.job(job.ID).State == release.Done
		})
		if n := len(h.paper.printed()); n != 1 {
			t.Errorf("%s: the printer has it %d times", method, n)
		}
		if h.balance(h.Sam) != 97 {
			t.Errorf("%s: %d left", method, h.balance(h.Sam))
		}
		h.sound()
	}
}

func lost(t *testing.T) (*house, release.Job) {
	h := newHouse(t)
	job := h.printing(3)
	// The printer was switched off and on, and has forgotten everything.
	h.paper.with(func() { h.paper.uptime = 1 })
	h.paper.fail("Find", release.ErrGone)
	h.paper.fail("Progress", release.ErrGone)
	h.delivery(job.ID, release.Unclear)
	return h, job
}

func TestWhatIsLostFromSightIsAskedAndNeverSentAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		came  bool
		state release.JobState
		left  int64
	}{{true, release.Done, 97}, {false, release.Held, 100}} {
		h, job := lost(t)
		if h.balance(h.Sam) != 97 || h.documents() != 1 || len(h.paper.printed()) != 1 {
			t.Error("document or reservation went while nobody knew")
		}
		visit, err := h.Visit(t.Context(), h.at(h.Sam))
		if err != nil || len(visit.Jobs) != 1 || visit.Jobs[0].Delivery.State != release.Unclear {
			t.Errorf("the owner sees %+v, %v", visit.Jobs, err)
		}
		wantFault(t, h.Answer(t.Context(), h.at(h.Mia), job.ID, true), "job-unknown")
		if err := h.Answer(t.Context(), h.at(h.Sam), job.ID, c.came); err != nil {
			t.Fatal(err)
		}
		wantFault(t, h.Answer(t.Context(), h.at(h.Sam), job.ID, c.came), "not-asked")
		if got := h.job(job.ID).State; got != c.state || h.balance(h.Sam) != c.left {
			t.Errorf("answered %t: %s, %d left", c.came, got, h.balance(h.Sam))
		}
		if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM fact WHERE kind = 'unclear-answered'"); n != 1 {
			t.Errorf("%d facts", n)
		}
		h.sound()
	}
}

// The owner counts what came out: that is charged, the rest is held, and printed for its own price.
func TestWhatIsLostFromSightCameOutInPart(t *testing.T) {
	t.Parallel()
	h, job := lost(t)
	for _, wrong := range []int{0, -1, 4} {
		wantFault(t, h.AnswerSome(t.Context(), h.at(h.Sam), job.ID, wrong), "answer-pages")
	}
	wantFault(t, h.AnswerSome(t.Context(), h.at(h.Mia), job.ID, 1), "job-unknown")
	if err := h.AnswerSome(t.Context(), h.at(h.Sam), job.ID, 1); err != nil {
		t.Fatal(err)
	}
	wantFault(t, h.AnswerSome(t.Context(), h.at(h.Sam), job.ID, 1), "not-asked")
	now := h.job(job.ID)
	if now.State != release.Held || now.Printed != 1 || now.Left() != 2 || h.balance(h.Sam) != 99 {
		t.Errorf("%s, %d out, %d left to print, balance %d", now.State, now.Printed, now.Left(), h.balance(h.Sam))
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM audit WHERE act = 'delivery-settled' AND facts->>'reason' = 'owner-says-some-came' AND (facts->>'impressions')::int = 1"); n != 1 {
		t.Errorf("%d rows of audit", n)
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM fact WHERE kind = 'unclear-answered' AND detail->>'came' = 'false' AND detail->>'counted' = '1'"); n != 1 {
		t.Errorf("%d facts", n)
	}
	h.sound()
}

func TestWhatNobodyAnsweredIsFree(t *testing.T) {
	t.Parallel()
	h, job := lost(t)
	h.clock.Advance(34 * time.Hour)
	h.state(job.ID, release.Expired)
	h.delivery(job.ID, release.Void)
	if h.balance(h.Sam) != 100 {
		t.Errorf("%d left", h.balance(h.Sam))
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM fact WHERE kind = 'unclear-answered' AND detail @> '{\"came\": false, \"nobody\": true}'"); n != 1 {
		t.Errorf("%d facts: whoever says nothing has it better than who says no", n)
	}
	h.sound()
}

// A printer that jams at page 3 of 10: three are charged, and the other seven can
// be had without paying twice.
func TestF11AJamCostsWhatCameOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.printing(10)
	shows := func(page int) {
		t.Helper()
		h.eventually(fmt.Sprintf("page %d", page), func() (string, bool) {
			visit, err := h.Visit(t.Context(), h.at(h.Sam))
			return "", err == nil && visit.Jobs[0].Delivery.Printed == page && visit.Jobs[0].Delivery.Of == 10
		})
	}
	h.paper.tell(release.Progress{Phase: release.PhaseActive, Impressions: 2})
	shows(2)
	h.paper.tell(release.Progress{Phase: release.PhaseStopped, Impressions: 3}) // came out as it jammed
	shows(3)
	h.eventually("the end of patience", func() (string, bool) {
		h.clock.Advance(10 * time.Second)
		return "", h.job(job.ID).State == release.Held
	})
	rest := h.job(job.ID)
	if rest.Printed != 3 || rest.Left() != 7 || rest.Due() != 7 || h.balance(h.Sam) != 97 {
		t.Fatalf("%+v, %d left", rest, h.balance(h.Sam))
	}
	h.paper.with(func() { h.paper.hold = false })
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	all := h.paper.printed()
	if n := len(pageObject.FindAll(all[len(all)-1].document, -1)); n != 7 {
		t.Errorf("the second time %d pages went", n)
	}
	if h.balance(h.Sam) != 90 {
		t.Errorf("%d left", h.balance(h.Sam))
	}
	h.sound()
}

// A printer that is cleared goes on, and its owner's screen stops saying that it
// stands as soon as the job moves, whenever the printer is looked at next. There are printers
// that say "processing" of themselves all the while.
func TestAJamThatIsClearedIsForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.printing(4)
	jam, low := []string{"media-jam-error"}, []string{"media-empty-error", "toner-low-warning", "media-jam-warning"}
	for _, now := range []struct {
		state   release.PrinterState
		reasons []string
		phase   release.Phase
		trouble bool
	}{
		{release.PrinterStopped, jam, release.PhaseStopped, true},
		{release.PrinterIdle, nil, release.PhaseActive, false},
		{release.PrinterProcessing, jam, release.PhaseStopped, true},
		{release.PrinterProcessing, low, release.PhaseActive, false}, // another tray is full
	} {
		h.paper.with(func() { h.paper.state, h.paper.reasons = now.state, now.reasons })
		h.paper.tell(release.Progress{Phase: now.phase, Impressions: 1})
		h.eventually("the screen", func() (string, bool) {
			visit, err := h.Visit(t.Context(), h.at(h.Sam))
			trouble := visit.Jobs[0].Delivery.Trouble
			return trouble, err == nil && (trouble != "") == now.trouble
		})
	}
}

// A printer that says for ever that it is printing does not hold up the others.
func TestAJobThatNeverMovesIsTakenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.printing(3)
	h.clock.Advance(10 * time.Minute)
	if got := h.job(job.ID).State; got != release.Released {
		t.Errorf("after ten minutes it is %s", got)
	}
	h.eventually("the end of patience", func() (string, bool) {
		h.clock.Advance(10 * time.Second)
		return "", h.job(job.ID).State == release.Held
	})
	if h.balance(h.Sam) != 100 {
		t.Errorf("%d left", h.balance(h.Sam))
	}
	h.sound()
}

// The program ends while the printer has the job, and is started again: the job
// is found there, prints once and is charged once.
func TestARestartAdoptsWhatThePrinterHas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.printing(3)
	h.close()
	h.paper.tell(release.Progress{Phase: release.PhaseCompleted, Impressions: 3})
	h.open()
	h.state(job.ID, release.Done)
	if n := len(h.paper.printed()); n != 1 || h.balance(h.Sam) != 97 {
		t.Errorf("printed %d times, %d left", n, h.balance(h.Sam))
	}
	h.sound()
}

func TestF14SuspendedBetweenReleaseAndPrinter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.paper.fail("Begin", release.ErrUnreachable)
	job := h.submit(h.Sam, 2)
	h.release(h.Sam, job.ID)
	h.eventually("the first try", func() (string, bool) {
		return "", dbtest.Value[int](t, h.db, "SELECT tries FROM delivery") == 1
	})
	dbtest.Exec(t, h.db, "INSERT INTO suspension (school_id, person_id, starts_at, ends_at, reason, imposed_by, evidence, objection) VALUES ($1, $2, $3, $4, 'r', gen_random_uuid(), jsonb_build_object('said', 'reason'), 'Ask your tutor for a review.')",
		h.School, h.Sam.Person, tuesday, tuesday.AddDate(0, 0, 1))
	h.paper.fail("Begin", nil)
	h.eventually("the job", func() (string, bool) {
		h.clock.Advance(time.Second)
		return "", h.job(job.ID).State == release.Held
	})
	if h.balance(h.Sam) != 100 || len(h.paper.printed()) != 0 {
		t.Error("a suspended pupil's job went to the printer, or was charged")
	}
	h.sound()
}

func TestAnotherNodesPrinterIsLeftAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dbtest.Exec(t, h.db, "INSERT INTO node (node_id, started_at, beat_at) VALUES ('11111111-1111-4111-8111-111111111111', now(), now() + interval '1 hour')")
	dbtest.Exec(t, h.db, "UPDATE printer SET node_id = '11111111-1111-4111-8111-111111111111', epoch = 7")
	job := h.submit(h.Sam, 1)
	h.release(h.Sam, job.ID)
	dbtest.Exec(t, h.db, "UPDATE node SET beat_at = now() - interval '6 seconds' WHERE node_id = '11111111-1111-4111-8111-111111111111'")
	h.state(job.ID, release.Done)
	if epoch := dbtest.Value[int](t, h.db, "SELECT epoch FROM printer"); epoch != 8 {
		t.Errorf("epoch %d", epoch)
	}
}
