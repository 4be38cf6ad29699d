// Package ldaptest runs a real LDAP server, OpenLDAP's slapd, as an ordinary process
// on this machine, with TLS, some three thousand people and groups that need several
// pages and ranges. It stands in for Active Directory as far as slapd can (its
// schema, its binary ids, its flags of accounts, its yes to a bind without a password), and a Relay before it can break
// what a network breaks. It is imported by tests alone.
package ldaptest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long the server may take to start.
const patience = time.Minute

// Options choose the server's make.
type Options struct {
	NoTLS bool // ldap:// alone, and StartTLS is refused
	Other bool // an ordinary directory with uid and inetOrgPerson, not Active Directory's names
	Small bool // a hundred people
}

// Server is a running slapd.
type Server struct {
	Dir          string
	TLS, Plain   string // its addresses: ldaps:// ("" without TLS) and ldap://
	CA           string // file of the authority of its certificate
	Base, BindDN string
	PasswordFile string // of BindDN
	People       int    // how many people there are below Base

	t   testing.TB
	bin string
	cmd *exec.Cmd
	log bytes.Buffer // of an ended server alone

	ended <-chan struct{}
}

// ReaderPassword is that of BindDN.
const ReaderPassword = "reader of the directory 5"

// Start fills a directory and serves it until the test ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "inkwell-ldap-")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Dir: dir, t: t, Base: suffix, BindDN: "cn=reader," + suffix}
	t.Cleanup(func() {
		s.Kill()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s.copyProgram()
	s.PasswordFile = s.write("reader.password", ReaderPassword+"\n")
	var tree bytes.Buffer
	s.People = writeTree(&tree, o)
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.write("rootdse.ldif", "dn:\nsupportedCapabilities: 1.2.840.113556.1.4.800\ndefaultNamingContext: "+suffix+"\n")
	if !o.NoTLS {
		s.CA = s.certify()
	}
	s.write("slapd.conf", s.config(o))
	s.run("slapadd", "-q", "-f", s.path("slapd.conf"), "-l", s.write("tree.ldif", tree.String()))
	for tries := 1; !s.serve(o); tries++ { // somebody else took a port meanwhile
		if tries == 5 {
			t.Fatalf("slapd ended:\n%s", s.log.String())
		}
	}
	return s
}

func (s *Server) path(name string) string { return filepath.Join(s.Dir, name) }

func (s *Server) write(name, text string) string {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return s.path(name)
}

// copyProgram makes a slapd of our own: where a policy confines the system's (Debian's
// AppArmor profile), it may not read our folder.
func (s *Server) copyProgram() {
	s.t.Helper()
	found, err := exec.LookPath("slapd")
	if err != nil {
		found = "/usr/sbin/slapd"
	}
	program, err := os.ReadFile(found)
	if err != nil {
		s.t.Fatalf("a real LDAP server is needed; run .ci/install test: %v", err)
	}
	s.bin = s.path("slapd")
	if err := os.WriteFile(s.bin, program, 0o700); err != nil { //nolint:gosec // a program
		s.t.Fatal(err)
	}
}

// run runs one of slapd's tools, which it is by name.
func (s *Server) run(tool string, args ...string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.bin, args...) //nolint:gosec // our own copy
	cmd.Args[0] = tool
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v\n%s", tool, err, out)
	}
}

// serve is Serve at free ports, and says whether they were free still.
func (s *Server) serve(o Options) bool {
	s.t.Helper()
	ports := freeAddresses(s.t)
	if s.Plain = "ldap://" + ports[0]; !o.NoTLS {
		s.TLS = "ldaps://" + ports[1]
	}
	return s.start()
}

// Serve starts the server again where it was, and waits until it answers.
func (s *Server) Serve() {
	s.t.Helper()
	if !s.start() {
		s.t.Fatalf("slapd ended:\n%s", s.log.String())
	}
}

// start says whether the server answers at all of its addresses, and not that it ended.
func (s *Server) start() bool {
	s.t.Helper()
	s.cmd = exec.Command(s.bin, "-d", "0", "-f", s.path("slapd.conf"), "-h", strings.TrimSpace(s.Plain+" "+s.TLS)) //nolint:gosec // our own copy
	s.cmd.Stderr, s.cmd.Stdout = &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	cmd, ended := s.cmd, make(chan struct{})
	s.ended = ended
	go func() { _ = cmd.Wait(); close(ended) }()
	for end := time.Now().Add(patience); ; {
		select {
		case <-ended:
			return false
		case <-time.After(5 * time.Millisecond): // between two looks
		}
		if answers(s.Plain) && (s.TLS == "" || answers(s.TLS)) {
			return true
		}
		if time.Now().After(end) {
			s.t.Fatal("slapd does not answer")
		}
	}
}

func answers(at string) bool {
	_, address, _ := strings.Cut(at, "://")
	c, err := net.Dial("tcp", address)
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}

// Kill ends the server without a word.
func (s *Server) Kill() {
	if s.ended == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	<-s.ended
}

func (s *Server) config(o Options) string {
	var b strings.Builder
	for _, schema := range []string{"core", "cosine", "nis", "inetorgperson"} {
		fmt.Fprintf(&b, "include /etc/ldap/schema/%s.schema\n", schema)
	}
	b.WriteString(activeDirectory)
	if !o.NoTLS {
		fmt.Fprintf(&b, "TLSCACertificateFile %s\nTLSCertificateFile %s\nTLSCertificateKeyFile %s\n", s.CA, s.path("server.crt"), s.path("server.key"))
	}
	if !o.Other {
		fmt.Fprintf(&b, "rootDSE %s\n", s.path("rootdse.ldif"))
	}
	fmt.Fprintf(&b, `pidfile %s
allow bind_anon_cred bind_anon_dn
modulepath /usr/lib/ldap
moduleload back_mdb
sizelimit size.soft=500 size.hard=500 size.pr=500 size.prtotal=unlimited
database mdb
suffix %q
rootdn "cn=root,%s"
rootpw root
directory %s
maxsize 268435456
dbnosync
index objectClass,uid,sAMAccountName,sAMAccountType eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact=%q read by * none
`, s.path("pid"), suffix, suffix, s.path("data"), s.BindDN)
	return b.String()
}

// Root is the account that may change everything, and RootPassword its password.
const (
	Root         = "cn=root," + suffix
	RootPassword = "root"
)

// freeAddresses are two ports of this machine that nobody listens at.
func freeAddresses(t testing.TB) (two [2]string) {
	t.Helper()
	for i := range two {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		two[i] = l.Addr().String()
	}
	return two
}
