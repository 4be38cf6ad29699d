package main

import (
	"bufio"
	"bytes"
	wirebytes "encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/ipp/wire"
	"inkwell/release/document/documenttest"
)

// traffic is what computers ask of an IPP server, whichever it is, over a number of
// connections that stay open. It is run in a process of its own, so that the
// asking and the asked share nothing but the machine.
type traffic struct {
	Address     string // host:port
	Path        string // of printer-uri
	Operation   wire.Op
	Password    string // for HTTP Basic; "" for none
	Everybody   bool   // Get-Jobs of all instead of the sender's own
	Connections int
	Requests    int           // in all
	Within      time.Duration // no request is begun later than that; 0 means there is no end
	First, Last int           // the pupils that take turns
	Skip        int           // turns that were taken before
}

// heard is what came of traffic.
type heard struct {
	Took     time.Duration
	Times    []time.Duration // of each request that succeeded, ascending
	Jobs     []int32         // accepted by Print-Job, or listed for everybody
	Refused  map[string]int  // other answers, by what was said
	Listed   int             // jobs in the answers of Get-Jobs
	LastSize int             // bytes of the last answer
}

// clientPart is the first argument of a process that carries traffic.
const clientPart = "print-traffic"

// trafficClient plays the client's part and ends the program when this process was
// started for that.
func trafficClient() {
	if len(os.Args) != 2 || os.Args[1] != clientPart {
		return
	}
	var l traffic
	err := json.NewDecoder(os.Stdin).Decode(&l)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(l.carryOut())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// run has a process of its own carry the traffic.
func (l traffic) run(t testing.TB) (h heard) {
	t.Helper()
	told, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], clientPart)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(told), os.Stderr
	said, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(said, &h)
	}
	if err != nil {
		t.Fatalf("the client: %v", err)
	}
	return h
}

// carryOut sends the requests, each connection its next one as soon as it has
// heard.
func (l traffic) carryOut() heard {
	next := make(chan int)
	began := time.Now()
	go func() {
		defer close(next)
		for i := range l.Requests {
			if l.Within > 0 && time.Since(began) > l.Within {
				return
			}
			next <- i
		}
	}()
	all := heard{Refused: map[string]int{}}
	var mu sync.Mutex
	var work sync.WaitGroup
	for range l.Connections {
		work.Go(func() {
			c := &connection{traffic: l, heard: heard{Refused: map[string]int{}}}
			for i := range next {
				c.turn(i)
			}
			c.close()
			mu.Lock()
			defer mu.Unlock()
			all.add(c.heard)
		})
	}
	work.Wait()
	all.Took = time.Since(began)
	slices.Sort(all.Times)
	return all
}

func (h *heard) add(o heard) {
	h.Took += o.Took
	h.Times, h.Jobs = append(h.Times, o.Times...), append(h.Jobs, o.Jobs...)
	h.Listed, h.LastSize = h.Listed+o.Listed, max(h.LastSize, o.LastSize)
	for said, n := range o.Refused {
		h.Refused[said] += n
	}
}

// connection is one of the traffic's.
type connection struct {
	traffic
	heard
	tcp net.Conn
	in  *bufio.Reader
}

func (c *connection) close() {
	if c.tcp != nil {
		_ = c.tcp.Close()
		c.tcp = nil
	}
}

// turn makes one request and notes what came of it.
func (c *connection) turn(i int) {
	began := time.Now()
	body, err := c.ask(c.request(i))
	took := time.Since(began)
	switch {
	case err != nil:
		c.close()
		c.Refused[err.Error()]++
	case len(body) < 8 || wirebytes.BigEndian.Uint16(body[2:]) > 0xff:
		c.Refused[fmt.Sprintf("status %x", body[2:min(4, len(body))])]++
	default:
		c.Times, c.LastSize = append(c.Times, took), len(body)
		c.note(body)
	}
}

func (c *connection) note(body []byte) {
	const jobID = "\x21\x00\x06job-id\x00\x04"
	if c.Operation == wire.OpPrintJob && !bytes.Contains(body, []byte(jobID)) {
		c.Refused["accepted without a number"]++
	}
	for {
		_, after, found := bytes.Cut(body, []byte(jobID))
		if !found || len(after) < 4 {
			return
		}
		if c.Operation == wire.OpPrintJob || c.Everybody {
			c.Jobs = append(c.Jobs, int32(wirebytes.BigEndian.Uint32(after))) //nolint:gosec // as it is on the wire
		}
		c.Listed++
		body = after
	}
}

// ask sends a request over the connection that is open, or a new one.
func (c *connection) ask(request []byte) ([]byte, error) {
	if c.tcp == nil {
		tcp, err := net.Dial("tcp", c.Address)
		if err != nil {
			return nil, err
		}
		c.tcp, c.in = tcp, bufio.NewReader(tcp)
	}
	if _, err := c.tcp.Write(request); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(c.in, nil)
	for err == nil && answer.StatusCode == http.StatusContinue {
		answer, err = http.ReadResponse(c.in, nil)
	}
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("HTTP %d", answer.StatusCode)
	}
	if answer.Close {
		c.close()
	}
	return body, err
}

var smallPDF = documenttest.PDF(1)

// request is the i-th request, ready to send.
func (c *connection) request(i int) []byte {
	user := demoPupil(c.First + (c.Skip+i)%(c.Last-c.First+1))
	body := []byte(c.attributes(user))
	if c.Operation == wire.OpPrintJob {
		body = append(body, smallPDF...)
	}
	var head strings.Builder
	fmt.Fprintf(&head, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/ipp\r\nContent-Length: %d\r\n", c.Path, c.Address, len(body))
	if c.Password != "" {
		r := http.Request{Header: http.Header{}}
		r.SetBasicAuth(user, c.Password)
		fmt.Fprintf(&head, "Authorization: %s\r\n", r.Header.Get("Authorization"))
	}
	return append([]byte(head.String()+"\r\n"), body...)
}

// attributes are a request's, as a driver sends them.
func (c *connection) attributes(user string) string {
	attr := func(tag byte, name, value string) string {
		return fmt.Sprintf("%c\x00%c%s\x00%c%s", tag, len(name), name, len(value), value)
	}
	all := "\x02\x00" + string([]byte{byte(c.Operation >> 8), byte(c.Operation)}) + "\x00\x00\x00\x01\x01" +
		attr(0x47, "attributes-charset", "utf-8") + attr(0x48, "attributes-natural-language", "en") +
		attr(0x45, "printer-uri", "ipp://"+c.Address+c.Path) + attr(0x42, "requesting-user-name", user)
	switch {
	case c.Operation == wire.OpPrintJob:
		all += attr(0x42, "job-name", "Field notes") + attr(0x49, "document-format", "application/pdf") +
			"\x02" + attr(0x44, "job-hold-until", "indefinite")
	case c.Everybody:
		all += attr(0x44, "requested-attributes", "job-id")
	case c.Operation == wire.OpGetJobs:
		all += attr(0x22, "my-jobs", "\x01") + attr(0x44, "requested-attributes", "all")
	}
	return all + "\x03"
}
