package ipptest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// SinkOptions says what printer on port 9100 a Sink is to be.
type SinkOptions struct {
	// Talks has it answer on the back-channel, in PJL: how it is, and each job's start,
	// pages and end. Without it the printer takes what comes and says nothing.
	Talks bool
	// Endless has a printer that talks never say that a job has ended; some do not.
	Endless bool
	// PerPage is how long each impression takes; none by default.
	PerPage time.Duration
}

// Sink is a printer that takes raw bytes on a port, as most with a network socket do. It
// prints one job at a time, in the order of connections, and counts the pages of a plain PDF.
type Sink struct {
	URI string // socket://host:port

	o        SinkOptions
	listener net.Listener
	printing sync.Mutex // one job at a time
	ended    context.Context

	mu      sync.Mutex
	changed chan struct{} // closed at the next change
	code    int           // of the device, as PJL counts
	jobs    []SinkJob
	conns   map[net.Conn]bool
	fault   func(net.Conn) (goOn bool) // for the next job
}

// SinkJob is what one connection brought, if it was more than a question.
type SinkJob struct {
	Name     string            // of @PJL JOB
	Set      map[string]string // of @PJL SET, in capitals
	Language string            // of @PJL ENTER LANGUAGE
	Document []byte
	Whole    bool // its end came
	Printed  int  // impressions, copies included
}

// The codes that PJL has for how a printer is (PJL Technical Reference, appendix D).
const (
	SinkReady     = 10001
	SinkPaperOut  = 41100
	SinkCoverOpen = 40021
	SinkJam       = 42002
)

const uel = "\x1b%-12345X" // Universal Exit Language

// NewSink starts a raw printer on a free port of this machine.
func NewSink(t testing.TB, o SinkOptions) *Sink {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	s := &Sink{URI: "socket://" + listener.Addr().String(), o: o, listener: listener, ended: ctx, changed: make(chan struct{}), code: SinkReady, conns: map[net.Conn]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		end()
		_ = listener.Close()
		s.hangUp()
		all.Wait()
	})
	return s
}

// Jobs is what was printed so far, in that order, and what is printing.
func (s *Sink) Jobs() []SinkJob {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]SinkJob(nil), s.jobs...)
}

// Fault has the printer be in that state, such as SinkJam; SinkReady ends it. From 40000
// on it stands still until then.
func (s *Sink) Fault(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.code = code
	close(s.changed)
	s.changed = make(chan struct{})
}

// CutNext has the next connection that brings a job cut off hard as soon as its document begins.
func (s *Sink) CutNext() {
	s.meet(func(conn net.Conn) bool {
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
		return false
	})
}

// StandNext has the printer stand still from the beginning of the next job's document, for
// that reason, until Fault ends it.
func (s *Sink) StandNext(code int) {
	s.meet(func(net.Conn) bool {
		s.Fault(code)
		return true
	})
}

// FloodNext has the printer send n bytes of rubbish when the next job's document begins, a
// line without an end among them.
func (s *Sink) FloodNext(n int) {
	s.meet(func(conn net.Conn) bool {
		for rubbish := bytes.Repeat([]byte("@PJL USTATUS DEVICE CODE="), 1000); n > 0; n -= len(rubbish) {
			if _, err := conn.Write(rubbish[:min(n, len(rubbish))]); err != nil {
				return false
			}
		}
		_, err := io.WriteString(conn, "\r\n\f")
		return err == nil
	})
}

// SwitchOff ends all connections and takes no more.
func (s *Sink) SwitchOff() {
	_ = s.listener.Close()
	s.hangUp()
}

func (s *Sink) meet(fault func(net.Conn) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

func (s *Sink) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.conns {
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
}

// serve is one connection.
func (s *Sink) serve(conn net.Conn) {
	s.mu.Lock()
	s.conns[conn] = true
	s.mu.Unlock()
	defer func() {
		_ = conn.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.conns, conn)
	}()
	c := &sinkConn{Sink: s, conn: conn, in: bufio.NewReader(conn), at: -1, on: map[string]bool{}, done: make(chan struct{})}
	defer c.leave()
	if first, err := c.in.Peek(1); err == nil && !bytes.ContainsAny(first, "\x1b@\r\n") {
		c.enter()
		_ = c.plain()
		return
	}
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return
		}
		for strings.HasPrefix(line, uel) {
			line = line[len(uel):]
		}
		if err := c.obey(strings.TrimSpace(line)); err != nil {
			return
		}
	}
}

// sinkConn is a connection to a Sink, and its job.
type sinkConn struct {
	*Sink
	conn net.Conn
	in   *bufio.Reader
	at   int             // of the job in jobs; -1 before it begins
	on   map[string]bool // USTATUS that it asked for; guarded by mu

	reports sync.WaitGroup
	done    chan struct{} // closed with the connection
}

var setting = regexp.MustCompile(`^@PJL SET ([A-Z]+) ?= ?(.*)$`)

// obey acts on one line of PJL.
func (c *sinkConn) obey(line string) error {
	name := func(after string) string { return strings.Trim(strings.TrimPrefix(line, after), `"`) }
	switch {
	case strings.HasPrefix(line, "@PJL ECHO "):
		c.say("ECHO " + line[len("@PJL ECHO "):])
	case line == "@PJL INFO STATUS":
		c.say("INFO STATUS" + c.status())
	case strings.HasPrefix(line, "@PJL USTATUS "):
		what, value, _ := strings.Cut(line[len("@PJL USTATUS "):], "=")
		c.mu.Lock()
		defer c.mu.Unlock()
		c.on[strings.TrimSpace(what)] = strings.TrimSpace(value) != "OFF"
	case strings.HasPrefix(line, "@PJL JOB"):
		c.enter()
		c.job(func(j *SinkJob) { j.Name = name("@PJL JOB NAME=") })
		c.tell("JOB", "\r\nSTART\r\nNAME=\""+c.Jobs()[c.at].Name+`"`)
	case setting.MatchString(line):
		m := setting.FindStringSubmatch(line)
		c.enter()
		c.job(func(j *SinkJob) { j.Set[m[1]] = strings.Trim(m[2], `"`) })
	case strings.HasPrefix(line, "@PJL ENTER LANGUAGE="):
		c.enter()
		c.job(func(j *SinkJob) { j.Language = name("@PJL ENTER LANGUAGE=") })
		return c.print()
	case strings.HasPrefix(line, "@PJL EOJ"):
		c.job(func(j *SinkJob) { j.Whole = true })
		if !c.o.Endless {
			c.tell("JOB", fmt.Sprintf("\r\nEND\r\nNAME=\"%s\"\r\nPAGES=%d", name("@PJL EOJ NAME="), c.Jobs()[c.at].Printed))
		}
		c.reports.Go(c.report)
	case line != "" && line != "@PJL" && !strings.HasPrefix(line, "@PJL COMMENT"):
		c.say(strings.TrimPrefix(line, "@PJL ") + "\r\n?")
	}
	return nil
}

// report is USTATUS TIMED, at the pace of a test.
func (c *sinkConn) report() {
	for c.tell("TIMED", c.status()) {
		select {
		case <-time.After(50 * time.Millisecond):
		case <-c.done:
			return
		}
	}
}

// enter begins the connection's job, when its turn comes.
func (c *sinkConn) enter() {
	if c.at >= 0 {
		return
	}
	c.printing.Lock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = len(c.jobs)
	c.jobs = append(c.jobs, SinkJob{Set: map[string]string{}})
}

func (c *sinkConn) leave() {
	close(c.done)
	c.reports.Wait()
	if c.at >= 0 {
		c.printing.Unlock()
	}
}

func (c *sinkConn) job(change func(*SinkJob)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at >= 0 {
		change(&c.jobs[c.at])
	}
}

var sinkPage = regexp.MustCompile(`/Type */Page([^s]|$)`)

// meets has the fault happen that waits for a job.
func (c *sinkConn) meets() error {
	c.mu.Lock()
	fault := c.fault
	c.fault = nil
	c.mu.Unlock()
	if fault != nil && !fault(c.conn) {
		return errors.New("cut off")
	}
	return nil
}

// plain takes a document that comes without PJL, as from a queue without a driver, until the
// other end has no more, and prints it.
func (c *sinkConn) plain() error {
	if err := c.meets(); err != nil {
		return err
	}
	document, err := io.ReadAll(c.in)
	if err != nil {
		return err
	}
	if err := c.put(document); err != nil {
		return err
	}
	c.job(func(j *SinkJob) { j.Whole = true })
	return nil
}

// print takes the document, until the language is left, and prints it.
func (c *sinkConn) print() error {
	if err := c.meets(); err != nil {
		return err
	}
	var document []byte
	for !bytes.HasSuffix(document, []byte(uel)) {
		b, err := c.in.ReadByte()
		if err != nil {
			return err
		}
		document = append(document, b)
	}
	return c.put(bytes.TrimSuffix(document, []byte(uel)))
}

// put has a document come out.
func (c *sinkConn) put(document []byte) error {
	copies := 1
	c.job(func(j *SinkJob) {
		j.Document = document
		for _, name := range []string{"QTY", "COPIES"} {
			if n, err := strconv.Atoi(j.Set[name]); err == nil {
				copies *= n
			}
		}
	})
	for page := range copies * len(sinkPage.FindAllIndex(document, -1)) {
		if !c.ready() {
			return errors.New("switched off")
		}
		c.job(func(j *SinkJob) { j.Printed++ })
		c.tell("PAGE", "\r\n"+strconv.Itoa(page+1))
	}
	return nil
}

// ready waits for a page's time and for a printer that does not stand still.
func (c *sinkConn) ready() bool {
	select {
	case <-time.After(c.o.PerPage):
	case <-c.ended.Done():
	}
	for told := false; ; told = true {
		c.mu.Lock()
		code, changed := c.code, c.changed
		c.mu.Unlock()
		if code < 40000 {
			if told {
				c.tell("DEVICE", c.status())
			}
			return c.ended.Err() == nil
		}
		c.tell("DEVICE", c.status())
		select {
		case <-changed:
		case <-c.ended.Done():
			return false
		}
	}
}

func (c *sinkConn) status() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	online := strings.ToUpper(strconv.FormatBool(c.code < 40000))
	return fmt.Sprintf("\r\nCODE=%d\r\nDISPLAY=\"As it is\"\r\nONLINE=%s", c.code, online)
}

// tell is unsolicited, and said to those who asked for it.
func (c *sinkConn) tell(what, words string) bool {
	c.mu.Lock()
	on := c.on[what]
	c.mu.Unlock()
	return on && c.say("USTATUS "+what+words)
}

func (c *sinkConn) say(words string) bool {
	if !c.o.Talks {
		return false
	}
	_, err := io.WriteString(c.conn, "@PJL "+words+"\r\n\f")
	return err == nil
}
