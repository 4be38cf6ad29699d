package ipp

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"strings"
	"testing"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// cartsPath is the address of shared devices, serverPath that of a print server.
const (
	cartsPath  = "/ipp/print/g/carts"
	serverPath = "/ipp/print/g/server"
)

func says(name string) []wire.Attribute {
	return []wire.Attribute{wire.Name("requesting-user-name", name)}
}

// A shared device submits in whatever name it says, without a password, sees what
// it sent, and nothing else of that person.
func TestASharedDevice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	reply := b.do(t, ask{op: wire.OpGetPrinterAttributes, path: cartsPath})
	want(t, reply, wire.StatusOK)
	uris, _ := reply.First(wire.PrinterGroup).Strings("printer-uri-supported")
	proofs, _ := reply.First(wire.PrinterGroup).Strings("uri-authentication-supported")
	if len(uris) == 0 || !strings.HasSuffix(uris[0], cartsPath) || proofs[0] != "requesting-user-name" {
		t.Errorf("told to use %v with %v", uris, proofs)
	}
	own := b.do(t, ask{op: wire.OpPrintJob, user: "ada", doc: bytes.NewReader(pdf)})
	reply = b.do(t, ask{op: wire.OpPrintJob, path: cartsPath, attrs: says("ada"), doc: bytes.NewReader(pdf)})
	want(t, reply, wire.StatusOK)
	sent := jobNumber(t, reply)
	if state, _ := reply.First(wire.JobGroup).Int("job-state"); state != wire.JobPendingHeld {
		t.Errorf("job-state %d", state)
	}
	reply = b.do(t, ask{op: wire.OpGetJobs, path: cartsPath, attrs: append(says("ada"), wire.Boolean("my-jobs", true))})
	want(t, reply, wire.StatusOK)
	if jobs := reply.All(wire.JobGroup); len(jobs) != 1 || jobNumber(t, reply) != sent {
		t.Errorf("it lists %d jobs", len(jobs))
	}
	for _, op := range []wire.Op{wire.OpCancelJob, wire.OpSetJobAttributes, wire.OpHoldJob, wire.OpReleaseJob} {
		a := ask{op: op, path: cartsPath, attrs: append([]wire.Attribute{wire.Integer("job-id", jobNumber(t, own))}, says("ada")...)}
		if reply := b.do(t, a); reply.Status() != wire.StatusNotFound {
			t.Errorf("%s of what she sent herself: %s", op, reply.Status())
		}
	}
	a := ask{op: wire.OpGetJobAttributes, path: cartsPath, attrs: append([]wire.Attribute{wire.Integer("job-id", jobNumber(t, own))}, says("ada")...)}
	if name, _ := b.do(t, a).First(wire.JobGroup).String("job-originating-user-name"); name != "" {
		t.Errorf("it is told that a job is %s's", name)
	}
	want(t, b.do(t, ask{op: wire.OpCancelJob, path: cartsPath, attrs: append([]wire.Attribute{wire.Integer("job-id", sent)}, says("ada")...)}), wire.StatusOK)
}

// What a shared device says of IT gives it no rights, and a name that is nobody's is
// refused in a way that no client repeats for ever.
func TestWhatASharedDeviceSaysIsNoRight(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, path := range []string{cartsPath, serverPath} {
		for _, op := range []wire.Op{wire.OpPausePrinter, wire.OpDisablePrinter} {
			if reply := b.do(t, ask{op: op, path: path, attrs: says("iris")}); reply.Status() != wire.StatusForbidden {
				t.Errorf("%s at %s: %s", op, path, reply.Status())
			}
		}
		for agent, status := range map[string]wire.Status{"Windows": wire.StatusAccountAuthorizationFailed, "CUPS/2.4.2": wire.StatusCUPSAccountAuthorizationFailed} {
			for _, op := range []wire.Op{wire.OpValidateJob, wire.OpCreateJob} {
				for _, name := range []string{"chronos", ""} {
					a := ask{op: op, path: path, agent: agent}
					if name != "" {
						a.attrs = says(name)
					}
					if reply := b.do(t, a); reply.Status() != status {
						t.Errorf("%s by %q at %s: %s", op, name, path, reply.Status())
					}
				}
			}
		}
	}
}

// Whom a shared device named is not told to IT either: it is no more than what somebody
// typed, until that person has taken it.
func TestWhomAClaimNamesIsNotToldToIT(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.do(t, ask{op: wire.OpPrintJob, path: cartsPath, attrs: says("ada"), doc: bytes.NewReader(pdf)})
	b.do(t, ask{op: wire.OpPrintJob, user: "ada", doc: bytes.NewReader(pdf)})
	reply := b.do(t, ask{op: wire.OpGetJobs, user: "iris", attrs: []wire.Attribute{wire.Keyword("requested-attributes", "all")}})
	var owners []string
	for _, j := range reply.All(wire.JobGroup) {
		owner, _ := j.String("job-originating-user-name")
		owners = append(owners, owner)
	}
	if len(owners) != 2 || owners[0] != "" || owners[1] != "ada" {
		t.Errorf("IT is told of jobs of %q", owners)
	}
}

// From elsewhere, or under a name that is no group, there is no printer.
func TestAGroupsAddressFromElsewhere(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for path, status := range map[string]wire.Status{"/ipp/print/g/room": wire.StatusForbidden, "/ipp/print/g/nowhere": wire.StatusNotFound, "/ipp/print/g/carts/u/" + adasToken: wire.StatusNotFound} {
		for _, op := range []wire.Op{wire.OpGetPrinterAttributes, wire.OpPrintJob, wire.OpGetJobs} {
			a := ask{op: op, path: path, attrs: says("ada")}
			if op == wire.OpPrintJob {
				a.doc = bytes.NewReader(pdf)
			}
			if reply := b.do(t, a); reply.Status() != status {
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

// A print server is believed: what it sends is its people's own.
func TestAPrintServerIsBelieved(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	own := b.do(t, ask{op: wire.OpPrintJob, user: "ada", doc: bytes.NewReader(pdf)})
	want(t, b.do(t, ask{op: wire.OpPrintJob, path: serverPath, attrs: says("ada"), doc: bytes.NewReader(pdf)}), wire.StatusOK)
	if s := b.desk.last(); s.Actor.Person != 1 || s.Actor.Proof != "server" || s.Actor.Group != 1 || !s.Actor.Device.IsLoopback() {
		t.Errorf("submitted by %+v", s.Actor)
	}
	want(t, b.do(t, ask{op: wire.OpCancelJob, path: serverPath, attrs: append([]wire.Attribute{wire.Integer("job-id", jobNumber(t, own))}, says("ada")...)}), wire.StatusOK)
}

// On a queue that prints at once a claim still waits for its owner.
func TestAClaimIsHeldOnEveryQueue(t *testing.T) {
	t.Parallel()
	j := release.Job{State: release.Held, Proof: "vouched"}
	for _, kind := range []release.QueueKind{release.Hold, release.Direct} {
		if now := stateOf(j, kind); now.state != wire.JobPendingHeld || now.reasons[0] != "job-release-wait" {
			t.Errorf("%s: %+v", kind, now)
		}
	}
}

// A device is where its connection comes from, and what it has proven to have.
func TestWhereADeviceIs(t *testing.T) {
	t.Parallel()
	c := &call{http: &http.Request{RemoteAddr: "[::ffff:10.1.2.3]:49152"}}
	if d := c.device(); d.Address.String() != "10.1.2.3" || d.Certificate != nil {
		t.Errorf("%+v", d)
	}
	c.http.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{{Raw: []byte("card")}, {Raw: []byte("who signed it")}}}
	if d := c.device(); string(d.Certificate) != "card" {
		t.Errorf("%+v", d)
	}
	c.http.Header = http.Header{"Via": {"1.1 proxy"}}
	if d := c.device(); d.Certificate != nil || d.Address.IsValid() {
		t.Errorf("a proxy is taken for a device: %+v", d)
	}
}
