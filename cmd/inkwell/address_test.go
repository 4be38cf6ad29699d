package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// TestAPersonalAddress goes the way of a device that cannot ask for a password:
// an address is given, prints, is found in no log, and is over within the next request
// once it is revoked.
func TestAPersonalAddress(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	out := s.inkwell("address", "add", "pupil0008", "--device", "Sam's tablet")
	uri := regexp.MustCompile(`ipps://\S+`).FindString(out)
	_, token, _ := strings.Cut(uri, "/u/")
	if len(token) != 26 || !strings.Contains(out, "▀") {
		t.Fatalf("it says\n%s", out)
	}
	document := blankPDF(t, 2)
	if said, ok := s.submit(uri, document); !ok {
		t.Fatalf("it does not print:\n%s", said)
	}
	if owner := rows[string](s, "SELECT p.username || ' by ' || j.proof FROM job j JOIN person p USING (person_id)"); owner != "pupil0008 by address" {
		t.Errorf("the job is of %s", owner)
	}
	list := s.inkwell("address", "list", "pupil0008")
	number := regexp.MustCompile(`(?m)^(\d+)\s+Sam's tablet`).FindStringSubmatch(list)
	if number == nil {
		t.Fatalf("the list is\n%s", list)
	}
	refused(t, "no such printer address", "address", "revoke", "pupil0009", number[1], "--data-dir", s.dir)
	s.inkwell("address", "revoke", "pupil0008", number[1])
	if said, ok := s.submit(uri, document); ok || !strings.Contains(said, "client-error-not-found") {
		t.Errorf("it still prints:\n%s", said)
	}
	s.stop()
	if log := s.log.String(); strings.Contains(log, token) {
		t.Errorf("the log knows the token:\n%s", log)
	}
}

// TestThePictureOfAnAddressIsRead draws a code and has a stranger read it.
func TestThePictureOfAnAddressIsRead(t *testing.T) {
	t.Parallel()
	var picture, text bytes.Buffer
	const uri = "ipps://print.school.example:8631/ipp/print/u/abcdefghijkmnpqrstuvwxyz23"
	if err := tellPicture(&picture, &text, uri); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), uri) {
		t.Errorf("the text is %q", text.String())
	}
	if read := seen(t, &picture); read != uri {
		t.Errorf("it is read as %q", read)
	}
}
