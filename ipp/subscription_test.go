package ipp

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
	"inkwell/release"
)

var pull = wire.Keyword("notify-pull-method", "ippget")

// wanting is a subscription group with the method and more.
func wanting(more ...wire.Attribute) []wire.Attributes {
	return []wire.Attributes{append(wire.Attributes{pull}, more...)}
}

func subscriptionID(n int) []wire.Attribute {
	return []wire.Attribute{wire.Integer("notify-subscription-id", n)}
}

// What becomes of each wish (RFC 3995 section 5.2).
func TestSubscriptionWishes(t *testing.T) {
	t.Parallel()
	events := func(names ...string) wire.Attribute { return wire.Keyword("notify-events", names...) }
	all := keywords(release.Events)
	const none, day, week = wire.StatusOK, 86400, 604800
	cases := []struct {
		name   string
		given  wire.Attributes
		status wire.Status // notify-status-code
		named  string      // what the answer names as not supported
		events string      // of the subscription, "" if there is none
		lease  int
	}{
		{"nothing but the method", wire.Attributes{pull}, none, "", "job-completed", day},
		{"events", wire.Attributes{pull, events("job-created", "printer-stopped")}, none, "", "job-created printer-stopped", day},
		{"one twice", wire.Attributes{pull, events("job-created", "job-created")}, none, "", "job-created", day},
		{"one unknown", wire.Attributes{pull, events("job-progress", "job-created")}, wire.StatusOKIgnoredOrSubstituted, "notify-events=job-progress", "job-created", day},
		{"none with others", wire.Attributes{pull, events("none", "job-created")}, wire.StatusOKIgnoredOrSubstituted, "notify-events=none", "job-created", day},
		{"none alone", wire.Attributes{pull, events("none")}, wire.StatusAttributesOrValuesNotSupported, "notify-events=none", "", 0},
		{"unknown ones alone", wire.Attributes{pull, events("job-progress")}, wire.StatusAttributesOrValuesNotSupported, "notify-events=job-progress", "", 0},
		{"events of another type", wire.Attributes{pull, wire.Integer("notify-events", 1)}, wire.StatusAttributesOrValuesNotSupported, "notify-events=1", "", 0},
		{"too many", wire.Attributes{pull, events(append(all, "job-created")...)}, wire.StatusOKTooManyEvents, "notify-events=job-created", strings.Join(all, " "), day},
		{"another method", wire.Attributes{wire.Keyword("notify-pull-method", "telepathy")}, wire.StatusAttributesOrValuesNotSupported, "notify-pull-method=telepathy", "", 0},
		{"push", wire.Attributes{wire.URI("notify-recipient-uri", "http://192.0.2.1/")}, wire.StatusURISchemeNotSupported, "notify-recipient-uri=unsupported", "", 0},
		{"push and pull", wire.Attributes{pull, wire.URI("notify-recipient-uri", "mailto:a@school.example")}, wire.StatusURISchemeNotSupported, "notify-recipient-uri=unsupported", "", 0},
		{"what we do not know", wire.Attributes{pull, wire.Keyword("notify-attributes", "job-name")}, wire.StatusOKIgnoredOrSubstituted, "notify-attributes=unsupported", "job-completed", day},
		{"data", wire.Attributes{pull, wire.Octets("notify-user-data", bytes.Repeat([]byte{0}, 63))}, none, "", "job-completed", day},
		{"too much data", wire.Attributes{pull, wire.Octets("notify-user-data", make([]byte, 64))}, wire.StatusOKIgnoredOrSubstituted, "notify-user-data=" + strings.Repeat("00", 64), "job-completed", day},
		{"charset", wire.Attributes{pull, wire.Charset("notify-charset", "us-ascii")}, none, "", "job-completed", day},
		{"another charset", wire.Attributes{pull, wire.Charset("notify-charset", "utf-16")}, wire.StatusOKIgnoredOrSubstituted, "notify-charset=utf-16", "job-completed", day},
		{"language", wire.Attributes{pull, wire.Language("notify-natural-language", "cy")}, none, "", "job-completed", day},
		{"another language", wire.Attributes{pull, wire.Language("notify-natural-language", "tlh")}, wire.StatusOKIgnoredOrSubstituted, "notify-natural-language=tlh", "job-completed", day},
		{"an hour", wire.Attributes{pull, wire.Integer("notify-lease-duration", 3600)}, none, "", "job-completed", 3600},
		{"for ever", wire.Attributes{pull, wire.Integer("notify-lease-duration", 0)}, wire.StatusOKIgnoredOrSubstituted, "", "job-completed", week},
		{"a second", wire.Attributes{pull, wire.Integer("notify-lease-duration", 1)}, wire.StatusOKIgnoredOrSubstituted, "", "job-completed", 60},
		{"a lease of another type", wire.Attributes{pull, wire.Keyword("notify-lease-duration", "long")}, wire.StatusOKIgnoredOrSubstituted, "notify-lease-duration=long", "job-completed", day},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			reply := b.do(t, ask{op: wire.OpCreatePrinterSubscriptions, user: "ada", subs: []wire.Attributes{tc.given}})
			status := wire.StatusOK
			if tc.events == "" {
				status = wire.StatusIgnoredAllSubscriptions
			}
			want(t, reply, status)
			g := reply.First(wire.SubscriptionGroup)
			if got, _, _ := wire.Optional(g.Int("notify-status-code")); wire.Status(got) != tc.status { // #nosec G115 -- a status of ours
				t.Errorf("notify-status-code is %s, want %s", wire.Status(got), tc.status) // #nosec G115 -- a status of ours
			}
			if got := named(g, tc.given); got != tc.named {
				t.Errorf("it names %q, want %q", got, tc.named)
			}
			if lease, _, _ := wire.Optional(leaseOf(g)); lease != tc.lease {
				t.Errorf("the lease is %d s, want %d", lease, tc.lease)
			}
			made := ""
			if len(b.desk.roll.kept) > 0 {
				made = strings.Join(keywords(b.desk.roll.kept[0].Events), " ")
			}
			if id, _ := g.Int("notify-subscription-id"); made != tc.events || (id == 1) != (made != "") {
				t.Errorf("subscription %d is to %q, want %q", id, made, tc.events)
			}
		})
	}
}

// leaseOf is the granted lease, which is the first attribute of that name: one that
// was not taken may stand behind it.
func leaseOf(g wire.Attributes) (int, error) {
	i := slices.IndexFunc(g, func(a wire.Attribute) bool { return a.Name == "notify-lease-duration" })
	if i < 0 {
		return 0, wire.ErrMissing
	}
	return g[i : i+1].Int("notify-lease-duration")
}

// named is the attributes of a group that were given and not taken, but for a lease
// that was granted.
func named(g, given wire.Attributes) string {
	var all []string
	for _, a := range g {
		if a.Name == "notify-lease-duration" && a.Values[0].T == goipp.TagInteger || !given.Has(a.Name) {
			continue
		}
		if a.Values[0].T == goipp.TagUnsupportedValue {
			all = append(all, a.Name+"=unsupported")
		} else {
			all = append(all, a.Name+"="+strings.Trim(a.Values.String(), "[]"))
		}
	}
	return strings.Join(all, " ")
}

// A job is taken whatever becomes of its subscriptions; each wish has its answer, in
// order.
func TestJobsWithSubscriptions(t *testing.T) {
	t.Parallel()
	push := wire.Attributes{wire.URI("notify-recipient-uri", "http://192.0.2.1/")}
	lease := wire.Attributes{pull, wire.Integer("notify-lease-duration", 60)}
	for _, op := range []wire.Op{wire.OpPrintJob, wire.OpCreateJob, wire.OpValidateJob} {
		for _, tc := range []struct {
			name   string
			subs   []wire.Attributes
			full   bool
			status wire.Status
			codes  []wire.Status
		}{
			{"none", nil, false, wire.StatusOK, nil},
			{"one", wanting(), false, wire.StatusOK, []wire.Status{0}},
			{"a lease is not for jobs", []wire.Attributes{lease}, false, wire.StatusOK, []wire.Status{wire.StatusOKIgnoredOrSubstituted}},
			{"three", []wire.Attributes{{pull}, push, {pull}}, false, wire.StatusOKIgnoredSubscriptions, []wire.Status{0, wire.StatusURISchemeNotSupported, 0}},
			{"push alone", []wire.Attributes{push}, false, wire.StatusOKIgnoredSubscriptions, []wire.Status{wire.StatusURISchemeNotSupported}},
			{"no room", []wire.Attributes{{pull}, {pull}}, true, wire.StatusOKIgnoredSubscriptions, []wire.Status{wire.StatusTooManySubscriptions, wire.StatusTooManySubscriptions}},
		} {
			t.Run(op.String()+" "+tc.name, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				b.desk.roll.full = tc.full
				a := ask{op: op, user: "ada", subs: tc.subs}
				if op == wire.OpPrintJob {
					a.doc = bytes.NewReader(pdf)
				}
				reply := b.do(t, a)
				want(t, reply, tc.status)
				if made := len(b.desk.all()); (made == 1) != (op != wire.OpValidateJob) {
					t.Errorf("%d jobs", made)
				}
				groups := reply.All(wire.SubscriptionGroup)
				if len(groups) != len(tc.codes) {
					t.Fatalf("%d groups: %v", len(groups), groups)
				}
				for i, g := range groups {
					code, _, _ := wire.Optional(g.Int("notify-status-code"))
					hasID := tc.codes[i].OK() && op != wire.OpValidateJob
					if wire.Status(code) != tc.codes[i] || g.Has("notify-subscription-id") != hasID { // #nosec G115 -- a status of ours
						t.Errorf("group %d: %v", i, g)
					}
				}
			})
		}
	}
}

// Job options that are ignored and subscriptions that are not made: one status and one
// sentence for both (RFC 3995 section 12.1).
func TestIgnoredOptionsAndSubscriptions(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.roll.full = true
	reply := b.do(t, ask{op: wire.OpCreateJob, user: "ada", subs: wanting(), job: []wire.Attribute{wire.Integer("copies", 1000)}})
	want(t, reply, wire.StatusOKIgnoredSubscriptions)
	n := 0
	for _, a := range reply.Operation() {
		if a.Name == "status-message" {
			n++
		}
	}
	if n != 1 || !reply.First(wire.UnsupportedGroup).Has("copies") {
		t.Errorf("%d sentences; %+v", n, reply.Groups)
	}
}

// Who asks for what, and what is missing.
func TestSubscriptionRequests(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	do := func(op wire.Op, user string, subs []wire.Attributes, attrs ...wire.Attribute) *wire.Message {
		t.Helper()
		return b.do(t, ask{op: op, user: user, attrs: attrs, subs: subs})
	}
	want(t, do(wire.OpCreatePrinterSubscriptions, "ada", nil), wire.StatusBadRequest)
	want(t, do(wire.OpCreatePrinterSubscriptions, "ada", []wire.Attributes{{wire.Keyword("notify-events", "job-created")}}), wire.StatusBadRequest)
	want(t, do(wire.OpCreateJob, "ada", []wire.Attributes{{wire.Keyword("notify-events", "job-created")}}), wire.StatusBadRequest)
	if n := len(b.desk.all()); n != 0 {
		t.Errorf("%d jobs", n)
	}
	reply := do(wire.OpCreatePrinterSubscriptions, "ada", wanting(wire.Octets("notify-user-data", []byte("abc"))), wire.Integer("notify-job-id", 7))
	want(t, reply, wire.StatusOK)
	if !reply.First(wire.UnsupportedGroup).Has("notify-job-id") {
		t.Error("notify-job-id is taken for the printer")
	}
	want(t, do(wire.OpCreateJob, "ada", nil), wire.StatusOK)
	job := wire.Integer("notify-job-id", 1)
	want(t, do(wire.OpCreateJobSubscriptions, "ada", wanting()), wire.StatusBadRequest)
	want(t, do(wire.OpCreateJobSubscriptions, "ada", wanting(), wire.Integer("notify-job-id", 0)), wire.StatusNotFound)
	want(t, do(wire.OpCreateJobSubscriptions, "ben", wanting(), job), wire.StatusNotFound)
	want(t, do(wire.OpCreateJobSubscriptions, "ada", wanting(), job), wire.StatusOK)

	// Number 1 is of the queue, number 2 of the job.
	id1, id2 := subscriptionID(1), subscriptionID(2)
	for _, op := range []wire.Op{wire.OpGetSubscriptionAttributes, wire.OpRenewSubscription, wire.OpCancelSubscription} {
		want(t, do(op, "ada", nil), wire.StatusBadRequest)
		want(t, do(op, "ben", nil, id1...), wire.StatusNotFound)
		want(t, do(op, "ada", nil, subscriptionID(99)...), wire.StatusNotFound)
		want(t, do(op, "ada", nil, subscriptionID(-1)...), wire.StatusNotFound)
		if answer, _ := b.post(t, ask{op: op, attrs: id1}); answer.StatusCode != 401 {
			t.Errorf("%s without a password: HTTP %d", op, answer.StatusCode)
		}
	}
	want(t, do(wire.OpRenewSubscription, "ada", nil, id2...), wire.StatusNotPossible)
	lease := func(n int) wire.Attribute { return wire.Integer("notify-lease-duration", n) }
	for _, tc := range []struct {
		subs   []wire.Attributes
		attrs  []wire.Attribute
		status wire.Status
		lease  int
	}{
		{nil, id1, wire.StatusOK, 86400},
		{[]wire.Attributes{{lease(120)}}, id1, wire.StatusOK, 120},
		{nil, append(id1[:1:1], lease(180)), wire.StatusOK, 180},
		{[]wire.Attributes{{lease(0)}}, id1, wire.StatusOKIgnoredOrSubstituted, 604800},
	} {
		reply := do(wire.OpRenewSubscription, "ada", tc.subs, tc.attrs...)
		want(t, reply, tc.status)
		if got, _ := reply.First(wire.SubscriptionGroup).Int("notify-lease-duration"); got != tc.lease {
			t.Errorf("the lease is %d s, want %d", got, tc.lease)
		}
	}
	b.shows(t, 1, "notify-pull-method notify-events notify-charset notify-natural-language notify-user-data notify-lease-duration "+
		"notify-subscription-id notify-sequence-number notify-printer-uri notify-subscriber-user-name notify-lease-expiration-time notify-printer-up-time")
	b.shows(t, 2, "notify-pull-method notify-events notify-charset notify-natural-language "+
		"notify-subscription-id notify-sequence-number notify-printer-uri notify-subscriber-user-name notify-job-id")
	b.shows(t, 2, "notify-pull-method notify-events notify-charset notify-natural-language", "subscription-template")
	b.shows(t, 1, "notify-events notify-sequence-number", "notify-sequence-number", "notify-events")
	want(t, do(wire.OpCancelSubscription, "iris", nil, id1...), wire.StatusOK)
	want(t, do(wire.OpGetSubscriptionAttributes, "ada", nil, id1...), wire.StatusNotFound)
}

// shows wants a subscription to have just these attributes, in their order.
func (b *bench) shows(t *testing.T, id int, want string, requested ...string) {
	t.Helper()
	attrs := subscriptionID(id)
	if len(requested) > 0 {
		attrs = append(attrs, wire.Keyword("requested-attributes", requested...))
	}
	var got []string
	for _, a := range b.do(t, ask{op: wire.OpGetSubscriptionAttributes, user: "ada", attrs: attrs}).First(wire.SubscriptionGroup) {
		got = append(got, a.Name)
	}
	if strings.Join(got, " ") != want {
		t.Errorf("subscription %d shows %q, want %q", id, got, want)
	}
}

func TestGetSubscriptions(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, user := range []string{"ada", "ben", "iris"} {
		want(t, b.do(t, ask{op: wire.OpCreatePrinterSubscriptions, user: user, subs: wanting()}), wire.StatusOK)
	}
	want(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada", subs: wanting()}), wire.StatusOK)
	for _, tc := range []struct {
		user  string
		attrs []wire.Attribute
		want  string
	}{
		{"ada", nil, "[1]"},
		{"iris", nil, "[1 2 3]"},
		{"iris", []wire.Attribute{wire.Boolean("my-subscriptions", true)}, "[3]"},
		{"iris", []wire.Attribute{wire.Integer("limit", 2)}, "[1 2]"},
		{"ada", []wire.Attribute{wire.Integer("notify-job-id", 1)}, "[4]"},
	} {
		reply := b.do(t, ask{op: wire.OpGetSubscriptions, user: tc.user, attrs: tc.attrs})
		want(t, reply, wire.StatusOK)
		var got []int
		for _, g := range reply.All(wire.SubscriptionGroup) {
			id, _ := g.Int("notify-subscription-id")
			if got = append(got, id); len(g) != 1 {
				t.Errorf("more than the number is shown: %v", g)
			}
		}
		if fmt.Sprint(got) != tc.want {
			t.Errorf("%s %v: %v, want %s", tc.user, tc.attrs, got, tc.want)
		}
	}
	want(t, b.do(t, ask{op: wire.OpGetSubscriptions, user: "ada", attrs: []wire.Attribute{wire.Integer("limit", 0)}}), wire.StatusBadRequest)
	want(t, b.do(t, ask{op: wire.OpGetSubscriptions, user: "ada", attrs: []wire.Attribute{wire.Integer("notify-job-id", -1)}}), wire.StatusNotFound)
}

// What the printer says of it, and under which names it can be asked for.
func TestNotifyAttributes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, asked := range []string{"all", "subscription-template", "printer-description", "notify-events-supported"} {
		reply := b.do(t, ask{op: wire.OpGetPrinterAttributes, attrs: []wire.Attribute{wire.Keyword("requested-attributes", asked)}})
		g := reply.First(wire.PrinterGroup)
		for name, with := range map[string][]string{
			"notify-events-supported":      {"all", "subscription-template", "notify-events-supported"},
			"notify-pull-method-supported": {"all", "subscription-template"},
			"ippget-event-life":            {"all", "printer-description"},
		} {
			if g.Has(name) != slices.Contains(with, asked) {
				t.Errorf("asked for %s: %s is there: %t", asked, name, g.Has(name))
			}
		}
		if g.Has("notify-schemes-supported") || g.Has("notify-attributes-supported") {
			t.Error("we promise to push, or to tell of any attribute")
		}
	}
}

// CUPS's own tests of subscriptions.
func TestSubscriptionSuites(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	x := ipptest.NewSuites(t)
	for _, tc := range []struct {
		suite string
		flags []string
		want  ipptest.Score
	}{
		{"create-printer-subscription.test", nil, ipptest.Score{Pass: 1, Skip: 1}},
		{"get-subscriptions.test", nil, ipptest.Score{Pass: 1}},
		{"get-notifications.test", []string{"-d", "id=1"}, ipptest.Score{Fail: 1}}, // it wants an event, and there was none yet
		{"get-notifications.test", []string{"-d", "id=1"}, ipptest.Score{Pass: 1}},
	} {
		if got := x.Run(tc.suite, b.uri(officeQueue.Path, "ada"), "ada", tc.flags...); got.Score != tc.want {
			t.Errorf("%s: %+v, want %+v\n%s", tc.suite, got.Score, tc.want, got.Said)
		}
		if tc.want.Fail > 0 {
			b.desk.roll.tell(1, paused)
		}
	}
}

var paused = release.Notification{Event: release.EventPrinterStopped, At: time.Unix(1_800_000_000, 0), Paused: true}

// ending is a bench whose program is about to end.
func ending(t *testing.T) *bench {
	t.Helper()
	b := &bench{desk: &fakeDesk{}, dir: &fakeDirectory{}}
	over := make(chan struct{})
	close(over)
	s, err := New(Options{Desk: b.desk, Directory: b.dir, Log: slog.New(slog.DiscardHandler), Installation: "test", Ending: over})
	if err != nil {
		t.Fatal(err)
	}
	b.http = httptest.NewServer(s)
	t.Cleanup(b.http.Close)
	return b
}
