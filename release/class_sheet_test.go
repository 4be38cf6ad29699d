package release_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// A class comes out by family name, first name and number of the job; where the school says so, a
// sheet with the name goes before each pupil's jobs. The school pays for that and the pupil does
// not, and what is sent is what was counted, of both. Whose jobs are refused has no sheet.
func TestAClassComesOutInOrder(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	class, room := f.lesson()
	mias, sams, also := f.submit(f.Mia, 2, oneSidedTicket), f.submit(f.Sam, 3, oneSidedTicket), f.submit(f.Sam, 1, oneSidedTicket)
	large := f.submit(f.Mia, 9, oneSidedTicket) // more than she has
	f.in(func(ctx context.Context, tx *db.Tx) error {
		wantFault(t, release.SetClassSheets(ctx, tx, f.School, "margins"), "class-sheets")
		return release.SetClassSheets(ctx, tx, f.School, release.Separators)
	})
	for _, some := range [][]release.JobID{ids(also.ID, mias.ID, sams.ID), ids(large.ID)} {
		if _, err := f.PrintForClass(t.Context(), f.Teacher, class, room, some); err != nil {
			t.Fatal(err)
		}
	}
	f.eventually("all of it to come out", func() (string, bool) {
		open := dbtest.Value[string](t, f.db, "SELECT coalesce(string_agg(job_id || ' ' || state, ', '), '') FROM job WHERE state = 'released'")
		return open, open == ""
	})
	order := dbtest.Value[string](t, f.db, `
		SELECT string_agg(CASE WHEN q.kind = 'test' THEN 'sheet' ELSE p.username || ':' || d.charged END, ' ' ORDER BY d.delivery_id)
		  FROM delivery d JOIN job j USING (job_id) JOIN queue q USING (queue_id) JOIN person p ON p.person_id = d.person_id`)
	if want := "sheet sam:3 sam:1 sheet mia:2"; strings.ReplaceAll(order, "  ", " ") != want {
		t.Errorf("it came out as %s, want %s", order, want)
	}
	if f.balance(f.Sam) != 96 || f.balance(f.Mia) != 3 || f.job(large.ID).State != release.Held {
		t.Errorf("Sam has %d left, Mia %d", f.balance(f.Sam), f.balance(f.Mia))
	}
	digests := dbtest.Value[string](t, f.db, "SELECT string_agg(encode(digest, 'hex'), ' ') FROM job")
	sheets := 0
	for _, s := range f.papers["Room 12 laser"].printed() {
		sum := sha256.Sum256(s.document)
		if !strings.Contains(digests, hex.EncodeToString(sum[:])) {
			t.Error("something was sent that nobody counted")
		}
		if bytes.Contains(s.document, []byte("(Sam Bell)")) || bytes.Contains(s.document, []byte("(Mia Okafor)")) {
			sheets++
		}
	}
	if sheets != 2 {
		t.Errorf("%d sheets came out", sheets)
	}
	f.sound()
}
