package ipp

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"inkwell/internal/school"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// told is what a client at an address is told of where to print, over TLS: a line for
// each printer-uri-supported, with what it asks and how it is kept secret.
func (b *bench) told(t *testing.T, peer, path string, attrs ...wire.Attribute) (lines []string, all wire.Attributes) {
	t.Helper()
	raw, err := ask{op: wire.OpGetPrinterAttributes, path: path, attrs: attrs}.message(b).Encode()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(raw))
	r.RemoteAddr, r.Host, r.TLS = peer, "print.school:8631", &tls.ConnectionState{}
	r.Header.Set("Content-Type", wire.ContentType)
	w := httptest.NewRecorder()
	b.handler(t).ServeHTTP(w, r)
	reply := readReply(t, w.Result(), w.Body.Bytes())
	want(t, reply, wire.StatusOK)
	all = reply.First(wire.PrinterGroup)
	uris, _ := all.Strings("printer-uri-supported")
	proofs, _ := all.Strings("uri-authentication-supported")
	secure, _ := all.Strings("uri-security-supported")
	if len(proofs) != len(uris) || len(secure) != len(uris) {
		t.Fatalf("%s at %s: the lists are not parallel: %q %q %q", peer, path, uris, proofs, secure)
	}
	for i, uri := range uris {
		lines = append(lines, strings.TrimPrefix(uri, "ipps://print.school:8631")+" "+proofs[i]+" "+secure[i])
	}
	return lines, all
}

// Every client is told all the addresses that it may use, its own first, and nobody
// is told of somebody's own.
func TestParallelAddresses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const (
		plain  = "/ipp/print basic tls"
		carts  = "/ipp/print/g/carts requesting-user-name tls"
		server = "/ipp/print/g/server requesting-user-name tls"
		adas   = adasPath + " requesting-user-name tls"
	)
	for name, c := range map[string]struct{ peer, path, want string }{
		"elsewhere":                     {"10.9.9.9:9", holdQueue.Path, plain},
		"a group's subnet":              {"10.1.12.7:9", holdQueue.Path, plain + ", " + carts},
		"a group's subnet as IPv6":      {"[::ffff:10.1.12.7]:9", holdQueue.Path, plain + ", " + carts},
		"a group's address":             {"10.1.12.7:9", cartsPath, carts + ", " + plain},
		"a print server's address":      {"10.1.12.7:9", serverPath, server + ", " + plain + ", " + carts},
		"a personal address":            {"10.9.9.9:9", adasPath, adas},
		"a personal address, in a room": {"10.1.12.7:9", adasPath, adas},
		"a queue that believes names":   {"10.1.12.7:9", trustedQueue.Path, trustedQueue.Path + " requesting-user-name tls, " + trustedQueue.Path + "/g/carts requesting-user-name tls"},
		"CUPS's address":                {"10.1.12.7:9", "/printers/print", "/printers/print basic tls"},
	} {
		lines, all := b.told(t, c.peer, c.path)
		if got := strings.Join(lines, ", "); got != c.want {
			t.Errorf("%s is told\n%s, want\n%s", name, got, c.want)
		}
		for _, a := range all {
			for _, v := range a.Values {
				if c.path != adasPath && strings.Contains(v.V.String(), "/u/") {
					t.Errorf("%s is told a personal address in %s", name, a.Name)
				}
			}
		}
	}
	if lines, _ := b.told(t, "10.1.12.7:9", holdQueue.Path, wire.Keyword("requested-attributes", "printer-name")); len(lines) != 0 {
		t.Errorf("told what was not asked: %q", lines)
	}
}

// An address that the queue does not take is told to nobody, unless there is no other.
func TestAddressesThatAQueueDoesNotTake(t *testing.T) {
	t.Parallel()
	const carts = "/ipp/print/g/carts requesting-user-name tls"
	for name, c := range map[string]struct {
		untaken          school.Proof
		peer, path, want string
	}{
		"no passwords, in a room":       {school.ByPassword, "10.1.12.7:9", holdQueue.Path, carts},
		"no passwords, elsewhere":       {school.ByPassword, "10.9.9.9:9", holdQueue.Path, "/ipp/print basic tls"},
		"no passwords, group's address": {school.ByPassword, "10.1.12.7:9", cartsPath, carts},
		"no claims":                     {school.ByVouch, "10.1.12.7:9", holdQueue.Path, "/ipp/print basic tls"},
	} {
		b := newBench(t)
		b.desk.policies = map[release.QueueID]release.Policy{holdQueue.ID: {Untaken: []school.Proof{c.untaken}}}
		if lines, _ := b.told(t, c.peer, c.path); strings.Join(lines, ", ") != c.want {
			t.Errorf("%s: told %q, want %q", name, lines, c.want)
		}
	}
}

// What Android does: it takes the first address that wants no more than a name (AOSP
// BuiltInPrintService), and prints there, in the name it says.
func TestAnAddressForAndroid(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	lines, _ := b.told(t, "10.1.12.7:9", holdQueue.Path)
	var path string
	for _, line := range lines {
		if f := strings.Fields(line); path == "" && (f[1] == "none" || f[1] == "requesting-user-name") {
			path = f[0]
		}
	}
	raw, err := ask{op: wire.OpPrintJob, path: path, attrs: says("ada")}.message(b).Encode()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(append(raw, pdf...)))
	r.RemoteAddr, r.TLS = "10.1.12.7:9", &tls.ConnectionState{}
	r.Header.Set("Content-Type", wire.ContentType)
	w := httptest.NewRecorder()
	b.handler(t).ServeHTTP(w, r)
	want(t, readReply(t, w.Result(), w.Body.Bytes()), wire.StatusOK)
	if s := b.desk.last(); s.Actor.Proof != "vouched" || s.Queue.Kind != release.Hold {
		t.Errorf("submitted by %+v to %+v", s.Actor, s.Queue)
	}
}
