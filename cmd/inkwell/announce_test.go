package main

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/school"
	"inkwell/ipp/ipptest"
)

// Another machine on the network finds the printer, through Avahi and without, and
// prints to what it found.
func TestAnnounced(t *testing.T) {
	if !ipptest.Apart(t, binaryVariable+"="+binary(t)) {
		return
	}
	cable := ipptest.NewCable(t, "pupil")
	bus := ipptest.Bus(t)
	stopAvahi := ipptest.Avahi(t, bus, ipptest.AvahiOptions{Interface: ipptest.NearEnd, Host: "server"})
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
	s := &demo{t: t, dir: dataDir(t), args: []string{"--ipp-listen", "0.0.0.0:8631", "--web-listen", "0.0.0.0:8443"}}
	s.start()
	s.inkwell("staff", "add", "jo", "--given", "Jo", "--family", "Doe", "--school", "Harbour Academy")
	s.password("jo", demoPassword)
	// A queue that this machine alone can use is not found.
	s.change("INSERT INTO queue (school_id, path, name, kind, proof) SELECT school_id, '/ipp/print/here', 'Here', 'hold', 'loopback' FROM queue")
	cable.Browse("_ipps._tcp")
	s.printsTo(cable, "server.local", 1)
	s.change("UPDATE queue SET closed = true")
	s.gone(cable)
	s.stop()

	stopAvahi()
	s.start()
	s.change("UPDATE queue SET closed = false, location = 'Library'")
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ = strings.Cut(strings.ToLower(host), ".")
	s.printsTo(cable, host+".local", 2)
	if found := cable.Known("_ipps._tcp"); len(found) != 1 || !strings.Contains(found[announced], `"note=Library"`) {
		t.Errorf("found: %q", found)
	}
	s.stop()
	s.gone(cable)

	if log := s.wait(); !strings.Contains(log, "printers are announced") {
		t.Errorf("the log does not say that it announces: %s", log)
	}
	s.args = append(s.args, "--announce", "off")
	s.start()
	s.stop()
	if log := s.wait(); strings.Contains(log, "printers are announced") {
		t.Errorf("switched off, it announces: %s", log)
	}
}

const announced = "Print (Harbour Academy)"

// printsTo has the far machine find the printer with avahi-browse and ippfind, and
// print to it by the address that ippfind says. The person then has so many jobs.
func (s *demo) printsTo(cable *ipptest.Cable, host string, jobs int) {
	s.t.Helper()
	var line string
	s.eventually("the printer to be found", func() bool {
		line = cable.Known("_ipps._tcp")[announced]
		return line != ""
	})
	for _, want := range []string{
		";" + host + ";" + ipptest.NearAddress + ";8631;", `"txtvers=1"`, `"rp=ipp/print"`, `"UUID=`, `"TLS=1.2"`, `"air=username,password"`, `"pdl=`, `"URF=`,
		`"adminurl=https://`, `"ty=Inkwell"`, `"Duplex=T"`,
	} {
		if !strings.Contains(line, want) {
			s.t.Errorf("%s is not in %s", want, line)
		}
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	out, err := cable.Command(ctx, "ippfind", "_ipps._tcp,_print", "--literal-name", announced, "--print").CombinedOutput()
	uri, parsed := url.Parse(strings.TrimSpace(string(out)))
	if err != nil || parsed != nil || uri.Scheme != "ipps" || uri.Hostname() != host {
		s.t.Fatalf("ippfind: %v: %q", err, out)
	}
	uri.User = url.UserPassword("jo", demoPassword)
	test := filepath.Join(s.t.TempDir(), "print.test")
	if err := os.WriteFile(test, []byte(printTest), 0o600); err != nil {
		s.t.Fatal(err)
	}
	out, err = cable.CommandKnowing(ctx, host, ipptest.NearAddress, "ipptool", "-tv", uri.String(), "get-printer-attributes.test").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "printer-dns-sd-name (nameWithoutLanguage) = "+announced+"\n") {
		s.t.Errorf("the printer does not say how it is announced: %v: %s", err, out)
	}
	out, err = cable.CommandKnowing(ctx, host, ipptest.NearAddress, "ipptool", "-tv", "-f", blankPDF(s.t, 1), uri.String(), test).CombinedOutput()
	if err != nil {
		s.t.Fatalf("ipptool %s: %v: %s", uri.Redacted(), err, out)
	}
	s.held("jo", jobs)
}

// change changes queues as their superuser.
func (s *demo) change(sql string) {
	s.t.Helper()
	s.super(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, sql)
		return err
	})
}

// gone waits until the far machine has forgotten the printer.
func (s *demo) gone(cable *ipptest.Cable) {
	s.t.Helper()
	s.eventually("the printer to be forgotten", func() bool { return len(cable.Known("_ipps._tcp")) == 0 })
}

// password gives a person a password, past the invitation.
func (s *demo) password(user, password string) {
	s.t.Helper()
	hash, err := school.HashPassword(password)
	if err != nil {
		s.t.Fatal(err)
	}
	s.super(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "UPDATE person SET password_hash = $1 WHERE username = $2", hash, user)
		return err
	})
}
