package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A virtual printer works by itself, whoever starts it: as root it becomes a user
// without a home.
func TestAVirtualPrinterPrintsByItself(t *testing.T) {
	t.Parallel()
	p := launch(t, "printer", "simulate", "--listen", "127.0.0.1:0", "--name", "Library", "--per-page", "1ms")
	line, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatalf("it said %q, %v: %s", line, err, p.log)
	}
	p.ready = line
	at := p.address("print to ipp://")
	s := &demo{t: t}
	if said, ok := s.submit("ipp://"+at+"/ipp/print", blankPDF(t, 3)); !ok {
		t.Fatal(said)
	}
	seen := ""
	for end := time.Now().Add(patience); !strings.Contains(seen, "3 pages printed"); time.Sleep(20 * time.Millisecond) { // between two looks
		if time.Now().After(end) {
			t.Fatalf("the tray shows\n%s", seen)
		}
		answer, err := http.Get("http://" + at + "/")
		if err != nil {
			t.Fatal(err)
		}
		page, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		seen = string(page)
	}
}
