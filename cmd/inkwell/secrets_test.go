package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inkwell/kiosk"
	"inkwell/release/document/documenttest"
)

// What is secret, or a pupil's own, is put through everything once, and then
// looked for in the log and in every file of the data folder.
func TestSecretsAppearNowhere(t *testing.T) {
	const marker = "the heron stood quite still"
	s := serveDemo(t, "--log-level", "debug")
	pdf := bytes.Replace(documenttest.PDF(1), []byte("%PDF-1.4\n"), []byte("%PDF-1.4\n% "+marker+"\n"), 1)
	if said, ok := s.submit(s.queue("pupil0007", "/ipp/print"), tempFile(t, pdf)); !ok {
		t.Fatal(said)
	}
	s.submit("ipp://pupil0007:a-wrong-secret@"+s.ipp+"/ipp/print", tempFile(t, pdf))
	s.held("pupil0007", 1)

	c := s.tap(demoBadge(7))
	if err := c.SignOut(); err != nil {
		t.Fatal(err)
	}
	s.face(c, kiosk.FaceIdle)
	if err := c.SignInWithCode("pupil0007", "998877"); err != nil { // a wrong one
		t.Fatal(err)
	}
	s.face(c, kiosk.FaceKeypad)
	if err := c.Tap("77665544332211"); err != nil { // nobody's
		t.Fatal(err)
	}
	s.face(c, kiosk.FaceMessage)
	link := s.inkwell("staff", "add", "newcomer", "--given", "Nia", "--family", "Quill")
	_, token, _ := strings.Cut(strings.Fields(link)[0], "/invitation/")

	s.stop()
	log := s.log.Bytes()
	if !bytes.Contains(log, []byte("level=DEBUG")) {
		t.Error("the log does not tell of its details, so that nothing can be looked for in it")
	}
	secrets := map[string]string{
		"the password": demoPassword, "a wrong password": "a-wrong-secret", "a badge": demoBadge(7), "nobody's badge": "77665544332211",
		"a code": demoCode(7), "a wrong code": "998877", "an invitation": token, "what is in the document": marker,
	}
	for name, secret := range secrets {
		if secret == "" || bytes.Contains(log, []byte(secret)) {
			t.Errorf("%s stands in the log", name)
		}
	}
	for name, own := range map[string]string{"the title": "Field notes", "the user name": "pupil0007"} {
		if bytes.Contains(log, []byte(own)) {
			t.Errorf("%s stands in the log", name)
		}
	}
	files := 0
	err := filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		files++
		for name, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s stands in %s", name, strings.TrimPrefix(path, s.dir))
			}
		}
		return err
	})
	if err != nil || files < 500 {
		t.Errorf("looked at %d files: %v", files, err)
	}
}
