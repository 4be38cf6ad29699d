package rollout

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unicode/utf16"

	"golang.org/x/net/html"
)

// hostile are names that somebody could type to get out of the string they stand in, and
// what is left to be read of each.
var hostile = map[string]string{
	"Room 12":                       "Room 12",
	`It's "here"`:                   `It's "here"`,
	"'; touch owned; '":             "'; touch owned; '",
	"$(touch owned)":                "$(touch owned)",
	"`touch owned`":                 "`touch owned`",
	"a\n\ttouch owned\r\nb":         "a touch owned b",
	"a\\":                           `a\`,
	"%s %d @URL@ @CA@":              "%s %d @URL@ @CA@",
	"\u2019; Remove-Item C: #":      "\u2019; Remove-Item C: #",
	"\u2018\u201a\u201b\u201c":      "\u2018\u201a\u201b\u201c",
	"Œuvre École 图书馆 🖨":             "Œuvre École 图书馆 🖨",
	"</string><key>x</key>":         "</string><key>x</key>",
	"]]> <!-- --> &amp; &#x27;":     "]]> <!-- --> &amp; &#x27;",
	`"},{"uri":"ipp://evil"}`:       `"},{"uri":"ipp://evil"}`,
	"<script>alert(1)</script>":     "<script>alert(1)</script>",
	"\u202egnp.exe\u2066 \x00\x1b[": "gnp.exe [",
	"a\u2028b\ufffe\uffffc":         "a b c",
	"\xff\xfe broken":               "broken",
	"* [a-z]? !x, y":                "* [a-z]? !x, y",
	"-Force":                        "-Force",
	"\u202e":                        "room-12", // nothing is left: the group's short name
}

// named is a plan in which a name stands wherever one can.
func named(name string) Plan {
	p := school()
	p.School = name
	for i := range p.Printers {
		p.Printers[i].Name = name
	}
	p.Printers = p.Printers[:1]
	return p
}

// fields are what Google's schemas know, with a value of their type. Those of a printer
// are of the discovery document admin/directory_v1, without what is output only; those
// of a policy are of Chromium's policy Printers.
var (
	apiFields    = map[string]any{"displayName": "", "description": "", "makeAndModel": "", "uri": "", "orgUnitId": "", "useDriverlessConfig": true}
	policyFields = map[string]any{"display_name": "", "description": "", "manufacturer": "", "model": "", "uri": "", "uuid": "", "ppd_resource": map[string]any{}}
	ppdFields    = map[string]any{"autoconf": true}
)

// known fails for a field that a schema does not have, or has of another type.
func known(t *testing.T, object any, fields map[string]any) {
	t.Helper()
	members, ok := object.(map[string]any)
	if !ok || len(members) == 0 {
		t.Errorf("%v is no object", object)
	}
	for name, value := range members {
		if want, there := fields[name]; !there || fmt.Sprintf("%T", want) != fmt.Sprintf("%T", value) {
			t.Errorf("%s is a %T, want %T", name, value, want)
		}
	}
}

func TestGoogleKnowsEveryField(t *testing.T) {
	t.Parallel()
	files := made(t, "google", school())
	var body struct {
		Requests []struct {
			Parent  string
			Printer any
		}
	}
	strict(t, files["room-12/printers.json"], &body)
	known(t, body.Requests[0].Printer, apiFields)
	if body.Requests[0].Parent != "customers/my_customer" {
		t.Errorf("the parent is %q", body.Requests[0].Parent)
	}
	var policy struct {
		PrintingSendUsernameAndFilenameEnabled bool
		Printers                               []string
	}
	strict(t, files["room-12/policy.json"], &policy)
	var printer map[string]any
	strict(t, []byte(policy.Printers[0]), &printer)
	known(t, printer, policyFields)
	known(t, printer["ppd_resource"], ppdFields)
}

func TestHostileNamesInJSON(t *testing.T) {
	t.Parallel()
	for typed, shown := range hostile {
		files := made(t, "google", named(typed))
		var body struct{ Requests []createPrinter }
		strict(t, files["room-12/printers.json"], &body)
		if len(body.Requests) != 1 || body.Requests[0].Printer.DisplayName != shown || body.Requests[0].Printer.URI != "ipps://print.harbour.example:8631/ipp/print/g/room-12" {
			t.Errorf("%q: %+v", typed, body)
		}
		var policy struct {
			PrintingSendUsernameAndFilenameEnabled bool
			Printers                               []string
		}
		strict(t, files["room-12/policy.json"], &policy)
		var printer policyPrinter
		if len(policy.Printers) == 1 {
			strict(t, []byte(policy.Printers[0]), &printer)
		}
		if !policy.PrintingSendUsernameAndFilenameEnabled || printer.DisplayName != shown {
			t.Errorf("%q: %+v, %+v", typed, policy, printer)
		}
	}
}

// strict decodes one value and wants nothing that is unknown or left over.
func strict(t *testing.T, text []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil || d.More() {
		t.Errorf("%s: %v", text, err)
	}
}

// values are the texts that follow a key of a property list, in order, as a strict
// reader of XML finds them.
func values(t *testing.T, text []byte, key string) (all []string) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(text))
	last, element := "", ""
	for {
		token, err := d.Token()
		if token == nil {
			if err != nil && err.Error() != "EOF" {
				t.Errorf("%v in %s", err, text)
			}
			return all
		}
		switch v := token.(type) {
		case xml.StartElement:
			element = v.Name.Local
		case xml.EndElement:
			element = ""
		case xml.CharData:
			switch element {
			case "key":
				last = string(v)
			case "string":
				if last == key {
					all = append(all, string(v))
				}
			}
		}
	}
}

// A property list is read by two strangers: encoding/xml and Apple's own format as
// libplist knows it.
func TestHostileNamesInPropertyLists(t *testing.T) {
	t.Parallel()
	keys := -1
	for typed, shown := range hostile {
		text := made(t, "apple", named(typed))["room-12/room-12.mobileconfig"]
		if names := values(t, text, "PayloadDisplayName"); len(names) != 3 || names[0] != shown || names[2] == shown {
			t.Errorf("%q: %q", typed, names)
		}
		if n := strings.Count(string(text), "<key>"); keys < 0 {
			keys = n
		} else if n != keys {
			t.Errorf("%q: %d keys, not %d", typed, n, keys)
		}
		again := convert(t, convert(t, text, "bin"), "xml")
		for _, key := range []string{"PayloadDisplayName", "PayloadOrganization", "PayloadUUID", "IPAddress", "ResourcePath"} {
			if here, there := values(t, text, key), values(t, again, key); len(here) == 0 && shown != "room-12" || !slices.Equal(here, there) {
				t.Errorf("%q: %s is %q, and as libplist reads it %q", typed, key, here, there)
			}
		}
	}
}

// convert has libplist read a property list and write it as another kind.
func convert(t *testing.T, list []byte, kind string) []byte {
	t.Helper()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	if err := os.WriteFile(from, list, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "plistutil", "-i", from, "-o", to, "-f", kind).CombinedOutput(); err != nil { //nolint:gosec // our own
		t.Fatalf("plistutil (package libplist-utils): %v %s", err, out)
	}
	text, err := os.ReadFile(to) //nolint:gosec // our own
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A page is read as a browser does: the name is text, and the page has no more
// elements than with an innocent one.
func TestHostileNamesInThePage(t *testing.T) {
	t.Parallel()
	for _, s := range Systems {
		elements := -1
		for typed, shown := range hostile {
			root, err := html.Parse(bytes.NewReader(made(t, s.Name, named(typed))["index.html"]))
			if err != nil {
				t.Fatal(err)
			}
			n, heading := 0, ""
			for node := range root.Descendants() {
				if node.Type == html.ElementNode {
					n++
					if node.Data == "h2" && node.FirstChild != nil {
						heading = node.FirstChild.Data
					}
				}
			}
			if elements < 0 {
				elements = n
			}
			if heading != shown || n != elements {
				t.Errorf("%s, %q: %q, %d elements, not %d", s.Name, typed, heading, n, elements)
			}
		}
	}
}

// The shell itself reads the script: -n finds nothing wrong, and what lpadmin is given
// is the name, whole.
func TestHostileNamesInShell(t *testing.T) {
	t.Parallel()
	stub := filepath.Join(t.TempDir(), "bin")
	if err := os.Mkdir(stub, 0o750); err != nil {
		t.Fatal(err)
	}
	said := filepath.Join(stub, "said")
	script := "#!/bin/sh\nfor a; do printf '%s\\0' \"$a\"; done >" + said + "\n"
	syscall.ForkLock.RLock()                                                   // a program that is started meanwhile would have it open for writing
	err := os.WriteFile(filepath.Join(stub, "lpadmin"), []byte(script), 0o700) //nolint:gosec // it is to be run
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	for typed, shown := range hostile {
		for name, text := range made(t, "cups", named(typed)) {
			if !strings.HasSuffix(name, ".sh") {
				continue
			}
			file, work := filepath.Join(t.TempDir(), "script.sh"), t.TempDir()
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.CommandContext(t.Context(), "sh", "-n", file).CombinedOutput(); err != nil { //nolint:gosec // our own
				t.Errorf("%q, %s: %v %s", typed, name, err, out)
			}
			if strings.HasSuffix(name, "uninstall.sh") {
				continue
			}
			run := exec.CommandContext(t.Context(), "sh", file, "--printer-only") //nolint:gosec // our own
			run.Dir, run.Env = work, []string{"PATH=" + stub + ":/usr/bin:/bin"}
			if out, err := run.CombinedOutput(); err != nil {
				t.Errorf("%q: %v %s", typed, err, out)
			}
			given, err := os.ReadFile(said) //nolint:gosec // our own
			if args := strings.Split(string(given), "\x00"); err != nil || len(args) != 14 || args[7] != "-D" || args[8] != shown || args[1] != "inkwell-room-12" {
				t.Errorf("%q: lpadmin is given %q, %v", typed, args, err)
			}
			if left, _ := os.ReadDir(work); len(left) > 0 {
				t.Errorf("%q: it made %s", typed, left[0].Name())
			}
		}
	}
}

var (
	assigned   = regexp.MustCompile(`(?m)^\$(\w+) = (.*)\r$`)
	expression = regexp.MustCompile(`^('([^']|'')*'|\[char\]0x[0-9A-F]{4})( \+ ('([^']|'')*'|\[char\]0x[0-9A-F]{4}))*$`)
	operand    = regexp.MustCompile(`'((?:[^']|'')*)'|\[char\]0x([0-9A-F]{4})`)
)

// read is the value of an expression of PowerShell, if it is nothing but literals: in
// single quotes a quotation mark is doubled and nothing else means anything
// (about_Quoting_Rules).
func read(text string) (string, error) {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "("), ")")
	if !expression.MatchString(text) {
		return "", fmt.Errorf("%s is no literal", text)
	}
	var units []uint16
	for _, m := range operand.FindAllStringSubmatch(text, -1) {
		if m[2] != "" {
			n, err := strconv.ParseUint(m[2], 16, 16)
			if err != nil {
				return "", err
			}
			units = append(units, uint16(n))
			continue
		}
		units = append(units, utf16.Encode([]rune(strings.ReplaceAll(m[1], "''", "'")))...)
	}
	return string(utf16.Decode(units)), nil
}

// In PowerShell names stand in literals of ASCII alone, and nowhere else: whatever code
// page a script is read in, it reads the same.
func TestHostileNamesInPowerShell(t *testing.T) {
	t.Parallel()
	for _, system := range []string{"windows", "intune"} {
		innocent := made(t, system, named("x"))
		for typed, shown := range hostile {
			for name, text := range made(t, system, named(typed)) {
				if !strings.HasSuffix(name, ".ps1") {
					continue
				}
				for _, b := range text {
					if b > '~' || b < ' ' && b != '\r' && b != '\n' {
						t.Fatalf("%q, %s: byte %#x", typed, name, b)
					}
				}
				for _, m := range assigned.FindAllStringSubmatch(string(text), -1) {
					if m[1] != "name" {
						continue
					}
					got, err := read(m[2])
					if err != nil || got != windowsName(shown) {
						t.Errorf("%q, %s: %s is %q, %v", typed, name, m[2], got, err)
					}
				}
				rest := regexp.MustCompile(`(?m)^\$name = .*$`)
				if !bytes.Equal(rest.ReplaceAll(text, nil), rest.ReplaceAll(innocent[name], nil)) {
					t.Errorf("%q, %s: the name stands elsewhere too", typed, name)
				}
			}
		}
	}
}

// windowsName keeps what Windows takes.
func TestWindowsName(t *testing.T) {
	t.Parallel()
	if got := windowsName(`A\B, C! [1]*?`); got != "A-B- C- -1---" {
		t.Errorf("it is %q", got)
	}
}

// The values that somebody types into Intune are one line each.
func TestHostileNamesInSettings(t *testing.T) {
	t.Parallel()
	lines := strings.Count(string(made(t, "intune", named("x"))["room-12/settings.txt"]), "\n")
	for typed, shown := range hostile {
		text := string(made(t, "intune", named(typed))["room-12/settings.txt"])
		if !strings.Contains(text, "Name                          "+windowsName(shown)+"\n") || strings.Count(text, "\n") != lines {
			t.Errorf("%q:\n%s", typed, text)
		}
	}
}

// unzip lays files down as unzip does.
func unzip(t *testing.T, files []File) (dir string) {
	t.Helper()
	dir = t.TempDir()
	var b bytes.Buffer
	if err := Zip(&b, files, school().Made); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(dir, "clients.zip")
	if err := os.WriteFile(archive, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "unzip", "-q", archive, "-d", dir).CombinedOutput(); err != nil { //nolint:gosec // our own
		t.Fatalf("unzip (package unzip): %v %s", err, out)
	}
	return dir
}
