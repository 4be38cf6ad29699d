package release_test

import (
	"bytes"
	"context"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// own is somebody who is signed in on their own page.
func own(a school.Actor) school.Actor {
	a.Proof, a.Badges = school.BySession, 0
	return a
}

// uploads has documents of that page go to a queue.
func (h *house) uploads(path string) (err error) {
	return h.db.InTx(h.t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
		return release.SetUploads(ctx, tx, "", h.School, path)
	})
}

// TestAnUploadMeetsWhatAPrintMeets: whatever the queue, its policy, the caps, the document and the
// sender's standing refuse of what a computer sends is refused of what comes from the page, with the
// same code, and what is taken becomes the same job.
func TestAnUploadMeetsWhatAPrintMeets(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sam := own(h.Sam)
	both := func(what, want string, body []byte, declared string) {
		t.Helper()
		s := h.submission(h.Sam)
		s.Declared = declared
		printed, asked := h.Print(t.Context(), s, bytes.NewReader(body))
		uploaded, err := h.Upload(t.Context(), sam, release.Upload{Title: s.Title, Declared: declared, Ticket: s.Ticket}, bytes.NewReader(body))
		if got := codeOf(err); got != codeOf(asked) || got != want {
			t.Errorf("%s: an upload comes to %q, a print to %q, want %q", what, got, codeOf(asked), want)
		}
		if asked != nil {
			return
		}
		one, two := h.state(printed.ID, release.Held), h.state(uploaded.ID, release.Held)
		if one.State != two.State || one.Impressions != two.Impressions || one.Price != two.Price || !one.Expires.Equal(two.Expires) || two.Proof != school.BySession {
			t.Errorf("%s: an upload is %+v, a print %+v", what, two, one)
		}
	}
	pdf := documenttest.PDF(2)
	if _, err := h.Upload(t.Context(), sam, release.Upload{}, bytes.NewReader(pdf)); codeOf(err) != "uploads-off" {
		t.Errorf("where it is off: %v", err)
	}
	for _, c := range [][2]string{{"/ipp/direct", "uploads-hold"}, {"/ipp/nowhere", "queue-unknown"}} {
		if got := codeOf(h.uploads(c[0])); got != c[1] {
			t.Errorf("documents to %s: %q, want %q", c[0], got, c[1])
		}
	}
	if err := h.uploads("/ipp/print"); err != nil {
		t.Fatal(err)
	}
	both("a document", "", pdf, "application/pdf")
	both("nothing", "document-empty", nil, "application/pdf")
	both("another kind", "format-mismatch", pdf, "image/jpeg")
	both("an unknown kind", "format-unsupported", []byte("PK\x03\x04"), "application/msword")
	both("too large", "document-too-large", append(bytes.Clone(pdf), make([]byte, 1<<20)...), "")
	h.set("/ipp/print", func(p *release.Policy) { p.Users = only(school.Teacher) })
	both("a queue for others", "queue-not-yours", pdf, "")
	h.set("/ipp/print", func(p *release.Policy) { p.Users = release.Circle{} })
	h.submit(h.Sam, 1)
	h.submit(h.Sam, 1)
	h.submit(h.Sam, 1)
	both("too many that wait", "too-many-held", pdf, "")

	if _, err := h.Upload(t.Context(), own(h.Teacher), release.Upload{}, bytes.NewReader(pdf)); codeOf(err) != "not-allowed" {
		t.Errorf("staff, who have no such page: %v", err)
	}
	other := schooltest.New(t, h.db, "Hill")
	if _, err := h.Upload(t.Context(), own(other.Sam), release.Upload{}, bytes.NewReader(pdf)); codeOf(err) != "uploads-off" {
		t.Errorf("at another school: %v", err)
	}
}

// TestOnlyWhoIsSignedInLosesTheirBadge: an address, a badge on the floor or a slip is not enough.
func TestOnlyWhoIsSignedInLosesTheirBadge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, proof := range []school.Proof{school.ByBadge, school.ByAddress, school.BySlip, school.ByVouch, school.ByPassword} {
		a := h.Sam
		a.Proof = proof
		if _, err := h.LoseOwnBadge(t.Context(), a); codeOf(err) != "not-allowed" {
			t.Errorf("by %s: %v", proof, err)
		}
	}
	if n, err := h.LoseOwnBadge(t.Context(), own(h.Sam)); err != nil || n != 1 {
		t.Errorf("%d badges, %v", n, err)
	}
	if err := h.FindBadge(t.Context(), own(h.Sam), h.Sam.Person); codeOf(err) != "not-allowed" {
		t.Errorf("a pupil finds it again: %v", err)
	}
}
