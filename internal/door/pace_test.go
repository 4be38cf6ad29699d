package door

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// dripping is a body that gives n bytes after each pause, for as long as the
// reader's deadline allows.
type dripping struct {
	deadline time.Time
	pause    time.Duration
	n        int
	left     int
}

func (d *dripping) SetReadDeadline(t time.Time) error { d.deadline = t; return nil }
func (d *dripping) Close() error                      { return nil }

func (d *dripping) Read(p []byte) (int, error) {
	if d.left == 0 {
		return 0, io.EOF
	}
	if wait := time.Until(d.deadline); wait < d.pause {
		time.Sleep(wait)
		return 0, os.ErrDeadlineExceeded
	}
	time.Sleep(d.pause)
	n := min(d.n, d.left, len(p))
	d.left -= n
	return n, nil
}

// dripWriter is a response whose connection takes the deadlines.
type dripWriter struct {
	http.ResponseWriter
	*dripping
}

func (w dripWriter) Write(p []byte) (int, error) { return w.ResponseWriter.Write(p) }

func TestABodyMustKeepComing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		pause   time.Duration
		n, left int
		reader  time.Duration // how long the handler thinks between reads
		whole   bool
		atMost  time.Duration
	}{
		{"a byte a second", time.Second, 1, 1 << 20, 0, false, 45 * time.Second},
		{"nothing at all", time.Hour, 1, 1 << 20, 0, false, 41 * time.Second},
		{"half a KiB a second", time.Second, 512, 1 << 20, 0, false, 90 * time.Second},
		{"2 KiB a second for a long time", time.Second, 2048, 4 << 20, 0, true, time.Hour},
		{"64 KiB every half minute", 30 * time.Second, 64 << 10, 1 << 20, 0, true, time.Hour},
		{"a quick sender and a slow handler", time.Millisecond, 1, 100, time.Minute, true, 2 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				body := &dripping{pause: c.pause, n: c.n, left: c.left}
				r := httptest.NewRequest("POST", "/", nil)
				r.Body = body
				finish := pace(dripWriter{httptest.NewRecorder(), body}, r)
				began := time.Now()
				var err error
				for buf := make([]byte, 64<<10); err == nil; time.Sleep(c.reader) {
					_, err = r.Body.Read(buf)
				}
				if whole := errors.Is(err, io.EOF); whole != c.whole || time.Since(began) > c.atMost {
					t.Errorf("ended with %v after %s, %d bytes left", err, time.Since(began), body.left)
				}
				finish()
				if !body.deadline.IsZero() {
					t.Error("a deadline outlived the body and would cancel the handler")
				}
			})
		})
	}
}

func TestAnUnreadBodyIsDrainedUnderADeadline(t *testing.T) {
	t.Parallel()
	body := &dripping{left: 1}
	r := httptest.NewRequest("POST", "/", nil)
	r.Body = body
	pace(dripWriter{httptest.NewRecorder(), body}, r)()
	if left := time.Until(body.deadline); left <= 0 || left > leftover {
		t.Errorf("the rest has %s", left)
	}
}

func TestARequestWithoutABodyIsLeftAlone(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", "/", http.NoBody)
	pace(httptest.NewRecorder(), r)()
	if r.Body != http.NoBody {
		t.Error("an empty body was wrapped")
	}
}

func TestABodyComesThroughTheDoorWhole(t *testing.T) {
	t.Parallel()
	h := openHouse(t, Options{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil || r.Context().Err() != nil {
			http.Error(w, "broken off", http.StatusBadRequest)
			return
		}
		if n != 3<<20 {
			http.Error(w, "cut", http.StatusBadRequest)
		}
	})})
	for _, scheme := range []string{"http", "https"} {
		resp, err := h.client.Post(scheme+"://"+h.Addr().String(), "application/ipp", strings.NewReader(strings.Repeat("x", 3<<20)))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", scheme, resp.Status)
		}
	}
}
