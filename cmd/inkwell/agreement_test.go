package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inkwell/kiosk"
)

// TestAnUnsignedAgreement reminds first, and stops printing where the school says so,
// at the computer in words and at the kiosk behind "Why?".
func TestAnUnsignedAgreement(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	s.inkwell("agreement", "add", "2026-09", "--questions", "2", "--from", "2026-09-01")
	if said, ok := s.submit(s.queue(demoPupil(7), "/ipp/print"), blankPDF(t, 1)); !ok {
		t.Fatal(said)
	}
	s.held(demoPupil(7), 1)
	sees := func() kiosk.View {
		c := s.tap(demoBadge(7))
		if err := c.Touch(); err != nil { // which is answered by what it shows now
			t.Fatal(err)
		}
		return s.face(c, kiosk.FaceJobs)
	}
	if v := sees(); v.Barred != nil || !strings.Contains(v.Remind, "not signed yet") || v.Print == nil {
		t.Errorf("reminded, the pupil sees %+v", v)
	}
	if said := s.inkwell("agreement", "block", "2026-09", "2026-09-01"); !strings.Contains(said, "cannot print") {
		t.Errorf("block says %q", said)
	}
	if v := sees(); v.Barred == nil || v.Print != nil {
		t.Errorf("without a signature the pupil sees %+v", v)
	}
	if list := s.inkwell("agreement", "list"); !strings.Contains(list, "1500 have still to sign") {
		t.Errorf("the list is\n%s", list)
	}
	forms := filepath.Join(t.TempDir(), "forms.csv")
	if err := os.WriteFile(forms, []byte("username,signatory,signed_on,answer1,answer2\r\n"+demoPupil(7)+",self,2026-09-02,yes,yes\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := s.inkwell("agreement", "import", "2026-09", forms, "--dry-run"); !strings.Contains(said, "1 forms: 1 would be recorded") {
		t.Errorf("the trial says %q", said)
	}
	if list := s.inkwell("agreement", "unsigned"); !strings.Contains(list, demoPupil(7)) {
		t.Errorf("the trial recorded it:\n%.200s", list)
	}
	s.inkwell("agreement", "import", "2026-09", forms)
	if v := sees(); v.Barred != nil || v.Remind != "" || v.Print == nil {
		t.Errorf("signed, the pupil sees %+v", v)
	}
}
