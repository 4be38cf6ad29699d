package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"inkwell/ipp/ipptest"
)

// A pupil who cannot pay for a job sends it all the same: a real cupsd sends it once,
// lets go of it and goes on, a bare client shows why it waits, and a queue that was
// told to refuse is tried once and no more. An account has 150 pages.
func TestWhatAComputerIsToldOfAJobThatMayNotPrint(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	long, short := blankPDF(t, 151), blankPDF(t, 1)
	cups := ipptest.CUPS(t)
	cups.AddQueue("school", s.queue("pupil0001", "/ipp/print"))
	request := cups.LP("school", long, "sides=one-sided")
	cups.Wait("CUPS has let go of the job", func() bool { return cups.Done(request) })
	s.held("pupil0001", 1)
	if !cups.Enabled("school") {
		t.Error("CUPS's queue has stopped")
	}

	bare := func(name string, args ...string) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // a real client
		cmd.Env = append(os.Environ(), "CUPS_SERVER="+s.ipp, "CUPS_USER=pupil0002", "HOME="+t.TempDir(), "LC_ALL=C")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s %q: %v: %s", name, args, err, out)
		}
		return string(out)
	}
	bare("lp", "-d", "print_trusted", "--", long)
	s.held("pupil0002", 1)
	if said := bare("lpstat", "-l", "-o"); !strings.Contains(said, "job-release-wait") || !strings.Contains(said, "account-limit-reached") {
		t.Errorf("lpstat says %q", said)
	}

	s.inkwell("queue", "set", "/ipp/print", "--blocked", "refuse")
	rows[int64](s, `
		INSERT INTO suspension (school_id, person_id, starts_at, ends_at, reason, imposed_by, evidence, objection)
		SELECT school_id, person_id, now() - interval '1 minute', now() + interval '1 hour', 'a private matter', pseudonym, jsonb_build_object('said', 'reason'), 'Ask your tutor for a review.' FROM person WHERE username = 'pupil0001'
		RETURNING suspension_id`)
	request = cups.LP("school", short)
	cups.Wait("CUPS holds the job", func() bool { return cups.Alerts(request) == "job-hold-until-specified" })
	if !cups.Enabled("school") {
		t.Error("CUPS's queue has stopped")
	}
	if n := rows[int](s, "SELECT count(*) FROM job"); n != 2 {
		t.Errorf("%d jobs were made", n)
	}
}
