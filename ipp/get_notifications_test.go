package ipp

import (
	"slices"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

func notificationsOf(ids ...int) []wire.Attribute {
	return []wire.Attribute{wire.Integer("notify-subscription-ids", ids...)}
}

// told is a bench at which Ada has a subscription of the queue, 1, and one of her job, 2.
func told(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	want(t, b.do(t, ask{op: wire.OpCreatePrinterSubscriptions, user: "ada", language: "de", subs: wanting(
		wire.Keyword("notify-events", "job-state-changed", "printer-state-changed"), wire.Octets("notify-user-data", []byte{1, 0, 255}))}), wire.StatusOK)
	want(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada", subs: wanting()}), wire.StatusOK)
	at := time.Unix(1_800_000_000, 0)
	b.desk.roll.tell(1,
		release.Notification{Event: release.EventJobCreated, At: at, Job: release.Job{ID: 1, State: release.Counting}},
		release.Notification{Event: release.EventJobCompleted, At: at.Add(time.Second), Job: release.Job{ID: 1, State: release.Refused, Reason: "document-password"}},
		paused)
	return b
}

// Each event says all that RFC 3996 has it say. Groups of this kind are more than go-ipp
// can read, so goipp alone, without our own guard, is the second reader.
func TestEvents(t *testing.T) {
	t.Parallel()
	b := told(t)
	_, raw := b.post(t, ask{op: wire.OpGetNotifications, user: "ada", attrs: notificationsOf(1)})
	var reply goipp.Message
	if err := reply.DecodeBytes(raw); err != nil {
		t.Fatal(err)
	}
	if reply.Code != goipp.Code(goipp.StatusOk) {
		t.Fatalf("status %v", goipp.Status(reply.Code))
	}
	var events []map[string]string
	for _, g := range reply.AttrGroups() {
		if g.Tag != goipp.TagEventNotificationGroup {
			continue
		}
		all := map[string]string{}
		for _, a := range g.Attrs {
			all[a.Name] = a.Values[0].T.String() + " " + a.Values.String()
		}
		events = append(events, all)
	}
	common := map[string]string{
		"notify-subscription-id": "integer 1", "notify-charset": "charset utf-8", "notify-natural-language": "naturalLanguage de",
		"notify-user-data": "octetString 0100ff", "notify-printer-uri": "uri " + b.uri(holdQueue.Path, ""),
	}
	wants := []map[string]string{
		{
			"notify-sequence-number": "integer 1", "notify-subscribed-event": "keyword job-state-changed", "notify-event": "keyword job-created",
			"printer-up-time": "integer 1800000000", "printer-current-time": "dateTime 2027-01-15T08:00:00Z",
			"notify-text":   "textWithoutLanguage Follow me, Auftrag 1: Wartet an einer Druckstation auf dich.",
			"notify-job-id": "integer 1", "job-id": "integer 1", "job-state": "enum 4", "job-state-reasons": "keyword job-release-wait",
		},
		{
			"notify-sequence-number": "integer 2", "notify-subscribed-event": "keyword job-state-changed", "notify-event": "keyword job-completed",
			"printer-up-time": "integer 1800000001", "printer-current-time": "dateTime 2027-01-15T08:00:01Z",
			"notify-text":   "",
			"notify-job-id": "integer 1", "job-id": "integer 1", "job-state": "enum 8", "job-state-reasons": "keyword [aborted-by-system,document-password-error]",
			"job-impressions-completed": "integer 0",
		},
		{
			"notify-sequence-number": "integer 3", "notify-subscribed-event": "keyword printer-state-changed", "notify-event": "keyword printer-stopped",
			"printer-up-time": "integer 1800000000", "printer-current-time": "dateTime 2027-01-15T08:00:00Z",
			"notify-text":   "",
			"printer-state": "enum 5", "printer-state-reasons": "keyword paused", "printer-is-accepting-jobs": "boolean true",
		},
	}
	if len(events) != len(wants) {
		t.Fatalf("%d events: %v", len(events), events)
	}
	for i, got := range events {
		if len(got["notify-text"]) < 20 {
			t.Errorf("event %d says %q", i, got["notify-text"])
		}
		if wants[i]["notify-text"] == "" {
			wants[i]["notify-text"] = got["notify-text"]
		}
		for name, value := range common {
			wants[i][name] = value
		}
		for name, value := range wants[i] {
			if got[name] != value {
				t.Errorf("event %d: %s is %q, want %q", i, name, got[name], value)
			}
		}
		if len(got) != len(wants[i]) {
			t.Errorf("event %d says more, or less: %v", i, got)
		}
	}
}

// How a queue is right after its event.
func TestPrinterEvents(t *testing.T) {
	t.Parallel()
	c := &call{Server: &Server{}, queue: directQueue}
	for _, tc := range []struct {
		n         release.Notification
		state     int
		why       string
		accepting bool
	}{
		{release.Notification{}, wire.PrinterIdle, "none", true},
		{release.Notification{Busy: true}, wire.PrinterProcessing, "none", true},
		{release.Notification{Closed: true}, wire.PrinterIdle, "none", false},
		{release.Notification{Paused: true, Busy: true}, wire.PrinterStopped, "paused", true},
		{release.Notification{Paused: true, Closed: true}, wire.PrinterStopped, "paused", false},
	} {
		got := wire.Attributes(c.printerEvent("en", tc.n))
		state, _ := got.Int("printer-state")
		why, _ := got.Strings("printer-state-reasons")
		accepting, _ := got.Bool("printer-is-accepting-jobs")
		if state != tc.state || !slices.Equal(why, []string{tc.why}) || accepting != tc.accepting {
			t.Errorf("%+v: %v", tc.n, got)
		}
	}
}

// From which number on, for whom, and when it is over.
func TestGetNotifications(t *testing.T) {
	t.Parallel()
	b := told(t)
	get := func(user string, attrs ...wire.Attribute) *wire.Message {
		t.Helper()
		return b.do(t, ask{op: wire.OpGetNotifications, user: user, attrs: attrs})
	}
	from := func(n ...int) wire.Attribute { return wire.Integer("notify-sequence-numbers", n...) }
	for _, tc := range []struct {
		attrs []wire.Attribute
		want  int
	}{
		{notificationsOf(1), 3}, {append(notificationsOf(1), from(3)), 1}, {append(notificationsOf(1), from(4)), 0},
		{append(notificationsOf(2, 1), from(1, 2)), 2}, {append(notificationsOf(1, 2), from(3)), 1}, {append(notificationsOf(1), from(3, 1, 1)), 1},
	} {
		reply := get("ada", tc.attrs...)
		want(t, reply, wire.StatusOK)
		if got := reply.All(wire.EventGroup); len(got) != tc.want {
			t.Errorf("%v: %d events, want %d", tc.attrs, len(got), tc.want)
		}
		if n, err := reply.Operation().Int("notify-get-interval"); err != nil || n != 30 {
			t.Errorf("notify-get-interval is %d, %v", n, err)
		}
		if !reply.Operation().Has("printer-up-time") {
			t.Error("printer-up-time is missing")
		}
	}
	want(t, get("ada"), wire.StatusBadRequest)
	want(t, get("ben", notificationsOf(1)...), wire.StatusNotFound)
	want(t, get("ada", notificationsOf(1, 99)...), wire.StatusNotFound)
	want(t, get("iris", notificationsOf(1)...), wire.StatusOK)

	b.desk.roll.ended[2] = true
	want(t, get("ada", notificationsOf(2)...), wire.StatusOKEventsComplete)
	b.desk.roll.tell(2, release.Notification{Event: release.EventJobCompleted, At: time.Unix(1, 0), Job: release.Job{ID: 1, State: release.Done, Printed: 7}})
	reply := get("ada", notificationsOf(1, 2)...)
	want(t, reply, wire.StatusOK)
	for _, e := range reply.All(wire.EventGroup) {
		id, _ := e.Int("notify-subscription-id")
		code, err := e.Int("notify-status-code")
		if complete := code == int(wire.StatusOKEventsComplete); err != nil || complete != (id == 2) {
			t.Errorf("an event of subscription %d has notify-status-code %d, %v", id, code, err)
		}
	}
}

// Whoever waits is answered with the first event, and at once when the program ends.
func TestNotifyWait(t *testing.T) {
	t.Parallel()
	wait := append(notificationsOf(1), wire.Boolean("notify-wait", true))
	b := told(t)
	reply := b.do(t, ask{op: wire.OpGetNotifications, user: "ada", attrs: wait})
	want(t, reply, wire.StatusOK)
	if n, _ := reply.Operation().Int("notify-get-interval"); n != 1 || len(reply.All(wire.EventGroup)) != 3 || b.desk.roll.waited != 1 {
		t.Errorf("again in %d s, %d events, waited %d times", n, len(reply.All(wire.EventGroup)), b.desk.roll.waited)
	}
	b = ending(t)
	want(t, b.do(t, ask{op: wire.OpCreatePrinterSubscriptions, user: "ada", subs: wanting()}), wire.StatusOK)
	began := time.Now()
	reply = b.do(t, ask{op: wire.OpGetNotifications, user: "ada", attrs: wait})
	want(t, reply, wire.StatusOK)
	if took := time.Since(began); took > longestWait/2 || b.desk.roll.waited != 1 {
		t.Errorf("the end of the program waited %v", took)
	}
	want(t, b.do(t, ask{op: wire.OpGetNotifications, user: "ada", attrs: []wire.Attribute{wait[0], wire.Integer("notify-wait", 1)}}), wire.StatusBadRequest)
}
