package main

import (
	"crypto/tls"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"inkwell/ipp/simulate"
	"inkwell/kiosk"
)

// TestARunnersSlip goes the whole way: a teacher prints, signs in, makes a slip; a runner
// types its code at the kiosk, and again; the pages come out once and the teacher reads so.
func TestARunnersSlip(t *testing.T) {
	t.Parallel()
	paper, uri := virtual(t, "Library", simulate.Mono)
	s := serveDemo(t)
	s.printTo(uri)
	teacher := demoTeacher(1)
	if said, ok := s.submit(s.queue(teacher, "/ipp/print"), blankPDF(t, 3)); !ok {
		t.Fatalf("ipptool was told:\n%s", said)
	}
	s.held(teacher, 1)

	office := s.office(teacher)
	if !strings.Contains(office.get("/staff"), "/staff/mine") {
		t.Fatal("a teacher's first page does not lead to their jobs")
	}
	page := office.get("/staff/mine")
	make := regexp.MustCompile(`action="(/staff/mine/\d+/slip)"`).FindStringSubmatch(page)
	at := regexp.MustCompile(`<option value="(\d+)"[^>]*>Library`).FindStringSubmatch(page)
	if make == nil || at == nil || !strings.Contains(page, "Field notes") {
		t.Fatal("the teacher sees no job to make a slip of")
	}
	slip := office.post(make[1], url.Values{"printer": {at[1]}})
	code := regexp.MustCompile(`<dd>(\d{4})\x{a0}(\d{4})</dd>`).FindStringSubmatch(slip)
	if code == nil {
		t.Fatalf("the slip is %s", slip)
	}

	trust := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // as above
	runner := func() *kiosk.Client {
		t.Helper()
		c, err := kiosk.Dial(t.Context(), "https://"+s.web+"/kiosk/library", trust)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if err := c.SignInWithCode("slip", code[1]+code[2]); err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := runner()
	v := s.face(first, kiosk.FaceSlip)
	if !strings.HasPrefix(v.Title, "For ") || !strings.HasSuffix(v.Title, ": 3 pages") || v.Balance != nil || v.Jobs != nil {
		t.Errorf("the runner sees %+v", v)
	}
	if err := first.ReleaseAll(); err != nil {
		t.Fatal(err)
	}
	if v := s.face(first, kiosk.FaceDone); v.Title != "Done: 3 pages." {
		t.Errorf("the runner sees %+v", v)
	}
	_, err := runner().Until(t.Context(), func(v kiosk.View) bool {
		return v.Face == kiosk.FaceKeypad && strings.Contains(v.Note, "can't sign you in")
	})
	if err != nil {
		t.Errorf("the same slip again: %v", err)
	}
	if n := len(paper.Jobs()); n != 1 {
		t.Errorf("the printer was given %d documents", n)
	}
	if page := office.get("/staff/mine"); !strings.Contains(page, "Collected by slip at the ") || strings.Contains(page, "Field notes") {
		t.Errorf("the teacher reads %s", page)
	}
	if life := s.inkwell("job", "show", "1"); !strings.Contains(life, "by a runner's slip") {
		t.Errorf("the job's life is\n%s", life)
	}
	for _, of := range []string{"ledger", "audit"} {
		t.Log(s.inkwell(of, "verify"))
	}
}
