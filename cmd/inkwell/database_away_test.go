package main

import (
	"context"
	"crypto/tls"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A PostgreSQL that is not the server's own is killed with all that it runs, again and
// again while pupils print, and comes back. The server stays, says so meanwhile in words
// that computers and browsers try again for, and nothing that it accepted is lost.
func TestF3TheDatabaseIsKilled(t *testing.T) {
	t.Parallel()
	kills := 1
	if os.Getenv("INKWELL_PROVE") != "" {
		kills = 500
	}
	base := newPostgres(t)
	s := base.serve(base.configure(nil), nil)
	l := &siege{t: t, answers: map[uint16]int{}}
	var uri string
	l.printer, uri = tirelessPrinter(t)
	s.printTo(uri)
	l.at(s)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	work := l.run(ctx)
	var slowest time.Duration
	for i := range kills {
		done := rows[int](s, "SELECT count(*) FROM job WHERE state = 'done'")
		s.eventually("one more to be printed", func() bool { return rows[int](s, "SELECT count(*) FROM job WHERE state = 'done'") > done })
		pauseFor(ctx, rand.N(time.Second))
		away := time.Second + rand.N(time.Second)
		if i%10 == 9 {
			away = 30 * time.Second
		}
		if i%4 == 3 {
			base.halt()
		} else {
			base.kill()
		}
		l.refusedFor(away)
		if err := s.Process.Signal(syscall.Signal(0)); err != nil {
			t.Fatalf("the server has ended: %v", err)
		}
		base.start()
		began := time.Now()
		s.eventually("a job to be taken again", func() bool { return l.print(t.Context(), 20+i) == nil })
		slowest = max(slowest, time.Since(began))
	}
	stop()
	work.Wait()
	for pupil := 10; pupil < 10+loadPupils; pupil++ {
		l.release(t.Context(), pupil)
	}
	s.eventually("all that is on its way", func() bool {
		return rows[int](s, "SELECT (SELECT count(*) FROM job WHERE state = 'counting') + (SELECT count(*) FROM delivery WHERE state IN ('reserved', 'sending', 'printing'))") == 0
	})
	t.Logf("killed %d times, %d jobs accepted, %d documents printed, answers %x; a job was taken %s after the database was back, or sooner",
		kills, len(l.accepted), l.came(), l.answers, slowest.Round(time.Millisecond))
	l.verify(s)
	s.stop()
}

// refusedFor wants computers and browsers to be told to try again later, for so long.
func (l *siege) refusedFor(away time.Duration) {
	l.t.Helper()
	ipp, web := l.where()
	browser := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // its certificate was made a moment ago
	defer browser.CloseIdleConnections()
	for end := time.Now().Add(away); ; pauseFor(l.t.Context(), 200*time.Millisecond) {
		if err := l.print(l.t.Context(), 20); err == nil || !strings.HasSuffix(err.Error(), "IPP status 0x0505") {
			l.t.Errorf("a computer is told %v", err)
		}
		for _, page := range []string{"https://" + web + "/kiosk/library", "http://" + ipp + "/ipp/print/elsewhere"} {
			answer, err := browser.Get(page)
			if err != nil {
				l.t.Fatal(err)
			}
			said, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if err != nil || answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || !strings.Contains(string(said), "Printing is paused") {
				l.t.Errorf("%s: %s, to be tried after %q, %v\n%s", page, answer.Status, answer.Header.Get("Retry-After"), err, said)
			}
		}
		if time.Now().After(end) {
			return
		}
	}
}
