package ldap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"

	"inkwell/internal/fault"
)

// Options say where the directory is and how to read it. Only URLs are needed; a
// time or number that is not positive is the default.
type Options struct {
	URLs  []string // ldaps://host, or ldap://host with StartTLS; tried in this order
	Plain bool     // ldap:// without TLS, which only this machine may be asked with
	CA    string   // file of the authorities to trust, PEM; "" is the system's

	BindDN       string // whom to read as; "" is anonymously
	PasswordFile string // of BindDN; read with each connection, and readable by us alone

	UserAttribute string // holds the user name; "" is sAMAccountName in Active Directory, uid elsewhere
	UserFilter    string // which entries are people; "" is what fits the directory
	GroupBase     string // where groups are; "" is where the people are

	Connect time.Duration // for a connection with its TLS; 3 s
	Answer  time.Duration // for one answer; 5 s
	Page    time.Duration // for one page of people; 30 s
	Limit   time.Duration // for one Check in all, waiting included; 10 s
	Most    int           // checks at once; 8

	Clock func() time.Time // nil means time.Now
	Log   *slog.Logger     // nil is none
}

// Server is a directory, served by one program or by several that hold the same. It
// is safe for concurrent use.
type Server struct {
	o     Options
	urls  []*url.URL
	trust *x509.CertPool
	slots chan struct{}

	mu      sync.Mutex
	idle    []*conn // bound as BindDN
	resting map[*url.URL]time.Time
	spurned spurned
	known   *kind
}

// New makes a Server, without asking anything of it: a directory that is away when we
// start may come back. What can never work is refused with what to do.
func New(o Options) (*Server, error) {
	s := &Server{resting: map[*url.URL]time.Time{}}
	for field, usual := range map[*time.Duration]time.Duration{
		&o.Connect: 3 * time.Second, &o.Answer: 5 * time.Second, &o.Page: 30 * time.Second, &o.Limit: 10 * time.Second,
	} {
		if *field <= 0 {
			*field = usual
		}
	}
	if o.Most <= 0 {
		o.Most = 8
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s.o, s.slots = o, make(chan struct{}, o.Most)
	for _, text := range o.URLs {
		u, err := parseURL(text, o.Plain)
		if err != nil {
			return nil, err
		}
		s.urls = append(s.urls, u)
	}
	return s, s.check()
}

// check refuses options that contradict each other or name files that do not serve.
func (s *Server) check() (err error) {
	if len(s.urls) == 0 {
		return fault.New(fault.Invalid, "ldap-urls", "Name the directory's server, such as ldaps://dc1.school.example.")
	}
	if (s.o.BindDN == "") != (s.o.PasswordFile == "") {
		return fault.New(fault.Invalid, "ldap-account", "An account to read the directory with needs both its name and the file of its password.")
	}
	if s.o.UserFilter != "" {
		if _, err := ldap.CompileFilter(s.o.UserFilter); err != nil {
			return fault.New(fault.Invalid, "ldap-filter", "%q is no LDAP filter. It looks like (objectClass=person).", s.o.UserFilter).Because(err)
		}
	}
	if s.o.PasswordFile != "" {
		if _, err := readSecret(s.o.PasswordFile); err != nil {
			return err
		}
	}
	if s.o.CA != "" {
		s.trust, err = readTrust(s.o.CA)
	}
	return err
}

// parseURL refuses what would send a password in the clear.
func parseURL(text string, plain bool) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "ldap" && u.Scheme != "ldaps" || u.Hostname() == "" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return nil, fault.New(fault.Invalid, "ldap-url", "%q is no directory's address. It looks like ldaps://dc1.school.example or ldap://dc1.school.example:389.", text)
	}
	if plain && u.Scheme == "ldap" && !loopback(u.Hostname()) {
		return nil, fault.New(fault.Invalid, "ldap-plain", "Passwords for %s would be sent for everyone to read. Without TLS a directory is asked on this machine alone.", u.Host)
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// address is the host and port of a directory's address.
func address(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	return net.JoinHostPort(u.Hostname(), map[string]string{"ldap": "389", "ldaps": "636"}[u.Scheme])
}

func readTrust(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file) // #nosec G304 -- the operator names it
	if err != nil {
		return nil, fault.New(fault.Invalid, "ldap-ca", "The file of the directory's certificate authority cannot be read: %s", file).Because(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fault.New(fault.Invalid, "ldap-ca", "There is no certificate in %s. It begins with -----BEGIN CERTIFICATE-----.", file)
	}
	return pool, nil
}

func (s *Server) tls(u *url.URL) *tls.Config {
	return &tls.Config{ServerName: u.Hostname(), RootCAs: s.trust, MinVersion: tls.VersionTLS12}
}

// inOrder are the servers as they are to be tried: the operator's order, but those
// that lately failed last.
func (s *Server) inOrder() []*url.URL {
	now := s.o.Clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	order := slices.Clone(s.urls)
	slices.SortStableFunc(order, func(a, b *url.URL) int {
		return boolInt(now.Before(s.resting[a])) - boolInt(now.Before(s.resting[b]))
	})
	return order
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// enter waits for one of the places that may ask at once.
func (s *Server) enter(ctx context.Context) (leave func(), err error) {
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, nil
	case <-ctx.Done():
		return nil, away.Because(fmt.Errorf("wait for one of %d connections: %w", s.o.Most, ctx.Err()))
	}
}

// Close lets go of the connections that wait for the next question.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.idle {
		_ = c.Close()
	}
	s.idle = nil
}
