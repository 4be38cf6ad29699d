package release_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/release"
)

// seal keeps a job's document for the safeguarding lead.
func (h *house) seal(id release.JobID) {
	h.t.Helper()
	dbtest.Exec(h.t, h.db, `
		INSERT INTO flag (school_id, person_id, raised_by, kind, category, route, raised_at, bucket, weight, decays_at, evidence, note)
		VALUES ($1, $2, $3, 'staff', 'welfare', 'safeguarding', $4::timestamptz, 0, 0, $4::timestamptz + interval '1 day', '{"said": "note"}', 'worried')`,
		h.School, h.Sam.Person, h.Teacher.Person, h.clock.Now())
	dbtest.Exec(h.t, h.db, `
		INSERT INTO sealed_document (job_id, school_id, matter_id, sealed_at, sealed_by, ends_at)
		SELECT $1, school_id, matter_id, $2::timestamptz, $3, $2::timestamptz + interval '30 days' FROM matter`, id, h.clock.Now(), h.Teacher.Person)
}

// read is the sealed document of a job, or why there is none.
func (h *house) read(id release.JobID) ([]byte, error) {
	h.t.Helper()
	r, err := h.SealedDocument(h.t.Context(), h.School, id)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	all, err := io.ReadAll(r)
	if err != nil {
		h.t.Fatal(err)
	}
	return all, nil
}

// Its owner leaves pages out of a sealed document, and deletes it: it is there as it came until
// the seal ends, and then it is destroyed.
func TestASealedDocumentIsKeptAsItCame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 3)
	_, err := h.read(job.ID)
	wantFault(t, err, "seal-gone") // nobody has sealed it
	h.seal(job.ID)
	came, err := h.read(job.ID)
	if err != nil || !bytes.HasPrefix(came, []byte("%PDF")) {
		t.Fatalf("sealed: %.20q, %v", came, err)
	}
	_, err = h.SealedDocument(t.Context(), h.School+1, job.ID)
	wantFault(t, err, "job-unknown")
	made := dbtest.Value[string](t, h.db, "SELECT document FROM job")
	h.edit(job.ID, release.Edit{Pages: pages(2, 2)})
	h.eventually("the change", func() (string, bool) {
		now := dbtest.Value[string](t, h.db, "SELECT coalesce(document, '') FROM job")
		return now, now != "" && now != made
	})
	if now, err := h.read(job.ID); !bytes.Equal(now, came) {
		t.Errorf("changed: %d bytes of %d, %v", len(now), len(came), err)
	}
	if err := h.Cancel(t.Context(), h.Sam, job.ID); err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Cancelled)
	h.close() // and the sweep of the next start
	h.open()
	h.state(h.submit(h.Sam, 1).ID, release.Held)
	if now, err := h.read(job.ID); !bytes.Equal(now, came) {
		t.Errorf("deleted: %d bytes of %d, %v", len(now), len(came), err)
	}
	h.clock.Advance(31 * 24 * time.Hour)
	h.eventually("its end", func() (string, bool) {
		_, err := h.read(job.ID)
		f := fault.As(err)
		return "", f != nil && f.Code == "seal-gone" && dbtest.Value[bool](t, h.db, "SELECT document IS NULL AND original IS NULL FROM job WHERE job_id = $1", job.ID)
	})
}
