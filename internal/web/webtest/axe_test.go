package webtest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// heard is a test that writes down what would fail it.
type heard struct {
	testing.TB
	errors []string
}

func (h *heard) Helper() {}

func (h *heard) Errorf(format string, args ...any) {
	h.errors = append(h.errors, fmt.Sprintf(format, args...))
}

// TestAxeFindsWhoIsKeptOut shows that what breaks a rule is found on a page with a strict
// policy, that what breaks none is not, and that looking breaks nothing.
func TestAxeFindsWhoIsKeptOut(t *testing.T) {
	const page = `<!doctype html><html lang="en"><title>A page</title><main><h1>Words</h1>%s</main>`
	body := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; require-trusted-types-for 'script'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, fmt.Sprintf(page, body))
	}))
	defer server.Close()
	p := Start(t).Page(t)
	h := &heard{TB: t}
	p.t = h
	p.Open(server.URL)
	p.Axe()
	p.Unhurt()
	if len(h.errors) > 0 {
		t.Errorf("a page that keeps nobody out: %v", h.errors)
	}
	body = `<img src="data:,"><button style="width:5px"></button><input><input>`
	p.Open(server.URL)
	p.Axe()
	for _, rule := range []string{"image-alt", "button-name", "label"} {
		if all := strings.Join(h.errors, "\n"); !strings.Contains(all, "axe-core: "+rule+":") {
			t.Errorf("nothing is said of %s: %s", rule, all)
		}
	}
}
