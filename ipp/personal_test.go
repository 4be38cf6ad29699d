package ipp

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"inkwell/internal/school"
	"inkwell/ipp/wire"
)

const adasPath = "/ipp/print" + school.AddressMark + adasToken

// Whoever has a personal address prints as its owner, without a word about
// passwords, and finds the same address in every answer.
func TestAPersonalAddressPrints(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	reply := b.do(t, ask{op: wire.OpGetPrinterAttributes, path: adasPath})
	want(t, reply, wire.StatusOK)
	p := reply.First(wire.PrinterGroup)
	uris, _ := p.Strings("printer-uri-supported")
	proofs, _ := p.Strings("uri-authentication-supported")
	name, _ := p.String("printer-name")
	for i, uri := range uris {
		if !strings.HasSuffix(uri, adasPath) || proofs[i] != "requesting-user-name" {
			t.Errorf("told to use %s with %s", uri, proofs[i])
		}
	}
	if len(uris) == 0 || strings.Contains(name, adasToken) {
		t.Errorf("%d addresses, printer-name %q", len(uris), name)
	}
	// A name that the client sends is nothing.
	reply = b.do(t, ask{op: wire.OpPrintJob, path: adasPath, doc: bytes.NewReader(pdf), attrs: []wire.Attribute{wire.Name("requesting-user-name", "ben")}})
	want(t, reply, wire.StatusOK)
	uri, _ := reply.First(wire.JobGroup).String("job-uri")
	if !strings.Contains(uri, adasPath+"/jobs/") {
		t.Errorf("job-uri %s", uri)
	}
	reply = b.do(t, ask{op: wire.OpGetJobAttributes, path: adasPath, attrs: []wire.Attribute{wire.Integer("job-id", jobNumber(t, reply))}})
	if owner, _ := reply.First(wire.JobGroup).String("job-originating-user-name"); owner != "ada" {
		t.Errorf("it is %q's", owner)
	}
	reply = b.do(t, ask{op: wire.OpCancelMyJobs, path: adasPath})
	want(t, reply, wire.StatusOK)
}

// An address that is not in force is a path that leads nowhere, whatever is asked
// and whatever else is shown.
func TestAnAddressNotInForceIsNoPrinter(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, path := range []string{
		"/ipp/print/u/" + strings.Repeat("b", 26), "/ipp/print/u/", "/ipp/print/u/" + adasToken + "/u/" + adasToken, "/ipp/nowhere/u/" + adasToken,
		"/ipp/print/u/" + adasToken + "x", "/u/" + adasToken, "/ipp/print/U/" + adasToken,
	} {
		for _, op := range []wire.Op{wire.OpGetPrinterAttributes, wire.OpGetJobs, wire.OpValidateJob, wire.OpPrintJob} {
			a := ask{op: op, path: path, user: "ada"}
			if op == wire.OpPrintJob {
				a.doc = bytes.NewReader(pdf)
			}
			if reply := b.do(t, a); reply.Status() != wire.StatusNotFound {
				t.Errorf("%s at %s: %s", op, path, reply.Status())
			}
		}
		r, err := http.Get(b.http.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, r.StatusCode)
		}
	}
}

// The number of a job that came another way means nothing at an address of
// somebody else.
func TestAnAddressReachesItsOwnersJobsAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	reply := b.do(t, ask{op: wire.OpPrintJob, user: "ben", doc: bytes.NewReader(pdf)})
	job := wire.Integer("job-id", jobNumber(t, reply))
	for _, op := range []wire.Op{wire.OpCancelJob, wire.OpHoldJob, wire.OpSetJobAttributes} {
		if reply := b.do(t, ask{op: op, path: adasPath, attrs: []wire.Attribute{job}}); reply.Status() != wire.StatusNotFound {
			t.Errorf("%s: %s", op, reply.Status())
		}
	}
}
