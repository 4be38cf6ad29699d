package ldap

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// groupFilter finds groups of every make.
const groupFilter = "(|(objectClass=group)(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))"

// groups are all groups of a directory and who is in them. They are followed here and
// not by the server: its rule for chains (LDAP_MATCHING_RULE_IN_CHAIN) is Active
// Directory's alone, and would be asked once for each person.
type groups struct {
	all   []Group
	keys  []string         // of the groups' own names
	byDN  map[string][]int // which groups name this member, by key
	byUID map[string][]int // the same, by user name (posixGroup)
	byRID map[string]int   // which group is meant by primaryGroupID
	above map[string][]int // which groups a group is in by way of others; filled when asked
}

// groups reads them all.
func (s *Server) groups(ctx context.Context, c *conn, base string) (*groups, error) {
	g := &groups{byDN: map[string][]int{}, byUID: map[string][]int{}, byRID: map[string]int{}, above: map[string][]int{}}
	attributes := []string{"cn", "objectGUID", "entryUUID", "objectSid", "member", "uniqueMember", "memberUid"}
	err := s.pages(ctx, c, base, groupFilter, attributes, func(e *ldap.Entry) error {
		id, err := idOf(e)
		if err != nil {
			return err
		}
		n := len(g.all)
		g.all = append(g.all, Group{ID: id, Name: e.GetEqualFoldAttributeValue("cn")})
		g.keys = append(g.keys, key(e.DN))
		if sid := e.GetEqualFoldRawAttributeValue("objectSid"); len(sid) >= 12 {
			g.byRID[strconv.Itoa(int(binary.LittleEndian.Uint32(sid[len(sid)-4:])))] = n
		}
		for _, uid := range e.GetEqualFoldAttributeValues("memberUid") {
			g.byUID[strings.ToLower(uid)] = append(g.byUID[strings.ToLower(uid)], n)
		}
		for _, name := range []string{"member", "uniqueMember"} {
			members, err := s.values(ctx, c, e, name)
			if err != nil {
				return err
			}
			for _, dn := range members {
				k := key(dn)
				g.byDN[k] = append(g.byDN[k], n)
			}
		}
		return nil
	})
	return g, err
}

// values are all values of an attribute. Active Directory gives the first 1,500 as
// "member;range=0-1499" and wants to be asked for the next (MS-ADTS 3.1.1.3.1.3.3).
func (s *Server) values(ctx context.Context, c *conn, e *ldap.Entry, name string) ([]string, error) {
	all := e.GetEqualFoldAttributeValues(name)
	part, next := ranged(e, name)
	all = append(all, part...)
	for next > 0 {
		ask := ldap.NewSearchRequest(e.DN, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)",
			[]string{fmt.Sprintf("%s;range=%d-*", name, next)}, nil)
		var found *ldap.SearchResult
		err := c.within(ctx, s.o.Page, func() (err error) { found, err = c.Search(ask); return err })
		if err != nil {
			return nil, away.Because(fmt.Errorf("read the members of a group: %w", err))
		}
		before := next
		if len(found.Entries) != 1 {
			return nil, fmt.Errorf("read the members of a group: it went away in between")
		}
		if part, next = ranged(found.Entries[0], name); next != 0 && next <= before {
			return nil, fmt.Errorf("read the members of a group: the directory repeats itself after %d", before)
		}
		all = append(all, part...)
	}
	return all, nil
}

// ranged are the values of an attribute that came in a range, and where the next one
// begins: 0 when this was the last.
func ranged(e *ldap.Entry, name string) (values []string, next int) {
	for _, a := range e.Attributes {
		base, option, _ := strings.Cut(a.Name, ";range=")
		if !strings.EqualFold(base, name) || option == "" {
			continue
		}
		_, end, _ := strings.Cut(option, "-")
		if last, err := strconv.Atoi(end); err == nil {
			next = last + 1
		}
		return a.Values, next
	}
	return nil, 0
}

// of are the groups that a person is in, by name.
func (g *groups) of(e *ldap.Entry, username string) []Group {
	direct := slices.Concat(g.byDN[key(e.DN)], g.byUID[strings.ToLower(username)])
	if n, ok := g.byRID[e.GetEqualFoldAttributeValue("primaryGroupID")]; ok {
		direct = append(direct, n)
	}
	in := slices.Clone(direct)
	for _, n := range direct {
		in = append(in, g.chain(n)...)
	}
	slices.Sort(in)
	all := make([]Group, 0, len(in))
	for _, n := range slices.Compact(in) {
		all = append(all, g.all[n])
	}
	slices.SortFunc(all, func(a, b Group) int { return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID) })
	return all
}

// chain are the groups that a group is in, at any distance. Groups that contain each
// other are each met once.
func (g *groups) chain(from int) []int {
	if done, ok := g.above[g.keys[from]]; ok {
		return done
	}
	met := map[int]bool{from: true}
	all := []int{}
	for next := []int{from}; len(next) > 0; next = next[1:] {
		for _, n := range g.byDN[g.keys[next[0]]] {
			if !met[n] {
				met[n] = true
				all, next = append(all, n), append(next, n)
			}
		}
	}
	g.above[g.keys[from]] = all
	return all
}

// key is a name by which two ways of writing the same entry's name are one.
func key(dn string) string {
	if parsed, err := ldap.ParseDN(dn); err == nil {
		dn = parsed.String()
	}
	return strings.ToLower(dn)
}
