package release_test

import (
	"fmt"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// What IT says of a queue stays until it says otherwise, and is recorded in words that
// can be erased.
func TestAnnounce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	say := func(s string) *string { return &s }
	wantFault(t, h.Announce(t.Context(), h.Sam, h.queue.ID, release.Notice{Message: say("Free sweets")}), "not-your-queue")
	for _, n := range []release.Notice{
		{Info: say("Follow me"), Location: say("Everywhere")},
		{Message: say("Out until Friday" + strings.Repeat("!", 200))},
	} {
		if err := h.Announce(t.Context(), h.IT, h.queue.ID, n); err != nil {
			t.Fatal(err)
		}
	}
	q, err := h.Queue(t.Context(), h.queue.Path)
	if err != nil || q.Info != "Follow me" || q.Location != "Everywhere" || !strings.HasPrefix(q.Message, "Out until Friday!") || len(q.Message) != 127 || !q.Said.Equal(tuesday) {
		t.Errorf("%+v, %v", q, err)
	}
	if err := h.Announce(t.Context(), h.IT, h.queue.ID, release.Notice{Message: say("")}); err != nil {
		t.Fatal(err)
	}
	if q, err = h.Queue(t.Context(), h.queue.Path); err != nil || q.Message != "" || q.Info != "Follow me" {
		t.Errorf("taken back: %+v, %v", q, err)
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM audit WHERE act = 'queue-described' AND object = $1", fmt.Sprintf("queue:%d", h.queue.ID)); n != 3 {
		t.Errorf("%d acts", n)
	}
	if dbtest.Value[bool](t, h.db, "SELECT EXISTS (SELECT FROM audit a WHERE a::text LIKE '%Friday%')") {
		t.Error("free text stands in the chained row")
	}
}

// An act and the word why are done together or not at all.
func TestAnActIsExplainedOrNotDone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	say := func(s string) *string { return &s }
	j := h.submit(h.Sam, 1)
	wantFault(t, h.CancelSaying(t.Context(), h.Sam, j.ID, say("Well done, me")), "not-for-you")
	if got := h.job(j.ID); got.State != release.Held || got.Message != "" {
		t.Errorf("not explained, yet it is %s, %q", got.State, got.Message)
	}
	if _, err := h.Change(t.Context(), h.Sam, j.ID, release.Change{Title: say("Mine"), Remark: say("Well done, me")}); codeOf(err) != "not-for-you" || h.job(j.ID).Title == "Mine" {
		t.Errorf("changed: %v", err)
	}
	if err := h.CancelSaying(t.Context(), h.IT, j.ID, say("Two hundred pages")); err != nil {
		t.Fatal(err)
	}
	if got := h.job(j.ID); got.State != release.Cancelled || got.Message != "Two hundred pages" {
		t.Errorf("it is %s, %q", got.State, got.Message)
	}
	wantFault(t, h.CancelSaying(t.Context(), h.IT, j.ID, say("Again")), "job-ended")
	if got := h.job(j.ID).Message; got != "Two hundred pages" {
		t.Errorf("not done, yet explained: %q", got)
	}
	if err := h.SwitchSaying(t.Context(), h.IT, h.queue.ID, release.PauseQueue, release.Notice{Message: say("Toner")}); err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, h.db, "ALTER TABLE queue ADD CONSTRAINT stuck CHECK (paused) NOT VALID")
	if err := h.SwitchSaying(t.Context(), h.IT, h.queue.ID, release.ResumeQueue, release.Notice{Message: say("Ready")}); err == nil {
		t.Error("the switch turned")
	}
	if q, err := h.Queue(t.Context(), h.queue.Path); err != nil || !q.Paused || q.Message != "Toner" {
		t.Errorf("the switch failed, and it says %q, paused %t, %v", q.Message, q.Paused, err)
	}
}

// What IT says of a job is its owner's to read, also after the job's end.
func TestRemark(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	j := h.submit(h.Sam, 1)
	wantFault(t, h.Remark(t.Context(), h.Sam, j.ID, "Well done, me"), "not-for-you")
	wantFault(t, h.Remark(t.Context(), h.Mia, j.ID, "Hello Sam"), "job-unknown")
	if err := h.Cancel(t.Context(), h.IT, j.ID); err != nil {
		t.Fatal(err)
	}
	if err := h.Remark(t.Context(), h.IT, j.ID, "Two hundred pages. Please see me."); err != nil {
		t.Fatal(err)
	}
	if got := h.job(j.ID).Message; got != "Two hundred pages. Please see me." {
		t.Errorf("the owner reads %q", got)
	}
	glimpsed, err := h.Glimpse(t.Context(), h.queue, j.ID)
	if err != nil || glimpsed.Message != "" {
		t.Errorf("anybody reads %q, %v", glimpsed.Message, err)
	}
	if err := h.Remark(t.Context(), h.IT, j.ID, ""); err != nil || h.job(j.ID).Message != "" {
		t.Errorf("taken back: %q, %v", h.job(j.ID).Message, err)
	}
}
