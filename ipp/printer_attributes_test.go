package ipp

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"
	second "github.com/phin1x/go-ipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// printer asks for all attributes of a queue.
func (b *bench) printer(t *testing.T, q release.Queue) wire.Attributes {
	t.Helper()
	reply := b.do(t, ask{op: wire.OpGetPrinterAttributes, path: q.Path, attrs: []wire.Attribute{
		wire.Keyword("requested-attributes", "all", "media-col-database"),
	}})
	want(t, reply, wire.StatusOK)
	return reply.First(wire.PrinterGroup)
}

// What IPP/2.0 demands of every printer (PWG 5100.12 section 6.2, RFC 8011 section
// 5.4) and what drivers of computers look for, is there and has a value.
func TestRequiredAttributes(t *testing.T) {
	t.Parallel()
	required := strings.Fields(`
		charset-configured charset-supported color-supported compression-supported copies-default copies-supported
		document-format-default document-format-supported finishings-default finishings-supported
		generated-natural-language-supported ipp-features-supported ipp-versions-supported job-creation-attributes-supported
		job-ids-supported job-k-octets-supported job-release-action-default job-release-action-supported
		media-bottom-margin-supported media-col-database media-col-default media-col-ready media-col-supported media-default
		media-left-margin-supported media-ready media-right-margin-supported media-size-supported media-source-supported
		media-supported media-top-margin-supported media-type-supported multiple-document-jobs-supported
		multiple-operation-time-out multiple-operation-time-out-action natural-language-configured operations-supported
		orientation-requested-default orientation-requested-supported output-bin-default output-bin-supported
		page-ranges-supported pages-per-minute pages-per-minute-color pdl-override-supported preferred-attributes-supported
		print-color-mode-default print-color-mode-supported print-quality-default print-quality-supported printer-device-id
		printer-get-attributes-supported printer-info printer-is-accepting-jobs printer-location printer-make-and-model
		printer-more-info printer-name printer-resolution-default printer-resolution-supported printer-state
		printer-state-reasons printer-up-time printer-uri-supported printer-uuid queued-job-count sides-default
		sides-supported uri-authentication-supported uri-security-supported which-jobs-supported`)
	b := newBench(t)
	for _, q := range []release.Queue{holdQueue, directQueue} {
		got := b.printer(t, q)
		for _, name := range required {
			attr, ok := got.Find(name)
			if !ok || len(attr.Values) == 0 || attr.Values[0].T.String() == "no-value" {
				t.Errorf("%s: %s is missing or has no value", q.Name, name)
			}
		}
		seen := map[string]bool{}
		for _, attr := range got {
			if seen[attr.Name] {
				t.Errorf("%s: %s is there twice", q.Name, attr.Name)
			}
			seen[attr.Name] = true
		}
	}
}

// A default is one of the supported values.
func TestDefaultsAreSupported(t *testing.T) {
	t.Parallel()
	got := newBench(t).printer(t, holdQueue)
	n := 0
	for _, attr := range got {
		base, isDefault := strings.CutSuffix(attr.Name, "-default")
		all, known := got.Find(base + "-supported")
		if !isDefault || !known || base == "job-priority" || base == "media-col" || strings.HasPrefix(base, "job-account") {
			continue
		}
		n++
		same := func(i int) bool {
			if span, ok := all.Values[i].V.(goipp.Range); ok {
				n, ok := attr.Values[0].V.(goipp.Integer)
				return ok && int(n) >= span.Lower && int(n) <= span.Upper
			}
			return all.Values[i].V.String() == attr.Values[0].V.String() && all.Values[i].T == attr.Values[0].T
		}
		if !slices.ContainsFunc(indexes(len(all.Values)), same) {
			t.Errorf("%s %v is not among %v", attr.Name, attr.Values, all.Values)
		}
	}
	if n < 12 {
		t.Errorf("only %d defaults were looked at", n)
	}
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// What differs between the kinds of queue and the ways of proof.
func TestQueueKinds(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	cases := []struct {
		queue        release.Queue
		auth         string
		release      bool
		action, hold string
	}{
		{holdQueue, "basic", true, "owner-authorized", "indefinite"},
		{trustedQueue, "requesting-user-name", true, "owner-authorized", "indefinite"},
		{directQueue, "requesting-user-name", false, "none", "no-hold"},
		{officeQueue, "basic", false, "none", "no-hold"},
	}
	for _, tc := range cases {
		got := b.printer(t, tc.queue)
		auth, _ := got.Strings("uri-authentication-supported")
		features, _ := got.Strings("ipp-features-supported")
		want := []string{"ipp-everywhere", "ipp-everywhere-server"}
		if tc.release {
			want = append(want, "job-release")
		}
		action, _ := got.String("job-release-action-default")
		hold, _ := got.String("job-hold-until-default")
		if !slices.Equal(auth, []string{tc.auth, tc.auth}) || !slices.Equal(features, want) || action != tc.action || hold != tc.hold {
			t.Errorf("%s: %q %q %q %q", tc.queue.Name, auth, features, action, hold)
		}
	}
}

var documented = regexp.MustCompile(`(?m)^\| ([A-Za-z-]+) 0x([0-9a-f]{4}) \| [^|]+ \| (yes|no|never asked) \|`)

// docs/ipp.md tells of every operation, by its number and whether one must sign in.
func TestOperationsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/ipp.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, row := range documented.FindAllStringSubmatch(string(page), -1) {
		told[row[1]+" "+row[2]+" "+row[3]] = true
	}
	for _, o := range operations() {
		row := fmt.Sprintf("%s %04x %s", o.op, uint16(o.op), map[need]string{never: "never asked", ifGiven: "no", always: "yes"}[o.proof])
		if !told[row] {
			t.Errorf("docs/ipp.md lacks %q", row)
		}
		delete(told, row)
	}
	for row := range told {
		t.Errorf("docs/ipp.md has %q, and we have not", row)
	}
}

// operations-supported is the table, and what is in it is answered.
func TestOperationsSupported(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ops, err := b.printer(t, holdQueue).Ints("operations-supported")
	if err != nil || !slices.IsSorted(ops) || len(ops) != len(operations()) {
		t.Fatalf("operations-supported is %v, %v", ops, err)
	}
	for _, op := range ops {
		reply := b.do(t, ask{op: wire.Op(op), user: "ada"})
		if reply.Status() == wire.StatusOperationNotSupported {
			t.Errorf("%s is advertised and not supported", wire.Op(op))
		}
	}
}

func TestQueuedJobCountAndState(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, q := range []release.Queue{holdQueue, officeQueue} {
		b.do(t, ask{op: wire.OpPrintJob, path: q.Path, user: "ada", doc: bytes.NewReader(pdf)})
		got := b.printer(t, q)
		n, _ := got.Int("queued-job-count")
		state, _ := got.Int("printer-state")
		busy := map[release.QueueKind]int{release.Hold: wire.PrinterIdle, release.Direct: wire.PrinterProcessing}[q.Kind]
		if n != 1 || state != busy {
			t.Errorf("%s: %d jobs, state %d", q.Name, n, state)
		}
	}
}

// The URIs are those that the client can use: the name it called us by, and
// schemes that are answered to it.
func TestAddresses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, host, peer string
		tls              bool
		uris, security   string
		page             string
	}{
		{"plain, here", "localhost:8631", "127.0.0.1:9", false, "ipp://localhost:8631/ipp/print ipps://localhost:8631/ipp/print", "none tls", "http://localhost:8631/ipp/print"},
		{"TLS, here", "print.school:8631", "127.0.0.1:9", true, "ipps://print.school:8631/ipp/print ipp://print.school:8631/ipp/print", "tls none", "https://print.school:8631/ipp/print"},
		{"TLS, elsewhere", "10.0.0.1:8631", "10.0.0.9:9", true, "ipps://10.0.0.1:8631/ipp/print", "tls", "https://10.0.0.1:8631/ipp/print"},
		{"IPv6", "[fd00::1]:8631", "[fd00::2]:9", true, "ipps://[fd00::1]:8631/ipp/print", "tls", "https://[fd00::1]:8631/ipp/print"},
		{"no port", "print.school", "10.0.0.9:9", true, "ipps://print.school/ipp/print", "tls", "https://print.school/ipp/print"},
		{"a host that is none", "a b\"<>", "10.0.0.9:9", true, "ipps://fallback:631/ipp/print", "tls", "https://fallback:631/ipp/print"},
		{"a host with a user", "me@evil", "10.0.0.9:9", true, "ipps://fallback:631/ipp/print", "tls", "https://fallback:631/ipp/print"},
		{"no host", "", "10.0.0.9:9", true, "ipps://fallback:631/ipp/print", "tls", "https://fallback:631/ipp/print"},
	}
	b := newBench(t)
	s, err := New(Options{Desk: b.desk, Directory: b.dir, Log: slog.New(slog.DiscardHandler), Installation: "test", Host: "fallback:631"})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := ask{op: wire.OpGetPrinterAttributes, path: holdQueue.Path}.message(b).Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range cases {
		r := httptest.NewRequest(http.MethodPost, holdQueue.Path, bytes.NewReader(raw))
		r.Host, r.RemoteAddr = tc.host, tc.peer
		r.Header.Set("Content-Type", wire.ContentType)
		if tc.tls {
			r.TLS = &tls.ConnectionState{}
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		got := readReply(t, w.Result(), w.Body.Bytes()).First(wire.PrinterGroup)
		uris, _ := got.Strings("printer-uri-supported")
		security, _ := got.Strings("uri-security-supported")
		auth, _ := got.Strings("uri-authentication-supported")
		page, _ := got.String("printer-more-info")
		if strings.Join(uris, " ") != tc.uris || strings.Join(security, " ") != tc.security || page != tc.page || len(auth) != len(uris) {
			t.Errorf("%s: %q %q %q, page %s", tc.name, uris, security, auth, page)
		}
	}
}

// printer-uuid never changes, and belongs to one queue of one installation.
func TestUUID(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	uuid := func(q release.Queue) string {
		u, _ := b.printer(t, q).String("printer-uuid")
		return u
	}
	first := uuid(holdQueue)
	if !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(first) {
		t.Errorf("printer-uuid is %q", first)
	}
	if first != uuid(holdQueue) || first == uuid(directQueue) {
		t.Error("printer-uuid changes, or two queues have the same")
	}
	other := Server{Options: Options{Installation: "other"}}
	if other.uuid("printer "+holdQueue.Path) == first {
		t.Error("two installations have the same printer-uuid")
	}
}

// Our answers, read by a decoder that shares no code with the encoder.
func TestSecondDecoder(t *testing.T) {
	t.Parallel()
	b := printed(t)
	all := wire.Keyword("requested-attributes", "all", "media-col-database")
	_, raw := b.post(t, ask{op: wire.OpGetPrinterAttributes, attrs: []wire.Attribute{all}})
	got, err := second.NewResponseDecoder(bytes.NewReader(raw)).Decode(nil)
	if err != nil {
		t.Fatal(err)
	}
	ours := b.printer(t, holdQueue)
	if len(got.PrinterAttributes) != 1 || len(got.PrinterAttributes[0]) != len(ours) {
		t.Fatalf("it reads %d groups, the first of %d attributes, want %d", len(got.PrinterAttributes), len(got.PrinterAttributes[0]), len(ours))
	}
	for _, attr := range ours {
		values := got.PrinterAttributes[0][attr.Name]
		if len(values) != len(attr.Values) {
			t.Errorf("%s: it reads %d values, want %d", attr.Name, len(values), len(attr.Values))
		}
	}
	_, raw = b.post(t, ask{op: wire.OpGetJobAttributes, user: "ada", attrs: []wire.Attribute{wire.Integer("job-id", 1)}})
	job, err := second.NewResponseDecoder(bytes.NewReader(raw)).Decode(nil)
	if err != nil || job.JobAttributes[0]["job-name"][0].Value != "A private title" || job.JobAttributes[0]["job-state"][0].Value != wire.JobPendingHeld {
		t.Errorf("it reads %v, %v", job, err)
	}
	_, raw = b.post(t, ask{op: wire.OpValidateJob, user: "ada", job: []wire.Attribute{wire.Keyword("sides", "tumble")}})
	un, err := second.NewResponseDecoder(bytes.NewReader(raw)).Decode(nil)
	if err != nil || un.StatusCode != int16(wire.StatusOKIgnoredOrSubstituted) {
		t.Errorf("it reads %v, %v", un, err)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r, err := http.NewRequest(http.MethodGet, b.http.URL+holdQueue.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, body := send(t, r)
	if answer.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(b.uri(holdQueue.Path, ""))) || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("HTTP %d, %s: %s", answer.StatusCode, answer.Header.Get("Content-Type"), body)
	}
}
