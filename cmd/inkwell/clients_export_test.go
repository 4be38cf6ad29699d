package main

import (
	"archive/zip"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/xml"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"inkwell/internal/fault"
	"inkwell/ipp/ipptest"
)

// export writes an export into a folder of its own and returns that.
func (s *demo) export(args ...string) string {
	s.t.Helper()
	dir := filepath.Dir(dataDir(s.t))
	if err := os.Chmod(dir, 0o777); err != nil { //nolint:gosec // the command works as the service user
		s.t.Fatal(err)
	}
	out := s.inkwell(append([]string{"clients", "export", "--out", dir}, args...)...)
	if !strings.Contains(out, "open index.html first") || !strings.Contains(out, "on this machine alone") {
		s.t.Errorf("export %v says %q", args, out)
	}
	return dir
}

func readAll(t *testing.T, parts ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// one is what a pattern's group matches.
func one(t *testing.T, pattern, text string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("%s is not in\n%s", pattern, text)
	}
	return m[1]
}

// airPrint is the address in a configuration profile, put together as AirPrint does it.
func airPrint(t *testing.T, profile string) string {
	t.Helper()
	var list struct {
		Keys []string `xml:"dict>array>dict>array>dict>key"`
		Text []string `xml:"dict>array>dict>array>dict>string"`
		Port []string `xml:"dict>array>dict>array>dict>integer"`
		TLS  *string  `xml:"dict>array>dict>array>dict>true"`
	}
	if err := xml.Unmarshal([]byte(profile), &list); err != nil {
		t.Fatal(err)
	}
	if strings.Join(list.Keys, " ") != "IPAddress ResourcePath Port ForceTLS" || len(list.Text) != 2 || len(list.Port) != 1 || list.TLS == nil {
		t.Fatalf("the profile has %+v", list)
	}
	return "ipps://" + list.Text[0] + ":" + list.Port[0] + "/" + list.Text[1]
}

// TestRollOut exports for every kind of computer, and prints as those do that have been
// given what came out. It is one server from beginning to end.
func TestRollOut(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	s.rollOutReplaces()
	s.rollOutPrints()
	s.rollOutToCUPS()
	s.rollOutToOnePerson()
}

// rollOutPrints takes the address out of what each system is given, as that
// system reads it, and prints to it.
func (s *demo) rollOutPrints() {
	t := s.t
	s.inkwell("devices", "add", "room-12", "--name", `Room 12 "$(touch owned)" 'É`, "--network", "127.0.0.0/8")
	document := blankPDF(t, 1)
	var google struct {
		Requests []struct{ Printer struct{ URI string } }
	}
	if err := json.Unmarshal([]byte(readAll(t, s.export("google"), "room-12", "printers.json")), &google); err != nil || len(google.Requests) != 1 {
		t.Fatalf("%+v, %v", google, err)
	}
	apple := s.export("apple")
	const url = `(?m)^\$url = '([^']+)'\r$`
	for system, uri := range map[string]string{
		"google":  google.Requests[0].Printer.URI,
		"windows": one(t, url, readAll(t, s.export("windows"), "room-12", "install.ps1")),
		"intune":  one(t, url, readAll(t, s.export("intune"), "room-12", "detect.ps1")),
		"apple":   airPrint(t, readAll(t, apple, "room-12", "room-12.mobileconfig")),
		"cups":    one(t, `(?m)^uri='([^']+)'$`, readAll(t, s.export("cups"), "room-12", "install.sh")),
	} {
		if said, ok := s.ask(sayTest, uri, document, "-d", "who=pupil0008"); !ok {
			t.Errorf("%s: %s does not print:\n%s", system, uri, said)
		}
	}
	s.held("pupil0008", 5)
	asks := airPrint(t, readAll(t, apple, "school_password", "school_password.mobileconfig"))
	if said, ok := s.submit(strings.Replace(asks, "://", "://pupil0009:"+strings.ReplaceAll(demoPassword, " ", "%20")+"@", 1), document); !ok {
		t.Errorf("%s does not print with a password:\n%s", asks, said)
	}
	if said, ok := s.submit(asks, document); ok {
		t.Errorf("%s prints without a password:\n%s", asks, said)
	}
	s.trusted(apple)
	s.downloads(apple)
}

// downloads signs in to the staff pages as IT and wants the files that the command has
// written.
func (s *demo) downloads(export string) {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: patience}
	answer, err := browser.PostForm("http://"+s.web+"/staff/sign-in", url.Values{"username": {"it01"}, "password": {demoPassword}})
	if err == nil {
		_ = answer.Body.Close()
		answer, err = browser.Get("http://" + s.web + "/staff/roll-out/apple")
	}
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		s.t.Fatalf("%s: %.200q is no archive: %v", answer.Status, body, err)
	}
	for _, f := range archive.File {
		here, err := fs.ReadFile(archive, f.Name)
		if there := readAll(s.t, export, filepath.FromSlash(f.Name)); err != nil || string(here) != there {
			s.t.Errorf("%s is not what the command writes: %v", f.Name, err)
		}
	}
	if len(archive.File) != 5 {
		s.t.Errorf("%d files", len(archive.File))
	}
}

// trusted connects as a computer does that has been told to trust the exported authority
// and nothing else.
func (s *demo) trusted(export string) {
	s.t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(readAll(s.t, export, "inkwell-ca.pem"))) {
		s.t.Fatal("inkwell-ca.pem is no certificate")
	}
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	c, err := dialer.DialContext(s.t.Context(), "tcp", s.ipp)
	if err != nil {
		s.t.Fatalf("who trusts the authority does not trust the server: %v", err)
	}
	_ = c.Close()
}

// rollOutToCUPS runs the script against a cupsd, prints as two pupils do on one
// computer, and takes the queue away again.
func (s *demo) rollOutToCUPS() {
	t := s.t
	s.inkwell("devices", "add", "lab", "--name", "Lab's \"PCs\" $(id)", "--network", "127.0.0.0/8")
	dir := s.export("cups", "--group", "lab")
	c := ipptest.CUPS(t)
	install, uninstall := filepath.Join(dir, "lab", "install.sh"), filepath.Join(dir, "lab", "uninstall.sh")
	for range 2 { // run again, it changes nothing
		if said := c.Program("sh", install, "--printer-only"); !strings.Contains(said, "inkwell-lab is there.") {
			t.Fatalf("it says %q", said)
		}
	}
	c.Wait("CUPS knows the printer", func() bool { return strings.Contains(c.Log(), `Printer "inkwell-lab" is now available.`) })
	if said := c.Program("lpstat", "-l", "-p", "inkwell-lab"); !strings.Contains(said, "Description: Print (Lab's \"PCs\" $(id))") {
		t.Errorf("the queue is\n%s", said)
	}
	document := blankPDF(t, 2)
	for _, who := range []string{"pupil0010", "pupil0011"} {
		request := c.LPAs(who, "inkwell-lab", document)
		c.Wait("CUPS has let go of "+request, func() bool { return c.Done(request) })
		s.held(who, 1)
	}
	c.Program("sh", uninstall)
	c.Program("sh", uninstall)
	if said := c.Program("lpstat", "-e"); strings.Contains(said, "inkwell-lab") {
		t.Errorf("the queue is still there:\n%s", said)
	}
}

// rollOutToOnePerson gives an address that stands in that person's files alone, for
// their owner's eyes.
func (s *demo) rollOutToOnePerson() {
	t := s.t
	document := blankPDF(t, 1)
	dir := s.export("apple", "--person", "pupil0008", "--device", "Sam's iPad")
	uri := airPrint(t, readAll(t, dir, "one_person", "one_person.mobileconfig"))
	_, token, _ := strings.Cut(uri, "/u/")
	if said, ok := s.submit(uri, document); !ok || len(token) != 26 {
		t.Fatalf("%s does not print:\n%s", uri, said)
	}
	s.held("pupil0008", 6)
	if page := readAll(t, dir, "index.html"); strings.Contains(page, token) || !strings.Contains(page, "These files are a key") {
		t.Error("the page shows the address, or does not say what it is worth")
	}
	for name, mode := range map[string]os.FileMode{"one_person": 0o700, "one_person/one_person.mobileconfig": 0o600, "index.html": 0o644} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if list := s.inkwell("address", "list", "pupil0008"); !strings.Contains(list, "Sam's iPad") {
		t.Errorf("the list is\n%s", list)
	}
	given := rows[int](s, "SELECT count(*) FROM address")
	for want, args := range map[string][]string{
		"choose windows, apple or cups": {"google", "--person", "pupil0008", "--device", "Chromebook"},
		"is not empty":                  {"apple", "--person", "pupil0008", "--device", "Another", "--out", dir},
		"Name the device":               {"apple", "--person", "pupil0008", "--device", " "},
		"[person device]":               {"apple", "--person", "pupil0008"},
	} {
		refused(t, want, append([]string{"clients", "export", "--data-dir", s.dir}, args...)...)
	}
	if n := rows[int](s, "SELECT count(*) FROM address"); n != given {
		t.Errorf("what was refused gave %d addresses", n-given)
	}
	s.stop()
	if log := s.log.String(); strings.Contains(log, token) {
		t.Error("the log knows the token")
	}
}

// rollOutReplaces takes the place of an earlier export, and of nothing that it has not written.
func (s *demo) rollOutReplaces() {
	t := s.t
	export := []string{"clients", "export", "windows", "--data-dir", s.dir}
	refused(t, "There is no device group to set up yet", export...)
	s.inkwell("devices", "add", "room-12", "--name", "Room 12", "--network", "192.0.2.0/24")
	s.inkwell("devices", "add", "room-13", "--name", "Room 13", "--network", "198.51.100.0/24")
	dir := s.export("windows")
	mine := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.inkwell("devices", "remove", "room-13")
	refused(t, "is not empty", append(export, "--out", dir)...)
	s.inkwell("clients", "export", "windows", "--out", dir, "--replace")
	if _, err := os.Stat(filepath.Join(dir, "room-13")); err == nil {
		t.Error("the removed group is still there")
	}
	if page := readAll(t, dir, "index.html"); strings.Contains(page, "Room 13") || !strings.Contains(page, "Room 12") || readAll(t, mine) != "mine" {
		t.Error("the page is the old one, or what was there is gone")
	}
	for want, args := range map[string][]string{
		`no device group "room-13", it was removed`:                {"--group", "room-13"},
		`no device group "room-99"`:                                {"--group", "room-12,room-99"},
		`no device group "school_password"`:                        {"--group", "school_password"},
		"no queue /ipp/nowhere":                                    {"--queue", "/ipp/nowhere"},
		"Say which school is meant":                                {"--school", "Hill Road"},
		"cannot be written by the user as whom this command works": {"--out", mine},
	} {
		refused(t, want, append(export, args...)...)
	}
	refused(t, "Choose windows, intune, google, apple or cups", "clients", "export", "amiga", "--data-dir", s.dir)
	archive, err := inkwell(t, append(export, "--group", "room-12")...)
	if err != nil || !strings.HasPrefix(archive, "PK") {
		t.Errorf("without a folder it writes %.40q, %v", archive, err)
	}
	s.inkwell("queue", "set", "/ipp/print", "--proof", "password")
	refused(t, "There is no device group to set up yet", export...)
	refused(t, "does not take it", append(export, "--group", "room-12")...)
	refused(t, "does not take such addresses", append(export, "--person", "pupil0008", "--device", "Tablet")...)
	s.inkwell("queue", "set", "/ipp/print", "--proof", "password,address,server,devices")
	s.inkwell("devices", "remove", "room-12")
}

// TestAnArchiveIsNotForAScreen: it would be lost there.
func TestAnArchiveIsNotForAScreen(t *testing.T) {
	t.Parallel()
	screen, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	if _, err := new(clientsExport).open(screen); fault.As(err) == nil || fault.As(err).Code != "out-missing" {
		t.Errorf("it goes to a screen: %v", err)
	}
	if _, err := new(clientsExport).open(&bytes.Buffer{}); err != nil {
		t.Errorf("it does not go to a pipe: %v", err)
	}
}

// TestTheNameOfTheServer: what a hundred computers are told is said by somebody, or is
// the one address that the server listens on.
func TestTheNameOfTheServer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at   addresses
		want string
		code string
	}{
		{addresses{IPP: "[::]:8631"}, "", "server-nameless"},
		{addresses{IPP: "0.0.0.0:8631"}, "", "server-nameless"},
		{addresses{IPP: "[::]:8631", Names: []string{"print.school.example", "10.1.1.5"}}, "print.school.example:8631", ""},
		{addresses{IPP: "10.1.1.5:631", Names: []string{"print.school.example"}}, "10.1.1.5:631", ""},
	} {
		got, err := c.at.public()
		if f := fault.As(err); got != c.want || (f == nil) != (c.code == "") || f != nil && f.Code != c.code {
			t.Errorf("%+v: %q, %v", c.at, got, err)
		}
	}
	for server, own := range map[string]bool{"127.0.0.1:1": true, "[::1]:1": true, "localhost:1": true, "print:1": false, "10.0.0.1:1": false} {
		if ownMachine(server) != own {
			t.Errorf("%s: %v", server, !own)
		}
	}
}
