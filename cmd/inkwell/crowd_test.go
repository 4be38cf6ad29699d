package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/ipp/simulate"
	"inkwell/ipp/wire"
)

// crowded is the demo school with far more kiosks, at a door of their own.
type crowded struct {
	*demo
	*crowd
	printer *simulate.Printer // that stands beside all of them
	t       *testing.T
}

// newCrowded starts the school and pairs so many kiosks.
func newCrowded(t *testing.T, screens int, args ...string) *crowded {
	t.Helper()
	roomForFiles(t, 2*screens)
	var s *demo
	t.Cleanup(func() { // after it was stopped
		if s != nil && t.Failed() {
			t.Logf("the server's log:\n%s", s.wait())
		}
	})
	s = serveDemo(t, append(args, "--kiosk-listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0")...)
	c := &crowded{demo: s, t: t}
	c.args = append(args, "--kiosk-listen", c.at(), "--metrics-listen", "127.0.0.1:0", "--demo") // where it comes back to
	c.crowd = newCrowd(t, c.at())
	c.pairAll(screens)
	return c
}

// roomForFiles raises the limit of open files of what this test starts, where a machine has a low one.
func roomForFiles(t *testing.T, files int) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if want := uint64(files); limit.Max < want { //nolint:gosec // thousands
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: want, Max: want}); err != nil {
			t.Fatalf("%d open files are allowed, and this test wants %d: ulimit -n (%v)", limit.Max, want, err)
		}
	}
}

// at is the kiosks' door.
func (c *crowded) at() string { return c.address("kiosks https://") }

// firstPupil is the first one whom fill gives a job.
const firstPupil = 2

// perPrinter is how many of a crowd's kiosks stand at one printer.
const perPrinter = 20

// pairAll pairs screens with stations of their own, at printers that print at once: what rows say that
// codes would have made.
func (c *crowded) pairAll(screens int) {
	c.t.Helper()
	var uri string
	c.printer, uri = tirelessPrinter(c.t)
	c.printTo(uri)
	keys, thumbs := make([][]byte, screens), make([][]byte, screens)
	for n := range screens {
		keys[n], thumbs[n] = crowdPublic(c.t, n)
	}
	c.super(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `
			WITH screen AS (SELECT key, thumb, n - 1 AS n FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY AS s (key, thumb, n)),
			     place AS (INSERT INTO printer (school_id, name, uri) SELECT (SELECT min(school_id) FROM school), 'Crowd ' || n / $4, $3 FROM screen GROUP BY n / $4
			               RETURNING printer_id, school_id, name),
			     made AS (INSERT INTO station (school_id, slug, name, printer_id)
			              SELECT p.school_id, 'crowd-' || s.n, 'Kiosk ' || s.n, p.printer_id FROM screen s JOIN place p ON p.name = 'Crowd ' || s.n / $4
			              RETURNING station_id, school_id, slug, printer_id),
			     beside AS (INSERT INTO station_printer (station_id, printer_id, school_id) SELECT station_id, printer_id, school_id FROM made)
			INSERT INTO kiosk_device (school_id, station_id, thumb, key, paired_at, seen_at)
			SELECT m.school_id, m.station_id, s.thumb, s.key, now(), now() FROM made m JOIN screen s ON m.slug = 'crowd-' || s.n`, keys, thumbs, uri, perPrinter)
		return err
	})
}

// resident is the server's memory.
func (c *crowded) resident() int64 {
	c.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Process.Pid))
	if err != nil {
		c.t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kib, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
	if err != nil {
		c.t.Fatal(err)
	}
	return kib << 10
}

// machine says how busy this machine is, to go with a figure.
func machine() string {
	b, _ := os.ReadFile("/proc/loadavg")
	return "load " + strings.Join(strings.Fields(string(b))[:min(3, len(strings.Fields(string(b))))], " ")
}

func within(all []time.Duration, q float64) time.Duration {
	slices.Sort(all)
	return all[min(len(all)-1, int(q*float64(len(all))))].Round(100 * time.Microsecond)
}

// figure is one of the server's own figures.
func (c *crowded) figure(name string) int64 {
	c.t.Helper()
	answer, err := http.Get("http://" + c.address("figures http://") + "/metrics")
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(body), "\n"+name+" ")
	line, _, _ := strings.Cut(after, "\n")
	v, err := strconv.ParseFloat(line, 64)
	if err != nil {
		c.t.Fatalf("%s: %v", name, err)
	}
	return int64(v)
}

// Many kiosks are connected, all in a process of their own, and what is asked of them is asked
// together: in short of one server, and with INKWELL_PROVE of one each, with a school's figures.
func TestManyKiosks(t *testing.T) {
	t.Parallel()
	long := os.Getenv("INKWELL_PROVE") != ""
	var shared *crowded
	if !long {
		shared = newCrowded(t, 60)
	}
	for _, act := range []struct {
		name  string
		do    func(*crowded, crowdSize)
		short crowdSize
		long  crowdSize
	}{
		{"Idle", (*crowded).idle, crowdSize{screens: 60}, crowdSize{screens: 10_000}},
		{"OneBadgeTwoKiosks", (*crowded).races, crowdSize{screens: 60, pupils: 50}, crowdSize{screens: 400, pupils: 10_000}},
		{"SignIns", (*crowded).signIns, crowdSize{screens: 60, pupils: 6, over: time.Second}, crowdSize{screens: 500, pupils: 100, over: 30 * time.Second}},
		{"Abuse", (*crowded).abused, crowdSize{screens: 40, pupils: 4, abusers: 8, pairs: 1, over: time.Second}, crowdSize{screens: 500, pupils: 100, abusers: 200, pairs: 5, over: 20 * time.Second}},
		{"Storm", (*crowded).storm, crowdSize{screens: 60, pupils: 20}, crowdSize{screens: 500, pupils: 100}},
		{"StormOfTenThousand", (*crowded).storm, crowdSize{}, crowdSize{screens: 10_000, pupils: 200}},
	} {
		is := act.short
		if long {
			is = act.long
		}
		if is.screens == 0 {
			continue
		}
		t.Run(act.name, func(t *testing.T) {
			c := shared
			if c == nil {
				c = newCrowded(t, is.screens+is.abusers/2) // the other half of them are strangers
			}
			act.do(&crowded{c.demo, c.crowd, c.printer, t}, is)
		})
	}
}

// crowdSize says of how many something is asked.
type crowdSize struct {
	screens, pupils, abusers, pairs int
	over                            time.Duration
}

// open connects what is not connected yet, no faster than is good for whoever else measures here.
func (c *crowded) open(screens int) crowdSaid {
	return c.do(order{Do: "open", To: screens, Within: time.Duration(screens) * 4 * time.Millisecond})
}

// idle: kiosks that nobody stands at cost the server little: each has a TLS socket, and 64 KiB at most.
func (c *crowded) idle(is crowdSize) {
	const most, slack = 64 << 10, 48 << 20 // bytes of each, and of what the first ones have it keep
	c.open(is.screens / 20)
	before := c.resident()
	opened := c.open(is.screens)
	more := int64(is.screens - is.screens/20)
	grew := c.resident() - before
	c.t.Logf("%d kiosks came within %s: %d bytes resident each, in all %d of which %d heap in use and %d stacks; %s", more, opened.Took.Round(time.Millisecond), grew/more, c.resident(),
		c.figure("go_memstats_heap_inuse_bytes"), c.figure("go_memstats_stack_inuse_bytes"), machine())
	if opened.Count != is.screens || grew > most*more+slack {
		c.t.Errorf("%d kiosks came, and took %d bytes", opened.Count, grew)
	}
}

// signIns: pupils sign in while a school's kiosks are all connected, and each gets their list.
func (c *crowded) signIns(is crowdSize) {
	c.fill(is.pupils + 1)
	opened := c.open(is.screens)
	r := c.do(order{Do: "tap", To: is.pupils, First: firstPupil + 1, Within: is.over}) // others than come to these screens next
	if opened.Count != is.screens || len(r.List) != is.pupils {
		c.t.Errorf("%d of %d screens, %d of %d lists", opened.Count, is.screens, len(r.List), is.pupils)
	}
	c.t.Logf("%d kiosks came within %s; %d sign-ins over %s: first frame half %s, p95 %s, p99 %s; list half %s, p95 %s, p99 %s; %s", is.screens, opened.Took.Round(time.Millisecond), is.pupils, is.over,
		within(r.First, .5), within(r.First, .95), within(r.First, .99), within(r.List, .5), within(r.List, .95), within(r.List, .99), machine())
}

// races: one badge at two kiosks at the same instant, and both buttons at the same instant: it comes out
// once, and the other screen says so.
func (c *crowded) races(is crowdSize) {
	c.open(is.screens)
	saw := map[string]int{}
	before := c.count("SELECT count(*) FROM delivery")
	for done := 0; done < is.pupils; {
		some := min(is.pupils-done, racePupils-1)
		c.fill(some)
		r := c.do(order{Do: "race", To: is.screens, First: firstPupil, Pupils: some})
		for how, n := range r.Saw {
			saw[how] += n
		}
		done += r.Count
	}
	c.settled()
	if n := c.count("SELECT count(*) FROM delivery") - before; n != is.pupils {
		c.t.Errorf("%d races and %d deliveries", is.pupils, n)
	}
	for how := range saw {
		if !strings.Contains(how, "printed here") || strings.Count(how, "printed here") != 1 {
			c.t.Errorf("the screens said %s", how)
		}
	}
	c.sound()
	c.t.Logf("%d races: %v; %s", is.pupils, saw, machine())
}

// storm: the server is stopped while pupils print and comes back while others try to: all screens are
// back, and everything that was pressed comes out once.
func (c *crowded) storm(is crowdSize) {
	half := is.pupils / 2
	c.open(is.screens)
	c.fill(is.pupils)
	jobs := c.count("SELECT count(*) FROM job WHERE state = 'held'")
	c.do(order{Do: "press", To: half, First: firstPupil})
	gone := time.Now()
	during := order{Do: "press", From: half, To: is.pupils, First: firstPupil + half}
	c.begin(during)
	c.stop()
	before := c.wait()
	c.start()
	back := time.Now()
	c.end(during)
	r := c.do(order{Do: "idle", From: is.pupils, To: is.screens, Since: gone})
	c.do(order{Do: "idle", To: is.pupils, Since: gone})
	c.settled()
	c.do(order{Do: "press", To: is.pupils, First: firstPupil}) // whose job was put back by the stop presses again
	c.settled()
	if left := c.count("SELECT count(*) FROM job j JOIN person USING (person_id) WHERE state = 'held' AND username BETWEEN $1 AND $2", demoPupil(firstPupil), demoPupil(firstPupil+is.pupils-1)); left != 0 {
		c.t.Errorf("%d of %d jobs did not come out", left, jobs)
	}
	c.sound()
	c.t.Logf("%d screens: the server was away for %s, and all were back %s after it was gone: half %s, p95 %s after that; %s", is.screens, back.Sub(gone).Round(time.Millisecond),
		within(r.List, 1), within(r.List, .5), within(r.List, .95), machine())
	if c.t.Failed() {
		c.t.Logf("the log of the server that was stopped:\n%s", before)
	}
	if last := within(r.List, 1) - back.Sub(gone); last > time.Minute && os.Getenv("INKWELL_PROVE") != "" {
		c.t.Errorf("the storm took %s", last)
	}
}

// abused: what abusers do costs the others little, in pairs of runs with and without.
func (c *crowded) abused(is crowdSize) {
	c.fill(2 * is.pairs * is.pupils)
	c.open(is.screens)
	bad := newCrowd(c.t, c.at(), "nice", "-n", "19") // their own work is done on machines of theirs: here it is not to keep the server waiting
	next := firstPupil
	run := func() time.Duration {
		taps := order{Do: "tap", To: is.pupils, First: next, Within: is.over}
		next += is.pupils // the same badge again would be a reader's echo
		return within(c.do(taps).List, .99)
	}
	var without, with []time.Duration
	acts := 0
	for range is.pairs {
		without = append(without, run())
		bad.do(order{Do: "abuse", From: is.screens, To: is.screens + is.abusers})
		with = append(with, run())
		acts += bad.do(order{Do: "peace"}).Count
	}
	c.t.Logf("p99 of %d sign-ins over %s beside %d idle kiosks: without abusers %v, with %d of them (%d got in) %v; %s", is.pupils, is.over, is.screens, without, is.abusers, acts, with, machine())
	if acts == 0 {
		c.t.Error("nobody was abusive")
	}
	if a, b := within(without, .5), within(with, .5); os.Getenv("INKWELL_PROVE") != "" && b > a*6/5 && b > slices.Max(without) {
		c.t.Errorf("the others waited for %s instead of %s", b, a)
	}
}

func (c *crowded) count(sql string, args ...any) int { return rows[int](c.demo, sql, args...) }

// settled waits until nothing is on its way.
func (c *crowded) settled() {
	c.eventually("all that is on its way", func() bool {
		return c.count("SELECT (SELECT count(*) FROM job WHERE state = 'released') + (SELECT count(*) FROM delivery WHERE state IN ('reserved', 'sending', 'printing'))") == 0
	})
}

// sound wants what came out to be what is paid, each job once.
func (c *crowded) sound() {
	c.t.Helper()
	if n := c.count("SELECT count(*) FROM (SELECT FROM delivery WHERE state = 'settled' GROUP BY job_id HAVING count(*) > 1) AS twice"); n != 0 {
		c.t.Errorf("%d jobs came out twice", n)
	}
	came := 0
	for _, j := range c.printer.Jobs() {
		if j.State == wire.JobCompleted {
			came++
		}
	}
	if settled, other := c.count("SELECT count(*) FROM delivery WHERE state = 'settled'"), c.count("SELECT count(*) FROM delivery WHERE state NOT IN ('settled', 'void')"); came != settled || other != 0 {
		c.t.Errorf("%d documents came out, %d are paid, and %d deliveries have not ended", came, settled, other)
	}
	c.inkwell("ledger", "verify")
}
