package raw

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"inkwell/release"
)

// line is a connection and what the printer has said on it, which a goroutine of its own
// reads until the connection ends.
type line struct {
	conn  net.Conn
	token string
	told  chan struct{} // closed when the printer has said how it is
	done  chan struct{} // closed when the reader has ended

	mu      sync.Mutex
	sent    int64 // bytes that the connection took
	cause   error // why we cut it
	ended   error // how the printer ended it: io.EOF is in order
	began   bool  // the printer has our job
	end     bool  // and has done with it
	gave    bool  // and has given it up
	pages   int   // of it, as far as it says; -1
	code    int   // of the device; 0 before it says
	offline bool
	idle    int // reports in a run, since all was sent, that it has nothing to do

	all   time.Time // when all was sent
	shut  time.Time // when we said that no more comes
	empty time.Time // when the printer's side had taken that, too
}

// listen begins to read what a printer says.
func listen(conn net.Conn, token string) *line {
	l := &line{conn: conn, token: token, pages: -1, told: make(chan struct{}), done: make(chan struct{})}
	go l.read()
	return l
}

// longest is what is kept of a message.
const longest = 1 << 10

// read hears the printer out. What is longer than a message is dropped as it comes.
func (l *line) read() {
	defer close(l.done)
	in := bufio.NewReaderSize(l.conn, longest)
	for whole := true; ; {
		piece, err := in.ReadSlice('\f')
		switch {
		case err == nil && whole:
			l.hear(read(piece[:len(piece)-1]))
		case err == nil:
			whole = true // the rest of one that was too long
		case errors.Is(err, bufio.ErrBufferFull):
			whole = false
		default:
			l.mu.Lock()
			l.ended = err
			l.mu.Unlock()
			return
		}
	}
}

// hear keeps what a message says. What it says of other jobs is nothing to us.
func (l *line) hear(m message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	name, named := m.values["NAME"]
	ours := !named || name == l.token
	switch m.kind {
	case "USTATUS JOB":
		switch {
		case !ours:
		case m.has("START"):
			l.began = true
		case m.has("CANCELED") && l.began:
			l.gave = true
		case m.has("END") && l.began:
			l.end, l.pages = true, max(l.pages, count(m.values["PAGES"]))
		}
	case "USTATUS PAGE":
		if len(m.words) > 0 && l.began {
			l.pages = max(l.pages, count(m.words[0]))
		}
	case "INFO STATUS", "USTATUS DEVICE", "USTATUS TIMED":
		l.report(m)
	}
}

// report keeps how the device is.
func (l *line) report(m message) {
	code := count(m.values["CODE"])
	if code <= 0 {
		return
	}
	if l.code == 0 {
		close(l.told)
	}
	l.code, l.offline = code, m.values["ONLINE"] == "FALSE"
	switch {
	case code != ready || l.all.IsZero():
		l.idle = 0
	case m.kind == "USTATUS TIMED":
		l.idle++
	}
}

// say sends words, within a time for them all.
func (l *line) say(within time.Duration, words string) error {
	if err := l.conn.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return l.why(err)
	}
	n, err := io.WriteString(l.conn, words)
	l.mu.Lock()
	l.sent += int64(n)
	l.mu.Unlock()
	if err != nil {
		return l.why(err)
	}
	return nil
}

// why is the cause of our own cutting, if that is what an error came of.
func (l *line) why(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cause != nil {
		return l.cause
	}
	return err
}

// heard says whether the printer has said how it is.
func (l *line) heard() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.code != 0
}

// virgin says whether nothing at all was sent.
func (l *line) virgin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent == 0
}

// given notes that all was sent. One that is known not to talk is told that no more comes.
// A printer that had hung up before has not taken all.
func (l *line) given(silent bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended != nil && !l.end {
		return l.ended
	}
	l.all = time.Now()
	if silent {
		l.hangUp()
	}
	return nil
}

// hangUp says that no more comes. The lock is held.
func (l *line) hangUp() {
	l.shut = time.Now()
	if c, ok := l.conn.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite() // what is wrong with the connection the reader hears
	}
}

// cut breaks the connection off and waits for its reader. What the printer has not read
// yet it is not to read.
func (l *line) cut(cause error) {
	if c, ok := l.conn.(interface{ SetLinger(sec int) error }); ok {
		_ = c.SetLinger(0)
	}
	l.leave(cause)
}

// leave ends the connection in order and waits for its reader.
func (l *line) leave(cause error) {
	l.mu.Lock()
	if l.cause == nil {
		l.cause = cause
	}
	l.mu.Unlock()
	_ = l.conn.Close()
	<-l.done
}

// open says whether the connection goes on.
func (l *line) open() bool {
	select {
	case <-l.done:
		return false
	default:
		return true
	}
}

// device is how the printer is, as far as it says.
func (l *line) device() release.Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	st := release.Status{State: release.PrinterIdle, Accepting: true, Reasons: reasons(l.code)}
	switch {
	case l.code >= stands:
		st.State = release.PrinterStopped
	case l.offline:
		st.State, st.Reasons = release.PrinterStopped, []string{"paused"}
	case l.token != "" || l.code == working:
		st.State = release.PrinterProcessing
	}
	return st
}

// ready and working are the codes of printers that have nothing to do, and a job; from
// stands on they wait for a person.
const (
	ready   = 10001
	working = 10023
	stands  = 40000
)

// progress is how far the job is. It also ends a connection that has nothing more to tell.
func (l *line) progress(o Options) (release.Progress, error) {
	l.mu.Lock()
	at := release.Progress{Phase: l.phase(o), Impressions: l.pages, Sheets: -1, Reasons: reasons(l.code)}
	l.mu.Unlock()
	switch at.Phase {
	case lost:
		return release.Progress{}, fmt.Errorf("raw job: %w", release.ErrGone)
	case release.PhaseCompleted, release.PhaseEnded:
		l.leave(errOver)
	}
	return at, nil
}

// lost is the phase of a job whose connection broke.
const lost release.Phase = -1

// errOver: the job is done with.
var errOver = errors.New("over")

// phase is how far the job is. The lock is held.
func (l *line) phase(o Options) release.Phase {
	over := errors.Is(l.cause, errOver)
	switch {
	case l.end || l.began && l.idle > 1: // some never say END
		return release.PhaseCompleted
	case l.gave:
		return release.PhaseEnded
	case over:
		return release.PhaseCompleted
	case l.cause != nil, l.ended != nil && (l.began || !errors.Is(l.ended, io.EOF)):
		return lost
	case l.began && l.code >= stands:
		return release.PhaseStopped
	case l.began || l.all.IsZero():
		return release.PhaseActive
	}
	return l.bytesAlone(o)
}

// bytesAlone is the phase of a job of which the printer does not tell: it is done when the
// printer's side has acknowledged every byte and either closed the connection, too, or
// kept it open for no reason that we know. The lock is held.
func (l *line) bytesAlone(o Options) release.Phase {
	closed := l.ended != nil
	if l.shut.IsZero() && (closed || time.Since(l.all) > o.Answer) {
		l.hangUp()
	}
	if l.shut.IsZero() {
		return release.PhaseActive
	}
	all, err := l.taken()
	if err != nil {
		return lost
	}
	if all && l.empty.IsZero() {
		l.empty = time.Now()
	}
	if all && (closed || time.Since(l.empty) > o.Quiet) {
		return release.PhaseCompleted
	}
	if l.code >= stands {
		return release.PhaseStopped
	}
	return release.PhaseActive
}
