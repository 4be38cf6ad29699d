package roster_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/roster"
	"inkwell/internal/texttest"
)

// zipOf makes a zip by hand, with names and modes that no honest program writes.
func zipOf(t *testing.T, entries ...func(*zip.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		if err := e(z); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func entry(name, text string) func(*zip.Writer) error {
	return func(z *zip.Writer) error {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		return err
	}
}

const people1 = "name,username,UPN,year group,registration group\nSam Bell,sam,A12345678901Z,7,7A\n"

// What is dangerous, or would be read wrongly, changes nothing and says why.
func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	dbtest.Exec(t, o.db, "INSERT INTO school (name, time_zone) VALUES ('Hill Road', 'Europe/London')")
	before := rowsOf(t, o.db)
	bomb := strings.Repeat("a,b,c\n", 3<<20)
	link := func(z *zip.Writer) error {
		h := &zip.FileHeader{Name: "users.csv"}
		h.SetMode(os.ModeSymlink | 0o777)
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(w, "/etc/passwd")
		}
		return err
	}
	orgs := func(lines string) files {
		return files{"orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n" + lines,
			"users.csv": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName\nu1,,,true,s,student,u1,A,B\n"}
	}
	lines := strings.Repeat("\"a\nb\"\n", 3)
	for name, c := range map[string]struct{ path, says string }{
		"nothing there":          {"/nowhere/at/all.zip", "cannot be opened"},
		"an empty folder":        {files{"readme.txt": "x"}.folder(t), "no CSV file"},
		"other tables":           {files{"a.csv": "x\n1\n", "b.csv": "x\n1\n"}.folder(t), "neither OneRoster"},
		"UTF-16":                 {files{"pupils.csv": "\xff\xfen\x00a\x00m\x00e\x00"}.folder(t), "pupils.csv: The file is UTF-16"},
		"Latin-1":                {files{"pupils.csv": people1 + "Zo\xeb Bell,zoe,A12345678902Z,7,7A\n"}.folder(t), "pupils.csv line 3: name is not UTF-8"},
		"no header":              {files{"pupils.csv": "Sam Bell,sam\nMia,mia\n"}.folder(t), "no user name"},
		"an open quote":          {files{"pupils.csv": people1 + "\"Sam Bell,s2,,,\n"}.folder(t), "Line 3 cannot be read"},
		"a line break in a name": {files{"pupils.csv": people1 + "\"Zoe\nBell\",zoe,A12345678902Z,7,7A\n"}.folder(t), "pupils.csv line 3: "},
		"a control character":    {files{"pupils.csv": people1 + "Zoe \x1b[2JBell,zoe,A12345678902Z,7,7A\n"}.folder(t), "pupils.csv line 3: name holds a control character"},
		"a name too long":        {files{"pupils.csv": people1 + "Zoe " + strings.Repeat("B", 101) + ",zoe,,7,7A\n"}.folder(t), "line 3: family name is longer than 100"},
		"a UPN that is none":     {files{"pupils.csv": people1 + "Zoe Bell,zoe,secret99,7,7A\n"}.folder(t), "line 3: the UPN is not"},
		"the same user twice":    {files{"pupils.csv": people1 + "Zoe Bell,SAM,,7,7A\n"}.folder(t), "line 3: the same user name is in pupils.csv line 2"},
		"rows of other lengths":  {files{"pupils.csv": people1 + lines}.folder(t), "line 3: it has 1 cells"},
		"a zip cut short":        {files{"x.csv": "PK\x03\x04 not a zip"}.folder(t) + "/x.csv", "The zip cannot be read"},
		"a zip that climbs":      {zipOf(t, entry("../users.csv", "x")), "leads out of it"},
		"a zip with a root":      {zipOf(t, entry("/etc/users.csv", "x")), "leads out of it"},
		"a zip with backslashes": {zipOf(t, entry(`..\users.csv`, "x")), "leads out of it"},
		"a zip with a link":      {zipOf(t, link), "holds a link"},
		"a zip in a folder":      {zipOf(t, entry("export/users.csv", "x")), "at the top of the zip"},
		"a name twice":           {zipOf(t, entry("users.csv", "a\n"), entry("users.csv", "b\n")), "users.csv twice"},
		"a zip bomb":             {zipOf(t, entry("users.csv", bomb)), "larger than any school's"},
		"orgs in a circle":       {orgs("s,,,S,school,,a\na,,,A,district,,b\nb,,,B,district,,a\n").folder(t), "orgs.csv line 3: its parents go round in a circle"},
		"an org twice":           {orgs("s,,,S,school,,\ns,,,T,school,,\n").folder(t), "orgs.csv line 3: the same sourcedId is in line 2"},
		"a table promised":       {files{"manifest.csv": "propertyName,value\nfile.users,bulk\n", "orgs.csv": "sourcedId,name,type\n"}.folder(t), "promises users.csv"},
		"another version":        {files{"manifest.csv": "propertyName,value\noneroster.version,1.0\n", "users.csv": "sourcedId\n"}.folder(t), `OneRoster "1.0"`},
	} {
		result, err := o.bring(t, c.path, func(w *options) { w.School = 1 })
		said := strings.Join(result.Bad.Lines(100), "\n")
		if err != nil {
			said = fault.As(err).Say
		}
		if !strings.Contains(said, c.says) || err == nil && result.Outcome != roster.Refused {
			t.Errorf("%s: %q (%v), want %q", name, said, err, c.says)
		}
		if strings.Contains(said, "secret99") || strings.Contains(said, "A1234") {
			t.Errorf("%s: a UPN is told: %s", name, said)
		}
	}
	if rowsOf(t, o.db) != before {
		t.Error("something was changed")
	}
}

// No link out of the folder is followed, and none within it.
func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	outside := files{"pupils.csv": people1}.folder(t)
	for _, target := range []string{filepath.Join(outside, "pupils.csv"), "real.txt"} {
		dir := files{"real.txt": people1}.folder(t)
		if err := os.Symlink(target, filepath.Join(dir, "pupils.csv")); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{dir, filepath.Join(dir, "pupils.csv")} {
			if _, err := o.bring(t, path); err == nil || !strings.Contains(fault.As(err).Say, "links are not followed") {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

// A gigabyte that is no table ends early, in little memory. It counts what the whole
// process allocates, so no other test may run beside it.
func TestGarbageEndsEarly(t *testing.T) {
	o := newOffice(t)
	dir := t.TempDir()
	size := int64(8 << 20)
	if os.Getenv("INKWELL_PROVE") != "" {
		size = 1 << 30
	}
	for name, start := range map[string]string{
		"one line": "", "one cell": "name,username\n\"", "a table, then rubbish": people1 + "\"",
	} {
		f, err := os.Create(filepath.Join(dir, "pupils.csv"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.WriteString(start)
		block := bytes.Repeat([]byte("rubbish without end\n"), 50_000)
		if start == "" {
			block = bytes.ReplaceAll(block, []byte("\n"), []byte("_"))
		}
		for n := int64(0); n < size; n += int64(len(block)) {
			if _, err := f.Write(block); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = o.bring(t, dir)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s was taken", name)
		}
		if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 32 {
			t.Errorf("%s: %d MiB were allocated (%v)", name, grown, err)
		}
	}
}

// TestATextOfAListIsText: whatever a name or a class is called, it comes in as text of one line, or its row is
// named, in a line of its own, and waits.
func TestATextOfAListIsText(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	dbtest.Exec(t, o.db, "INSERT INTO school (name, time_zone) VALUES ('Hill Road', 'Europe/London')")
	var table bytes.Buffer
	w := csv.NewWriter(&table)
	_ = w.Write([]string{"name", "username", "registration group"})
	all := texttest.Harmful()
	for i, text := range all {
		_ = w.Write([]string{"Sam " + text, fmt.Sprintf("pupil%d", i), ""})
		_ = w.Write([]string{"Sam Bell", fmt.Sprintf("set%d", i), text})
		_ = w.Write([]string{"Sam Bell", text, ""})
	}
	w.Flush()
	result := o.must(t, roster.Applied, files{"pupils.csv": table.String()}.folder(t), at(1), func(o *options) { o.ApplyGood = true })
	lines := result.Bad.Lines(10 * len(all))
	if result.Joiners == 0 || len(lines) == 0 || result.Joiners+len(lines) < 3*len(all) {
		t.Errorf("%d rows: %d came in and %d wait", 3*len(all), result.Joiners, len(lines))
	}
	odd := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool {
			return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
		})
	}
	for _, line := range lines {
		if odd(line) || len(line) > 300 {
			t.Errorf("it says %.400q", line)
		}
	}
	for _, text := range strings.Split(dbtest.Value[string](t, o.db, "SELECT (SELECT string_agg(username || '|' || given_name || '|' || family_name, '~~') FROM person) || '~~' || (SELECT string_agg(name, '~~') FROM class)"), "~~") {
		if odd(text) {
			t.Errorf("there is %q", text)
		}
	}
}
