package release_test

import (
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// A job whose document is refused before it is taken in ends as refused, for its
// sender alone and only while it waits for the document.
func TestAbort(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	j, err := h.Create(t.Context(), h.submission(h.Sam))
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, h.Abort(t.Context(), h.Mia, j.ID, "format-unsupported"), "job-unknown")
	wantFault(t, h.Abort(t.Context(), h.IT, j.ID, "format-unsupported"), "job-not-open")
	if err := h.Abort(t.Context(), h.Sam, j.ID, "compression-unsupported"); err != nil {
		t.Fatal(err)
	}
	if j = h.job(j.ID); j.State != release.Refused || j.Reason != "compression-unsupported" {
		t.Errorf("%+v", j)
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM fact WHERE kind = 'document-refused'"); n != 1 {
		t.Errorf("%d facts", n)
	}
	wantFault(t, h.Abort(t.Context(), h.Sam, j.ID, "format-unsupported"), "job-not-open")
	held := h.submit(h.Sam, 1)
	wantFault(t, h.Abort(t.Context(), h.Sam, held.ID, "format-unsupported"), "job-not-open")
}
