package ldap

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/go-ldap/ldap/v3"
)

// longest is how many bytes a password may have. Active Directory takes 256 letters.
const longest = 1024

// Check says whether the password is that of the one person of this user name below
// base. No, nobody of that name, two of them, an account that is disabled, locked or
// expired: all are fault.Unauthenticated after the same questions. A blank user name
// is nobody's and asks them too. fault.Unavailable when the directory cannot be asked
// or is set up wrongly; then the password may be right or not.
func (s *Server) Check(ctx context.Context, base, username, password string) error {
	if password == "" || len(password) > longest {
		return wrong // a blank one would let everybody in
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Limit)
	defer cancel()
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	c, dn, err := s.find(ctx, base, username)
	if err != nil {
		return err
	}
	s.keep(c)
	asked := dn
	if asked == "" {
		asked = "cn=" + rand.Text() + "," + base
	}
	if err := s.bind(ctx, c, asked, password); err != nil {
		return err
	}
	if dn == "" {
		return wrong
	}
	return nil
}

// find gives the name of the person's entry, "" when there is not exactly one or it
// is off, and the connection that found it. A connection that had waited may be
// gone: then a new one is asked.
func (s *Server) find(ctx context.Context, base, username string) (*conn, string, error) {
	if c := s.spare(); c != nil {
		dn, err := s.look(ctx, c, base, username)
		if err == nil {
			return c, dn, nil
		}
		_ = c.Close()
		if answered(err) {
			return nil, "", away.Because(err)
		}
	}
	c, err := s.connect(ctx)
	if err != nil {
		return nil, "", err
	}
	dn, err := s.look(ctx, c, base, username)
	if err != nil {
		_ = c.Close()
		if !answered(err) {
			s.rest(c.url)
		}
		return nil, "", away.Because(fmt.Errorf("search %s: %w", c.url, err))
	}
	return c, dn, nil
}

// look searches on one connection.
func (s *Server) look(ctx context.Context, c *conn, base, username string) (dn string, err error) {
	k, err := s.kindOf(ctx, c)
	if err != nil {
		return "", err
	}
	name := username
	if name == "" {
		name = rand.Text()
	}
	ask := ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 2, int(s.o.Answer.Seconds()+1), false,
		k.named(name), accountAttributes, nil)
	var found *ldap.SearchResult
	err = c.within(ctx, s.o.Answer, func() (err error) { found, err = c.Search(ask); return err })
	switch {
	case ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) || err == nil && len(found.Entries) > 1:
		s.o.Log.Warn("several entries of the directory have one user name; none of them is signed in", "server", c.url.Host)
		return "", nil
	case err != nil:
		return "", err
	case username == "" || len(found.Entries) == 0 || off(found.Entries[0], s.o.Clock()):
		return "", nil
	}
	return found.Entries[0].DN, nil
}

// bind tries the password on a connection of its own, to the server that knew the
// person. One that breaks is not tried again: the directory may have counted it.
func (s *Server) bind(ctx context.Context, by *conn, dn, password string) error {
	c, err := s.dial(ctx, by.url)
	if err != nil {
		return away.Because(err)
	}
	defer func() { _ = c.Close() }()
	err = c.within(ctx, s.o.Answer, func() error { return c.Bind(dn, password) })
	switch {
	case ldap.IsErrorAnyOf(err, turnedDown...):
		return wrong.Because(err)
	case err != nil:
		return away.Because(fmt.Errorf("bind at %s: %w", by.url, err))
	}
	return nil
}
