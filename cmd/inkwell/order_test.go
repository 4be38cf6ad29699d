package main

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"inkwell/ipp/ipptest"
	"inkwell/release/document/documenttest"
	"inkwell/release/spool"
)

// marker is in what is printed, and nowhere else.
const marker = "the heron stands in the reeds"

// call is one call of the kernel's by one thread, as strace writes it. It begins and
// ends at lines of the trace: others may lie between.
type call struct {
	pid, name, args  string
	begin, end       int
	returned, failed bool
}

var (
	callLine    = regexp.MustCompile(`^(\d+) +(\w+)\((.*)$`)
	resumedLine = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)$`)
)

// readTrace puts calls together that strace wrote in two lines.
func readTrace(t *testing.T, text []byte) (all []*call) {
	t.Helper()
	open := map[string]*call{} // by thread
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for n := 0; lines.Scan(); n++ {
		if m := resumedLine.FindStringSubmatch(lines.Text()); m != nil {
			if c := open[m[1]]; c != nil && c.name == m[2] {
				c.args += m[3]
				c.end = n
				c.settle()
			}
			continue
		}
		m := callLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		c := &call{pid: m[1], name: m[2], args: m[3], begin: n, end: n}
		all = append(all, c)
		if head, unfinished := strings.CutSuffix(c.args, " <unfinished ...>"); unfinished {
			c.args, open[c.pid] = head, c
			continue
		}
		c.settle()
	}
	if err := lines.Err(); err != nil || len(all) < 100 {
		t.Fatalf("a trace of %d calls: %v", len(all), err)
	}
	return all
}

func (c *call) settle() {
	c.returned = true
	i := strings.LastIndex(c.args, " = ")
	c.failed = i < 0 || strings.HasPrefix(c.args[i+3:], "-1")
}

// step is a call that has to come, whole, after the one before it; a read only has to end after it, since
// it may have begun to wait before.
type step struct {
	what  string
	names []string // of calls
	holds []string
}

var (
	syncs   = []string{"fsync", "fdatasync"}
	renames = []string{"rename", "renameat", "renameat2"}
	writes  = []string{"write"}
	reads   = []string{"read"}
)

// next is the first call of that kind that begins, or as a read ends, after a line.
func next(all []*call, after int, s step) (first *call) {
	line := func(c *call) int { return c.begin }
	if slices.Equal(s.names, reads) {
		line = func(c *call) int { return c.end }
	}
	for _, c := range all {
		if line(c) > after && (first == nil || line(c) < line(first)) && c.returned && !c.failed && slices.Contains(s.names, c.name) &&
			!slices.ContainsFunc(s.holds, func(part string) bool { return !strings.Contains(c.args, part) }) {
			first = c
		}
	}
	return first
}

var socket = regexp.MustCompile(`^\d+<[^>]*>`)

// durableFirst says what is out of order between the arrival of a document's bytes and
// the answer that it was accepted, or "". It ends at the line where the answer begins.
func durableFirst(all []*call, id string, from int, folder string) (wrong string, answered int) {
	at := from
	walk := func(steps ...step) *call {
		var c *call
		for _, s := range steps {
			if c = next(all, at, s); c == nil {
				wrong = s.what
				return nil
			}
			at = c.end
		}
		return c
	}
	asked := walk(
		step{"the bytes are synced", syncs, []string{"/" + id + ".tmp>"}},
		step{"the bytes get their name", renames, []string{id + ".tmp", id + ".doc"}},
		step{"the key gets its name", renames, []string{id + ".key"}},
		step{"the folder is synced", syncs, []string{folder + ">)"}},
		step{"the row is written", writes, []string{"<socket:", id}},
	)
	if asked == nil {
		return wrong, at
	}
	database := socket.FindString(asked.args)
	named := next(all, from, step{names: renames, holds: []string{id + ".key"}})
	tmp := regexp.MustCompile(`"([0-9a-f]{32}\.tmp)"`).FindStringSubmatch(named.args)
	if synced := next(all, from, step{names: syncs, holds: []string{"/" + tmp[1] + ">"}}); synced == nil || synced.end >= named.begin {
		return "the key is synced before it gets its name", at
	}
	if early := next(all, from, step{names: writes, holds: []string{"<socket:", id}}); early != asked {
		return "the row is not written before the folder is synced", at
	}
	at = asked.begin // the commit goes with the last statements, and the database may be quicker than strace sees the call end
	answer := walk(
		step{"the database's log is synced", syncs, []string{"/pg_wal/"}},
		step{"the commit is confirmed", reads, []string{database, "COMMIT"}},
		step{"the answer", writes, []string{`"HTTP/1.1 200 OK`}},
	)
	if answer == nil {
		return wrong, at
	}
	return "", answer.begin // who has it may send the next before strace sees the call end
}

// Each document is on disk, with its key, and its row in the database's log, before its
// sender hears that it was accepted: seen from the kernel, over real submissions. With
// INKWELL_PROVE set there are 100.
func TestEveryAcceptedDocumentIsDurableFirst(t *testing.T) {
	submissions := 10
	if os.Getenv("INKWELL_PROVE") != "" {
		submissions = 100
	}
	trace := filepath.Join(t.TempDir(), "trace")
	s := serveDemo(t) // makes the school, which would be most of a trace
	s.stop()
	s.traced(trace)
	l := &siege{t: t, answers: map[uint16]int{}}
	l.at(s)
	sizes := make([]int, submissions)
	for i := range sizes {
		padded := append(documenttest.PDF(1), "\n% "+strings.Repeat(marker+" ", 1000+10*i)+"\n"...)
		sizes[i] = len(padded)
		if err := l.submit(t.Context(), 10+i%loadPupils, padded); err != nil {
			t.Fatal(err)
		}
	}
	s.stop()
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	all := readTrace(t, text)
	folder := filepath.Join(s.dir, "spool")
	ids := arrivals(all, folder)
	at, good := 0, 0
	for i, size := range sizes {
		id, ok := ids[sealedIn(t, size)]
		if !ok {
			t.Errorf("submission %d: its bytes are not in the trace", i)
			continue
		}
		wrong, answered := durableFirst(all, id, at, folder)
		if wrong != "" {
			t.Errorf("submission %d: not in order: %s", i, wrong)
			continue
		}
		at, good = answered, good+1
	}
	t.Logf("%d of %d submissions were durable before their answer, in a trace of %d calls", good, submissions, len(all))

	s.start() // without strace
	l.at(s)
	s.holdsNothingReadable(l, submissions)
}

// holdsNothingReadable looks through every file of the data folder, those of PostgreSQL
// and its log included, while documents wait; and for their keys, once they have been
// printed.
func (s *demo) holdsNothingReadable(l *siege, n int) {
	s.t.Helper()
	keys := s.spooled(".key")
	s.eventually("all to be held", func() bool { return rows[int](s, "SELECT count(*) FROM job WHERE state = 'held'") == n })
	keys = append(keys, s.spooled(".key")...)
	s.nowhere("what is in a document", []byte(marker))
	var uri string
	l.printer, uri = tirelessPrinter(s.t)
	s.printTo(uri)
	s.eventually("all to be printed", func() bool {
		for pupil := 10; pupil < 10+loadPupils; pupil++ {
			l.release(s.t.Context(), pupil)
		}
		return rows[int](s, "SELECT count(*) FROM job WHERE state = 'done'") == n
	})
	s.eventually("an empty spool", func() bool { return len(s.spooled(".key"))+len(s.spooled(".doc")) == 0 })
	if len(keys) < n {
		s.t.Errorf("%d keys of %d documents were seen", len(keys), n)
	}
	if os.Getenv("INKWELL_PROVE") == "" {
		keys = keys[len(keys)-2:] // each is a search through everything
	}
	s.nowhere("a key of what was printed", keys...)
}

// spooled are the contents of the spool's objects of one kind.
func (s *demo) spooled(end string) (all [][]byte) {
	s.t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.dir, "spool", "*"+end))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, path := range paths {
		if b, err := os.ReadFile(path); err == nil {
			all = append(all, b)
		}
	}
	return all
}

// nowhere looks for secrets in every file of the data folder.
func (s *demo) nowhere(what string, secrets ...[]byte) {
	s.t.Helper()
	files, wal := 0, 0
	err := filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && !e.Type().IsRegular() {
			return nil // the database is at work
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		files++
		if strings.Contains(path, "/pg_wal/") {
			wal++
		}
		for _, secret := range secrets {
			if bytes.Contains(content, secret) {
				s.t.Errorf("%s is in %s", what, strings.TrimPrefix(path, s.dir))
			}
		}
		return err
	})
	if err != nil || files < 500 || wal == 0 {
		s.t.Errorf("looked at %d files, %d of the database's log: %v", files, wal, err)
	}
}

// The rules hold against a trace in the right order, and see each step that is missing.
func TestTheOrderOfStepsIsSeen(t *testing.T) {
	t.Parallel()
	const id, tmp = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
	steps := []string{
		`7 write(9</d/spool/` + id + `.tmp>, "x", 1) = 1`,
		`7 fsync(9</d/spool/` + id + `.tmp>) = 0`,
		`7 renameat(8</d/spool>, "` + id + `.tmp", 8</d/spool>, "` + id + `.doc") = 0`,
		`7 fsync(9</d/spool/` + tmp + `.tmp>) = 0`,
		`7 renameat(8</d/spool>, "` + tmp + `.tmp", 8</d/spool>, "` + id + `.key") = 0`,
		`7 fsync(8</d/spool> <unfinished ...>`,
		`7 <... fsync resumed>) = 0`,
		`7 write(5<socket:[1]>, "insert ` + id + `", 9) = 9`,
		`8 fdatasync(3</d/postgres/data/pg_wal/1>) = 0`,
		`7 read(5<socket:[1]>, "C\0\0\0\vCOMMIT\0", 9) = 9`,
		`7 write(6<socket:[2]>, "HTTP/1.1 200 OK\r\n", 9) = 9`,
	}
	noise := strings.Repeat("9 read(4<socket:[3]>, \"\", 1) = 0\n", 100)
	judge := func(steps []string) string {
		wrong, _ := durableFirst(readTrace(t, []byte(noise+strings.Join(steps, "\n"))), id, -1, "/d/spool")
		return wrong
	}
	if wrong := judge(steps); wrong != "" {
		t.Errorf("in order, and it says %q", wrong)
	}
	for i := 1; i < len(steps); i++ {
		if i != 5 && judge(slices.Delete(slices.Clone(steps), i, i+1)) == "" {
			t.Errorf("without %q it sees nothing", steps[i])
		}
		late := slices.Delete(slices.Clone(steps), i, i+1)
		if i != 5 && i != 6 && i < len(steps)-1 && judge(append(late, steps[i])) == "" {
			t.Errorf("with %q after the answer it sees nothing", steps[i])
		}
	}
	failed := slices.Clone(steps)
	failed[1] = strings.Replace(failed[1], "= 0", "= -1 EIO (Input/output error)", 1)
	if judge(failed) == "" {
		t.Error("a sync that failed counts")
	}
}

// traced starts the server under strace, which is no parent of it and ends with it.
func (s *demo) traced(to string) {
	s.t.Helper()
	way := append(ipptest.Ordinary(s.t), "strace", "-D", "-f", "-y", "-qq", "-s", "4096", "--seccomp-bpf",
		"-e", "trace=write,read,fsync,fdatasync,rename,renameat,renameat2", "-e", "signal=none", "-o", to)
	s.program = serveBy(s.t, way, s.dir, s.args...)
	s.ipp, s.web = s.address("ipps://"), s.address("web https://")
	s.t.Cleanup(func() {
		if s.ProcessState == nil {
			s.stop()
		}
	})
}

// arrivals are the documents of the spool by how many bytes were written of each.
func arrivals(all []*call, folder string) map[int]string {
	written := map[string]int{}
	tmp := regexp.MustCompile(`^\d+<` + regexp.QuoteMeta(folder) + `/([0-9a-f]{32})\.tmp>`)
	count := regexp.MustCompile(` = (\d+)$`)
	for _, c := range all {
		if m, n := tmp.FindStringSubmatch(c.args), count.FindStringSubmatch(c.args); c.name == "write" && m != nil && n != nil {
			size, _ := strconv.Atoi(n[1])
			written[m[1]] += size
		}
	}
	ids := map[int]string{}
	for id, size := range written {
		ids[size] = id
	}
	return ids
}

// sealedIn is how many bytes the spool makes of a document.
func sealedIn(t *testing.T, size int) int {
	t.Helper()
	dir := t.TempDir()
	key := func() ([]spool.Key, error) { return []spool.Key{{ID: "k", Secret: make([]byte, 32)}}, nil }
	s, err := spool.Open(t.Context(), spool.Options{Dir: dir, Keys: key, Headroom: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	d, err := s.Create(t.Context())
	if err == nil {
		_, err = d.Write(make([]byte, size))
	}
	if err != nil {
		t.Fatal(err)
	}
	doc, err := d.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, string(doc.ID)+".doc"))
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Size())
}
