package main

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"inkwell/kiosk"
)

// TestSlipsOfAClass prints the slips of a class and signs in with one.
func TestSlipsOfAClass(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	refused(t, "There are no pupils in that class", "code", "issue", "--class", "99Z", "--data-dir", s.dir)
	refused(t, "at least one of the flags", "code", "issue", "--data-dir", s.dir)
	page, err := s.outputOf("code", "issue", "--class", "7A")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`<dd>(pupil\d{4})</dd><dt>Your code</dt><dd class="code">(\d{3})\x{a0}(\d{3})</dd>`).FindAllStringSubmatch(page, -1)
	if len(codes) != 25 {
		t.Fatalf("%d slips in\n%s", len(codes), page)
	}
	seen := map[string]bool{}
	for _, c := range codes {
		seen[c[2]+c[3]] = true
	}
	if len(seen) != 25 {
		t.Errorf("%d different codes", len(seen))
	}
	signIn := func(name, code string) kiosk.View {
		t.Helper()
		c := s.tap(demoBadge(900))       // anybody's, to get at the kiosk
		defer func() { _ = c.Close() }() // a station has few seats
		if err := c.SignOut(); err != nil {
			t.Fatal(err)
		}
		s.face(c, kiosk.FaceIdle)
		if err := c.SignInWithCode(name, code); err != nil {
			t.Fatal(err)
		}
		v, err := c.Until(t.Context(), func(v kiosk.View) bool { return !v.Busy && (v.Face == kiosk.FaceJobs || v.Note != "") })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := signIn(codes[0][1], demoCode(1)); v.Face != kiosk.FaceKeypad {
		t.Error("the code from before still works")
	}
	if v := signIn(codes[0][1], codes[0][2]+codes[0][3]); v.Face != kiosk.FaceJobs {
		t.Errorf("the slip's code: %+v", v)
	}
	s.super(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "INSERT INTO code_try (school_id, place, name, at) SELECT school_id, 'kiosk:x', sha256('x'), now() FROM school, generate_series(1, 149)")
		return err
	})
	if out, _ := inkwell(t, "check", "--data-dir", s.dir); !strings.Contains(out, "150 wrong codes within a day at") {
		t.Errorf("check says\n%s", out)
	}
	if v := signIn(codes[1][1], codes[1][2]+codes[1][3]); !strings.Contains(v.Note, "Codes do not work at the moment") {
		t.Errorf("a resting keypad: %+v", v)
	}
	s.inkwell("code", "resume")
	if v := signIn(codes[1][1], codes[1][2]+codes[1][3]); v.Face != kiosk.FaceJobs {
		t.Errorf("after that: %+v", v)
	}
	s.inkwell("code", "alone", "on")
	if page, err = s.outputOf("code", "issue", "--person", "pupil0001"); err != nil || !regexp.MustCompile(`class="code">\d{3}\x{a0}\d{3}\x{a0}\d{4}</dd>`).MatchString(page) {
		t.Errorf("%v, no code of ten digits in\n%s", err, page)
	}
	refused(t, "Say on or off", "badge", "enrol", "perhaps", "--data-dir", s.dir)
	s.inkwell("code", "alone", "off")
	s.inkwell("badge", "enrol", "on")
	if page, err = s.outputOf("code", "issue", "--person", "pupil0002"); err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`(\d{3})\x{a0}(\d{3})`).FindStringSubmatch(page)
	c := s.tap(demoBadge(900))
	if err := c.Tap("04FEDCBA987654"); err != nil {
		t.Fatal(err)
	}
	s.face(c, kiosk.FaceNewBadge)
	if err := c.Link("pupil0002", code[1]+code[2]); err != nil {
		t.Fatal(err)
	}
	if v := s.face(c, kiosk.FaceJobs); !strings.Contains(v.Remind, "ends with 7654") {
		t.Errorf("its owner reads %q", v.Remind)
	}
	s.tap("04FEDCBA987654")
}

// outputOf is what a command writes to its standard output alone.
func (s *demo) outputOf(args ...string) (string, error) {
	cmd := command(s.t, append(args, "--data-dir", s.dir)...)
	cmd.Env = unconfigured()
	out, err := cmd.Output()
	return string(out), err
}
