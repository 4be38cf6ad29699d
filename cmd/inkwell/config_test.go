package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// loadWith is load with command-line arguments and, in a data folder of its own, a file.
func loadWith(t *testing.T, file string, args ...string) (*Loaded, error) {
	t.Helper()
	dir := t.TempDir()
	if file != "" {
		if err := os.WriteFile(filepath.Join(dir, "inkwell.toml"), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flags := pflag.NewFlagSet("inkwell", pflag.ContinueOnError)
	addFlags(flags)
	if err := flags.Parse(append([]string{"--data-dir", dir}, args...)); err != nil {
		t.Fatal(err)
	}
	return load(flags)
}

func TestDefaultsNeedNoConfiguration(t *testing.T) {
	l, err := loadWith(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if l.IPPListen != ":8631" || l.WebListen != ":8443" || l.RedirectListen != ":8080" || l.Caps.MaxBytes != 256<<20 || l.Headroom != 1<<30 {
		t.Errorf("%+v", l.Config)
	}
	for _, s := range settings {
		want := "default"
		if s.key == "data-dir" {
			want = "--data-dir"
		}
		if l.Sources[s.key] != want {
			t.Errorf("%s comes from %q", s.key, l.Sources[s.key])
		}
	}
}

func TestEverySettingCanBeSetInEachWay(t *testing.T) {
	other := map[string]string{
		"data-dir": "", "ipp-listen": "127.0.0.1:1", "web-listen": "127.0.0.1:2", "kiosk-listen": "127.0.0.1:3", "kiosk-unpaired": "true", "languages": "/etc/inkwell/languages", "redirect-listen": "", "demo": "true",
		"announce": "own", "announce-on": "eth0,eth1", "user": "postgres", "database.url": "postgres://a@h/d", "database.owner-url": "postgres://o@h/d",
		"tls.names": "print.example", "acme.names": "print.example,www.example", "acme.directory": "https://ca.example/dir", "acme.contact": "it@school.example",
		"acme.agree": "true", "acme.roots": "/etc/ca.pem", "acme.eab-kid": "kid-1", "acme.eab-key": "c2VjcmV0",
		"document.max-bytes": "1GiB", "spool.headroom": "2GiB", "jobs.per-person": "20", "jobs.bytes-per-person": "2GiB", "jobs.per-hour": "100", "jobs.per-school": "10000", "jobs.bytes-per-school": "20GiB",
		"metrics-listen": "127.0.0.1:9464", "snmp.community": "school", "printers.loopback": "true",
		"mail.server": "mail.school.example:587", "mail.from": "print@school.example", "mail.to": "it@school.example", "mail.user": "inkwell",
		"mail.password-file": "/etc/inkwell/mail.password", "mail.security": "tls",
		"spool.store": "s3", "spool.s3-endpoint": "https://s3.school.example", "spool.s3-bucket": "print", "spool.s3-prefix": "hill/", "spool.s3-region": "eu-west-2",
		"spool.s3-ca": "/etc/inkwell/s3.crt", "spool.s3-credentials-file": "/etc/inkwell/s3.credentials", "spool.s3-access-key": "AK", "spool.s3-secret-key": "SK",
		"log.level": "debug", "log.format": "json",
		"ldap.urls": "ldaps://dc1.school.example,ldaps://dc2.school.example", "ldap.ca": "/etc/inkwell/dc.crt", "ldap.plain": "true",
		"ldap.bind-dn": "CN=Inkwell,OU=Services,DC=school,DC=example", "ldap.password-file": "/etc/inkwell/ldap.password",
		"ldap.base": "Hill Road: OU=Hill,DC=school,DC=example; OU=Others,DC=school,DC=example", "ldap.group-base": "OU=Groups,DC=school,DC=example",
		"ldap.user-attribute": "userPrincipalName", "ldap.user-filter": "(objectClass=person)", "ldap.tries": "5", "ldap.tries-pause": "1h0m0s",
		"sso.issuer": "https://accounts.google.com", "sso.client-id": "inkwell", "sso.client-secret-file": "/etc/inkwell/sso.secret", "sso.name": "Google",
		"sso.domain": "school.example", "sso.address": "https://print.school.example", "sso.pupils": "true",
		"roster.folder": "/srv/roster", "roster.when": "02:30", "roster.source": "arbor", "roster.mapping": "arbor-pupils", "roster.school": "Hill Road",
		"roster.directory": "1h", "roster.groups": "Pupils: pupil; Year 7: year 7; Form *: form",
	}
	for _, s := range settings {
		value, ok := other[s.key]
		if !ok {
			t.Errorf("%s is not tried here", s.key)
		}
		if s.key == "data-dir" {
			continue
		}
		try := func(way, source, file string, args ...string) {
			l, err := loadWith(t, file, args...)
			if err != nil {
				t.Errorf("%s by %s: %v", s.key, way, err)
				return
			}
			if got := s.show(&l.Config); got != value || !strings.HasSuffix(l.Sources[s.key], source) {
				t.Errorf("%s by %s: %q from %q", s.key, way, got, l.Sources[s.key])
			}
		}
		if !s.secret {
			try("flag", "--"+s.flagName(), "", "--"+s.flagName()+"="+value)
		}
		try("file", "inkwell.toml", s.key+" = \""+value+"\"\n")
		t.Setenv(s.envName(), value)
		try("environment", s.envName(), "")
		if err := os.Unsetenv(s.envName()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFlagBeforeEnvironmentBeforeFile(t *testing.T) {
	const file = "web-listen = \":1\"\n"
	l, err := loadWith(t, file)
	if err != nil || l.WebListen != ":1" {
		t.Fatalf("file: %v %v", l, err)
	}
	t.Setenv("INKWELL_WEB_LISTEN", ":2")
	if l, err = loadWith(t, file); err != nil || l.WebListen != ":2" {
		t.Fatalf("environment: %v %v", l, err)
	}
	if l, err = loadWith(t, file, "--web-listen", ":3"); err != nil || l.WebListen != ":3" {
		t.Fatalf("flag: %v %v", l, err)
	}
}

func TestWhatCannotBeIsRefusedByName(t *testing.T) {
	for _, c := range []struct {
		name, file string
		env        [2]string
		want       []string // all in the refusal
	}{
		{"a key with a typing error", "web-lisen = \":8443\"\n", [2]string{}, []string{`web-lisen = ":8443"`, "inkwell.toml", "did you mean web-listen?"}},
		{"a key in the wrong table", "[database]\nulr = \"postgres://u:hunter2@h/d\"\n", [2]string{}, []string{"database.ulr", "did you mean database.url?"}},
		{"a variable with a typing error", "", [2]string{"INKWELL_DATABSE_URL", "postgres://u:hunter2@h/d"}, []string{"INKWELL_DATABSE_URL", "did you mean INKWELL_DATABASE_URL?"}},
		{"a bad value in the file", "ipp-listen = 8631\n", [2]string{}, []string{`ipp-listen = "8631"`, "inkwell.toml", "write host:port"}},
		{"a port out of range", "ipp-listen = \":86310\"\n", [2]string{}, []string{`":86310"`, "0 to 65535"}},
		{"a bad value in the environment", "", [2]string{"INKWELL_DOCUMENT_MAX_BYTES", "lots"}, []string{`document.max-bytes = "lots"`, "from INKWELL_DOCUMENT_MAX_BYTES", "256MiB"}},
		{"a bad secret", "", [2]string{"INKWELL_DATABASE_URL", "hunter2"}, []string{"database.url", "(hidden)", "write postgres://"}},
		{"root", "user = \"root\"\n", [2]string{}, []string{`user = "root"`, "ordinary user"}},
		{"an empty listener", "web-listen = \"\"\n", [2]string{}, []string{`web-listen = ""`}},
		{"a name with a port", "[tls]\nnames = [\"print.example\", \"print:443\"]\n", [2]string{}, []string{`tls.names = "print.example,print:443"`, "without port"}},
		{"a name that nobody vouches for", "[acme]\nnames = \"server.local\"\n", [2]string{}, []string{`acme.names = "server.local"`, "in the DNS"}},
		{"an address to order for", "[acme]\nnames = \"10.0.0.5\"\n", [2]string{}, []string{`acme.names = "10.0.0.5"`, "in the DNS"}},
		{"an authority without TLS", "[acme]\ndirectory = \"http://ca.example\"\n", [2]string{}, []string{"acme.directory", "such as https://"}},
		{"a contact that is none", "[acme]\ncontact = \"Jo <jo@school.example>\"\n", [2]string{}, []string{"acme.contact", "it@school.example"}},
		{"a bad account key", "", [2]string{"INKWELL_ACME_EAB_KEY", "hunter2!"}, []string{"acme.eab-key", "(hidden)", "letters, digits"}},
		{"a demo for everyone", "demo = true\nweb-listen = \"0.0.0.0:8443\"\n", [2]string{}, []string{"0.0.0.0:8443", "127.0.0.1:8443"}},
		{"no TOML at all", "web-listen :8443\n", [2]string{}, []string{"read configuration", "inkwell.toml"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.env[0] != "" {
				t.Setenv(c.env[0], c.env[1])
			}
			_, err := loadWith(t, c.file)
			if err == nil {
				t.Fatal("it was accepted")
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the refusal lacks %q: %v", part, err)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the refusal tells a password: %v", err)
			}
		})
	}
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	_, err := loadWith(t, "web-lisen = \":1\"\nlog-level = \"loud\"\n[log]\nformat = \"xml\"\n")
	if err == nil || len(strings.Split(err.Error(), "\n")) != 3 {
		t.Errorf("%v", err)
	}
}

func TestADemoListensHereAlone(t *testing.T) {
	l, err := loadWith(t, "", "--demo")
	if err != nil {
		t.Fatal(err)
	}
	if l.IPPListen != "127.0.0.1:8631" || l.WebListen != "127.0.0.1:8443" || l.RedirectListen != "127.0.0.1:8080" {
		t.Errorf("%+v", l.Config)
	}
}

func TestADemoHasAFolderOfItsOwn(t *testing.T) {
	if school, demo := defaultDataDir(false), defaultDataDir(true); school == demo || !filepath.IsAbs(school) || !filepath.IsAbs(demo) {
		t.Errorf("%q and %q", school, demo)
	}
}

func TestConfigShowsSourcesAndHidesSecrets(t *testing.T) {
	t.Setenv("INKWELL_DATABASE_URL", "postgres://inkwell:hunter2@db.example/inkwell?password=hunter2")
	l, err := loadWith(t, "[log]\nlevel = \"warn\"\n", "--web-listen", ":9000")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := l.print(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"INKWELL_DATABASE_URL", "postgres://inkwell@db.example/inkwell", "--web-listen", ":9000", "warn", l.File} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it lacks %q", want)
		}
	}
	if strings.Contains(out.String(), "hunter2") {
		t.Error("a password is shown")
	}
	for _, s := range settings {
		if !strings.Contains(out.String(), "\n"+s.key+" ") {
			t.Errorf("%s is not listed", s.key)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{"1": 1, "256MiB": 256 << 20, "1GiB": 1 << 30, "3 KiB": 3072, "2TiB": 2 << 40} {
		got, err := isSize(text)
		if err != nil || got != want {
			t.Errorf("%s: %d %v", text, got, err)
		}
		if again, err := isSize(sizeText(got)); err != nil || again != got {
			t.Errorf("%s: shown as %s", text, sizeText(got))
		}
	}
	for _, text := range []string{"", "0", "-1", "1MB", "MiB", "1.5GiB", "99999999TiB"} {
		if n, err := isSize(text); err == nil {
			t.Errorf("%q was read as %d", text, n)
		}
	}
}

func TestOrderingNeedsItsParts(t *testing.T) {
	t.Parallel()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	whole := Config{ACMENames: []string{"print.example"}, ACMEDirectory: "https://ca.example/dir", ACMEAgree: true, ACMEKeyID: "k", ACMEMACKey: "c2VjcmV0Cg=="}
	if o, err := whole.acme(); err != nil || o == nil || string(o.MACKey) != "secret\n" || o.Names[0] != "print.example" {
		t.Errorf("%+v %v", o, err)
	}
	if o, err := (Config{ACMEAgree: true}).acme(); o != nil || err != nil {
		t.Errorf("without names: %+v %v", o, err)
	}
	for want, change := range map[string]func(*Config){
		"acme.agree = true": func(c *Config) { c.ACMEAgree = false },
		"belong together":   func(c *Config) { c.ACMEMACKey = "" },
		roots:               func(c *Config) { c.ACMERoots = roots },
		"/no/such":          func(c *Config) { c.ACMERoots = "/no/such" },
	} {
		c := whole
		change(&c)
		if _, err := c.acme(); err == nil || !strings.Contains(asPerson(err), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}
