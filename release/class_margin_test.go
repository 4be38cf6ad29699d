package release_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// Where the school says so, what a teacher releases carries its pupil's name and class in the
// margin of its first page, whatever it came as: what is sent is what was counted, for the price
// without the name. What its owner had changed stays changed.
func TestAClassComesOutWithNames(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	can := laser
	can.Formats = []string{"application/pdf", "image/jpeg"}
	f.papers["Room 12 laser"].can = can
	class, room := f.lesson()
	f.in(func(ctx context.Context, tx *db.Tx) error {
		return release.SetClassSheets(ctx, tx, f.School, release.Margins)
	})
	paged, some := f.submit(f.Sam, 3, oneSidedTicket), f.submit(f.Sam, 4, oneSidedTicket)
	f.edit(some.ID, release.Edit{Pages: pages(2, 3)})
	s := f.submission(f.Mia)
	s.Declared, s.Ticket = "image/jpeg", release.Ticket{Sides: "one-sided", Copies: 2}
	photo, err := f.Print(t.Context(), s, bytes.NewReader(documenttest.JPEG()))
	if err != nil {
		t.Fatal(err)
	}
	photo = f.state(photo.ID, release.Held)
	if kept := dbtest.Value[bool](t, f.db, "SELECT sent IS NOT NULL FROM job WHERE job_id = $1", photo.ID); !kept {
		t.Fatal("the picture would not be sent as it came")
	}
	done, err := f.PrintForClass(t.Context(), f.Teacher, class, room, ids(paged.ID, some.ID, photo.ID))
	if err != nil || len(done) != 2 || done[0].Pages != 5 || done[1].Pages != 2 || done[0].Unnamed+done[1].Unnamed != 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	want := map[release.JobID]struct {
		name  string
		pages int
		cost  int64
	}{paged.ID: {"Sam Bell · 9A", 3, 3}, some.ID: {"Sam Bell · 9A", 2, 2}, photo.ID: {"Mia Okafor · 9A", 1, 2}}
	for id := range want {
		f.state(id, release.Done)
	}
	byDigest := map[string]release.JobID{}
	for id := range want {
		byDigest[f.digestOf(id)] = id
	}
	for _, printed := range f.papers["Room 12 laser"].printed() {
		sum := sha256.Sum256(printed.document)
		w := want[byDigest[hex.EncodeToString(sum[:])]]
		if w.name == "" {
			t.Error("something was sent that nobody counted")
			continue
		}
		text := pageText(t, printed.document)
		if len(text) != w.pages || !strings.Contains(text[0], w.name) || strings.Contains(strings.Join(text[1:], ""), w.name) {
			t.Errorf("%s: %q", w.name, text)
		}
	}
	for id, w := range want {
		if paid := dbtest.Value[int64](t, f.db, "SELECT charged FROM delivery WHERE job_id = $1", id); paid != w.cost {
			t.Errorf("%s: %d paid, want %d", w.name, paid, w.cost)
		}
	}
	if n := dbtest.Value[int](t, f.db, "SELECT count(*) FROM audit WHERE act = 'job-changed' AND actor = $1", f.Teacher.Pseudonym); n != 3 {
		t.Errorf("the record says of %d names who wrote them", n)
	}
	f.eventually("the documents", func() (string, bool) { return "", f.documents() == 0 })
	f.sound()
}

// What cannot carry a name comes out all the same, and the teacher is told.
func TestAJobThatCannotCarryAName(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	can := laser
	can.Formats = []string{"image/jpeg"}
	f.papers["Room 12 laser"].can = can
	class, room := f.lesson()
	f.in(func(ctx context.Context, tx *db.Tx) error {
		return release.SetClassSheets(ctx, tx, f.School, release.Margins)
	})
	grey, err := os.ReadFile(filepath.Join("document", "testdata", "grey.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	s := f.submission(f.Sam)
	s.Declared, s.Ticket = "image/jpeg", release.Ticket{Sides: "one-sided"}
	photo, err := f.Print(t.Context(), s, bytes.NewReader(grey))
	if err != nil {
		t.Fatal(err)
	}
	f.state(photo.ID, release.Held)
	done, err := f.PrintForClass(t.Context(), f.Teacher, class, room, ids(photo.ID))
	if err != nil || len(done) != 1 || done[0].Unnamed != 1 || done[0].Refused != "" {
		t.Fatalf("%+v, %v", done, err)
	}
	f.state(photo.ID, release.Done)
	if got := f.papers["Room 12 laser"].printed(); len(got) != 1 || !bytes.Equal(got[0].document, grey) {
		t.Errorf("%d documents came out, or another", len(got))
	}
	f.sound()
}

// pageText is the text of each page.
func pageText(t *testing.T, pdf []byte) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(string(text), "\f")
	return slices.Clip(all[:len(all)-1])
}
