package ldap_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	goldap "github.com/go-ldap/ldap/v3"

	"inkwell/internal/fault"
	"inkwell/internal/ldap"
	"inkwell/internal/ldap/ldaptest"
)

func everybody(t *testing.T, s *ldap.Server, base string) map[string]ldap.Person {
	t.Helper()
	all := map[string]ldap.Person{}
	ids := map[string]bool{}
	for p, err := range s.People(t.Context(), base) {
		if err != nil {
			t.Fatal(err)
		}
		if ids[p.ID] || len(p.ID) != 36 {
			t.Fatalf("%s has the id %q", p.Username, p.ID)
		}
		ids[p.ID] = true
		all[p.Username] = p
	}
	return all
}

func groupsOf(p ldap.Person) string {
	var names []string
	for _, g := range p.Groups {
		names = append(names, g.Name)
	}
	return strings.Join(names, ", ")
}

// Three thousand people come whole from a server that gives 500 at once, with groups
// whose members come in ranges, and groups of groups.
func TestPeople(t *testing.T) {
	t.Parallel()
	at := ldaptest.Start(t, ldaptest.Options{})
	relay := ldaptest.NewRelay(t, at)
	s := open(t, of(at, plainly(relay)))
	all := everybody(t, s, at.Base)
	if len(all) != at.People-1 { // two have one name
		t.Fatalf("%d people of %d", len(all), at.People)
	}
	if relay.Ranges.Load() == 0 {
		t.Error("no group came in ranges")
	}
	for i := 1; i <= ldaptest.Pupils; i++ {
		p := all[ldaptest.Pupil(i)]
		want := "All Pupils, Domain Users, Printers"
		if i%7 == 2 {
			want += ", Year 9"
		}
		if groupsOf(p) != want {
			t.Fatalf("%s is in %q", p.Username, groupsOf(p))
		}
		if year := fmt.Sprintf("Year %d", 7+i%7); !slices.Equal(p.Units, []string{year, "pupils"}) {
			t.Fatalf("%s is below %q", p.Username, p.Units)
		}
	}
	p := all["pupil0007"]
	if p.Given != "Sam" || p.Family != "Bell7" || p.Number == "" || p.Off {
		t.Errorf("%+v", p)
	}
	if got := groupsOf(all["treid"]); got != "Domain Users, Loop A, Loop B, Printers, Staff" {
		t.Errorf("staff are in %q", got)
	}
	for _, name := range []string{"disabled", "locked", "expired", "expires"} {
		if all[name].Off != (name != "expires") {
			t.Errorf("%s: %+v", name, all[name])
		}
	}
	part := everybody(t, s, "ou=staff,"+at.Base)
	if len(part) != 4 || groupsOf(part["treid"]) != "" {
		t.Errorf("below staff: %d, in %q", len(part), groupsOf(part["treid"]))
	}
	whole := open(t, of(at, plainly(relay), func(o *ldap.Options) { o.GroupBase = "ou=groups," + at.Base }))
	if part = everybody(t, whole, "ou=staff,"+at.Base); len(part) != 4 || groupsOf(part["treid"]) != groupsOf(all["treid"]) {
		t.Errorf("below staff, groups elsewhere: %d, in %q", len(part), groupsOf(part["treid"]))
	}
}

// Other makes of directory have other groups.
func TestGroupsOfAnotherMake(t *testing.T) {
	t.Parallel()
	at := ldaptest.Start(t, ldaptest.Options{Small: true, Other: true})
	all := everybody(t, open(t, of(at)), at.Base)
	for name, want := range map[string]string{
		"treid": "Clubs, Governors, Loop A, Loop B, Printers, Staff", "ihall": "Governors, Loop A, Loop B, Printers, Staff", "pupil0002": "All Pupils, Printers, Year 9",
	} {
		if got := groupsOf(all[name]); got != want {
			t.Errorf("%s is in %q", name, got)
		}
	}
	if !all["expired"].Off || all["treid"].Off {
		t.Error("shadowExpire is not read")
	}
}

// The identity is the same however it is read, whatever bytes it has.
func TestTheIDSurvivesARenaming(t *testing.T) {
	t.Parallel()
	for _, o := range []ldaptest.Options{{Small: true}, {Small: true, Other: true}} {
		at := ldaptest.Start(t, o)
		s := open(t, of(at))
		before := everybody(t, s, at.Base)["pupil0003"]
		if !o.Other && !anyGUID(before.ID) {
			t.Errorf("the id is %s", before.ID)
		}
		c, err := goldap.DialURL(at.Plain)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.Bind(ldaptest.Root, ldaptest.RootPassword); err != nil {
			t.Fatal(err)
		}
		found, err := c.Search(goldap.NewSearchRequest(at.Base, goldap.ScopeWholeSubtree, 0, 1, 5, false, "(|(sAMAccountName=pupil0003)(uid=pupil0003))", []string{"1.1"}, nil))
		if err != nil || len(found.Entries) != 1 {
			t.Fatal(err)
		}
		if err := c.ModifyDN(goldap.NewModifyDNRequest(found.Entries[0].DN, "cn=Somebody Else", true, "ou=staff,"+at.Base)); err != nil {
			t.Fatal(err)
		}
		after := everybody(t, s, at.Base)["pupil0003"]
		if after.ID != before.ID || slices.Equal(after.Units, before.Units) {
			t.Errorf("%+v was %+v", after, before)
		}
	}
}

// anyGUID says whether an id is one of the test's, in Microsoft's order.
func anyGUID(id string) bool {
	raw, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	want := ldaptest.GUID(0)
	return err == nil && bytes.Equal([]byte{raw[3], raw[2], raw[1], raw[0]}, want[:4]) && bytes.Equal(raw[8:12], want[8:12])
}

// What is not everybody ends in an error, and whoever stops early asks no more.
func TestPartOfThePeople(t *testing.T) {
	t.Parallel()
	at := ldaptest.Start(t, ldaptest.Options{})
	relay := ldaptest.NewRelay(t, at)
	s := open(t, of(at, plainly(relay)))
	n, last := 0, error(nil)
	for _, err := range s.People(t.Context(), at.Base) {
		if n++; n == 600 {
			at.Kill()
		}
		last = err
	}
	if n > 1002 || fault.KindOf(last) != fault.Unavailable {
		t.Errorf("%d people, then %v", n, last)
	}
	at.Serve()
	searches := relay.Searches.Load()
	for _, err := range s.People(t.Context(), at.Base) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if more := relay.Searches.Load() - searches; more > 4 { // groups, two ranges at most, one page
		t.Errorf("it went on for %d searches", more)
	}
}

func TestExamine(t *testing.T) {
	t.Parallel()
	at := ldaptest.Start(t, ldaptest.Options{Small: true})
	s := open(t, of(at, func(o *ldap.Options) { o.URLs = []string{at.TLS, "ldaps://127.0.0.1:9"} }))
	if n, err := s.Examine(t.Context(), 0, at.Base); err != nil || n != at.People {
		t.Errorf("%d people, %v", n, err)
	}
	if l, err := s.Lockout(t.Context(), 0); err != nil || l != (ldap.Lockout{Tries: 5, Window: 30 * time.Minute}) {
		t.Errorf("%+v, %v", l, err)
	}
	other := ldaptest.Start(t, ldaptest.Options{Small: true, Other: true})
	if l, err := open(t, of(other)).Lockout(t.Context(), 0); err != nil || l.Tries != 0 {
		t.Errorf("another make: %+v, %v", l, err)
	}
	for code, try := range map[string]func() (int, error){
		"ldap-connect": func() (int, error) { return s.Examine(t.Context(), 1, at.Base) },
		"ldap-base":    func() (int, error) { return s.Examine(t.Context(), 0, "ou=nowhere,"+at.Base) },
		"ldap-bind": func() (int, error) {
			return open(t, of(at, func(o *ldap.Options) { o.BindDN = "cn=nobody," + at.Base })).Examine(t.Context(), 0, at.Base)
		},
		"ldap-tls": func() (int, error) {
			return open(t, of(at, func(o *ldap.Options) { o.CA = "" })).Examine(t.Context(), 0, at.Base)
		},
	} {
		n, err := try()
		if f := fault.As(err); f == nil || f.Code != code || n != 0 {
			t.Errorf("%s: %d, %v", code, n, err)
		}
	}
}
