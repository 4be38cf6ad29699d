package roster_test

import (
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/ldap"
	"inkwell/internal/ldap/ldaptest"
	"inkwell/internal/roster"
)

func entries(all ...ldap.Person) iter.Seq2[ldap.Person, error] {
	return func(yield func(ldap.Person, error) bool) {
		for _, p := range all {
			if !yield(p, nil) {
				return
			}
		}
	}
}

func groups(names ...string) (all []ldap.Group) {
	for _, n := range names {
		all = append(all, ldap.Group{ID: "id of " + n, Name: n})
	}
	return all
}

func rules(t *testing.T, text string) []roster.GroupRule {
	t.Helper()
	all, err := roster.ParseGroupRules(text)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhatGroupsMean(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Pupils", "Pupils: king", "Pupils: it", ": pupil", "Y: year x", "Y: year 15"} {
		if _, err := roster.ParseGroupRules(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	o := newOffice(t)
	dbtest.Exec(t, o.db, "INSERT INTO school (name, time_zone) VALUES ('Hill Road', 'Europe/London')")
	means := rules(t, "All pupils: pupil; Staff: teacher; Year 7: year 7; form *: form; Set *: class;")
	sam := ldap.Person{ID: "g1", Username: "SBell", Given: "Sam", Family: "Bell", Groups: groups("All Pupils", "Year 7", "Form 7A", "Set 7x/En1", "Domain Users")}
	tom := ldap.Person{ID: "g2", Username: "treid", Given: "Tom", Family: "Reid", Units: []string{"Staff"}, Groups: groups("Set 7x/En1")}
	printer := ldap.Person{ID: "g3", Username: "scanner", Groups: groups("Domain Users")}
	bring := func(outcome string, people ...ldap.Person) roster.Result {
		t.Helper()
		r, err := roster.ReadDirectory(entries(people...), means)
		if err != nil {
			t.Fatal(err)
		}
		result, err := o.Import(t.Context(), roster.Request{Roster: r, Origin: "directory", Digest: r.Digest(), By: roster.ByCommand, School: 1, AllowLeavers: true})
		if err != nil || result.Outcome != outcome {
			t.Fatalf("%s %v %v", result.Outcome, err, result.Bad.Lines(5))
		}
		return result
	}
	bring(roster.Applied, sam, tom, printer)
	want := "Hill Road|sbell|Sam|Bell|7|pupil|7A/registration///pupil/2027-09-01,7x/En1/teaching///pupil/2027-09-01\nHill Road|treid|Tom|Reid|teacher|7x/En1/teaching///teacher/2027-09-01"
	if got := people(t, o.db); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	bring(roster.Unchanged, tom, printer, sam) // in any order
	// A list of the school's system has people of its own, and the directory leaves those alone.
	o.must(t, roster.Applied, files{"staff.csv": "name,username\nJo Doe,jdoe\n"}.folder(t), at(1))
	jo := ldap.Person{ID: "g4", Username: "jdoe", Given: "Joanne", Family: "Doe", Units: []string{"Staff"}}
	if result := bring(roster.Unchanged, sam, tom, jo); result.Foreign != 1 {
		t.Errorf("%+v", result.Counts)
	}
	bring(roster.Unchanged, sam, tom)
	sam.Off = true
	if result := bring(roster.Applied, sam, tom); result.Leavers != 1 {
		t.Errorf("%+v", result.Counts)
	}
	tom.Given = ""
	if result := bring(roster.Refused, sam, tom); result.Bad.Lines(1)[0] != "entry g2: it has no given name or no family name" {
		t.Errorf("%v", result.Bad.Lines(5))
	}
}

// TestATextOfADirectoryIsText, or the entry is named and nothing of it is kept.
func TestATextOfADirectoryIsText(t *testing.T) {
	t.Parallel()
	means := rules(t, "All pupils: pupil; Set *: class")
	for _, bad := range []string{"x\x00", "x\r\nBcc: y", "x\x1b[2J", "x\u009b31m", "\u202egnp", "x\u2066", "x\xff", strings.Repeat("x", 300)} {
		for name, p := range map[string]ldap.Person{
			"a user name":   {ID: "g1", Username: bad, Given: "Sam", Family: "Bell", Groups: groups("All pupils")},
			"a given name":  {ID: "g1", Username: "sbell", Given: bad, Family: "Bell", Groups: groups("All pupils")},
			"a family name": {ID: "g1", Username: "sbell", Given: "Sam", Family: bad, Groups: groups("All pupils")},
			"a group":       {ID: "g1", Username: "sbell", Given: "Sam", Family: "Bell", Groups: groups("All pupils", "Set "+bad)},
			"a unit":        {ID: "g1", Username: "sbell", Given: "Sam", Family: "Bell", Groups: groups("All pupils"), Units: []string{"Set " + bad}},
		} {
			r, err := roster.ReadDirectory(entries(p), means)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Join(r.Bad.Lines(5), "")
			if !strings.HasPrefix(lines, "entry g1: ") || strings.ContainsFunc(lines, unicode.IsControl) || len(r.Classes) > 0 {
				t.Errorf("%s of %q: %q, %v", name, bad, lines, r.Classes)
			}
		}
	}
}

// A real directory server: groups nested and in a circle, accounts that are off.
func TestARealDirectory(t *testing.T) {
	t.Parallel()
	at := ldaptest.Start(t, ldaptest.Options{Small: true})
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte(ldaptest.ReaderPassword), 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := ldap.New(ldap.Options{URLs: []string{at.TLS}, CA: at.CA, BindDN: at.BindDN, PasswordFile: password, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	o := newOffice(t)
	dbtest.Exec(t, o.db, "INSERT INTO school (name, time_zone) VALUES ('Harbour', 'Europe/London')")
	means := rules(t, "All Pupils: pupil; Loop B: teacher; Year *: form; Year 9: year 9")
	for range 2 {
		if err := o.LookAt(t.Context(), 1, server.People(t.Context(), at.Base), means); err != nil {
			t.Fatal(err)
		}
	}
	if n := dbtest.Value[string](t, o.db, "SELECT string_agg(outcome, ' ') FROM roster_run"); n != roster.Applied {
		t.Errorf("the looks came to %s: %s", n, dbtest.Value[string](t, o.db, "SELECT string_agg(reasons::text, ' ') FROM roster_run"))
	}
	all := people(t, o.db)
	if n := strings.Count(all, "|pupil|"); n != 100 || !strings.Contains(all, "|treid|Tom|Reid|teacher") || !strings.Contains(all, "|pupil0002|Sam|Bell2|9|pupil|9/registration/") {
		t.Errorf("%d pupils in\n%.1500s", n, all)
	}
}
