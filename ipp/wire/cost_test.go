package wire

import (
	"bytes"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	mostBytes = 16 << 20
	mostTime  = 50 * time.Millisecond
)

// costly is messages that fill the limits in the ways that cost a decoder most;
// all but the last two are accepted.
func costly() map[string][]byte {
	fill := func(most int, add func(r *raw, i int)) []byte {
		r := good()
		for i := 0; i < most && r.Len() < ForRequests.Bytes-1100; i++ {
			add(r, i)
		}
		return r.end()
	}
	// values begins a new attribute before every thousandth value.
	values := func(add func(r *raw)) []byte {
		return fill(1<<20, func(r *raw, i int) {
			if i%999 == 0 {
				r.attr(0x44, "a"+strconv.Itoa(i), "")
			}
			add(r)
		})
	}
	return map[string][]byte{
		"tiny values":         values(func(r *raw) { r.more(0x44, "") }),
		"tiny integers":       values(func(r *raw) { r.more(0x21, "abcd") }),
		"empty collections":   values(func(r *raw) { r.more(0x34, "").close() }),
		"tiny attributes":     fill(990, func(r *raw, i int) { r.attr(0x21, strconv.Itoa(i), "abcd") }),
		"collections of one":  fill(490, func(r *raw, i int) { r.begin(strconv.Itoa(i)).member("m").more(0x44, "").close() }),
		"deep collections":    fill(110, func(r *raw, i int) { r.nestAs(strconv.Itoa(i), 8) }),
		"long texts":          fill(990, func(r *raw, i int) { r.attr(0x41, "t"+strconv.Itoa(i), strings.Repeat("é", 500)) }),
		"texts with language": fill(990, func(r *raw, i int) { r.attr(0x35, "t"+strconv.Itoa(i), withLang("en", "x")) }),
		"subscriptions":       fill(990, func(r *raw, _ int) { r.tag(6) }),
		"nested without end":  good().nest(5000).end(),
		"too many groups":     fill(60000, func(r *raw, _ int) { r.tag(6) }),
	}
}

// No message of 64 KiB costs more than 16 MiB or 50 ms. The time is the thread's
// own, the shortest of three: what a busy machine adds is not the message's.
func TestCost(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for name, b := range costly() {
		var before, after runtime.MemStats
		var err error
		spent := time.Hour
		runtime.ReadMemStats(&before)
		for range 3 {
			start := worked(t)
			_, err = Read(bytes.NewReader(b), Limits{})
			spent = min(spent, worked(t)-start)
		}
		runtime.ReadMemStats(&after)
		cost := (after.TotalAlloc - before.TotalAlloc) / 3
		t.Logf("%-20s %6d octets: %5d KiB, %v, %v", name, len(b), cost>>10, spent, err)
		refused := name == "nested without end" || name == "too many groups"
		if refused == (err == nil) {
			t.Errorf("%s: %v", name, err)
		}
		if cost > mostBytes || spent > mostTime*slowdown {
			t.Errorf("%s: %d octets cost %d bytes and %v", name, len(b), cost, spent)
		}
	}
}

// worked is how long this thread has had a processor.
func worked(t *testing.T) time.Duration {
	t.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A message that never ends is given up at the limit.
func TestCostEndless(t *testing.T) {
	t.Parallel()
	in := &endless{start: bytes.NewReader(good().attr(0x44, "a", "x").Bytes())}
	_, err := Read(in, Limits{Values: 1 << 30})
	if StatusOf(err) != StatusRequestEntityTooLarge || in.n > ForRequests.Bytes {
		t.Errorf("%v after %d octets", err, in.n)
	}
}

// endless is a beginning and then further empty keyword values for ever.
type endless struct {
	start io.Reader
	n     int // octets given
	at    int // within the repeated value
}

func (e *endless) Read(p []byte) (int, error) {
	n, err := e.start.Read(p)
	if err != nil {
		for n = range p {
			p[n] = "\x44\x00\x00\x00\x00"[e.at%5]
			e.at++
		}
		n = len(p)
	}
	e.n += n
	return n, nil
}
