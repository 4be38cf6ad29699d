package ldap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/go-ldap/ldap/v3"

	"inkwell/internal/fault"
)

const (
	restFor  = 30 * time.Second // a server that failed is tried last
	idleMost = time.Minute      // a connection unused for longer may be gone without a word
	// A password that was refused for BindDN is not tried again so soon, or the
	// directory would lock that account.
	spurnFor = 15 * time.Minute
)

// conn is one connection. raw is its socket, which is what can be cut at any time.
type conn struct {
	*ldap.Conn
	raw  net.Conn
	url  *url.URL
	used time.Time
}

// spurned is the password that BindDN was last refused with, and until when that is
// believed.
type spurned struct {
	password string
	until    time.Time
}

// within does one thing on the connection. When the time is up, or ctx ends, the
// socket is cut. The library hears of that only while it reads; where it does not, as
// behind a StartTLS that came to nothing, its own limit ends the waiting.
func (c *conn) within(ctx context.Context, limit time.Duration, act func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = c.raw.Close() })
	defer stop()
	if c.Conn != nil {
		c.SetTimeout(limit)
	}
	err := act()
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w (%w)", ctx.Err(), err)
	}
	return err
}

// dial connects to one server, with TLS unless the options say otherwise. Nothing is
// bound yet.
func (s *Server) dial(ctx context.Context, u *url.URL) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Connect)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", address(u))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "ldap-connect", "Nothing answers at %s.", u).Because(err)
	}
	c := &conn{raw: raw, url: u}
	if err := c.within(ctx, s.o.Connect, func() error { return c.secure(ctx, s.tls(u), s.o.Plain) }); err != nil {
		_ = raw.Close()
		return nil, fault.New(fault.Unavailable, "ldap-tls", "%s answers, but no TLS comes about: %s", u, plainTLS(err)).Because(err)
	}
	return c, nil
}

// secure begins LDAP on the socket: inside TLS, behind StartTLS (RFC 4511 section
// 4.14), or as it is.
func (c *conn) secure(ctx context.Context, config *tls.Config, plain bool) error {
	if c.url.Scheme == "ldaps" {
		wrapped := tls.Client(c.raw, config)
		if err := wrapped.HandshakeContext(ctx); err != nil {
			return err
		}
		c.Conn = ldap.NewConn(wrapped, true)
		c.Start()
		return nil
	}
	c.Conn = ldap.NewConn(c.raw, false)
	c.Start()
	if plain {
		return nil
	}
	err := c.StartTLS(config)
	if err != nil {
		_ = c.Close()
	}
	return err
}

// plainTLS says why TLS failed, for IT.
func plainTLS(err error) string {
	var unknown *tls.CertificateVerificationError
	switch {
	case errors.As(err, &unknown):
		return unknown.Err.Error()
	case answered(err):
		return "it refuses StartTLS."
	case errors.Is(err, context.DeadlineExceeded):
		return "it does not go on."
	}
	return err.Error()
}

// open connects to one server and binds as BindDN.
func (s *Server) open(ctx context.Context, u *url.URL) (*conn, error) {
	password := ""
	if s.o.BindDN != "" {
		var err error
		if password, err = s.password(); err != nil {
			return nil, err
		}
	}
	c, err := s.dial(ctx, u)
	if err != nil || s.o.BindDN == "" {
		return c, err
	}
	err = c.within(ctx, s.o.Answer, func() error { return c.Bind(s.o.BindDN, password) })
	if err == nil {
		return c, nil
	}
	_ = c.Close()
	if ldap.IsErrorAnyOf(err, turnedDown...) {
		s.mu.Lock()
		s.spurned = spurned{password, s.o.Clock().Add(spurnFor)}
		s.mu.Unlock()
		return nil, bindRefused(u).Because(err)
	}
	return nil, fault.New(fault.Unavailable, "ldap-connect", "%s answers, but not to the account that reads it.", u).Because(err)
}

func bindRefused(u fmt.Stringer) *fault.Error {
	return fault.New(fault.Unavailable, "ldap-bind", "%s refuses the account that reads it. Is its name right, and the password in its file?", u)
}

// password is BindDN's, unless it was refused a short while ago.
func (s *Server) password() (string, error) {
	password, err := readSecret(s.o.PasswordFile)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if password == s.spurned.password && s.o.Clock().Before(s.spurned.until) {
		return "", bindRefused(s.urls[0])
	}
	return password, nil
}

// connect opens a connection to the first server that has one for us. It is refused
// as "directory-away", with every server's reason for the log.
func (s *Server) connect(ctx context.Context) (*conn, error) {
	var reasons []error
	for _, u := range s.inOrder() {
		c, err := s.open(ctx, u)
		if err == nil {
			return c, nil
		}
		reasons = append(reasons, err)
		s.rest(u)
		if ctx.Err() != nil || fault.As(err).Code == "ldap-bind" {
			break // the next one knows the same account
		}
	}
	return nil, away.Because(errors.Join(reasons...))
}

func (s *Server) rest(u *url.URL) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resting[u] = s.o.Clock().Add(restFor)
}

// spare takes a connection that waits for work, or nil.
func (s *Server) spare() *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.idle) > 0 {
		c := s.idle[len(s.idle)-1]
		s.idle = s.idle[:len(s.idle)-1]
		if !c.IsClosing() && s.o.Clock().Sub(c.used) < idleMost {
			return c
		}
		_ = c.raw.Close()
	}
	return nil
}

// keep puts a connection by for the next question.
func (s *Server) keep(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.used = s.o.Clock()
	s.idle = append(s.idle, c)
}
