package release_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

func capped(caps release.Caps) func(*house) {
	return func(h *house) { h.caps, h.watch = caps, 50*time.Millisecond }
}

// However few jobs they are in, documents take room; one more is refused in whatever way
// it comes, leaves nothing behind, and is taken once there is room.
func TestOnePersonHoldsSoMuch(t *testing.T) {
	t.Parallel()
	size := int64(len(documenttest.PDF(1)))
	h := newHouse(t, capped(release.Caps{MaxHeldBytes: 5 * size / 2}))
	var all []release.Submission
	for range 5 {
		all = append(all, h.submission(h.Sam))
	}
	_, errs := h.together(append(all, h.submission(h.Mia))...)
	taken := 0
	for _, err := range errs[:5] {
		if err == nil {
			taken++
			continue
		}
		wantFault(t, err, "too-much-held")
	}
	if taken != 2 || errs[5] != nil {
		t.Errorf("%d of Sam's were taken, and of Mia's: %v", taken, errs[5])
	}
	h.eventually("documents of three jobs", func() (string, bool) {
		n, m := h.documents(), dbtest.Value[int](t, h.db, "SELECT count(*) FROM job WHERE state = 'held'")
		return fmt.Sprintf("%d documents, %d held", n, m), n == 3 && m == 3
	})
	dbtest.Exec(t, h.db, `UPDATE job SET bytes = $1`, size) // as rebuilt they may be of any size

	open, err := h.Create(t.Context(), h.submission(h.Sam))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Send(t.Context(), h.Sam, open.ID, "", bytes.NewReader(documenttest.PDF(1)))
	wantFault(t, err, "too-much-held")
	h.state(open.ID, release.Refused)

	waiting, err := h.Jobs(t.Context(), h.Sam, release.JobFilter{Mine: true})
	if err != nil || len(waiting) != 2 {
		t.Fatal(len(waiting), err)
	}
	for _, j := range waiting {
		if err := h.Cancel(t.Context(), h.Sam, j.ID); err != nil {
			t.Fatal(err)
		}
	}
	h.submit(h.Sam, 1)
}

// What is kept beside a document counts, too: what it was sent as, and what it was before its owner
// changed it.
func TestWhatIsKeptBesideADocumentCounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t, capped(release.Caps{MaxHeldBytes: 1000}))
	job := h.submit(h.Sam, 1)
	h.edit(job.ID, release.Edit{Copies: 2})
	for _, sql := range []string{"UPDATE job SET bytes = 10, sent_bytes = 985", "UPDATE job SET sent_bytes = NULL, original = repeat('0', 32), before = before || '{\"bytes\": 985}'"} {
		dbtest.Exec(t, h.db, sql)
		_, err := h.Print(t.Context(), h.submission(h.Sam), bytes.NewReader(documenttest.PDF(1)))
		wantFault(t, err, "too-much-held")
	}
	dbtest.Exec(t, h.db, "UPDATE job SET original = document")
	h.submit(h.Sam, 1)
}

// Whoever sends and deletes all day sends no more in an hour for it.
func TestOnePersonSendsSoManyInAnHour(t *testing.T) {
	t.Parallel()
	h := newHouse(t, capped(release.Caps{MaxHourly: 3}))
	for range 3 {
		if err := h.Cancel(t.Context(), h.Sam, h.submit(h.Sam, 1).ID); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.Print(t.Context(), h.submission(h.Sam), bytes.NewReader(documenttest.PDF(1)))
	wantFault(t, err, "too-many-sent")
	_, err = h.Create(t.Context(), h.submission(h.Sam))
	wantFault(t, err, "too-many-sent")
	h.submit(h.Mia, 1)
	h.clock.Advance(61 * time.Minute)
	h.submit(h.Sam, 1)
}

// A school that fills up is told so; it has room again when something has gone.
func TestASchoolHoldsSoMuch(t *testing.T) {
	t.Parallel()
	for name, caps := range map[string]release.Caps{"jobs": {MaxSchoolHeld: 2}, "bytes": {MaxSchoolBytes: 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, capped(caps))
			first := h.submit(h.Sam, 1)
			if name == "jobs" {
				h.submit(h.Mia, 1)
			}
			refused := func(want string) {
				t.Helper()
				h.eventually("the answer to one more: "+want, func() (string, bool) {
					got := codeOf(h.validate(h.submission(h.Teacher)))
					return got, got == want
				})
			}
			refused("school-full")
			_, err := h.Print(t.Context(), h.submission(h.Teacher), bytes.NewReader(documenttest.PDF(1)))
			wantFault(t, err, "school-full")
			if err := h.Cancel(t.Context(), h.Sam, first.ID); err != nil {
				t.Fatal(err)
			}
			refused("")
			h.submit(h.Teacher, 1)
		})
	}
}
