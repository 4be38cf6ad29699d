package ldaptest

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
)

const suffix = "dc=harbour,dc=example"

// Password is that of the person of that user name. Everybody has one.
func Password(username string) string { return "password of " + username }

// Pupil is the user name of the nth pupil, from 1.
func Pupil(n int) string { return fmt.Sprintf("pupil%04d", n) }

// Pupils is how many pupils a large directory has; ou=pupils holds them by year.
const Pupils = 2900

// GUID is the nth entry's objectGUID, in Microsoft's order of bytes. It contains what
// text would not survive.
func GUID(n int) []byte {
	g := []byte{0, '\n', 0xff, ')', '*', '(', '\\', 0, 0x80, 0, 0xc3, 0x28, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(g[12:], uint32(n)) //nolint:gosec // small
	return g
}

// tree writes entries as LDIF (RFC 2849).
type tree struct {
	w io.Writer
	o Options
	n int // entries so far
}

// writeTree writes the directory: pupils by year, staff, some accounts that nobody may
// sign in with, and groups, nested and in a circle. It returns how many people it has.
func writeTree(w io.Writer, o Options) (people int) {
	t := &tree{w: w, o: o}
	if o.Other {
		t.put(suffix, "objectClass: domain", "dc: harbour")
	} else { // an account is locked after five wrong passwords, with half an hour in between at most
		t.put(suffix, "objectClass: domainDNS", "dc: harbour", "lockoutThreshold: 5", "lockOutObservationWindow: -18000000000")
	}
	t.put("cn=reader,"+suffix, "objectClass: organizationalRole", "objectClass: simpleSecurityObject", "cn: reader", "userPassword: "+ReaderPassword)
	for _, unit := range []string{"pupils", "staff", "groups", "strange"} {
		t.put("ou="+unit+","+suffix, "objectClass: organizationalUnit", "ou: "+unit)
	}
	pupils := Pupils
	if o.Small {
		pupils = 100
	}
	var everyone []string
	byYear := map[int][]string{}
	for year := 7; year < 14; year++ {
		t.put(fmt.Sprintf("ou=Year %d,ou=pupils,%s", year, suffix), "objectClass: organizationalUnit", fmt.Sprintf("ou: Year %d", year))
	}
	for i := 1; i <= pupils; i++ {
		year := 7 + i%7
		dn := t.person(Pupil(i), "Sam", fmt.Sprintf("Bell%d", i), fmt.Sprintf("ou=Year %d,ou=pupils", year))
		everyone, byYear[year] = append(everyone, dn), append(byYear[year], dn)
	}
	staff := []string{
		t.person("treid", "Tom", "Reid", "ou=staff"), t.person("ihall", "Ida", "Hall", "ou=staff"),
		t.person("o'neill, \"q\"", "Quill", "O'Neill, Esq", "ou=staff"),
	}
	people = pupils + len(staff) + t.strangers()
	for _, g := range []struct {
		name    string
		rid     uint32 // Windows' number of it
		members []string
	}{
		{"Domain Users", 513, nil}, // nobody is named in it, everybody has it
		{"All Pupils", 1001, everyone}, {"Year 9", 1002, byYear[9]}, {"Staff", 1003, staff},
		{"Printers", 1004, []string{t.groupDN("All Pupils"), t.groupDN("Staff")}},
		{"Loop A", 1005, []string{t.groupDN("Loop B"), t.groupDN("Staff")}},
		{"Loop B", 1006, []string{t.groupDN("Loop A")}},
	} {
		if len(g.members) > 0 || !o.Other {
			t.group(g.name, g.rid, g.members)
		}
	}
	if o.Other {
		t.put(t.groupDN("Clubs"), "objectClass: posixGroup", "cn: Clubs", "gidNumber: 1007", "memberUid: treid", "memberUid: gone")
		t.put(t.groupDN("Governors"), "objectClass: groupOfUniqueNames", "cn: Governors", "uniqueMember: "+staff[0], "uniqueMember: "+staff[1])
	}
	return people
}

// strangers are accounts that must not get in, and how many of them there are.
func (t *tree) strangers() int {
	t.person("twin", "First", "Twin", "ou=strange")
	t.person("twin", "Second", "Twin", "ou=staff")
	t.put("cn=elsewhere,ou=strange,"+suffix, "objectClass: referral", "objectClass: extensibleObject", "cn: elsewhere", "ref: "+ElsewhereURL)
	if t.o.Other {
		t.person("expired", "Ex", "Pired", "ou=strange", "objectClass: shadowAccount", "shadowExpire: 1")
		return 3
	}
	t.person("disabled", "Dis", "Abled", "ou=strange", "userAccountControl: 514")
	t.person("locked", "Loc", "Ked", "ou=strange", "msDS-User-Account-Control-Computed: 16")
	t.person("expired", "Ex", "Pired", "ou=strange", "accountExpires: 133000000000000000")
	t.person("expires", "Ex", "Pires", "ou=strange", "accountExpires: 9223372036854775807")
	return 6
}

// ElsewhereURL is where the directory refers to for one of its entries. Nobody may
// follow it.
const ElsewhereURL = "ldap://127.0.0.1:9/dc=elsewhere"

// person writes a person and returns its name.
func (t *tree) person(username, given, family, unit string, more ...string) string {
	cn := fmt.Sprintf("%s, %s %d", family, given, t.n)
	dn := "cn=" + strings.ReplaceAll(cn, ",", `\,`) + "," + unit + "," + suffix
	lines := []string{
		"cn: " + cn, "sn: " + family, "givenName: " + given, "displayName: " + family + ", " + given,
		"employeeNumber: " + fmt.Sprint(10000+t.n), "userPassword: " + Password(username),
	}
	if t.o.Other {
		lines = append(lines, "objectClass: inetOrgPerson", "uid: "+username)
	} else {
		lines = append(lines, "objectClass: user", "sAMAccountName: "+username, "sAMAccountType: 805306368", "primaryGroupID: 513",
			"objectGUID:: "+base64.StdEncoding.EncodeToString(GUID(t.n)))
		if !strings.Contains(strings.Join(more, "\n"), "userAccountControl") {
			lines = append(lines, "userAccountControl: 512")
		}
	}
	t.put(dn, append(lines, more...)...)
	return dn
}

func (t *tree) groupDN(name string) string { return "cn=" + name + ",ou=groups," + suffix }

func (t *tree) group(name string, rid uint32, members []string) {
	lines := []string{"cn: " + name}
	if t.o.Other {
		lines = append(lines, "objectClass: groupOfNames")
	} else {
		lines = append(lines, "objectClass: group", "sAMAccountName: "+name,
			"objectGUID:: "+base64.StdEncoding.EncodeToString(GUID(t.n)), "objectSid:: "+base64.StdEncoding.EncodeToString(sid(rid)))
	}
	for _, m := range members {
		lines = append(lines, "member: "+m)
	}
	t.put(t.groupDN(name), lines...)
}

// sid is S-1-5-21-1-2-3-rid as bytes (MS-DTYP 2.4.2.2).
func sid(rid uint32) []byte {
	s := []byte{1, 5, 0, 0, 0, 0, 0, 5}
	for _, n := range []uint32{21, 1, 2, 3, rid} {
		s = binary.LittleEndian.AppendUint32(s, n)
	}
	return s
}

func (t *tree) put(dn string, lines ...string) {
	t.n++
	slices.Sort(lines) // the values of an attribute stand together
	fmt.Fprintf(t.w, "dn: %s\n%s\n\n", dn, strings.Join(lines, "\n"))
}
