package ipptest

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	second "github.com/phin1x/go-ipp"

	"inkwell/ipp/wire"
)

// Stage is the queue that a client prints to, by plain HTTP from this machine.
type Stage struct {
	Address        string // host:port
	Path           string // of the queue
	Direct         bool   // it prints at once; otherwise its jobs stay held
	User, Password string
	Stranger       string            // another user, with the same password
	Documents      map[string][]byte // by the names that the files use
}

// Play sends the client's requests byte by byte as the file has them, over TCP, and
// checks what the client looks at in each answer. Answers are read by a decoder that
// shares no code with ours.
func (c Client) Play(t *testing.T, on Stage) {
	t.Helper()
	p := &player{t: t, Stage: on}
	defer p.hangUp()
	for _, s := range c.steps {
		p.play(s)
	}
}

// player is a client while it prints.
type player struct {
	t *testing.T
	Stage
	conn net.Conn
	in   *bufio.Reader
	job  string // job-id of the last answer that had one
}

// play sends a request, again and again if the client waits for something.
func (p *player) play(s step) {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) { // between two looks
		if s.fresh {
			p.hangUp()
		}
		reply := p.check(s)
		if s.until == "" || reply == nil {
			return
		}
		said, ok := meets(reply, p.fill(s.until))
		if ok {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("line %d, %s: waited in vain for %q, it is %q", s.line, s.message[0], s.until, said)
		}
	}
}

// fill puts in what a file leaves open.
func (p *player) fill(s string) string {
	waiting, end := "4", "4"
	if p.Direct {
		waiting, end = "3|5|9", "9"
	}
	return strings.NewReplacer(
		"{host}", p.Address, "{path}", p.Path, "{user}", p.User, "{job}", p.job, "{waiting}", waiting, "{end}", end,
		"{basic}", basic(p.User, p.Password), "{stranger}", basic(p.Stranger, p.Password),
	).Replace(s)
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// send sends one request in the client's own way and reads the answer.
func (p *player) send(s step) (int, []byte) {
	p.t.Helper()
	p.dial()
	lines := make([]string, len(s.message))
	for i, l := range s.message {
		lines[i] = p.fill(l)
	}
	body, err := encode(lines)
	if err != nil {
		p.t.Fatalf("line %d: %v", s.line, err)
	}
	if s.document != "" {
		doc, known := p.Documents[s.document]
		if !known {
			p.t.Fatalf("line %d: there is no document %s here", s.line, s.document)
		}
		body = append(body, doc...)
	}
	head := p.fill(strings.Join(s.head, "\r\n"))
	head = strings.ReplaceAll(head, "{length}", strconv.Itoa(len(body))) + "\r\n\r\n"
	p.must(io.WriteString(p.conn, head))
	if strings.Contains(head, "Expect: 100-continue") && !p.allowed() {
		return p.answer() // refused before the body: it is never sent
	}
	if strings.Contains(head, "Transfer-Encoding: chunked") {
		p.chunked(body)
	} else {
		p.must(p.conn.Write(body))
	}
	return p.answer()
}

// allowed waits for 100 Continue. A final answer in its place is left to be read.
func (p *player) allowed() bool {
	p.t.Helper()
	start, err := p.in.Peek(len("HTTP/1.1 100"))
	if err != nil {
		p.t.Fatalf("waiting for 100 Continue: %v", err)
	}
	if !strings.HasSuffix(string(start), "100") {
		return false
	}
	for line := "-"; strings.TrimSpace(line) != ""; {
		if line, err = p.in.ReadString('\n'); err != nil {
			p.t.Fatal(err)
		}
	}
	return true
}

// chunked sends the body in chunks of 8 KiB, as far as libcups does so.
func (p *player) chunked(body []byte) {
	w := httputil.NewChunkedWriter(p.conn)
	for part := range slices.Chunk(body, 8<<10) {
		p.must(w.Write(part))
	}
	p.must(0, w.Close())
	p.must(io.WriteString(p.conn, "\r\n"))
}

// answer reads an answer to its end. Who closes a connection that a client wants to
// use again is found out by the next request.
func (p *player) answer() (int, []byte) {
	p.t.Helper()
	answer, err := http.ReadResponse(p.in, &http.Request{Method: http.MethodPost})
	if err != nil {
		p.t.Fatalf("read the answer: %v", err)
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatalf("read the answer: %v", err)
	}
	if answer.Close {
		p.t.Error("the server does not keep the connection")
		p.hangUp()
	}
	return answer.StatusCode, raw
}

// check sends a request and wants the status and all that the client needs. The reply
// is nil where the answer is HTTP's alone.
func (p *player) check(s step) *second.Response {
	p.t.Helper()
	code, raw := p.send(s)
	want := strings.Fields(p.fill(s.answer))
	if strconv.Itoa(code) != want[0] {
		p.t.Fatalf("line %d, %s: HTTP %d, want %s: %s", s.line, s.message[0], code, want[0], raw)
	}
	if len(want) == 1 {
		return nil
	}
	reply, err := second.NewResponseDecoder(bytes.NewReader(raw)).Decode(nil)
	if err != nil {
		p.t.Fatalf("line %d, %s: the second decoder cannot read % x: %v", s.line, s.message[0], raw, err)
	}
	if got := wire.Status(uint16(reply.StatusCode)).String(); !slices.Contains(want[1:], got) { //nolint:gosec // the same 16 bits
		p.t.Fatalf("line %d, %s: %s (%v), want %q", s.line, s.message[0], got, reply.OperationAttributes["status-message"], want[1:])
	}
	if reply.StatusCode >= 0x0400 && (len(reply.PrinterAttributes) > 0 || len(reply.OperationAttributes["status-message"]) == 0) {
		p.t.Errorf("line %d, %s: a refusal with attributes of the printer, or without a sentence", s.line, s.message[0])
	}
	if ids := valuesOf(reply, "job-id"); len(ids) > 0 {
		p.job = ids[0]
	}
	for _, need := range s.needs {
		if said, ok := meets(reply, p.fill(need)); !ok {
			p.t.Errorf("line %d, %s: needs %q, has %q", s.line, s.message[0], need, said)
		}
	}
	return reply
}

// meets looks for "NAME", "!NAME", "NAME VALUE|VALUE", or the same behind "unsupported",
// which looks among those that were ignored.
func meets(reply *second.Response, need string) ([]string, bool) {
	name, value, valued := strings.Cut(need, " ")
	if name == "unsupported" {
		_, has := reply.UnsupportedAttributes[value]
		return nil, has
	}
	if absent, not := strings.CutPrefix(name, "!"); not {
		said := valuesOf(reply, absent)
		return said, len(said) == 0
	}
	said := valuesOf(reply, name)
	if !valued {
		return said, len(said) > 0
	}
	return said, slices.ContainsFunc(strings.Split(value, "|"), func(v string) bool { return slices.Contains(said, v) })
}

// valuesOf is all values of an attribute, of all jobs or of the printer.
func valuesOf(reply *second.Response, name string) (all []string) {
	groups := slices.Concat(reply.JobAttributes, reply.PrinterAttributes, []second.Attributes{reply.OperationAttributes})
	for _, g := range groups {
		for _, v := range g[name] {
			all = append(all, fmt.Sprint(v.Value))
		}
	}
	return all
}

// dial sees to a connection; the one before is used again where the client does so.
func (p *player) dial() {
	p.t.Helper()
	if p.conn == nil {
		conn, err := net.Dial("tcp", p.Address)
		if err != nil {
			p.t.Fatal(err)
		}
		p.conn, p.in = conn, bufio.NewReader(conn)
	}
	if err := p.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *player) hangUp() {
	if p.conn != nil {
		_ = p.conn.Close()
		p.conn = nil
	}
}

func (p *player) must(_ int, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}
