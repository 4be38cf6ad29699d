package ipptest

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

const sinkWork = uel + "@PJL JOB NAME=\"3f9a\"\r\n@PJL USTATUS JOB=ON\r\n@PJL USTATUS PAGE=ON\r\n@PJL SET QTY=2\r\n@PJL INFO STATUS\r\n" +
	"@PJL ENTER LANGUAGE=PDF\r\n%PDF-1.4 /Type /Page /Type /Pages\n" + uel + "@PJL EOJ NAME=\"3f9a\"\r\n" + uel

// print sends a job and returns what came back.
func (s *Sink) print(t *testing.T, work string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URI, "socket://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err = io.WriteString(conn, work); err == nil {
		err = conn.(*net.TCPConn).CloseWrite()
	}
	said, failed := io.ReadAll(conn)
	if err != nil || failed != nil {
		t.Errorf("print: %v, %v", err, failed)
	}
	return string(said)
}

// The sink takes a job apart as a printer does, and answers only if it is one that does.
func TestSink(t *testing.T) {
	t.Parallel()
	talks, silent := NewSink(t, SinkOptions{Talks: true}), NewSink(t, SinkOptions{})
	said := talks.print(t, sinkWork)
	for _, want := range []string{"@PJL INFO STATUS\r\nCODE=10001\r\n", "@PJL USTATUS PAGE\r\n2\r\n\f", "@PJL USTATUS JOB\r\nEND\r\nNAME=\"3f9a\"\r\nPAGES=2\r\n\f"} {
		if !strings.Contains(said, want) {
			t.Errorf("it never said %q:\n%s", want, said)
		}
	}
	if said := silent.print(t, sinkWork); said != "" {
		t.Errorf("a silent one said %q", said)
	}
	for _, s := range []*Sink{talks, silent} {
		jobs := s.Jobs()
		if len(jobs) != 1 || jobs[0].Name != "3f9a" || jobs[0].Set["QTY"] != "2" || jobs[0].Language != "PDF" || !jobs[0].Whole || jobs[0].Printed != 2 ||
			string(jobs[0].Document) != "%PDF-1.4 /Type /Page /Type /Pages\n" {
			t.Errorf("jobs %+v", jobs)
		}
	}
	silent.print(t, "%PDF-1.4 /Type /Page\n") // as it is, by a queue without a driver
	if jobs := silent.Jobs(); len(jobs) != 2 || !jobs[1].Whole || jobs[1].Printed != 1 || string(jobs[1].Document) != "%PDF-1.4 /Type /Page\n" {
		t.Errorf("without PJL: %+v", jobs)
	}
	talks.print(t, uel+"@PJL INFO STATUS\r\n"+uel)
	half, _, _ := strings.Cut(sinkWork, "/Pages")
	talks.print(t, half)
	if jobs := talks.Jobs(); len(jobs) != 2 || jobs[1].Whole || jobs[1].Printed != 0 {
		t.Errorf("after a question and half a job: %+v", jobs)
	}
}
