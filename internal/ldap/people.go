package ldap

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// Person is somebody of the directory, as it says.
type Person struct {
	ID       string // for ever: a UUID, from objectGUID or entryUUID
	Username string
	Given    string   // preferredGivenName, else givenName, else what displayName says
	Family   string   // sn, else what displayName says
	Number   string   // employeeID or employeeNumber, where schools keep their own number; "" is none
	Off      bool     // disabled, locked or expired
	Units    []string // the organizational units above them, the nearest first
	Groups   []Group  // also those that a group of theirs is in; by name
}

// Group is a group of the directory.
type Group struct {
	ID   string // as Person.ID
	Name string // cn
}

// errStop is that the caller wants no more.
var errStop = errors.New("no more people are wanted")

// People streams everybody below base who has a user name, in no order. Groups are
// read first and whole, from Options.GroupBase, nested ones followed. An error comes
// last and once: what came before it is not everybody, and nobody may be taken for
// gone by it.
func (s *Server) People(ctx context.Context, base string) iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		err := s.people(ctx, base, func(p Person) error {
			if !yield(p, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(Person{}, err)
		}
	}
}

func (s *Server) people(ctx context.Context, base string, each func(Person) error) error {
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	k, err := s.kindOf(ctx, c)
	if err != nil {
		return away.Because(fmt.Errorf("read directory: %w", err))
	}
	groupBase := s.o.GroupBase
	if groupBase == "" {
		groupBase = base
	}
	groups, err := s.groups(ctx, c, groupBase)
	if err != nil {
		return err
	}
	attributes := append([]string{k.attribute, "objectGUID", "entryUUID", "primaryGroupID", "cn", "givenName", "sn",
		"preferredGivenName", "displayName", "employeeID", "employeeNumber"}, accountAttributes...)
	return s.pages(ctx, c, base, k.anybody(), attributes, func(e *ldap.Entry) error {
		p, err := person(e, k)
		if err != nil {
			return err
		}
		p.Off = off(e, s.o.Clock())
		p.Groups = groups.of(e, p.Username)
		return each(p)
	})
}

// person reads an entry.
func person(e *ldap.Entry, k kind) (Person, error) {
	id, err := idOf(e)
	if err != nil {
		return Person{}, err
	}
	first := func(names ...string) string {
		for _, name := range names {
			if v := strings.TrimSpace(e.GetEqualFoldAttributeValue(name)); v != "" {
				return v
			}
		}
		return ""
	}
	p := Person{
		ID: id, Username: first(k.attribute), Number: first("employeeID", "employeeNumber"),
		Given: first("preferredGivenName", "givenName"), Family: first("sn"),
	}
	given, family := split(first("displayName", "cn"))
	if p.Given == "" {
		p.Given = given
	}
	if p.Family == "" {
		p.Family = family
	}
	dn, err := ldap.ParseDN(e.DN)
	if err != nil {
		return Person{}, fmt.Errorf("read the name of an entry: %w", err)
	}
	p.Units = units(dn)
	return p, nil
}

// split takes a name for show apart: "Bell, Sam" or "Sam Bell".
func split(shown string) (given, family string) {
	if family, given, ok := strings.Cut(shown, ","); ok {
		return strings.TrimSpace(given), strings.TrimSpace(family)
	}
	if i := strings.LastIndex(shown, " "); i >= 0 {
		return strings.TrimSpace(shown[:i]), shown[i+1:]
	}
	return shown, ""
}

// units are the organizational units above an entry, the nearest first.
func units(dn *ldap.DN) (all []string) {
	for _, part := range dn.RDNs[min(1, len(dn.RDNs)):] {
		for _, a := range part.Attributes {
			if strings.EqualFold(a.Type, "ou") {
				all = append(all, a.Value)
			}
		}
	}
	return all
}

// idOf is what names an entry for ever, whatever it is renamed to: Active Directory's
// objectGUID, 16 bytes in Microsoft's order (MS-DTYP 2.3.4.2), or entryUUID (RFC 4530).
func idOf(e *ldap.Entry) (string, error) {
	if g := e.GetEqualFoldRawAttributeValue("objectGUID"); len(g) == 16 {
		return uuid([]byte{g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]}), nil
	}
	text := strings.ToLower(e.GetEqualFoldAttributeValue("entryUUID"))
	if raw, err := hex.DecodeString(strings.ReplaceAll(text, "-", "")); err == nil && len(raw) == 16 {
		return uuid(raw), nil
	}
	return "", errors.New("an entry of the directory has neither objectGUID nor entryUUID; may the account that reads it see them?")
}

func uuid(b []byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
