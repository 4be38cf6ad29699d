package ipp

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"inkwell/ipp/wire"
)

// Who is asked for a password, and when.
func TestChallenge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.do(t, ask{op: wire.OpPrintJob, user: "ada", doc: bytes.NewReader(pdf)})
	job := []wire.Attribute{wire.Integer("job-id", 1)}
	cases := []struct {
		name string
		ask  ask
		http int
	}{
		{"print", ask{op: wire.OpPrintJob, doc: bytes.NewReader(pdf)}, http.StatusUnauthorized},
		{"print, wrong password", ask{op: wire.OpPrintJob, user: "ada", secret: "wrong", doc: bytes.NewReader(pdf)}, http.StatusUnauthorized},
		{"print, unknown user", ask{op: wire.OpPrintJob, user: "eve", doc: bytes.NewReader(pdf)}, http.StatusUnauthorized},
		{"validate", ask{op: wire.OpValidateJob}, http.StatusUnauthorized},
		{"create", ask{op: wire.OpCreateJob}, http.StatusUnauthorized},
		{"send", ask{op: wire.OpSendDocument, attrs: job}, http.StatusUnauthorized},
		{"cancel", ask{op: wire.OpCancelJob, attrs: job}, http.StatusUnauthorized},
		{"cancel mine", ask{op: wire.OpCancelMyJobs}, http.StatusUnauthorized},
		{"close", ask{op: wire.OpCloseJob, attrs: job}, http.StatusUnauthorized},
		{"printer", ask{op: wire.OpGetPrinterAttributes}, http.StatusOK},
		{"printer, wrong password", ask{op: wire.OpGetPrinterAttributes, user: "ada", secret: "wrong"}, http.StatusOK},
		{"jobs", ask{op: wire.OpGetJobs}, http.StatusOK},
		{"jobs, wrong password", ask{op: wire.OpGetJobs, user: "ada", secret: "wrong"}, http.StatusUnauthorized},
		{"job", ask{op: wire.OpGetJobAttributes, attrs: job}, http.StatusOK},
	}
	for _, tc := range cases {
		answer, body := b.post(t, tc.ask)
		if answer.StatusCode != tc.http {
			t.Errorf("%s: HTTP %d, want %d", tc.name, answer.StatusCode, tc.http)
		}
		challenge := answer.Header.Get("WWW-Authenticate")
		if tc.http == http.StatusUnauthorized && (!strings.HasPrefix(challenge, "Basic ") || len(body) < 10) {
			t.Errorf("%s: challenge %q says %q", tc.name, challenge, body)
		}
	}
	if n := len(b.desk.all()); n != 1 {
		t.Errorf("there are %d jobs, want the first alone", n)
	}
	if place := b.dir.places[0]; place != "ipp:127.0.0.1" {
		t.Errorf("a password was tried at %q", place)
	}
}

// Only Basic proves anything, once: another scheme with the same words does not.
func TestOtherSchemes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	good := strings.TrimPrefix(basic("ada"), "Basic ")
	for _, headers := range [][]string{
		{"Bearer " + good}, {"Digest " + good}, {"Negotiate " + good}, {"Basic"}, {"Basic !"}, {good}, {basic("ada"), basic("ada")}, {basic("ada"), ""},
	} {
		raw, err := ask{op: wire.OpValidateJob, path: holdQueue.Path}.message(b).Encode()
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequest(http.MethodPost, b.http.URL+holdQueue.Path, bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", wire.ContentType)
		r.Header["Authorization"] = headers
		if answer, _ := send(t, r); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%q: HTTP %d", headers, answer.StatusCode)
		}
	}
	if len(b.dir.places) > 0 {
		t.Errorf("a password was tried %d times", len(b.dir.places))
	}
}

// A password never crosses a plain connection, not even to be refused.
func TestPasswordNeedsTLS(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, user := range []string{"", "ada"} {
		w := b.from(t, "192.0.2.7:4000", ask{op: wire.OpValidateJob, path: holdQueue.Path, user: user})
		if w.Code != http.StatusUpgradeRequired || !strings.Contains(w.Header().Get("Upgrade"), "TLS") {
			t.Errorf("user %q: HTTP %d, Upgrade %q", user, w.Code, w.Header().Get("Upgrade"))
		}
		if w.Header().Get("WWW-Authenticate") != "" {
			t.Errorf("user %q: a password was asked for", user)
		}
	}
	if len(b.dir.places) > 0 {
		t.Error("a password from a plain connection was looked at")
	}
}

// from sends a request as if from an address.
func (b *bench) from(t *testing.T, address string, a ask) *httptest.ResponseRecorder {
	t.Helper()
	raw, err := a.message(b).Encode()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, a.path, bytes.NewReader(raw))
	r.RemoteAddr = address
	r.Header.Set("Content-Type", wire.ContentType)
	if a.user != "" {
		r.SetBasicAuth(a.user, password)
	}
	w := httptest.NewRecorder()
	b.handler(t).ServeHTTP(w, r)
	return w
}

// On a queue that trusts this machine a name is proof, from this machine, and
// only if somebody has it. Everything else is refused without a challenge.
func TestTrustedNames(t *testing.T) {
	t.Parallel()
	name := func(n string) []wire.Attribute { return []wire.Attribute{wire.Name("requesting-user-name", n)} }
	cases := []struct {
		name    string
		address string
		attrs   []wire.Attribute
		status  wire.Status
	}{
		{"a name of ours", "127.0.0.1:5000", name("ada"), wire.StatusOK},
		{"over IPv6", "[::1]:5000", name("ada"), wire.StatusOK},
		{"nobody's name", "127.0.0.1:5000", name("eve"), wire.StatusNotAuthorized},
		{"no name", "127.0.0.1:5000", nil, wire.StatusNotAuthorized},
		{"an empty name", "127.0.0.1:5000", name(""), wire.StatusNotAuthorized},
		{"from elsewhere", "192.0.2.7:5000", name("ada"), wire.StatusForbidden},
		{"from nowhere", "@", name("ada"), wire.StatusForbidden},
	}
	for _, tc := range cases {
		b := newBench(t)
		w := b.from(t, tc.address, ask{op: wire.OpCreateJob, path: trustedQueue.Path, attrs: tc.attrs})
		if w.Code != http.StatusOK {
			t.Errorf("%s: HTTP %d", tc.name, w.Code)
			continue
		}
		t.Run(tc.name, func(t *testing.T) { want(t, readReply(t, w.Result(), w.Body.Bytes()), tc.status) })
		if made := len(b.desk.all()) == 1; made != tc.status.OK() {
			t.Errorf("%s: a job was made: %v", tc.name, made)
		}
	}
}

// A client that a proxy on this machine speaks for is not on this machine.
func TestTrustedNameThroughProxy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	raw, err := ask{op: wire.OpCreateJob, path: trustedQueue.Path, attrs: []wire.Attribute{wire.Name("requesting-user-name", "ada")}}.message(b).Encode()
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, b.http.URL+trustedQueue.Path, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", wire.ContentType)
	r.Header.Set("X-Forwarded-For", "192.0.2.7")
	answer, body := send(t, r)
	want(t, readReply(t, answer, body), wire.StatusForbidden)
}

// A name that one queue believes reaches no job of another queue.
func TestTrustEndsAtTheQueue(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := jobNumber(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada"}))
	attrs := []wire.Attribute{wire.Integer("job-id", id), wire.Name("requesting-user-name", "ada"), wire.Boolean("last-document", true)}
	for _, op := range []wire.Op{wire.OpCancelJob, wire.OpSendDocument, wire.OpCloseJob, wire.OpGetJobAttributes} {
		want(t, b.do(t, ask{op: op, path: trustedQueue.Path, attrs: attrs, doc: bytes.NewReader(pdf)}), wire.StatusNotFound)
	}
	want(t, b.do(t, ask{op: wire.OpCancelMyJobs, path: trustedQueue.Path, attrs: attrs[1:2]}), wire.StatusOK)
	if state := b.desk.all()[0].State; state != "receiving" {
		t.Errorf("the job is %s", state)
	}
}
