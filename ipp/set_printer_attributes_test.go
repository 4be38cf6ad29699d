package ipp

import (
	"bytes"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/wire"
)

func deleted(name string) wire.Attribute {
	return wire.Attribute{Name: name, Values: goipp.Values{{T: goipp.TagDeleteAttr, V: goipp.Void{}}}}
}

// What IT says of a printer is what every client is told, CUPS's programs too, until
// it is taken back.
func TestITSaysSomethingOfAPrinter(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	set := func(attrs ...wire.Attribute) *wire.Message {
		t.Helper()
		return b.do(t, ask{op: wire.OpSetPrinterAttributes, user: "iris", printer: attrs})
	}
	const out = "The Library printer is out until Friday"
	want(t, set(wire.Text("printer-message-from-operator", out), wire.Text("printer-location", "Room 12"), wire.Text("printer-info", "Quiet printer")), wire.StatusOK)
	p := b.printer(t, holdQueue)
	for name, text := range map[string]string{"printer-message-from-operator": out, "printer-state-message": out, "printer-location": "Room 12", "printer-info": "Quiet printer"} {
		if got, _ := p.String(name); got != text {
			t.Errorf("%s is %q", name, got)
		}
	}
	at, _ := p.Int("printer-message-time")
	when, err := p.Time("printer-message-date-time")
	if err != nil || int64(at) != when.Unix() || !when.Equal(holdEnds) {
		t.Errorf("said at %d, %v, %v", at, when, err)
	}
	b.says(t, []string{out}, "lpstat", "-p", "print")
	b.says(t, []string{"Quiet printer", "Room 12"}, "lpstat", "-l", "-p", "print")
	want(t, set(deleted("printer-message-from-operator"), deleted("printer-info")), wire.StatusOK)
	p = b.printer(t, holdQueue)
	for name, text := range map[string]string{"printer-message-from-operator": "", "printer-state-message": "", "printer-location": "Room 12", "printer-info": "Follow me"} {
		if got, err := p.String(name); got != text || err != nil {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
}

// It sets all or nothing, says what was in the way, and listens to IT alone.
func TestSetPrinterAttributesRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	good := wire.Text("printer-location", "Room 12")
	for _, tc := range []struct {
		user   string
		attrs  []wire.Attribute
		status wire.Status
		named  string
	}{
		{"ada", []wire.Attribute{good}, wire.StatusForbidden, ""},
		{"iris", nil, wire.StatusBadRequest, ""},
		{"iris", []wire.Attribute{good, wire.Integer("copies-default", 2)}, wire.StatusAttributesNotSettable, "copies-default"},
		{"iris", []wire.Attribute{good, wire.Enum("printer-state", 5)}, wire.StatusAttributesNotSettable, "printer-state"},
		{"iris", []wire.Attribute{good, wire.Keyword("printer-mood", "bright")}, wire.StatusAttributesOrValuesNotSupported, "printer-mood"},
		{"iris", []wire.Attribute{good, wire.Text("printer-info", strings.Repeat("long ", 26))}, wire.StatusAttributesOrValuesNotSupported, "printer-info"},
		{"iris", []wire.Attribute{good, wire.Integer("printer-info", 4)}, wire.StatusAttributesOrValuesNotSupported, "printer-info"},
	} {
		reply := b.do(t, ask{op: wire.OpSetPrinterAttributes, user: tc.user, printer: tc.attrs})
		want(t, reply, tc.status)
		if tc.named != "" && !reply.First(wire.UnsupportedGroup).Has(tc.named) {
			t.Errorf("%s is not named", tc.named)
		}
	}
	if got, _ := b.printer(t, holdQueue).String("printer-location"); got == "Room 12" {
		t.Error("half of it was set")
	}
}

// Whoever pauses a printer can say why in the same breath.
func TestAPauseIsExplained(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	turn := func(op wire.Op, user, why string) *wire.Message {
		t.Helper()
		return b.do(t, ask{op: op, path: officeQueue.Path, user: user, attrs: []wire.Attribute{wire.Text("printer-message-from-operator", why)}})
	}
	said := func() string {
		s, _ := b.printer(t, officeQueue).String("printer-state-message")
		return s
	}
	want(t, turn(wire.OpPausePrinter, "ada", "Mine!"), wire.StatusForbidden)
	if got := said(); got != "" {
		t.Errorf("a pupil says %q", got)
	}
	want(t, turn(wire.OpPausePrinter, "iris", "New toner at noon"), wire.StatusOK)
	if got := said(); got != "New toner at noon" {
		t.Errorf("%q", got)
	}
	want(t, turn(wire.OpResumePrinter, "iris", ""), wire.StatusOK)
	if got := said(); got != "" {
		t.Errorf("%q", got)
	}
	want(t, turn(wire.OpPausePrinter, "iris", strings.Repeat("why ", 40)), wire.StatusAttributesOrValuesNotSupported)
}

// What IT says about a job reaches its owner and nobody else, after its end as well.
func TestITSaysSomethingAboutAJob(t *testing.T) {
	t.Parallel()
	b := printed(t)
	say := func(user, text string) *wire.Message {
		t.Helper()
		return b.do(t, ask{op: wire.OpSetJobAttributes, user: user, attrs: jobID(1), job: []wire.Attribute{wire.Text("job-message-from-operator", text)}})
	}
	read := func(user string) string {
		t.Helper()
		s, _ := b.do(t, ask{op: wire.OpGetJobAttributes, user: user, attrs: jobID(1)}).First(wire.JobGroup).String("job-message-from-operator")
		return s
	}
	want(t, say("iris", "Please print this in Room 4."), wire.StatusOK)
	for user, text := range map[string]string{"ada": "Please print this in Room 4.", "iris": "Please print this in Room 4.", "ben": "", "": ""} {
		if got := read(user); got != text {
			t.Errorf("%q reads %q", user, got)
		}
	}
	want(t, say("ada", "I said this."), wire.StatusAttributesNotSettable)
	want(t, say("ben", "I said this."), wire.StatusNotFound)
	want(t, b.do(t, ask{op: wire.OpCancelJob, user: "iris", attrs: append(jobID(1), wire.Text("job-message-from-operator", "Two hundred pages. Please see me."))}), wire.StatusOK)
	if got := read("ada"); got != "Two hundred pages. Please see me." {
		t.Errorf("the owner reads %q", got)
	}
	want(t, b.do(t, ask{op: wire.OpSetJobAttributes, user: "iris", attrs: jobID(1), job: []wire.Attribute{deleted("job-message-from-operator")}}), wire.StatusOK)
	if got := read("ada"); got != "" {
		t.Errorf("taken back, it still says %q", got)
	}
}

// A message that is too long is refused before anything is done.
func TestATooLongRemarkStopsTheAct(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	want(t, b.do(t, ask{op: wire.OpCreateJob, path: officeQueue.Path, user: "iris"}), wire.StatusOK)
	before := b.desk.all()[0]
	long := append(jobID(1), wire.Text("job-message-from-operator", strings.Repeat("why ", 50)))
	for _, op := range []wire.Op{wire.OpHoldJob, wire.OpReleaseJob, wire.OpCancelJob} {
		want(t, b.do(t, ask{op: op, path: officeQueue.Path, user: "iris", attrs: long}), wire.StatusAttributesOrValuesNotSupported)
		if j := b.desk.all()[0]; j.State.Ended() || j.OnHold != before.OnHold || j.Message != "" {
			t.Errorf("%s was refused, and carried out: %+v", op, j)
		}
	}
	short := append(jobID(1), wire.Text("job-message-from-operator", "After lunch"))
	want(t, b.do(t, ask{op: wire.OpHoldJob, path: officeQueue.Path, user: "iris", attrs: short}), wire.StatusOK)
	if j := b.desk.all()[0]; !j.OnHold || j.Message != "After lunch" {
		t.Errorf("held with a word why: %+v", j)
	}
}

// An attribute of a job that is deleted has its default again.
func TestDeleteAttribute(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := jobNumber(t, b.do(t, ask{op: wire.OpPrintJob, user: "ada", attrs: []wire.Attribute{wire.Name("job-name", "Mine")}, doc: bytes.NewReader(pdf), job: []wire.Attribute{
		wire.Integer("copies", 3), wire.Keyword("sides", "one-sided"), wire.Keyword("media", "iso_a3_297x420mm"), wire.Name("job-account-id", "Drama club"),
	}}))
	set := func(names ...string) *wire.Message {
		t.Helper()
		var attrs []wire.Attribute
		for _, n := range names {
			attrs = append(attrs, deleted(n))
		}
		return b.do(t, ask{op: wire.OpSetJobAttributes, user: "ada", attrs: jobID(id), job: attrs})
	}
	want(t, set("copies", "page-ranges"), wire.StatusAttributesOrValuesNotSupported)
	want(t, set("copies", "job-id"), wire.StatusAttributesNotSettable)
	if j := b.desk.all()[0]; j.Ticket.Copies != 3 {
		t.Errorf("half of it was done: %+v", j.Ticket)
	}
	want(t, set("copies", "media", "job-account-id", "job-name"), wire.StatusOK)
	if j := b.desk.all()[0]; j.Ticket.Copies != 1 || j.Ticket.Media != "iso_a4_210x297mm" || j.Ticket.Account != "" || j.Ticket.Sides != "one-sided" || j.Title != "" {
		t.Errorf("%q %+v", j.Title, j.Ticket)
	}
}
