package main

import (
	"bytes"
	"context"
	"crypto/tls"
	wirebytes "encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"inkwell/ipp/simulate"
	"inkwell/ipp/wire"
	"inkwell/kiosk"
	"inkwell/release/document/documenttest"
)

// siege is computers that print and pupils at the kiosk, all the time, whatever
// answers. It knows which jobs were accepted.
type siege struct {
	t        *testing.T
	printer  *simulate.Printer
	mu       sync.Mutex
	ipp, web string
	accepted []int32
	answers  map[uint16]int // by IPP status
}

const loadPupils = 3 // from number 10 on

// tirelessPrinter is a printer in this process, which lives through everything.
func tirelessPrinter(t *testing.T) (*simulate.Printer, string) {
	t.Helper()
	p := printerThatLives(t, 10*time.Millisecond, &papers{})
	server := httptest.NewServer(p.Handler())
	t.Cleanup(server.Close)
	return p, strings.Replace(server.URL, "http", "ipp", 1) + "/ipp/print"
}

// pdfPage is a page of a PDF, as far as printers of tests read it.
var pdfPage = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// at tells it where the server listens now.
func (l *siege) at(s *demo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ipp, l.web = s.ipp, s.web
}

func (l *siege) where() (ipp, web string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ipp, l.web
}

// print sends a document of one page and says whether it was accepted.
func (l *siege) print(ctx context.Context, pupil int) error {
	return l.submit(ctx, pupil, documenttest.PDF(1))
}

// submit is print with a document of one's own.
func (l *siege) submit(ctx context.Context, pupil int, pdf []byte) error {
	address, _ := l.where()
	head := printJob("ipp://"+address+"/ipp/print/trusted", demoPupil(pupil))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/ipp/print/trusted", io.MultiReader(strings.NewReader(head), bytes.NewReader(pdf)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/ipp")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || len(body) < 8 || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d, %d bytes: %w", answer.StatusCode, len(body), err)
	}
	status := wirebytes.BigEndian.Uint16(body[2:])
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers[status]++
	if status > 0xff {
		return fmt.Errorf("IPP status %#04x", status)
	}
	_, after, ok := bytes.Cut(body, []byte("job-id\x00\x04"))
	if !ok {
		return errors.New("accepted without a number")
	}
	l.accepted = append(l.accepted, int32(wirebytes.BigEndian.Uint32(after))) //nolint:gosec // as it is on the wire
	return nil
}

// release taps a pupil's badge in the library and releases what is there.
func (l *siege) release(ctx context.Context, pupil int) { l.releaseAt(ctx, "library", pupil) }

func (l *siege) releaseAt(ctx context.Context, station string, pupil int) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, address := l.where()
	c, err := kiosk.Dial(ctx, "https://"+address+"/kiosk/"+station, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // its certificate was made a moment ago
	if err != nil {
		return
	}
	defer c.Close()
	if _, err := c.Until(ctx, func(v kiosk.View) bool { return v.Face == kiosk.FaceIdle && !v.Busy }); err != nil || c.Tap(demoBadge(pupil)) != nil {
		return
	}
	if _, err := c.Until(ctx, func(v kiosk.View) bool { return v.Face == kiosk.FaceJobs && !v.Busy }); err == nil && c.ReleaseAll() == nil {
		_, _ = c.Until(ctx, func(v kiosk.View) bool { return v.Face != kiosk.FaceJobs && !v.Busy })
	}
}

// run prints and releases until ctx ends.
func (l *siege) run(ctx context.Context) *sync.WaitGroup {
	var all sync.WaitGroup
	for pupil := 10; pupil < 10+loadPupils; pupil++ {
		all.Go(func() {
			for ctx.Err() == nil {
				_ = l.print(ctx, pupil)
				pauseFor(ctx, 150*time.Millisecond)
			}
		})
		all.Go(func() {
			for ctx.Err() == nil {
				l.release(ctx, pupil)
				pauseFor(ctx, 100*time.Millisecond)
			}
		})
	}
	return &all
}

func pauseFor(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// The server is killed or stopped, and its database alone is killed, at random moments under load.
// Nothing accepted is lost, printed twice or charged twice.
func TestKilledAtRandom(t *testing.T) {
	kills := 4
	if os.Getenv("INKWELL_PROVE") != "" {
		kills = 200
	}
	s := serveDemo(t)
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
		pauseFor(ctx, 500*time.Millisecond+rand.N(2*time.Second))
		if i%2 == 1 {
			slowest = max(slowest, l.killDatabase(s))
			continue
		}
		if i%4 == 0 {
			s.kill()
		} else {
			s.stop()
		}
		s.start()
		l.at(s)
	}
	stop()
	work.Wait()
	for pupil := 10; pupil < 10+loadPupils; pupil++ {
		l.release(t.Context(), pupil)
	}
	s.eventually("all that is on its way", func() bool {
		return rows[int](s, "SELECT (SELECT count(*) FROM job WHERE state = 'counting') + (SELECT count(*) FROM delivery WHERE state IN ('reserved', 'sending', 'printing'))") == 0
	})
	t.Logf("%d kills and stops, %d jobs accepted, %d documents printed, answers %x; the database was away for %s at most", kills, len(l.accepted), l.came(), l.answers, slowest)
	l.verify(s)
}

// killDatabase is kill -9 of the private PostgreSQL. The server stays up and takes
// jobs again before long.
func (l *siege) killDatabase(s *demo) time.Duration {
	l.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		l.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(b))[0])
	if err != nil || syscall.Kill(pid, syscall.SIGKILL) != nil {
		l.t.Fatalf("kill %d: %v", pid, err)
	}
	began := time.Now()
	// The old server's backends may answer for a moment yet: only a new one counts.
	s.eventually("a new database", func() bool {
		b, err := os.ReadFile(filepath.Join(s.dir, "postgres", "data", "postmaster.pid"))
		fields := strings.Fields(string(b))
		return err == nil && len(fields) > 0 && fields[0] != strconv.Itoa(pid) && strings.HasSuffix(strings.TrimSpace(string(b)), "ready")
	})
	s.eventually("the database", func() bool { return l.print(l.t.Context(), 20+rand.N(1000)) == nil })
	away := time.Since(began)
	if away > time.Minute {
		l.t.Errorf("it took %s to take a job again", away)
	}
	return away
}

// came is how many documents the printer has printed to their end.
func (l *siege) came() (n int) {
	for _, j := range l.printer.Jobs() {
		if j.State == wire.JobCompleted {
			n++
		}
	}
	return n
}

func (l *siege) verify(s *demo) {
	l.t.Helper()
	lost := rows[int](s, "SELECT count(*) FROM unnest($1::integer[]) AS a (id) LEFT JOIN job j ON j.job_id = a.id WHERE j.state IS NULL OR j.state NOT IN ('held', 'released', 'done')", l.accepted)
	if lost != 0 {
		l.t.Errorf("%d accepted jobs are lost: %s", lost, rows[string](s, "SELECT coalesce(string_agg(DISTINCT state || ' ' || coalesce(reason, ''), ', '), '') FROM job"))
	}
	if n := rows[int](s, "SELECT count(*) FROM (SELECT FROM delivery WHERE state = 'settled' GROUP BY job_id HAVING count(*) > 1) AS twice"); n != 0 {
		l.t.Errorf("%d jobs are charged twice", n)
	}
	settled, unclear := rows[int](s, "SELECT count(*) FROM delivery WHERE state = 'settled'"), rows[int](s, "SELECT count(*) FROM delivery WHERE state = 'unclear'")
	if came := l.came(); came != settled || unclear != 0 {
		l.t.Errorf("%d documents came out, %d are paid, %d unclear", came, settled, unclear)
	}
	for status, n := range l.answers {
		if status > 0xff && status != 0x0505 && status != 0x0501 && status != 0x0502 && status != 0x0507 && status != 0x041e { // 0x041e: too many held
			l.t.Errorf("%d times status %#04x", n, status)
		}
	}
	s.inkwell("ledger", "verify")
	s.inkwell("audit", "verify")
}
