package rollout

import (
	"bytes"
	"encoding/base64"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

// school is a plan with a printer of each kind.
func school() Plan {
	return Plan{
		School: "Harbour Academy", Installation: "7d444840-9dc0-11d1-b245-5ffdce74fad2", Server: "print.harbour.example:8631",
		CA: []byte("a certificate in DER"), Made: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		Printers: []Printer{
			{ID: "room-12", Name: "Print (Room 12)", Path: "/ipp/print/g/room-12", Kind: Claim, Networks: []string{"10.1.12.0/24", "fd00:12::/64"}},
			{ID: "windows", Name: "Print (Print server)", Path: "/ipp/print/g/windows", Kind: Believed, Networks: []string{"10.1.1.7/32"}},
			{ID: PersonalID, Name: "Print (Sam's iPad)", Path: "/ipp/print/u/abcdefghijkmnpqrstuvwxyz23", Kind: Personal},
			{ID: PasswordID, Name: "Print (Harbour Academy)", Path: "/ipp/print", Kind: Password},
		},
	}
}

// made is what a system makes of a plan, by name.
func made(t *testing.T, system string, p Plan) map[string][]byte {
	t.Helper()
	s, err := SystemByName(system)
	if err != nil {
		t.Fatal(err)
	}
	files, err := s.Export(p)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range files {
		if all[f.Name] != nil {
			t.Errorf("%s: there are two %s", system, f.Name)
		}
		all[f.Name] = f.Body
		if f.Secret != strings.HasPrefix(f.Name, PersonalID+"/") {
			t.Errorf("%s: %s is a secret: %v", system, f.Name, f.Secret)
		}
	}
	return all
}

// The files are those that somebody has read, to the byte.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, s := range Systems {
		files := made(t, s.Name, school())
		for name, body := range files {
			if name == "index.html" { // holds the whole stylesheet: its words alone
				_, words, _ := bytes.Cut(body, []byte("<main"))
				body = append([]byte("<main"), words...)
			}
			path := filepath.Join("testdata", s.Name, filepath.FromSlash(name))
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, body, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			golden, err := os.ReadFile(path) //nolint:gosec // our own
			if err != nil || !bytes.Equal(golden, body) {
				t.Errorf("%s differs (%v): go test ./ipp/rollout -update, and read it", path, err)
			}
		}
		_ = filepath.WalkDir(filepath.Join("testdata", s.Name), func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				name, _ := filepath.Rel(filepath.Join("testdata", s.Name), path)
				if files[filepath.ToSlash(name)] == nil {
					t.Errorf("%s is made no more", path)
				}
			}
			return err
		})
	}
}

// Five lines for every printer, no token on the page, and nothing that a plan left out.
func TestThePage(t *testing.T) {
	t.Parallel()
	for _, s := range Systems {
		sheet, err := s.Sheet(school())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range sheet.Printers {
			if len(p.Lines) != 5 || p.Kind == "" {
				t.Errorf("%s: %d lines for %s, a %q", s.Name, len(p.Lines), p.ID, p.Kind)
			}
		}
		page := string(made(t, s.Name, school())["index.html"])
		if strings.Contains(page, "abcdefghijkmnpqrstuvwxyz23") {
			t.Errorf("%s: the page shows a personal address", s.Name)
		}
		for _, elsewhere := range []string{"<script", "src=", "href=", "@import", "url("} {
			if strings.Contains(page, elsewhere) {
				t.Errorf("%s: the page wants something from elsewhere: %s", s.Name, elsewhere)
			}
		}
		if s.Suits(Personal) != strings.Contains(page, "These files are a key") {
			t.Errorf("%s: the page does not say what its files are worth", s.Name)
		}
	}
}

// Where computers trust the server's certificate already, none is brought.
func TestWithoutAnAuthorityOfOurs(t *testing.T) {
	t.Parallel()
	p := school()
	p.CA = nil
	for _, s := range Systems {
		for name, body := range made(t, s.Name, p) {
			if strings.HasPrefix(name, "inkwell-ca.") || strings.Contains(string(body), "BEGIN CERTIFICATE") || strings.Contains(string(body), "com.apple.security.root") ||
				name == "index.html" && strings.Contains(string(body), "inkwell-ca.") {
				t.Errorf("%s: %s brings a certificate", s.Name, name)
			}
		}
	}
}

// What is imported again takes the place of what was there, and nothing else.
func TestIdentityStays(t *testing.T) {
	t.Parallel()
	one, two := school(), school()
	two.School, two.Printers[0].Name, two.Server = "Another name", "Moved", "new.harbour.example:8631"
	for _, what := range []string{"PayloadIdentifier", "PayloadUUID"} {
		a := values(t, made(t, "apple", one)["room-12/room-12.mobileconfig"], what)
		b := values(t, made(t, "apple", two)["room-12/room-12.mobileconfig"], what)
		other := values(t, made(t, "apple", one)[PasswordID+"/"+PasswordID+".mobileconfig"], what)
		elsewhere := school()
		elsewhere.Installation = "another"
		c := values(t, made(t, "apple", elsewhere)["room-12/room-12.mobileconfig"], what)
		if len(a) != 3 || strings.Join(a, " ") != strings.Join(b, " ") {
			t.Errorf("%s: %q, then %q", what, a, b)
		}
		for i := range a {
			if a[i] == other[i] || a[i] == c[i] {
				t.Errorf("%s: two printers have %s", what, a[i])
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	if _, err := SystemByName("amiga"); fault.As(err) == nil || fault.As(err).Code != "system-unknown" {
		t.Errorf("a system that is none: %v", err)
	}
	for _, s := range Systems {
		p := school()
		p.Printers = p.Printers[1:2] // a print server
		_, err := s.Export(p)
		if suits := s.Suits(Believed); suits != (err == nil) || !suits && fault.As(err).Code != "roll-out-empty" {
			t.Errorf("%s of a print server: %v", s.Name, err)
		}
		if _, err := s.Export(Plan{Server: "print.harbour.example:8631"}); fault.As(err) == nil || fault.As(err).Kind != fault.NotFound {
			t.Errorf("%s of nothing: %v", s.Name, err)
		}
		p = school()
		p.Server = "no port"
		if _, err := s.Export(p); err == nil {
			t.Errorf("%s takes a server without a port", s.Name)
		}
	}
}

// The archive holds every file, and what may be run may be run.
func TestZip(t *testing.T) {
	t.Parallel()
	s, err := SystemByName("cups")
	if err != nil {
		t.Fatal(err)
	}
	files, err := s.Export(school())
	if err != nil {
		t.Fatal(err)
	}
	unpacked := unzip(t, files)
	for _, f := range files {
		got, err := os.ReadFile(filepath.Join(unpacked, filepath.FromSlash(f.Name)))
		if err != nil || !bytes.Equal(got, f.Body) {
			t.Errorf("%s: %v", f.Name, err)
		}
		info, err := os.Stat(filepath.Join(unpacked, filepath.FromSlash(f.Name)))
		if err != nil || (info.Mode()&0o100 != 0) != f.Script {
			t.Errorf("%s: %v, %v", f.Name, info.Mode(), err)
		}
	}
}

// The certificate inside a script is the certificate.
func TestTheCertificateIsWhole(t *testing.T) {
	t.Parallel()
	p := school()
	p.CA = bytes.Repeat([]byte{0, 0xff, '\'', '\n', '$'}, 300)
	text := string(made(t, "intune", p)["room-12/detect.ps1"])
	_, text, _ = strings.Cut(text, "$authority = '")
	text, _, _ = strings.Cut(text, "'")
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !bytes.Equal(der, p.CA) {
		t.Errorf("%v, %d bytes of %d", err, len(der), len(p.CA))
	}
	if !bytes.Equal(made(t, "windows", p)["inkwell-ca.cer"], p.CA) {
		t.Error("inkwell-ca.cer is another")
	}
}
