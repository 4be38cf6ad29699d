package web_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"inkwell/internal/fault"
	"inkwell/internal/web"
)

// face is a small face with one good page and one that breaks half-way.
func face(t *testing.T, log *bytes.Buffer) *web.Pages {
	t.Helper()
	p, err := web.New(web.Options{
		Prefix: "/test/static/",
		Templates: fstest.MapFS{
			"_row.html":  {Data: []byte(`{{define "row"}}<li>{{.}}</li>{{end}}`)},
			"list.html":  {Data: []byte(`{{define "title"}}Jobs{{end}}{{define "main"}}<ul>{{range .Rows}}{{template "row" .}}{{end}}</ul><script src="{{asset "own.js"}}"></script>{{end}}`)},
			"other.html": {Data: []byte(`{{define "main"}}{{.Missing}}{{end}}`)},
		},
		Static: fstest.MapFS{"own.js": {Data: []byte("'use strict';")}},
		Log:    slog.New(slog.NewJSONHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

type listPage struct{ Rows []string }

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestShowRendersTheWholePageEscaped(t *testing.T) {
	t.Parallel()
	p := face(t, &bytes.Buffer{})
	w := httptest.NewRecorder()
	p.Show(w, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, "list", listPage{Rows: []string{"<script>alert(1)</script>"}})
	body := w.Body.String()
	if w.Code != http.StatusOK || !strings.HasPrefix(body, "<!doctype html>") || !strings.HasSuffix(strings.TrimSpace(body), "</html>") {
		t.Fatalf("status %d, body %s", w.Code, body)
	}
	for _, want := range []string{"<title>Jobs</title>", "&lt;script&gt;alert(1)", `rel="stylesheet"`, `id="main"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(body, "<script>alert") {
		t.Error("a row reached the page as markup")
	}
}

func TestAPageThatBreaksHalfWayIsAnErrorPageAndNothingElse(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	p := face(t, &log)
	w := httptest.NewRecorder()
	p.Show(w, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, "other", struct{ Rows int }{})
	if w.Code != http.StatusInternalServerError || strings.Count(w.Body.String(), "<!doctype") != 1 {
		t.Fatalf("status %d, body %s", w.Code, w.Body)
	}
	if strings.Contains(w.Body.String(), "Missing") {
		t.Error("the page tells the visitor what broke")
	}
	_, number, _ := strings.Cut(w.Body.String(), "<code>")
	number, _, _ = strings.Cut(number, "</code>")
	if len(number) != 8 || !strings.Contains(log.String(), number) {
		t.Errorf("the page's number %q is not in the log: %s", number, log.String())
	}
}

func TestErrorPageOfEveryKind(t *testing.T) {
	t.Parallel()
	want := map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 400, fault.Unauthenticated: 403, fault.Forbidden: 403, fault.NotFound: 404,
		fault.Conflict: 409, fault.TooLarge: 413, fault.Unsupported: 415, fault.Unpaid: 402, fault.Suspended: 403,
		fault.TooMany: 429, fault.Unavailable: 503,
	}
	p := face(t, &bytes.Buffer{})
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		w := httptest.NewRecorder()
		p.Error(w, httptest.NewRequest(http.MethodGet, "/", nil), fmt.Errorf("open page: %w", fault.New(k, "x", "A <b>plain</b> sentence.").Because(errors.New("secret cause"))))
		body := w.Body.String()
		if w.Code != want[k] || !strings.Contains(body, "A &lt;b&gt;plain&lt;/b&gt; sentence.") || strings.Contains(body, "secret") {
			t.Errorf("%v: status %d, body %s", k, w.Code, body)
		}
		if later := w.Header().Get("Retry-After"); (later != "") != (k == fault.Unavailable) {
			t.Errorf("%v: to be tried after %q", k, later)
		}
		if strings.Contains(body, "<h1></h1>") {
			t.Errorf("%v: no heading", k)
		}
	}
}

// TestAnErrorPageHasAWayOn: to the first page of the face that was asked, and to no other site.
func TestAnErrorPageHasAWayOn(t *testing.T) {
	t.Parallel()
	p := face(t, &bytes.Buffer{})
	for path, want := range map[string]string{"/my/jobs/7": "/my", "/staff": "/", "/": "/", "//far.example/x": "/", `/\far.example/x`: "/%5Cfar.example", "/staff/people/x": "/staff"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = path
		w := httptest.NewRecorder()
		p.Error(w, r, fault.New(fault.NotFound, "x", "Not here."))
		if !strings.Contains(w.Body.String(), `href="`+want+`">Go to the first page`) {
			t.Errorf("%s: no way on to %s in %s", path, want, w.Body)
		}
	}
}

func TestAnUnknownErrorSaysTheFixedSentence(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := httptest.NewRecorder()
	face(t, &log).Error(w, httptest.NewRequest(http.MethodGet, "/", nil), errors.New("dial /run/secret"))
	if strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), "Something went wrong on our side.") {
		t.Errorf("body %s", w.Body)
	}
	if !strings.Contains(log.String(), "dial /run/secret") {
		t.Error("the cause is lost to the log")
	}
}

func TestStaticFilesKeepForEverUnderTheirDigest(t *testing.T) {
	t.Parallel()
	p := face(t, &bytes.Buffer{})
	h := p.Secure(p.Static())
	for _, name := range []string{"own.js", "inkwell.css", "mark.svg"} {
		path, err := p.AssetPath(name)
		if err != nil {
			t.Fatal(err)
		}
		w := get(h, path)
		if w.Code != http.StatusOK || w.Body.Len() == 0 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: status %d, %v", path, w.Code, w.Header())
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: headers %v", path, w.Header())
		}
	}
	for _, path := range []string{"/test/static/own.js", "/test/static/0000000000000000/own.js", "/test/static/x/../../web.go", "/test/static/"} {
		if w := get(h, path); w.Code != http.StatusNotFound || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, %v", path, w.Code, w.Header())
		}
	}
}

func TestSecureHeaders(t *testing.T) {
	t.Parallel()
	p := face(t, &bytes.Buffer{})
	ok := p.Secure(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	h := get(ok, "/").Header()
	for name, want := range map[string]string{
		"Content-Security-Policy": web.Policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store", "Strict-Transport-Security": "",
	} {
		if h.Get(name) != want {
			t.Errorf("%s is %q, not %q", name, h.Get(name), want)
		}
	}
	if strings.Contains(web.Policy, "unsafe") || !strings.Contains(web.Policy, "default-src 'none'") {
		t.Errorf("policy %s", web.Policy)
	}
	for host, want := range map[string]bool{"print.school.test:8443": true, "print.school.test": true, "localhost:8443": false, "localhost": false} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.TLS, r.Host = &tls.ConnectionState{}, host
		w := httptest.NewRecorder()
		ok.ServeHTTP(w, r)
		if got := w.Header().Get("Strict-Transport-Security") != ""; got != want {
			t.Errorf("%s over TLS: HSTS %v", host, got)
		}
	}
}

func TestAChangeFromAnotherSiteIsNotDone(t *testing.T) {
	t.Parallel()
	p := face(t, &bytes.Buffer{})
	for _, c := range []struct {
		method, header, value string
		want                  int
	}{
		{http.MethodPost, "Sec-Fetch-Site", "cross-site", http.StatusForbidden},
		{http.MethodPost, "Sec-Fetch-Site", "same-site", http.StatusForbidden},
		{http.MethodDelete, "Origin", "https://elsewhere.test", http.StatusForbidden},
		{http.MethodPost, "Sec-Fetch-Site", "same-origin", http.StatusOK},
		{http.MethodGet, "Sec-Fetch-Site", "cross-site", http.StatusOK},
	} {
		done := false
		h := p.Secure(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { done = true }))
		r := httptest.NewRequest(c.method, "https://print.school.test/", nil)
		r.Header.Set(c.header, c.value)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want || done != (c.want == http.StatusOK) {
			t.Errorf("%s with %s %s: status %d, done %v", c.method, c.header, c.value, w.Code, done)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	for name, o := range map[string]web.Options{
		"no templates":         {Prefix: "/x/", Log: log},
		"no log":               {Prefix: "/x/", Templates: fstest.MapFS{}},
		"bad prefix":           {Prefix: "x", Templates: fstest.MapFS{}, Log: log},
		"broken template":      {Prefix: "/x/", Templates: fstest.MapFS{"a.html": {Data: []byte("{{")}}, Log: log},
		"hides a shared asset": {Prefix: "/x/", Templates: fstest.MapFS{}, Static: fstest.MapFS{"inkwell.css": {}}, Log: log},
	} {
		if _, err := web.New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAPageCannotPointAtAMissingFile(t *testing.T) {
	t.Parallel()
	p, err := web.New(web.Options{Prefix: "/x/", Log: slog.New(slog.DiscardHandler),
		Templates: fstest.MapFS{"a.html": {Data: []byte(`{{define "main"}}{{asset "gone.js"}}{{end}}`)}}})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.Show(w, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, "a", nil)
	if w.Code != http.StatusInternalServerError {
		t.Errorf("status %d", w.Code)
	}
}
