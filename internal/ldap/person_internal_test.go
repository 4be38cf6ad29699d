package ldap

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
)

const someUUID = "12345678-9abc-def0-1234-56789abcdef0"

func TestNamesOfAPerson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		attributes    map[string][]string
		given, family string
	}{
		{map[string][]string{"givenName": {"Samuel"}, "sn": {"Bell"}, "displayName": {"Bell, Sam"}}, "Samuel", "Bell"},
		{map[string][]string{"givenName": {"Samuel"}, "preferredGivenName": {"Sam"}, "sn": {"Bell"}}, "Sam", "Bell"},
		{map[string][]string{"GIVENNAME": {" Sam "}, "SN": {"Bell"}}, "Sam", "Bell"},
		{map[string][]string{"displayName": {"Bell, Sam"}}, "Sam", "Bell"},
		{map[string][]string{"displayName": {"Sam Jo van Bell"}}, "Sam Jo van", "Bell"},
		{map[string][]string{"sn": {"Bell"}, "cn": {"Sam Bell"}}, "Sam", "Bell"},
		{map[string][]string{"givenName": {"  "}, "displayName": {""}, "cn": {"Sam"}}, "Sam", ""},
		{map[string][]string{}, "", ""},
	} {
		c.attributes["entryUUID"] = []string{someUUID}
		p, err := person(ldap.NewEntry("cn=x,ou=Year 7,OU=Pupils,dc=a", c.attributes), ofOthers)
		if err != nil || p.Given != c.given || p.Family != c.family {
			t.Errorf("%v: %q %q, %v", c.attributes, p.Given, p.Family, err)
		}
		if len(p.Units) != 2 || p.Units[0] != "Year 7" || p.Units[1] != "Pupils" {
			t.Errorf("below %q", p.Units)
		}
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	raw, err := hex.DecodeString("785634129abc0000ff00123456789abc")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		attributes map[string][]string
		want       string // "" is refused
	}{
		{map[string][]string{"objectGUID": {string(raw)}}, "12345678-bc9a-0000-ff00-123456789abc"},
		{map[string][]string{"entryUUID": {"12345678-9ABC-DEF0-1234-56789ABCDEF0"}}, someUUID},
		{map[string][]string{"entryUUID": {"12345678"}}, ""},
		{map[string][]string{"objectGUID": {"short"}}, ""},
		{map[string][]string{}, ""},
	} {
		if got, err := idOf(ldap.NewEntry("cn=x", c.attributes)); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q: %q, %v", c.attributes, got, err)
		}
	}
}

func TestAccountsThatAreOff(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, value string
		off         bool
	}{
		{"userAccountControl", "512", false}, {"userAccountControl", "514", true}, {"userAccountControl", "66050", true},
		{"msDS-User-Account-Control-Computed", "0", false}, {"msDS-User-Account-Control-Computed", "16", true},
		{"msDS-User-Account-Control-Computed", "8388608", true},
		{"accountExpires", "0", false}, {"accountExpires", "9223372036854775807", false},
		{"accountExpires", "134398116000000000", true}, // 22 November 2026, 09:00:00
		{"accountExpires", "134398116010000000", false},
		{"shadowExpire", "-1", false}, {"shadowExpire", "20779", true}, {"shadowExpire", "20780", false},
		{"nsAccountLock", "TRUE", true}, {"nsAccountLock", "false", false},
		{"userAccountControl", "not a number", false},
	} {
		if got := off(ldap.NewEntry("cn=x", map[string][]string{c.name: {c.value}}), now); got != c.off {
			t.Errorf("%s %s: %v", c.name, c.value, got)
		}
	}
}
