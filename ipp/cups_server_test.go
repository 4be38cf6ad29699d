package ipp

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// program runs one of CUPS's own programs as ada, with us for its server.
func (b *bench) program(t *testing.T, name string, args ...string) (said string, ok bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	u, err := url.Parse(b.http.URL)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // programs of the test's choice
	cmd.Env = append(os.Environ(), "CUPS_SERVER="+u.Host, "CUPS_USER=ada", "HOME="+t.TempDir(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if cmd.Process == nil || ctx.Err() != nil {
		t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
	return string(out), err == nil
}

// says runs a program that must succeed and say the words.
func (b *bench) says(t *testing.T, words []string, name string, args ...string) {
	t.Helper()
	said, ok := b.program(t, name, args...)
	if !ok {
		t.Errorf("%s %q failed: %s", name, args, said)
	}
	for _, w := range words {
		if !strings.Contains(said, w) {
			t.Errorf("%s %q does not say %q: %s", name, args, w, said)
		}
	}
}

// With nothing but our address, CUPS's programs find the queues, print, look, hold,
// resume and cancel.
func TestBareClient(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.says(t, []string{"scheduler is running"}, "lpstat", "-r")
	b.says(t, []string{"system default destination: print_direct"}, "lpstat", "-d")
	b.says(t, []string{"printer print is idle.", "printer print_direct is idle.", "printer print_trusted is idle."}, "lpstat", "-p")
	b.says(t, []string{"print accepting requests", "print_direct accepting requests"}, "lpstat", "-a")
	b.says(t, []string{"printer-is-accepting-jobs=true", "printer-info='Room 4'"}, "lpoptions", "-p", "print_direct")

	file := letterFile(t)
	b.says(t, []string{"request id is print_trusted-1"}, "lp", "-d", "print_trusted", "-o", "sides=one-sided", "-n", "2", "--", file)
	if s := b.desk.last(); s.Ticket.Sides != "one-sided" || s.Ticket.Copies != 2 || s.Actor.Person != people["ada"].Person || s.Title != "letter.pdf" {
		t.Errorf("the desk was told %+v", s)
	}
	b.says(t, []string{"request id is print_direct-2"}, "lp", "-H", "hold", "--", file)
	b.says(t, []string{"print_trusted-1 ", "print_direct-2 "}, "lpstat", "-o")
	b.says(t, []string{"print_direct-2 "}, "lpstat", "-o", "print_direct")
	b.state(t, 2, release.Counting, true)

	b.says(t, nil, "lp", "-i", "2", "-H", "resume")
	b.state(t, 2, release.Done, false)
	b.says(t, nil, "lp", "-i", "print_trusted-1", "-H", "hold")
	b.says(t, nil, "lp", "-i", "1", "-n", "3")
	if got := b.desk.all()[0].Ticket.Copies; got != 3 {
		t.Errorf("%d copies", got)
	}
	b.says(t, []string{"print_direct-2 "}, "lpstat", "-W", "completed", "-o")
	b.says(t, nil, "cancel", "print_trusted-1")
	b.state(t, 1, release.Cancelled, false)
	for range 2 {
		b.says(t, nil, "lp", "-d", "print_trusted", "--", file)
	}
	b.says(t, nil, "cancel", "-a", "print_trusted")
	b.state(t, 3, release.Cancelled, false)
	b.state(t, 4, release.Cancelled, false)
	b.spooler(t, file)
	for said, args := range map[string][]string{
		"This job has already ended.": {"lp", "-i", "2", "-H", "hold"},
		"does not exist":              {"lp", "-d", "nowhere", file},
		"There is no such job.":       {"cancel", "77"},
	} {
		if got, ok := b.program(t, args[0], args[1:]...); ok || !strings.Contains(got, said) {
			t.Errorf("%q says %q, want %q", args, got, said)
		}
	}
}

// spooler has the programs of the old line printer spooler list and remove jobs.
func (b *bench) spooler(t *testing.T, file string) {
	t.Helper()
	first := len(b.desk.all()) + 1
	for range 4 {
		b.says(t, nil, "lp", "-d", "print_trusted", "--", file)
	}
	job := func(n int) string { return fmt.Sprint(first + n) }
	b.says(t, []string{"print_trusted is ready", "1st     ada     " + job(0) + " ", "letter.pdf"}, "lpq", "-P", "print_trusted")
	b.says(t, []string{"2nd     ada     " + job(1) + " "}, "lpq", "-a")
	b.says(t, nil, "lprm", "-P", "print_trusted") // the first
	b.says(t, nil, "lprm", "-P", "print_trusted", job(2))
	b.says(t, []string{"1st     ada     " + job(1) + " ", "2nd     ada     " + job(3) + " "}, "lpq", "-P", "print_trusted")
	b.says(t, nil, "lprm", "-P", "print_trusted", "-") // all
	b.says(t, []string{"no entries"}, "lpq", "-P", "print_trusted")
	for n := range 4 {
		b.state(t, release.JobID(first+n), release.Cancelled, false)
	}
	if said, ok := b.program(t, "lprm", "-P", "print_trusted"); ok || !strings.Contains(said, "There is no job of yours to cancel.") {
		t.Errorf("lprm says %q", said)
	}
}

func (b *bench) state(t *testing.T, id release.JobID, want release.JobState, hold bool) {
	t.Helper()
	j := b.desk.change(id, advance)
	if j.State != want || j.OnHold != hold {
		t.Errorf("job %d is %s, on hold %t; want %s, %t", id, j.State, j.OnHold, want, hold)
	}
}

// Every queue has one name among CUPS's addresses and every such name one queue.
func TestCUPSNames(t *testing.T) {
	t.Parallel()
	for path, name := range map[string]string{"/ipp/print": "print", "/ipp/a/b": "a_b", "/ipp/a-b": "a-b", "/ipp/a/b-c/d": "a_b-c_d"} {
		q := release.Queue{Path: path}
		if got := cupsName(q); got != name {
			t.Errorf("%s is called %s, want %s", path, got, name)
		}
		if got, cups := queuePath(cupsPrefix + name); got != path || !cups {
			t.Errorf("%s is at %s", name, got)
		}
	}
	for path, cups := range map[string]bool{"": true, "/": true, "/admin/": true, "/jobs": true, "/ipp/print": false, "/printers/a/b": false} {
		if q, got := queuePath(path); got != cups || cups && q != "" {
			t.Errorf("%q: %q, %t", path, q, got)
		}
	}
}

// What a browser and lpoptions look for by GET.
func TestCUPSPages(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for path, status := range map[string]int{"/printers/print": http.StatusOK, "/printers/print.ppd": http.StatusNotFound, "/printers/nowhere": http.StatusNotFound} {
		answer, err := http.Get(b.http.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != status {
			t.Errorf("%s: %d, want %d", path, answer.StatusCode, status)
		}
	}
}

// The whole server tells of nobody's jobs but the sender's, on queues that believe
// names, and of IT's no more for that name; no request reaches a queue that it does not name.
func TestWholeServer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, q := range []release.Queue{trustedQueue, officeQueue} {
		for _, who := range []string{"ada", "ben"} {
			want(t, b.do(t, ask{op: wire.OpCreateJob, path: q.Path, user: who, attrs: []wire.Attribute{wire.Name("requesting-user-name", who)}}), wire.StatusOK)
		}
	}
	for who, n := range map[string]int{"ada": 1, "ben": 1, "iris": 0, "nobody": 0} {
		reply := b.do(t, ask{op: wire.OpGetJobs, path: "/", attrs: []wire.Attribute{wire.Name("requesting-user-name", who)}})
		want(t, reply, wire.StatusOK)
		if got := reply.All(wire.JobGroup); len(got) != n {
			t.Errorf("%s is told of %d jobs, want %d", who, len(got), n)
		}
	}
	for _, attrs := range [][]wire.Attribute{
		{wire.Name("requesting-user-name", "nobody")},
		{wire.Name("requesting-user-name", "ada"), wire.Integer("job-ids", 1)},
	} {
		want(t, b.do(t, ask{op: wire.OpCancelMyJobs, path: "/", attrs: attrs}), wire.StatusNotFound)
	}
	ada := []wire.Attribute{wire.Name("requesting-user-name", "ada")}
	want(t, b.do(t, ask{op: wire.OpCancelJobs, path: "/printers/", attrs: ada}), wire.StatusOK)
	want(t, b.do(t, ask{op: wire.OpCreateJob, path: "/", attrs: ada}), wire.StatusNotFound)
	want(t, b.do(t, ask{op: wire.OpCUPSGetClasses}), wire.StatusOK)
	if all := b.desk.all(); all[0].State != release.Cancelled || all[1].State.Ended() || all[2].State.Ended() {
		t.Errorf("the desk has %+v", all)
	}
}

// A fold is no hole, whatever stands between them in the list of finishings.
func TestWhatCUPSHearsOfFinishings(t *testing.T) {
	t.Parallel()
	for finishing, want := range map[int]int{20: cupsStaple, 52: cupsBind, 70: cupsPunch, 89: cupsPunch, 90: 0, 93: 0} {
		m := &model{offer: &release.Offer{}, finishings: []int{finishing}}
		if got := m.cupsType() & (cupsStaple | cupsPunch | cupsBind); got != want {
			t.Errorf("finishing %d is %#x, want %#x", finishing, got, want)
		}
	}
}
