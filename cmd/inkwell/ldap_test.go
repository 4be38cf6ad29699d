package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/ldap"
	"inkwell/internal/ldap/ldaptest"
	"inkwell/internal/school"
)

// directoryConfig writes a configuration that has passwords asked for at the directory
// of that address, and returns its path.
func directoryConfig(t *testing.T, at *ldaptest.Server) string {
	t.Helper()
	dir := filepath.Dir(dataDir(t)) // one that another user may pass
	put := func(name string, content []byte, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca, err := os.ReadFile(at.CA)
	if err != nil {
		t.Fatal(err)
	}
	password := put("ldap.password", []byte(ldaptest.ReaderPassword+"\n"), 0o600)
	config := fmt.Sprintf("[ldap]\nurls = [%q]\nca = %q\nbind-dn = %q\npassword-file = %q\nbase = %q\n",
		at.TLS, put("ca.crt", ca, 0o644), at.BindDN, password, at.Base)
	if os.Geteuid() == 0 {
		config = "user = \"postgres\"\n" + config
		own(t, "postgres", password)
	}
	return put("inkwell.toml", []byte(config), 0o644)
}

func own(t *testing.T, name, path string) {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	id := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := os.Chown(path, id(u.Uid), id(u.Gid)); err != nil {
		t.Fatal(err)
	}
}

// Pupils print and staff sign in with the passwords of the school's directory, over
// TLS to us and from us to it.
func TestPasswordsOfTheSchoolsDirectory(t *testing.T) {
	t.Parallel()
	at := ldaptest.Start(t, ldaptest.Options{Small: true})
	config := directoryConfig(t, at)
	s := serveDemo(t, "--config", config)
	s.super(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "UPDATE person SET password_hash = NULL WHERE username IN ('pupil0001', 'pupil0003', 'it01')")
		if err == nil {
			_, err = c.Exec(ctx, "UPDATE person SET username = 'ihall' WHERE username = 'it01'")
		}
		return err
	})
	document := blankPDF(t, 1)
	prints := func(username, password, says string) {
		t.Helper()
		said, ok := s.submit(fmt.Sprintf("ipps://%s:%s@%s/ipp/print", username, url.PathEscape(password), s.ipp), document)
		if ok != (says == "") || !strings.Contains(said, says) {
			t.Errorf("%s with %q was told:\n%s", username, password, said)
		}
	}
	prints("pupil0001", ldaptest.Password("pupil0001"), "")
	prints("pupil0001", demoPassword, "Unauthorized")
	prints("pupil0001", ldaptest.Password("pupil0002"), "Unauthorized")
	prints("pupil0002", demoPassword, "")
	prints("pupil0002", ldaptest.Password("pupil0002"), "Unauthorized")
	prints("pupil0099x", ldaptest.Password("pupil0099x"), "Unauthorized")
	s.held("pupil0001", 1)
	if page := s.signIn("ihall", ldaptest.Password("ihall")); page != http.StatusSeeOther {
		t.Errorf("IT's sign-in is answered %d", page)
	}
	if said := s.inkwellAs(config, "check"); !strings.Contains(said, fmt.Sprintf("good  directory      %s answers: %d people below %s", at.TLS, at.People, at.Base)) {
		t.Errorf("the check says\n%s", said)
	}

	at.Kill()
	prints("pupil0001", ldaptest.Password("pupil0001"), "")
	prints("pupil0003", ldaptest.Password("pupil0003"), "can't be reached right now")
	prints("pupil0002", demoPassword, "")
	if page := s.signIn("ihall", "no"); page != http.StatusServiceUnavailable {
		t.Errorf("without the directory IT's sign-in is answered %d", page)
	}
	if said := s.inkwellAs(config, "check"); !strings.Contains(said, "BAD   directory      Nothing answers at "+at.TLS) {
		t.Errorf("the check says\n%s", said)
	}
	if said := s.inkwell("ldap", "forget", "pupil0001"); !strings.Contains(said, "forgotten, for 1:") {
		t.Errorf("forget says %q", said)
	}
	prints("pupil0001", ldaptest.Password("pupil0001"), "can't be reached right now")

	at.Serve()
	prints("pupil0001", ldaptest.Password("pupil0001"), "")
	prints("pupil0003", ldaptest.Password("pupil0003"), "")
	s.stop()
	for _, secret := range []string{"password of", ldaptest.ReaderPassword, "pupil000", "ihall"} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("%q stands in the log", secret)
		}
	}
}

func TestWhatTheCheckSaysOfADirectory(t *testing.T) {
	t.Parallel()
	c, err := loadWith(t, "[ldap]\nurls = [\"ldaps://127.0.0.1:9\"]\n")
	if err != nil {
		t.Fatal(err)
	}
	if f := checkLDAP(t.Context(), c.LDAP); len(f) != 1 || f[0].level != bad || !strings.Contains(f[0].say, "ldap.base") {
		t.Errorf("without a base: %+v", f)
	}
	if f := checkLDAP(t.Context(), LDAPConfig{}); f != nil {
		t.Errorf("without a directory: %+v", f)
	}
	for _, c := range []struct {
		tries         int
		pause, window time.Duration
		locks         int
		trouble       bool
	}{
		{3, 30 * time.Minute, 30 * time.Minute, 5, false},
		{4, 30 * time.Minute, 10 * time.Minute, 5, false},
		{5, 30 * time.Minute, 30 * time.Minute, 5, true},
		{3, 15 * time.Minute, 30 * time.Minute, 5, true},
		{100, time.Minute, 0, 0, false},
	} {
		f := checkLockout(LDAPConfig{Tries: c.tries, TriesPause: c.pause}, ldap.Lockout{Tries: c.locks, Window: c.window})
		if (len(f) > 0) != c.trouble {
			t.Errorf("%+v: %+v", c, f)
		}
	}
}

func TestBases(t *testing.T) {
	t.Parallel()
	schools := func(context.Context) ([]school.School, error) {
		return []school.School{{ID: 1, Name: "Hill Road"}, {ID: 2, Name: "Harbour"}, {ID: 3, Name: "New"}}, nil
	}
	for text, want := range map[string][3]string{
		"OU=People,DC=a": {"OU=People,DC=a", "OU=People,DC=a", "OU=People,DC=a"},
		"Hill Road: OU=Hill,DC=a; Harbour: OU=Ha: bour,DC=a;": {"OU=Hill,DC=a", "OU=Ha: bour,DC=a", ""},
		"OU=Rest,DC=a; Harbour: OU=H,DC=a":                    {"OU=Rest,DC=a", "OU=H,DC=a", "OU=Rest,DC=a"},
	} {
		bases, err := readBases(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		o := &outside{bases: bases, schools: schools, names: map[school.ID]string{}}
		for i, dn := range want {
			if got, err := o.base(t.Context(), school.ID(i+1)); got != dn || err != nil {
				t.Errorf("%s: school %d is below %q, %v", text, i+1, got, err)
			}
			if has, err := o.Has(t.Context(), school.ID(i+1)); has != (dn != "") || err != nil {
				t.Errorf("%s: school %d: %v, %v", text, i+1, has, err)
			}
		}
	}
	for _, text := range []string{"People", "Hill: OU=a; Hill: OU=b", "OU=a; OU=b", "Hill: people"} {
		if b, err := readBases(text); err == nil {
			t.Errorf("%q is read as %+v", text, b)
		}
	}
}

// inkwellAs runs a command with a configuration, whatever it comes to.
func (s *demo) inkwellAs(config string, args ...string) string {
	s.t.Helper()
	out, _ := inkwell(s.t, append(args, "--data-dir", s.dir, "--config", config)...)
	return out
}

// signIn posts the staff's form and returns the answer's status.
func (s *demo) signIn(username, password string) int {
	s.t.Helper()
	client := http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, //nolint:gosec // its certificate was made a moment ago
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.PostForm("https://"+s.web+"/staff/sign-in", url.Values{"username": {username}, "password": {password}})
	if err != nil {
		s.t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}
