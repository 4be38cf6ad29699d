package wire

import (
	"bytes"
	"testing"

	goipp "github.com/phin1x/go-ipp"
)

func TestReadRecordedReplies(t *testing.T) {
	t.Parallel()
	for name, b := range recorded(t, "reply") {
		m, err := ReadReply(bytes.NewReader(b), ForReplies)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !m.Status().OK() {
			t.Errorf("%s: status %s", name, m.Status())
		}
		again, err := m.Encode()
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: encoded again it differs (%v)", name, err)
		}
	}
}

// A printer may say things twice, with newlines in them; its structure must
// still hold.
func TestReadReplyIsLenient(t *testing.T) {
	t.Parallel()
	careless := good().tag(4).attr(0x41, "printer-state-message", "Tray 1\nempty\x00").attr(0x13, "a", "none").
		attr(0x44, "b", "x").attr(0x44, "b", "y").tag(4).end()
	m, err := ReadReply(bytes.NewReader(careless), ForReplies)
	if err != nil {
		t.Fatal(err)
	}
	if say, err := m.First(PrinterGroup).String("printer-state-message"); err != nil || Clean(say, 255) != "Tray 1 empty" {
		t.Errorf("message %q, %v", say, err)
	}
	for name, b := range map[string][]byte{
		"short integer":    good().attr(0x21, "a", "abc").end(),
		"ends early":       good().Bytes(),
		"nested":           good().nest(9).end(),
		"negative length":  good().tag(0x44).length(0x8001).end(),
		"other delimiter":  good().begin("c").tag(4).end(),
		"not IPP, but big": bytes.Repeat([]byte("HTTP"), 1<<20),
	} {
		if _, err := ReadReply(bytes.NewReader(b), ForReplies); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// What Pare leaves, the independent decoder reads right, even where it would
// lose its place in the whole answer: at a collection with a set in it.
func TestPare(t *testing.T) {
	t.Parallel()
	whole := good().
		tag(4).attr(0x23, "printer-state", "\x00\x00\x00\x05").
		begin("media-col").member("k").more(0x44, "aa").more(0x44, "b7").close().
		attr(0x44, "printer-state-reasons", "media-jam-error").more(0x44, "media-empty-error").
		attr(0x42, "printer-name", "Library").
		tag(9).attr(0x23, "document-state", "\x00\x00\x00\x05").
		tag(2).attr(0x21, "job-id", "\x00\x00\x00\x01").
		tag(2).attr(0x21, "job-id", "\x00\x00\x00\x02").end()
	if response, err := goipp.NewResponseDecoder(bytes.NewBuffer(whole)).Decode(nil); err == nil && len(response.JobAttributes) == 2 {
		t.Fatal("the other decoder no longer needs Pare")
	}
	pared, err := Pare(bytes.NewReader(whole), ForReplies, func(name string) bool { return name != "printer-name" })
	if err != nil {
		t.Fatal(err)
	}
	response, err := goipp.NewResponseDecoder(bytes.NewBuffer(pared)).Decode(nil)
	if err != nil {
		t.Fatal(err)
	}
	printer := response.PrinterAttributes[0]
	if len(printer) != 2 || printer["printer-state"][0].Value != 5 || len(printer["printer-state-reasons"]) != 2 {
		t.Errorf("printer %v", printer)
	}
	if len(response.JobAttributes) != 2 || response.JobAttributes[1]["job-id"][0].Value != 2 {
		t.Errorf("jobs %v", response.JobAttributes)
	}
	if _, err := Pare(bytes.NewReader(whole[:40]), ForReplies, func(string) bool { return true }); err == nil {
		t.Error("a truncated answer was pared")
	}
}

func TestPareRecorded(t *testing.T) {
	t.Parallel()
	for name, b := range recorded(t, "reply") {
		pared, err := Pare(bytes.NewReader(b), ForReplies, func(string) bool { return true })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := goipp.NewResponseDecoder(bytes.NewBuffer(pared)).Decode(nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
