package ldap_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	goldap "github.com/go-ldap/ldap/v3"

	"inkwell/internal/fault"
	"inkwell/internal/ldap"
	"inkwell/internal/ldap/ldaptest"
)

// of are the options for a test's directory, with everything that may be wanted.
func of(s *ldaptest.Server, change ...func(*ldap.Options)) ldap.Options {
	o := ldap.Options{
		URLs: []string{s.TLS}, CA: s.CA, BindDN: s.BindDN, PasswordFile: s.PasswordFile,
		Connect: 5 * time.Second, Answer: 5 * time.Second, Limit: 20 * time.Second, // of a busy machine
		Log: slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&o)
	}
	return o
}

func open(t *testing.T, o ldap.Options) *ldap.Server {
	t.Helper()
	s, err := ldap.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestCheck(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	at := ldaptest.Start(t, ldaptest.Options{Small: true})
	s := open(t, of(at, func(o *ldap.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) }))
	const quill = `o'neill, "q"`
	for _, c := range []struct {
		name, username, password string
		right                    bool
	}{
		{"right", "pupil0007", ldaptest.Password("pupil0007"), true},
		{"right, in other letters", "PUPIL0007", ldaptest.Password("pupil0007"), true},
		{"a name with signs", quill, ldaptest.Password(quill), true},
		{"an end that never comes", "expires", ldaptest.Password("expires"), true},
		{"wrong", "pupil0007", "no", false},
		{"somebody else's", "pupil0007", ldaptest.Password("pupil0008"), false},
		{"unknown", "nobody", ldaptest.Password("nobody"), false},
		{"no password", "pupil0007", "", false},
		{"no name", "", ldaptest.Password("pupil0007"), false},
		{"everybody", "*", ldaptest.Password("pupil0007"), false},
		{"a filter in the name", "*)(uid=*", ldaptest.Password("pupil0007"), false},
		{"another filter in the name", "pupil0007)(objectClass=*", ldaptest.Password("pupil0007"), false},
		{"a zero in the name", "pupil0007\x00", ldaptest.Password("pupil0007"), false},
		{"a zero in the password", "pupil0007", ldaptest.Password("pupil0007") + "\x00", false},
		{"a mebibyte", "pupil0007", strings.Repeat("x", 1<<20), false},
		{"two of that name", "twin", ldaptest.Password("twin"), false},
		{"disabled", "disabled", ldaptest.Password("disabled"), false},
		{"locked", "locked", ldaptest.Password("locked"), false},
		{"expired", "expired", ldaptest.Password("expired"), false},
		{"a referral", "elsewhere", "anything", false},
	} {
		err := s.Check(t.Context(), at.Base, c.username, c.password)
		if c.right && err != nil || !c.right && fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := s.Check(t.Context(), "ou=pupils,"+at.Base, "treid", ldaptest.Password("treid")); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("staff, below the pupils' base: %v", err)
	}
	if err := s.Check(t.Context(), "ou=nowhere,"+at.Base, "treid", ldaptest.Password("treid")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("below a base that is not there: %v", err)
	}
	if err := s.Check(t.Context(), "cn=elsewhere,ou=strange,"+at.Base, "treid", ldaptest.Password("treid")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("below a base that is elsewhere: %v", err)
	}
	if !strings.Contains(log.String(), "several entries") || strings.Contains(log.String(), "twin") {
		t.Errorf("the log says %q", log.String())
	}
}

// The server itself lets a blank password in: what Check refuses is a real hole.
func TestABlankPasswordWouldGetIn(t *testing.T) {
	t.Parallel()
	at := ldaptest.Start(t, ldaptest.Options{Small: true, Other: true, NoTLS: true})
	c, err := goldap.DialURL(at.Plain)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.UnauthenticatedBind(at.BindDN); err != nil {
		t.Fatalf("it does not, so that nothing is shown here: %v", err)
	}
	relay := ldaptest.NewRelay(t, at)
	s := open(t, of(at, plainly(relay)))
	if err := s.Check(t.Context(), at.Base, "pupil0001", ""); fault.KindOf(err) != fault.Unauthenticated || relay.Binds.Load() != 0 {
		t.Errorf("%v after %d binds", err, relay.Binds.Load())
	}
	for name, password := range map[string]string{"pupil0001": "", "expired": "x"} { // another make of directory
		right := name == "pupil0001"
		if right {
			password = ldaptest.Password(name)
		}
		if err := s.Check(t.Context(), at.Base, name, password); right != (err == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func plainly(r *ldaptest.Relay) func(*ldap.Options) {
	return func(o *ldap.Options) { o.URLs, o.Plain = []string{r.URL}, true }
}

// Unknown, wrong, off and two of a name cost the same questions, so that they take the
// same time.
func TestNoIsTheSameWorkForAll(t *testing.T) {
	t.Parallel()
	at := ldaptest.Start(t, ldaptest.Options{Small: true})
	relay := ldaptest.NewRelay(t, at)
	s := open(t, of(at, plainly(relay)))
	if err := s.Check(t.Context(), at.Base, "pupil0001", ldaptest.Password("pupil0001")); err != nil {
		t.Fatal(err)
	}
	for _, username := range []string{"pupil0001", "nobody", "", "disabled", "twin"} {
		binds, searches := relay.Binds.Load(), relay.Searches.Load()
		if err := s.Check(t.Context(), at.Base, username, "no"); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("%q: %v", username, err)
		}
		if b, n := relay.Binds.Load()-binds, relay.Searches.Load()-searches; b != 1 || n != 1 {
			t.Errorf("%q: %d binds and %d searches", username, b, n)
		}
	}
	relay.Agrees.Store(true) // whoever is nobody is nobody to a directory, too, that binds anybody
	for username, right := range map[string]bool{"pupil0001": true, "nobody": false, "": false, "disabled": false, "twin": false} {
		if err := s.Check(t.Context(), at.Base, username, "no"); right != (err == nil) || !right && fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("%q, at a directory that agrees: %v", username, err)
		}
	}
}

func TestTheWayToTheDirectory(t *testing.T) {
	t.Parallel()
	at, bare := ldaptest.Start(t, ldaptest.Options{Small: true}), ldaptest.Start(t, ldaptest.Options{Small: true, NoTLS: true})
	silent, silentTLS := ldaptest.Silent(t, "ldap"), ldaptest.Silent(t, "ldaps")
	short := func(o *ldap.Options) { o.Connect = 300 * time.Millisecond }
	urls := func(all ...string) func(*ldap.Options) { return func(o *ldap.Options) { o.URLs = all } }
	otherCA := ldaptest.Start(t, ldaptest.Options{Small: true}).CA
	wrongPassword := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(wrongPassword, []byte("no\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		o      ldap.Options
		reason string // in the cause; "" when it works
	}{
		{"ldaps", of(at), ""},
		{"StartTLS", of(at, urls(at.Plain)), ""},
		{"by name", of(at, urls(strings.Replace(at.TLS, "127.0.0.1", "localhost", 1))), ""},
		{"the second server", of(at, urls("ldaps://127.0.0.1:9", at.TLS)), ""},
		{"the second server, the first is silent", of(at, short, urls(silentTLS, at.TLS)), ""},
		{"StartTLS refused", of(at, urls(bare.Plain)), "it refuses StartTLS"},
		{"another authority", of(at, func(o *ldap.Options) { o.CA = otherCA }), "certificate signed by unknown authority"},
		{"no authority of ours", of(at, func(o *ldap.Options) { o.CA = "" }), "certificate signed by unknown authority"},
		{"another authority, StartTLS", of(at, urls(at.Plain), func(o *ldap.Options) { o.CA = otherCA }), "unknown authority"},
		{"nobody there", of(at, urls("ldaps://127.0.0.1:9")), "Nothing answers at ldaps://127.0.0.1:9"},
		{"silent", of(at, short, urls(silentTLS)), "no TLS comes about"},
		{"silent, StartTLS", of(at, short, urls(silent)), "no TLS comes about"},
		{"the reader's password is wrong", of(at, func(o *ldap.Options) { o.PasswordFile = wrongPassword }), "refuses the account"},
		{"the reader is nobody", of(at, func(o *ldap.Options) { o.BindDN = "cn=nobody," + at.Base }), "refuses the account"},
	} {
		began := time.Now()
		err := open(t, c.o).Check(t.Context(), at.Base, "pupil0001", ldaptest.Password("pupil0001"))
		if c.reason == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if f := fault.As(err); f == nil || f.Code != "directory-away" || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %v", c.name, err)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("%s took %s", c.name, took)
		}
	}
}

// A directory that goes away in the middle, or stops talking, is away. It is not said
// that the password is wrong, and when it is back so is everybody.
func TestADirectoryThatGoesAway(t *testing.T) {
	t.Parallel()
	at := ldaptest.Start(t, ldaptest.Options{Small: true})
	relay := ldaptest.NewRelay(t, at)
	s := open(t, of(at, plainly(relay), func(o *ldap.Options) { o.Answer, o.Limit = 400*time.Millisecond, 2*time.Second }))
	check := func() error { return s.Check(t.Context(), at.Base, "pupil0001", ldaptest.Password("pupil0001")) }
	settled := func() (err error) { // the machine is busy, the limits are short
		for range 20 {
			if err = check(); err == nil {
				return nil
			}
		}
		return err
	}
	if err := settled(); err != nil {
		t.Fatal(err)
	}
	relay.Hold()
	began := time.Now()
	if err := check(); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("it says nothing more: %v", err)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %s to say so", took)
	}
	relay.Release()
	if err := settled(); err != nil {
		t.Errorf("it speaks again: %v", err)
	}
	at.Kill()
	if err := check(); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("it was killed: %v", err)
	}
	at.Serve()
	if err := settled(); err != nil {
		t.Errorf("it is back: %v", err)
	}
}

// Whoever waits for a place waits no longer than they want.
func TestOnlySoManyAtOnce(t *testing.T) {
	t.Parallel()
	at := ldaptest.Start(t, ldaptest.Options{Small: true})
	relay := ldaptest.NewRelay(t, at)
	s := open(t, of(at, plainly(relay), func(o *ldap.Options) { o.Most = 1 }))
	relay.Hold()
	first := make(chan error, 1)
	go func() {
		first <- s.Check(context.WithoutCancel(t.Context()), at.Base, "pupil0001", ldaptest.Password("pupil0001"))
	}()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) { // until the place is taken
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		err := s.Check(ctx, at.Base, "pupil0002", ldaptest.Password("pupil0002"))
		cancel()
		if errors.Is(err, context.DeadlineExceeded) && strings.Contains(err.Error(), "wait for one of 1") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("it did not wait: %v", err)
		}
	}
	relay.Release()
	if err := <-first; err != nil {
		t.Errorf("the one that was let in: %v", err)
	}
}

// A password that was refused for the reading account is not tried again and again:
// the directory would lock it.
func TestTheReadersAccountIsNotLocked(t *testing.T) {
	t.Parallel()
	at := ldaptest.Start(t, ldaptest.Options{Small: true})
	relay := ldaptest.NewRelay(t, at)
	now := time.Now()
	file := filepath.Join(t.TempDir(), "password")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("no\n")
	s := open(t, of(at, plainly(relay), func(o *ldap.Options) { o.PasswordFile, o.Clock = file, func() time.Time { return now } }))
	check := func() error { return s.Check(t.Context(), at.Base, "pupil0001", ldaptest.Password("pupil0001")) }
	for range 5 {
		if err := check(); fault.KindOf(err) != fault.Unavailable {
			t.Error(err)
		}
	}
	if n := relay.Binds.Load(); n != 1 {
		t.Errorf("%d binds", n)
	}
	now = now.Add(15 * time.Minute)
	if err := check(); fault.KindOf(err) != fault.Unavailable || relay.Binds.Load() != 2 {
		t.Errorf("after a quarter of an hour: %v, %d binds", err, relay.Binds.Load())
	}
	write(ldaptest.ReaderPassword + "\n")
	if err := check(); err != nil {
		t.Errorf("a new password counts at once: %v", err)
	}
}

func TestWhatCanNeverWork(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for code, o := range map[string]ldap.Options{
		"ldap-urls":           {},
		"ldap-url":            {URLs: []string{"https://dc1.school.example"}},
		"ldap-plain":          {URLs: []string{"ldap://dc1.school.example"}, Plain: true},
		"ldap-account":        {BindDN: "cn=reader"},
		"ldap-filter":         {UserFilter: "(objectClass=person"},
		"ldap-password-file":  {BindDN: "cn=reader", PasswordFile: filepath.Join(dir, "none")},
		"ldap-password-open":  {BindDN: "cn=reader", PasswordFile: file("open", "secret\n", 0o644)},
		"ldap-password-blank": {BindDN: "cn=reader", PasswordFile: file("blank", "\nsecret\n", 0o600)},
		"ldap-ca":             {CA: file("ca", "no certificate", 0o600)},
	} {
		if o.URLs == nil && code != "ldap-urls" {
			o.URLs = []string{"ldaps://dc1.school.example"}
		}
		_, err := ldap.New(o)
		if f := fault.As(err); f == nil || f.Code != code {
			t.Errorf("%s: %v", code, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s tells the password: %v", code, err)
		}
	}
	if _, err := ldap.New(ldap.Options{URLs: []string{"ldap://127.0.0.1", "ldap://localhost:1389", "ldaps://[::1]"}, Plain: true}); err != nil {
		t.Errorf("this machine, without TLS: %v", err)
	}
}
