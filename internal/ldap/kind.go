package ldap

import (
	"context"
	"slices"

	"github.com/go-ldap/ldap/v3"
)

// kind is what a directory calls things.
type kind struct {
	attribute string // holds the user name
	people    string // filter
}

// activeDirectory is the capability by which Active Directory is known (MS-ADTS
// 3.1.1.3.4.3.1).
const activeDirectory = "1.2.840.113556.1.4.800"

var (
	// ofAD finds accounts of people by their type (SAM_NORMAL_USER_ACCOUNT), which is
	// indexed; computers are users there, too.
	ofAD     = kind{"sAMAccountName", "(sAMAccountType=805306368)"}
	ofOthers = kind{"uid", "(objectClass=person)"}
)

// kindOf asks a connection's server what it is, once: all servers of a directory are
// the same. What the operator says goes first.
func (s *Server) kindOf(ctx context.Context, c *conn) (kind, error) {
	s.mu.Lock()
	known := s.known
	s.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	k := ofOthers
	if s.o.UserAttribute == "" || s.o.UserFilter == "" {
		root := ldap.NewSearchRequest("", ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"supportedCapabilities"}, nil)
		var found *ldap.SearchResult
		if err := c.within(ctx, s.o.Answer, func() (err error) { found, err = c.Search(root); return err }); err != nil {
			return k, err
		}
		if len(found.Entries) == 1 && slices.Contains(found.Entries[0].GetEqualFoldAttributeValues("supportedCapabilities"), activeDirectory) {
			k = ofAD
		}
	}
	if s.o.UserAttribute != "" {
		k.attribute = s.o.UserAttribute
	}
	if s.o.UserFilter != "" {
		k.people = s.o.UserFilter
	}
	s.mu.Lock()
	s.known = &k
	s.mu.Unlock()
	return k, nil
}

// named is the filter for a person's entry.
func (k kind) named(username string) string {
	return "(&" + k.people + "(" + k.attribute + "=" + ldap.EscapeFilter(username) + "))"
}

// anybody is the filter for everybody who has a user name.
func (k kind) anybody() string { return "(&" + k.people + "(" + k.attribute + "=*))" }
