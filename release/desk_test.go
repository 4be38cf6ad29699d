package release_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

func TestAJobIsHeldReleasedPrintedAndCharged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 4)
	if job.State != release.Held || job.Pages != 4 || job.Price != 4 || job.Sheets != 2 || job.Title != "My essay" {
		t.Fatalf("held as %+v", job)
	}
	if got := h.balance(h.Sam); got != 100 {
		t.Errorf("submission cost something: %d left", got)
	}
	if want := time.Date(2026, 11, 18, 18, 0, 0, 0, time.UTC); !job.Expires.Equal(want) {
		t.Errorf("held until %v", job.Expires)
	}
	h.release(h.Sam, job.ID)
	done := h.state(job.ID, release.Done)
	if done.Title != "" || done.Printed != 4 {
		t.Errorf("ended as %+v", done)
	}
	if got := h.balance(h.Sam); got != 96 {
		t.Errorf("%d left", got)
	}
	if n := h.pagesOut(); n != 4 {
		t.Errorf("%d pages came out", n)
	}
	h.eventually("the spool", func() (string, bool) { return "documents left", h.documents() == 0 })
	h.eventually("the row to forget its document", func() (string, bool) {
		return "", dbtest.Value[bool](t, h.db, "SELECT document IS NULL FROM job WHERE job_id = $1", job.ID)
	})
	acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE object = $1", fmt.Sprintf("job:%d", job.ID))
	if acts != "job-submitted job-released delivery-settled" {
		t.Errorf("audit: %s", acts)
	}
	h.sound()
}

func TestTheTicketIsPriced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		name               string
		ticket             release.Ticket
		impressions, sheet int
	}{
		{"two-sided by default", release.Ticket{}, 5, 3},
		{"one-sided", release.Ticket{Sides: "one-sided"}, 5, 5},
		{"three copies", release.Ticket{Copies: 3}, 15, 9},
		{"some pages", release.Ticket{Pages: []release.PageRange{{First: 2, Last: 3}, {First: 5, Last: 99}}}, 3, 2},
	} {
		job := h.submit(h.Sam, 5, func(s *release.Submission) { s.Ticket = c.ticket })
		if job.Impressions != c.impressions || job.Sheets != c.sheet || job.Price != int64(c.impressions) {
			t.Errorf("%s: %d impressions, %d sheets, %d units", c.name, job.Impressions, job.Sheets, job.Price)
		}
		if err := h.Delete(t.Context(), h.at(h.Sam), job.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatCannotBeTakenLeavesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	broken := io.MultiReader(bytes.NewReader(documenttest.PDF(3)[:500]), errReader{errors.New("connection reset")})
	for _, c := range []struct {
		name, declared string
		body           io.Reader
		code           string
	}{
		{"nothing at all", "application/pdf", strings.NewReader(""), "document-empty"},
		{"text called PDF", "application/pdf", strings.NewReader("Dear Sir or Madam"), "format-mismatch"},
		{"PostScript", "application/octet-stream", strings.NewReader("%!PS-Adobe-3.0"), "format-unsupported"},
		{"too large", "application/pdf", io.MultiReader(bytes.NewReader(documenttest.PDF(1)), bytes.NewReader(make([]byte, 2<<20))), "document-too-large"},
		{"broken off", "application/pdf", broken, "document-broken-off"},
	} {
		s := h.submission(h.Sam)
		s.Declared = c.declared
		_, err := h.Print(t.Context(), s, c.body)
		wantFault(t, err, c.code)
		if n := h.documents(); n != 0 {
			t.Errorf("%s left %d documents", c.name, n)
		}
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM job"); n != 0 {
		t.Errorf("%d jobs are left", n)
	}
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

func TestADocumentAtFaultEndsItsJob(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	damaged := append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("nonsense "), 50)...)
	job, err := h.Print(t.Context(), h.submission(h.Sam), bytes.NewReader(damaged))
	if err != nil {
		t.Fatal(err)
	}
	job = h.state(job.ID, release.Refused)
	if job.Reason != "document-damaged" || job.Title != "" {
		t.Errorf("%+v", job)
	}
	if got := dbtest.Value[string](t, h.db, "SELECT detail->>'reason' FROM fact WHERE kind = 'document-refused'"); got != "document-damaged" {
		t.Errorf("the fact says %q", got)
	}
	h.eventually("the spool", func() (string, bool) { return "documents left", h.documents() == 0 })
	visit, err := h.Visit(t.Context(), h.at(h.Sam))
	if err != nil || len(visit.Jobs) != 1 || !strings.Contains(visit.Jobs[0].Refusal, "damaged") {
		t.Errorf("the owner sees %+v, %v", visit.Jobs, err)
	}
}

func TestCreateThenSend(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job, err := h.Create(t.Context(), h.submission(h.Sam))
	if err != nil || job.State != release.Receiving {
		t.Fatalf("%+v, %v", job, err)
	}
	if _, err := h.Send(t.Context(), h.Mia, job.ID, "", bytes.NewReader(documenttest.PDF(1))); fault.KindOf(err) != fault.NotFound {
		t.Errorf("somebody else's job: %v", err)
	}
	if _, err := h.Send(t.Context(), h.Sam, job.ID, "application/octet-stream", bytes.NewReader(documenttest.PDF(2))); err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Held)
	_, err = h.Send(t.Context(), h.Sam, job.ID, "", bytes.NewReader(documenttest.PDF(2)))
	wantFault(t, err, "job-not-open")

	bad, err := h.Create(t.Context(), h.submission(h.Sam))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Send(t.Context(), h.Sam, bad.ID, "application/pdf", strings.NewReader("no"))
	wantFault(t, err, "format-mismatch")
	h.state(bad.ID, release.Refused)

	open, err := h.Create(t.Context(), h.submission(h.Sam))
	if err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(6 * time.Minute)
	h.state(open.ID, release.Expired)
}

func TestReleaseRefusals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	job := h.submit(h.Sam, 4)
	_, err := h.Release(ctx, h.at(h.Sam), nil)
	wantFault(t, err, "nothing-chosen")
	_, err = h.Release(ctx, h.at(h.Mia), ids(job.ID))
	wantFault(t, err, "job-unknown")
	_, err = h.Release(ctx, h.at(h.Sam), ids(job.ID, 9999))
	wantFault(t, err, "job-unknown")

	mias := h.submit(h.Mia, 6)
	_, err = h.Release(ctx, h.at(h.Mia), ids(mias.ID))
	wantFault(t, err, "not-enough")

	dbtest.Exec(t, h.db, "INSERT INTO suspension (school_id, person_id, starts_at, ends_at, reason, imposed_by, evidence, objection) VALUES ($1, $2, $3, $4, 'r', gen_random_uuid(), jsonb_build_object('said', 'reason'), 'Ask your tutor for a review.')",
		h.School, h.Sam.Person, tuesday, tuesday.Add(time.Hour))
	_, err = h.Release(ctx, h.at(h.Sam), ids(job.ID))
	wantFault(t, err, "printing-suspended")
	dbtest.Exec(t, h.db, "DELETE FROM suspension")

	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'stopped', state_reasons = '{media-jam-error}'")
	_, err = h.Release(ctx, h.at(h.Sam), ids(job.ID))
	wantFault(t, err, "printer-stopped")
	if say := fault.As(err).Say; !strings.Contains(say, "stuck") {
		t.Errorf("a jam is told as %q", say)
	}
	if h.job(job.ID).State != "held" || h.balance(h.Sam) != 100 || len(h.paper.printed()) != 0 {
		t.Error("a refused release left something behind")
	}
	h.sound()
}

func ids(all ...release.JobID) []release.JobID { return all }

// F12: one badge at two kiosks, each beside a printer of its own, up to five milliseconds apart:
// one of them prints, and the other says that it is printing already.
func TestF12TwoKiosksOneBadgeOneRelease(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plenty)
	hall := h.place("Hall", func() (release.Printer, error) { return h.paper, nil }).Station
	races := rounds(10, 10_000)
	h.grant(h.Sam, int64(races), "races")
	for race := range races {
		job := h.submit(h.Sam, 1)
		told := make(chan struct{}) // what is released prints once both know, so that nobody is too late
		h.paper.with(func() { h.paper.sending = func() { <-told } })
		errs := h.atTwo(h.station, hall, time.Duration(race%11-5)*time.Millisecond, func(at release.Visitor) error {
			_, err := h.Release(t.Context(), at, ids(job.ID))
			return err
		})
		close(told)
		if len(errs) != 1 {
			t.Fatalf("race %d: %d of two were refused: %v", race, len(errs), errs)
		}
		wantFault(t, errs[0], "printing-at")
		if say := fault.As(errs[0]).Say; say != "That is printing already, at Library." && say != "That is printing already, at Hall." {
			t.Errorf("the loser is told %q", say)
		}
		h.state(job.ID, release.Done)
	}
	if n := h.pagesOut(); n != races || h.balance(h.Sam) != 100 {
		t.Errorf("%d pages came out, %d left", n, h.balance(h.Sam))
	}
	h.sound()
}

// atTwo has something done with Sam's badge at two stations, at the second so much later, or
// earlier. It returns what went wrong.
func (h *house) atTwo(first, second release.Station, later time.Duration, act func(release.Visitor) error) (errs []error) {
	h.t.Helper()
	var ready sync.WaitGroup
	ready.Add(2)
	results := make(chan error, 2)
	for _, k := range []struct {
		at   release.Station
		wait time.Duration
	}{{first, max(-later, 0)}, {second, max(later, 0)}} {
		v, err := h.SignIn(h.t.Context(), k.at, release.Key{Badge: schooltest.SamBadge})
		if err != nil {
			h.t.Fatal(err)
		}
		go func() {
			ready.Done()
			ready.Wait()
			time.Sleep(k.wait)
			results <- act(v)
		}()
	}
	for range 2 {
		if err := <-results; err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func TestADirectQueuePrintsAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	send := func(a school.Actor, pages int) (release.Job, error) {
		s := h.submission(a)
		s.Queue = h.direct
		return h.Print(t.Context(), s, bytes.NewReader(documenttest.PDF(pages)))
	}
	job, err := send(h.Sam, 2)
	if err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Done)
	mias, err := send(h.Mia, 6)
	if err != nil {
		t.Fatal(err)
	}
	h.state(mias.ID, release.Held) // not enough pages: it waits at a station
	if h.balance(h.Sam) != 98 || h.balance(h.Mia) != 5 {
		t.Errorf("balances %d, %d", h.balance(h.Sam), h.balance(h.Mia))
	}
	h.sound()
}

func TestCancelDestroysTheDocument(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 2)
	wantFault(t, h.Cancel(t.Context(), h.Mia, job.ID), "job-unknown")
	if err := h.Cancel(t.Context(), h.Sam, job.ID); err != nil {
		t.Fatal(err)
	}
	wantFault(t, h.Cancel(t.Context(), h.Sam, job.ID), "job-ended")
	if n := h.documents(); n != 0 {
		t.Errorf("%d documents left", n)
	}
	other := h.submit(h.Sam, 2)
	wantFault(t, h.Delete(t.Context(), h.at(h.IT), other.ID), "job-unknown") // at a station IT is a visitor
	if err := h.Cancel(t.Context(), h.IT, other.ID); err != nil {
		t.Errorf("IT: %v", err)
	}
}

func TestHeldJobsExpire(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 2)
	h.clock.Advance(34 * time.Hour)
	_, err := h.Release(t.Context(), h.at(h.Sam), ids(job.ID))
	wantFault(t, err, "job-ended")
	h.state(job.ID, release.Expired)
	h.eventually("the spool", func() (string, bool) { return "documents left", h.documents() == 0 })
	if h.balance(h.Sam) != 100 {
		t.Error("an expired job was charged")
	}
}

// TestALegalHoldKeepsWhatNobodyCameFor: encrypted, out of everybody's hands, until the hold ends. What its owner deletes goes.
func TestALegalHoldKeepsWhatNobodyCameFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job, deleted := h.submit(h.Sam, 2), h.submit(h.Sam, 2)
	other := h.submit(h.Mia, 2)
	dbtest.Exec(t, h.db, "INSERT INTO legal_hold (school_id, person_id, reason, placed_at, review_on) VALUES ($1, $2, 'police', $3, $3::timestamptz + interval '9 days')", h.School, h.Sam.Person, h.clock.Now())
	if err := h.Delete(t.Context(), h.at(h.Sam), deleted.ID); err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(34 * time.Hour)
	h.state(job.ID, release.Expired)
	h.state(other.ID, release.Expired)
	h.eventually("the spool", func() (string, bool) { return fmt.Sprint(h.documents(), " documents left"), h.documents() == 1 })
	if kept := dbtest.Value[bool](t, h.db, "SELECT document IS NOT NULL FROM job WHERE job_id = $1", job.ID); !kept {
		t.Error("the one that is left is another's")
	}
	_, err := h.Release(t.Context(), h.at(h.Sam), ids(job.ID))
	wantFault(t, err, "job-ended")
	dbtest.Exec(t, h.db, "UPDATE legal_hold SET ended_at = $1, end_reason = 'over'", h.clock.Now())
	h.eventually("the spool", func() (string, bool) { return "documents left", h.documents() == 0 })
}

// TestALegalHoldKeepsWhatALeaverLeft: going away is not deleting it.
func TestALegalHoldKeepsWhatALeaverLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job, other := h.submit(h.Sam, 2), h.submit(h.Mia, 2)
	dbtest.Exec(t, h.db, "INSERT INTO legal_hold (school_id, person_id, reason, placed_at, review_on) VALUES ($1, $2, 'police', $3, $3::timestamptz + interval '9 days')", h.School, h.Sam.Person, h.clock.Now())
	dbtest.Exec(t, h.db, "UPDATE person SET left_at = $1 WHERE person_id IN ($2, $3)", h.clock.Now(), h.Sam.Person, h.Mia.Person)
	ended := func(id release.JobID) string {
		return dbtest.Value[string](t, h.db, "SELECT state || ' ' || (document IS NOT NULL) FROM job WHERE job_id = $1", id)
	}
	h.eventually("the end of both", func() (string, bool) {
		return ended(job.ID) + ", " + ended(other.ID), ended(job.ID) == "expired true" && ended(other.ID) == "cancelled false"
	})
	dbtest.Exec(t, h.db, "UPDATE legal_hold SET ended_at = $1, end_reason = 'over'", h.clock.Now())
	h.eventually("the spool", func() (string, bool) { return "documents left", h.documents() == 0 })
}

func TestOnePersonHoldsSoManyJobs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 5 {
		h.submit(h.Sam, 1)
	}
	_, err := h.Print(t.Context(), h.submission(h.Sam), bytes.NewReader(documenttest.PDF(1)))
	wantFault(t, err, "too-many-held")
	h.submit(h.Mia, 1)
}

func TestOnlyTheOwnerSeesATitle(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 1)
	seen, err := h.Job(t.Context(), h.IT, job.ID)
	if err != nil || seen.Title != "" || seen.Owner != "sam" {
		t.Errorf("IT sees %+v, %v", seen, err)
	}
	all, err := h.Jobs(t.Context(), h.IT, release.JobFilter{})
	if err != nil || len(all) != 1 || all[0].Title != "" {
		t.Errorf("IT lists %+v, %v", all, err)
	}
	if all, err := h.Jobs(t.Context(), h.Mia, release.JobFilter{}); err != nil || len(all) != 0 {
		t.Errorf("another pupil lists %+v, %v", all, err)
	}
	if all, err := h.Jobs(t.Context(), h.Sam, release.JobFilter{Queue: h.queue.ID}); err != nil || len(all) != 1 || all[0].Title != "My essay" {
		t.Errorf("the owner lists %+v, %v", all, err)
	}
	today, err := h.Today(t.Context(), h.IT, 0)
	if err != nil || len(today) != 1 || today[0].Username != "sam" {
		t.Errorf("today: %+v, %v", today, err)
	}
	_, err = h.Today(t.Context(), h.Teacher, 0)
	wantFault(t, err, "not-allowed")
}

func TestALifeCountsInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for pages, want := range map[int]string{1: "1 page on 1 sheet", 2: "2 pages on 1 sheet", 4: "4 pages on 2 sheets"} {
		_, life, err := h.Life(t.Context(), h.submit(h.Sam, pages).ID)
		if err != nil {
			t.Fatal(err)
		}
		if got := life[1]; got.What != "counted" || got.Say != want {
			t.Errorf("%d pages: %+v", pages, got)
		}
	}
}
