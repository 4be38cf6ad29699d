package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inkwell/release"
)

// TestConditionInWords: each part that works without anybody looking, well and not.
func TestConditionInWords(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 10, 24, 0, 0, time.UTC)
	mailed := Config{Mail: MailConfig{Server: "smtp.school.example:587", To: []string{"it@school.example"}}}
	chore := func(is release.Condition) finding {
		return checkChore(is, now, release.BackupMade, "backup", "made %s", "never", "make one", backupOld)
	}
	tended := func(ago time.Duration, problems int) release.Condition {
		return release.Condition{Tended: map[release.Chore]release.Upkeep{release.BackupMade: {At: now.Add(-ago), Problems: problems}}}
	}
	for _, c := range []struct {
		f    finding
		want level
		says string
	}{
		{checkServers(release.Condition{Servers: 2}), good, "2 at work"},
		{checkServers(release.Condition{Servers: 1, Lapsed: 1, LastBeat: now}), look, "1 other has not been heard of"},
		{checkServers(release.Condition{}), bad, "nothing is printed"},
		{checkHeld(release.Condition{}), good, "none"},
		{checkHeld(release.Condition{Held: 3, Oldest: now}), good, "3 jobs"},
		{checkHeld(release.Condition{Held: 3, Oldest: now, Overdue: 1}), look, "should have gone"},
		{checkQueues(release.Condition{}), look, "nobody can print"},
		{checkQueues(release.Condition{Queues: 2}), good, "2, all open"},
		{checkQueues(release.Condition{Queues: 2, Shut: []string{"Print"}}), look, "closed or paused Print"},
		{checkQueues(release.Condition{Queues: 2, Outless: []string{"Office"}}), look, "nothing comes out of Office"},
		{checkKiosks(release.Condition{Kiosks: 2}), good, "2 connected"},
		{checkKiosks(release.Condition{Kiosks: 2, KiosksLost: []string{"Hall"}}), look, "not connected: Hall"},
		{checkMail(Config{}, release.Condition{Unmailed: 4}), good, "nobody is written to"},
		{checkMail(mailed, release.Condition{Unmailed: 4}), look, "4 faults could not be mailed"},
		{checkMail(mailed, release.Condition{}), good, "nothing waits"},
		{chore(release.Condition{}), look, "never"},
		{chore(tended(time.Hour, 0)), good, "made"},
		{chore(tended(3*24*time.Hour, 0)), look, "made"},
		{chore(tended(time.Hour, 1)), bad, "found 1 problem"},
	} {
		if c.f.level != c.want || !strings.Contains(c.f.say, c.says) || (c.f.level == good) != (c.f.do == "") {
			t.Errorf("%+v, want %s: %s", c.f, c.want, c.says)
		}
	}
}

// TestSingleSignOnIsAsked: a provider that answers as another, none at all, and a secret that others read.
func TestSingleSignOnIsAsked(t *testing.T) {
	t.Parallel()
	var provider *httptest.Server
	provider = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"issuer":"` + provider.URL + `","authorization_endpoint":"` + provider.URL + `/a","token_endpoint":"` + provider.URL + `/t","jwks_uri":"` + provider.URL + `/k"}`))
	}))
	t.Cleanup(provider.Close)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s3cret"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := Config{SSO: SSOConfig{Issuer: provider.URL, ClientID: "inkwell", SecretFile: secret, Name: "the school's account", Address: "https://print.school.example"}}
	if got := checkSSO(t.Context(), Config{}); got != nil {
		t.Errorf("without one: %+v", got)
	}
	if got := checkSSO(t.Context(), c); len(got) != 1 || got[0].level != good {
		t.Errorf("a provider that answers: %+v", got)
	}
	open := c
	open.SSO.SecretFile = secret + "-open"
	if err := os.WriteFile(open.SSO.SecretFile, []byte("s3cret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open.SSO.SecretFile, 0o644); err != nil { // #nosec G302 -- on purpose
		t.Fatal(err)
	}
	if got := checkSSO(t.Context(), open); len(got) != 1 || got[0].level != bad || !strings.Contains(got[0].say, "Others can read") {
		t.Errorf("a secret that others read: %+v", got)
	}
	provider.Close()
	if got := checkSSO(t.Context(), c); len(got) != 1 || got[0].level != bad || got[0].do == "" {
		t.Errorf("no provider: %+v", got)
	}
}
