package ldap

import (
	"context"
	"strconv"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// Lockout is when Active Directory locks an account: after so many wrong passwords, each
// within the window after the one before. Tries is 0 where it never does, or does not
// say.
type Lockout struct {
	Tries  int
	Window time.Duration
}

// Lockout reads the domain's policy from one server. Groups of people may have
// policies of their own, which are not read.
func (s *Server) Lockout(ctx context.Context, server int) (l Lockout, err error) {
	c, err := s.open(ctx, s.urls[server])
	if err != nil {
		return l, err
	}
	defer func() { _ = c.Close() }()
	read := func(dn string, attributes ...string) (e *ldap.Entry, err error) {
		ask := ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false, "(objectClass=*)", attributes, nil)
		err = c.within(ctx, s.o.Answer, func() error {
			found, err := c.Search(ask)
			if err == nil && len(found.Entries) == 1 {
				e = found.Entries[0]
			}
			return err
		})
		return e, err
	}
	root, err := read("", "defaultNamingContext")
	if err != nil || root == nil || root.GetEqualFoldAttributeValue("defaultNamingContext") == "" {
		return l, err
	}
	domain, err := read(root.GetEqualFoldAttributeValue("defaultNamingContext"), "lockoutThreshold", "lockOutObservationWindow")
	if err != nil || domain == nil {
		return l, err
	}
	l.Tries, _ = strconv.Atoi(domain.GetEqualFoldAttributeValue("lockoutThreshold"))
	window, _ := strconv.ParseInt(domain.GetEqualFoldAttributeValue("lockOutObservationWindow"), 10, 64)
	l.Window = time.Duration(-window) * 100 // it is kept below zero, in units of 100 ns
	return l, nil
}
