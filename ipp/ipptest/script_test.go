package ipptest

import (
	"strings"
	"testing"
)

// What is sent is what the file says, byte for byte (RFC 8010 section 3.1).
func TestEncode(t *testing.T) {
	t.Parallel()
	got, err := encode([]string{
		"IPP/1.1 Print-Job 258", "operation", "attributes-charset charset utf-8", "job", "copies integer -2",
		"sides keyword a,b", "last-document boolean true", "printer-resolution resolution 300x600dpi", "page-ranges rangeOfInteger 1-3",
		"media-col collection {s={x=5} t=enum:4 k=main},{k=top}", "subscription",
	})
	want := "\x01\x01\x00\x02\x00\x00\x01\x02" +
		"\x01\x47\x00\x12attributes-charset\x00\x05utf-8" +
		"\x02\x21\x00\x06copies\x00\x04\xff\xff\xff\xfe" +
		"\x44\x00\x05sides\x00\x01a\x44\x00\x00\x00\x01b" +
		"\x22\x00\x0dlast-document\x00\x01\x01" +
		"\x32\x00\x12printer-resolution\x00\x09\x00\x00\x01\x2c\x00\x00\x02\x58\x03" +
		"\x33\x00\x0bpage-ranges\x00\x08\x00\x00\x00\x01\x00\x00\x00\x03" +
		"\x34\x00\x09media-col\x00\x00" +
		"\x4a\x00\x00\x00\x01s\x34\x00\x00\x00\x00\x4a\x00\x00\x00\x01x\x21\x00\x00\x00\x04\x00\x00\x00\x05\x37\x00\x00\x00\x00" +
		"\x4a\x00\x00\x00\x01t\x23\x00\x00\x00\x04\x00\x00\x00\x04" +
		"\x4a\x00\x00\x00\x01k\x44\x00\x00\x00\x04main\x37\x00\x00\x00\x00" +
		"\x34\x00\x00\x00\x00\x4a\x00\x00\x00\x01k\x44\x00\x00\x00\x03top\x37\x00\x00\x00\x00" +
		"\x06\x03"
	if err != nil || string(got) != want {
		t.Errorf("%v\n% x, want\n% x", err, got, want)
	}
}

// A slip in a file is heard of, and not sent.
func TestBadScripts(t *testing.T) {
	t.Parallel()
	for _, lines := range []string{
		"IPP/2 Print-Job 1", "IPP/2.0 Print-Jab 1", "IPP/2.0 Print-Job 1\ncopies integer", "IPP/2.0 Print-Job 1\ncopies number 1",
		"IPP/2.0 Print-Job 1\ncopies integer one", "IPP/2.0 Print-Job 1\nmedia-col collection a=b", "IPP/2.0 Print-Job 1\nr resolution 300dpi",
	} {
		if raw, err := encode(strings.Split(lines, "\n")); err == nil {
			t.Errorf("%q: % x", lines, raw)
		}
	}
	for _, text := range []string{"Host: here", "POST / HTTP/1.1\nIPP/2.0 Get-Jobs 1", "POST / HTTP/1.1\n< 200 successful-ok"} {
		if c, err := parseClient(text); err == nil {
			t.Errorf("%q: %+v", text, c)
		}
	}
}

// Lines of a suite are counted by their marks, and what ipptool says of itself ends it.
func TestRunReads(t *testing.T) {
	t.Parallel()
	var r Run
	for _, line := range []string{`"ipp-1.1.test":`, "    A test    [PASS]", "    Another   [FAIL]", "        GOT: x=[PASS", "    Waiting   [0001]", "    A third   [SKIP]"} {
		r.read(line)
	}
	if r.Score != (Score{Pass: 1, Fail: 1, Skip: 1}) || len(r.Failed) != 1 || r.Failed[0] != "Another" || r.Ended != "" {
		t.Errorf("%+v", r)
	}
	if r.read("ipptool: Filename cannot be read."); r.Ended != "Filename cannot be read." {
		t.Errorf("ended %q", r.Ended)
	}
}
