package ldap

import (
	"context"
	"net/url"

	"github.com/go-ldap/ldap/v3"

	"inkwell/internal/fault"
)

// Examine asks one server, by its place in Options.URLs, everything that a sign-in
// needs: a connection, TLS, the account that reads, and base; and counts the people
// below it. The refusal says in plain words what does not work.
func (s *Server) Examine(ctx context.Context, server int, base string) (people int, err error) {
	u := s.urls[server]
	c, err := s.open(ctx, u)
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.Close() }()
	k, err := s.kindOf(ctx, c)
	if err == nil {
		err = s.pages(ctx, c, base, k.anybody(), []string{"1.1"}, func(*ldap.Entry) error { people++; return nil })
	}
	if err != nil {
		return 0, unread(u, base, err)
	}
	return people, nil
}

// unread says what is the matter with base.
func unread(u *url.URL, base string, err error) error {
	switch {
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultNoSuchObject, ldap.LDAPResultReferral, ldap.LDAPResultInvalidDNSyntax):
		return fault.New(fault.NotFound, "ldap-base", "%s has no %q, or does not show it.", u, base).Because(err)
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultOperationsError):
		return fault.New(fault.Forbidden, "ldap-rights", "%s does not let the account that reads it see %q.", u, base).Because(err)
	case ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded):
		return fault.New(fault.Unavailable, "ldap-size", "%s gives a part of %q only. Let the account that reads it have all, in pages.", u, base).Because(err)
	}
	return fault.New(fault.Unavailable, "ldap-connect", "%s answers, but not to the end.", u).Because(err)
}
