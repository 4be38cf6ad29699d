package main

import (
	"strings"
	"testing"
)

// typed runs a command of a test's server with something on its standard input.
func (s *demo) typed(lines string, args ...string) (string, error) {
	s.t.Helper()
	cmd := command(s.t, append(args, "--data-dir", s.dir)...)
	cmd.Env, cmd.Stdin = unconfigured(), strings.NewReader(lines)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func list(lines ...string) string { return "username,badge\n" + strings.Join(lines, "\n") + "\n" }

// TestBadgesFromAListToAReaderThatWritesThemBackwards is what IT does in the first week.
func TestBadgesFromAListToAReaderThatWritesThemBackwards(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	says := func(want, out string, err error) {
		t.Helper()
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%v, said %q, want %q", err, out, want)
		}
	}
	cards := list("pupil0001,4CDDA15F", "pupil0002,E43AC9D2", "pupil0003,529D06E3")
	for _, step := range []struct{ says, option string }{
		{"3 badges would be added", "--dry-run"}, {"3 badges added, 0 there already", "--form=hex"}, {"0 badges added, 3 there already", "--form=hex"},
	} {
		out, err := s.typed(cards, "badge", "import", "-", "--form", "hex", step.option)
		says(step.says, out, err)
	}
	bad, err := s.typed(list("pupil0001,4CDDA15F", "nobody,01020304"), "badge", "import", "-")
	if err == nil || !strings.Contains(bad, "line 3: nobody here has this user name") || !strings.Contains(bad, "Nothing was changed") {
		t.Errorf("%v, said %q", err, bad)
	}
	refused(t, "no form of a reader", "badge", "import", "-", "--form", "hexagonal", "--data-dir", s.dir)

	taps := "1604443468\n3536403172\n3808861522\n"
	out, err := s.typed(taps, "badge", "learn", "--set", "--station", "library")
	says("read as decimal-reversed from now on", out, err)
	out, err = s.typed(taps+"4CDDA15F\nE43AC9D2\n529D06E3\n", "badge", "learn", "--beside", "--beside-form", "hex")
	says("sure; go by it with: inkwell badge profile set decimal-reversed", out, err)
	if out, err = s.typed("1\n22\n333\n", "badge", "learn"); err == nil || !strings.Contains(out, "No form fits") {
		t.Errorf("%v, said %q", err, out)
	}
	if out, err = s.typed(strings.Repeat("1604443468\n", 3), "badge", "learn"); err == nil || !strings.Contains(out, "too little to be sure") {
		t.Errorf("one badge three times: %v, said %q", err, out)
	}
	says("decimal-reversed", s.inkwell("badge", "profile", "list"), nil)
	refused(t, "The school has no station gymm", "badge", "profile", "set", "hex", "--station", "gymm", "--data-dir", s.dir)

	s.tap("1604443468")
	s.inkwell("badge", "profile", "set", "none", "--station", "library")
	s.tap("5FA1DD4C") // and again without any profile, from yet another reader
	s.tap(demoBadge(1))

	out, err = s.typed("7186A61E\n", "badge", "add", "pupil0004")
	says("pupil0004 can use this badge now", out, err)
	out, err = s.typed("7186A61E\n", "badge", "add", "pupil0005")
	if err == nil || !strings.Contains(out, "somebody's already") {
		t.Errorf("%v, said %q", err, out)
	}
	lines := strings.Split(strings.TrimSpace(s.inkwell("badge", "list", "pupil0004")), "\n")
	if len(lines) != 3 || !strings.Contains(lines[2], "a61e") {
		t.Fatalf("the list is %q", lines)
	}
	says("revoked", s.inkwell("badge", "revoke", "pupil0004", strings.Fields(lines[2])[0]), nil)

	// A new key: what was tapped goes over to it, and everything is found as before.
	says("stands above the older ones", s.inkwell("badge", "new-key"), nil)
	s.stop()
	s.start()
	s.tap("4CDDA15F")
	s.eventually("a badge under the new key", func() bool {
		return rows[int](s, "SELECT count(DISTINCT key_id) FROM badge WHERE revoked_at IS NULL") == 2
	})
	if n := rows[int](s, "SELECT count(*) FROM badge WHERE key_id <> (SELECT min(key_id) FROM badge b WHERE b.last4 = 'a15f') AND last4 = 'a15f'"); n != 0 {
		t.Error("the badge stands twice")
	}
	s.tap(demoBadge(2)) // which is still under the old one
}
