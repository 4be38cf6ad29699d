package release_test

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// locked is a held job of Sam's that has a password of its own.
func (h *house) locked(scheme string, value []byte) release.Job {
	h.t.Helper()
	return h.submit(h.Sam, 2, func(s *release.Submission) { s.Password = &release.Password{Scheme: scheme, Value: value} })
}

func TestALockedJobPrintsWithItsPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	digest := sha256.Sum256([]byte("4711"))
	for _, c := range []struct {
		name, scheme string
		value        []byte
	}{
		{"plain", "none", []byte("4711")},
		{"digest", "sha2-256", digest[:]},
	} {
		job := h.locked(c.scheme, c.value)
		if !job.Locked {
			t.Fatalf("%s: not locked", c.name)
		}
		if _, err := h.Release(t.Context(), h.at(h.Sam), []release.JobID{job.ID}); codeOf(err) != "job-password-needed" {
			t.Errorf("%s: released without its password: %v", c.name, err)
		}
		for _, wrong := range []string{"", "4712", "04711", "4711 ", string(bytes.Repeat([]byte("4"), 5000))} {
			if v, err := h.Unlock(t.Context(), h.at(h.Sam), job.ID, wrong); codeOf(err) == "" || v.Opened[job.ID] {
				t.Errorf("%s: %.8q opens it: %v", c.name, wrong, err)
			}
			dbtest.Exec(t, h.db, "UPDATE job SET password_tries = 0 WHERE job_id = $1", job.ID)
		}
		v, err := h.Unlock(t.Context(), h.at(h.Sam), job.ID, "4711")
		if err != nil || !v.Opened[job.ID] {
			t.Fatalf("%s: its password does not open it: %v", c.name, err)
		}
		if _, err := h.Release(t.Context(), v, []release.JobID{job.ID}); err != nil {
			t.Fatal(err)
		}
		h.state(job.ID, release.Done)
		if kept := dbtest.Value[bool](t, h.db, "SELECT password IS NOT NULL FROM job WHERE job_id = $1", job.ID); kept {
			t.Errorf("%s: the password outlives its job", c.name)
		}
	}
	h.sound()
}

func TestAPasswordIsGuessedFiveTimesOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.locked("none", []byte("4711"))
	tries := make(chan error)
	for range 20 {
		go func() {
			_, err := h.Unlock(t.Context(), h.at(h.Sam), job.ID, "0000")
			tries <- err
		}()
	}
	got := map[string]int{}
	for range 20 {
		got[codeOf(<-tries)]++
	}
	if got["job-password-wrong"] != 5 || got["job-password-spent"] != 15 {
		t.Errorf("20 tries at once: %v", got)
	}
	if _, err := h.Unlock(t.Context(), h.at(h.Sam), job.ID, "4711"); codeOf(err) != "job-password-spent" {
		t.Errorf("the right one after too many: %v", err)
	}
	if err := h.Delete(t.Context(), h.at(h.Sam), job.ID); err != nil {
		t.Errorf("it cannot be deleted: %v", err)
	}
}

func TestARightPasswordForgivesWrongOnes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.locked("none", []byte("4711"))
	for range 3 {
		for range 4 {
			if _, err := h.Unlock(t.Context(), h.at(h.Sam), job.ID, "0000"); codeOf(err) != "job-password-wrong" {
				t.Fatal(err)
			}
		}
		if _, err := h.Unlock(t.Context(), h.at(h.Sam), job.ID, "4711"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnotherPersonOpensNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.locked("none", []byte("4711"))
	if _, err := h.Unlock(t.Context(), h.at(h.Mia), job.ID, "4711"); codeOf(err) != "job-unknown" {
		t.Errorf("another pupil: %v", err)
	}
	open := h.submit(h.Sam, 1)
	if _, err := h.Unlock(t.Context(), h.at(h.Sam), open.ID, "4711"); codeOf(err) != "job-unknown" {
		t.Errorf("a job without a password: %v", err)
	}
}

func TestALockedJobOfADirectQueueWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 1, func(s *release.Submission) {
		s.Queue, s.Password = h.direct, &release.Password{Scheme: "none", Value: []byte("4711")}
	})
	if job.State != release.Held {
		t.Fatalf("it is %s", job.State)
	}
	if _, err := h.Change(t.Context(), h.Sam, job.ID, letGo); codeOf(err) != "job-password-needed" {
		t.Errorf("Release-Job: %v", err)
	}
}

func TestPasswordsNobodyCouldGive(t *testing.T) {
	t.Parallel()
	for _, p := range []release.Password{
		{}, {Scheme: "none"}, {Scheme: "none", Value: []byte("123")}, {Scheme: "none", Value: []byte("12345678901234567")},
		{Scheme: "none", Value: []byte("12a4")}, {Scheme: "none", Value: []byte("1234\n")}, {Scheme: "md5", Value: make([]byte, 16)},
		{Scheme: "sha2-256", Value: []byte("1234")}, {Scheme: "sha2-512", Value: make([]byte, 32)},
	} {
		if err := p.Check(); codeOf(err) != "job-password-bad" {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// codeOf is a refusal's code, or "" for what is none.
func codeOf(err error) string {
	if f := fault.As(err); f != nil {
		return f.Code
	}
	return ""
}

// A password is not even hashed for who may not submit: that is slow, and takes its
// turn with everybody who signs in.
func TestAPasswordIsHashedForWhoMaySubmit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sender := h.carts()("sam", "10.1.2.3")
	for range h.MaxHeld {
		h.submit(sender, 1)
	}
	s := h.submission(sender)
	s.Password = &release.Password{Scheme: "none", Value: []byte("4711")}
	unread := bytes.NewReader(documenttest.PDF(1))
	whole := unread.Len()
	if _, err := h.Print(t.Context(), s, unread); codeOf(err) != "too-many-held" || unread.Len() != whole {
		t.Errorf("%d of %d bytes are left: %v", unread.Len(), whole, err)
	}
	if _, err := h.Create(t.Context(), s); codeOf(err) != "too-many-held" {
		t.Errorf("Create: %v", err)
	}
}
