package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// floors are the packages from the ground up, as docs/architecture.md draws them.
// A package imports packages of lower floors alone.
var floors = [][]string{
	{"internal/crash", "internal/fault", "internal/sealed", "ipp/wire", "ipp/device/snmp", "migrations"},
	{"internal/db", "internal/db/local"},
	{"internal/audit", "internal/events", "internal/chores", "internal/web", "internal/web/socket", "internal/privacy", "internal/door", "internal/ldap", "internal/sso", "internal/mail", "internal/sheet", "internal/words", "internal/school/reader", "internal/school/calendar", "ipp/device/address", "release/spool", "release/document/picture", "release/document/raster"},
	{"internal/school", "ipp/rollout", "quota/conduct/rule"},
	{"quota/conduct", "internal/roster", "release/document"},
	{"quota", "internal/signin"},
	{"release"},
	{"ipp", "ipp/device", "ipp/device/raw", "ipp/announce", "ipp/simulate", "kiosk", "kiosk/console"},
	{"cmd/inkwell"},
}

// testOnly says whether tests alone may import a package: those are called
// something-test, and may import anything themselves.
func testOnly(pkg string) bool { return strings.HasSuffix(path.Base(pkg), "test") }

// seams say which rooms know a module from elsewhere, and some of the standard
// library that is dangerous. "store" is any file that holds SQL. A module that is
// not here has no place in the house yet.
var seams = map[string][]string{
	"github.com/jackc/pgx/v5":             {"internal/db", "store"},
	"github.com/jackc/tern/v2":            {"internal/db"},
	"github.com/riverqueue/river":         {"internal/chores"},
	"github.com/gorilla/websocket":        {"kiosk", "internal/web/socket"},
	"github.com/spf13/viper":              {"cmd/inkwell"},
	"github.com/spf13/cobra":              {"cmd/inkwell"},
	"github.com/spf13/pflag":              {"cmd/inkwell"},
	"github.com/wneessen/go-mail":         {"internal/mail"},
	"github.com/prometheus/client_golang": {"cmd/inkwell"},
	"github.com/OpenPrinting/goipp":       {"ipp", "ipp/wire", "ipp/device", "ipp/simulate", "ipp/announce"},
	"github.com/phin1x/go-ipp":            {"ipp/device"},
	"github.com/miekg/dns":                {"ipp/announce"},
	"github.com/godbus/dbus/v5":           {"ipp/announce"},
	"golang.org/x/net":                    {"ipp/announce"},
	"golang.org/x/crypto":                 {"internal/door"},
	"github.com/klippa-app/go-pdfium":     {"release/document"},
	"github.com/tetratelabs/wazero":       {"release/document"},
	"filippo.io/age":                      {"release/spool"},
	"github.com/minio/minio-go/v7":        {"release/spool"},
	"github.com/alexedwards/argon2id":     {"internal/school"},
	"github.com/boombuler/barcode":        {"cmd/inkwell", "internal/web"},
	"github.com/go-ldap/ldap/v3":          {"internal/ldap"},
	"github.com/coreos/go-oidc/v3":        {"internal/sso"},
	"golang.org/x/oauth2":                 {"internal/sso"},
	"golang.org/x/text":                   {"release", "internal/words"},
	"golang.org/x/sys":                    {"release/document", "release/spool", "internal/db/local", "ipp/device/raw"},
	"os/exec":                             {"internal/db/local", "release/document"},
	"unsafe":                              {"release/document"},
	"plugin":                              {},
	"net/rpc":                             {},
	"text/template":                       {},
}

// file is what one source file imports.
type file struct {
	pkg, name string // pkg is the folder below the module's root
	imports   []string
}

func TestTheHouseStandsInOrder(t *testing.T) {
	t.Parallel()
	files := sources(t, filepath.Join("..", ".."))
	if len(files) < 100 {
		t.Fatalf("only %d source files were found", len(files))
	}
	for _, f := range files {
		for _, complaint := range complaints(f) {
			t.Error(complaint)
		}
	}
}

// TestTheHouseTestSees holds the rules against files that break them.
func TestTheHouseTestSees(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		f    file
		want string // part of the one complaint; "" for none
	}{
		{file{"release", "release/desk.go", []string{"inkwell/quota", "fmt", "inkwell/internal/fault"}}, ""},
		{file{"quota", "quota/ledger.go", []string{"inkwell/release"}}, "quota may not import inkwell/release"},
		{file{"kiosk", "kiosk/kiosk.go", []string{"inkwell/ipp"}}, "kiosk may not import inkwell/ipp"},
		{file{"internal/billing", "internal/billing/a.go", nil}, "internal/billing has no place"},
		{file{"release", "release/desk.go", []string{"inkwell/internal/billing"}}, "inkwell/internal/billing has no place"},
		{file{"release", "release/store.go", []string{"github.com/jackc/pgx/v5/pgxpool"}}, ""},
		{file{"release", "release/job_store.go", []string{"github.com/jackc/pgx/v5"}}, ""},
		{file{"release", "release/bookstore.go", []string{"github.com/jackc/pgx/v5"}}, "github.com/jackc/pgx/v5"},
		{file{"kiosk", "kiosk/store.go", []string{"os/exec"}}, "os/exec"},
		{file{"kiosk/console", "kiosk/console/a.go", []string{"github.com/gorilla/websocket"}}, "github.com/gorilla/websocket"},
		{file{"quota", "quota/a.go", []string{"github.com/spf13/viper"}}, "github.com/spf13/viper"},
		{file{"ipp", "ipp/a.go", []string{"github.com/phin1x/go-ipp"}}, "github.com/phin1x/go-ipp"},
		{file{"quota", "quota/a.go", []string{"example.com/new/thing"}}, "example.com/new/thing has no seam"},
		{file{"quota", "quota/a_test.go", []string{"example.com/new/thing", "inkwell/internal/db/dbtest", "os/exec"}}, ""},
		{file{"quota", "quota/a.go", []string{"inkwell/internal/db/dbtest"}}, "for tests alone"},
		{file{"quota", "quota/a.go", []string{"testing"}}, "for tests alone"},
		{file{"internal/db/dbtest", "internal/db/dbtest/a.go", []string{"testing", "github.com/jackc/pgx/v5"}}, ""},
		{file{"cmd/inkwell", "cmd/inkwell/a.go", []string{"inkwell/kiosk", "github.com/spf13/cobra"}}, ""},
	} {
		got := complaints(c.f)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s importing %v: %q, want %q", c.f.name, c.f.imports, got, c.want)
		}
	}
}

// complaints are the rules that a file breaks. Tests may import what they need.
func complaints(f file) (all []string) {
	if testOnly(f.pkg) {
		return nil
	}
	floor := floorOf(f.pkg)
	if floor < 0 {
		return []string{f.pkg + " has no place in the house: give it one in docs/architecture.md and here"}
	}
	if strings.HasSuffix(f.name, "_test.go") {
		return nil
	}
	for _, imported := range f.imports {
		if complaint := judge(f, floor, imported); complaint != "" {
			all = append(all, f.name+": "+complaint)
		}
	}
	return all
}

// judge is what is wrong with one import, or "".
func judge(f file, floor int, imported string) string {
	if own, ok := strings.CutPrefix(imported, "inkwell/"); ok {
		below := floorOf(own)
		switch {
		case testOnly(own):
			return imported + " is for tests alone"
		case below < 0:
			return imported + " has no place in the house"
		case below >= floor:
			return f.pkg + " may not import " + imported + ": it is not on a lower floor"
		}
		return ""
	}
	for module, rooms := range seams {
		if imported == module || strings.HasPrefix(imported, module+"/") {
			if slices.Contains(rooms, f.pkg) || slices.Contains(rooms, "store") && isStore(f.name) {
				return ""
			}
			return fmt.Sprintf("%s may be imported by %v alone", imported, rooms)
		}
	}
	if imported == "testing" || strings.HasPrefix(imported, "testing/") || imported == "net/http/httptest" {
		return imported + " is for tests alone"
	}
	if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
		return imported + " has no seam: say which room knows it"
	}
	return ""
}

func floorOf(pkg string) int {
	return slices.IndexFunc(floors, func(floor []string) bool { return slices.Contains(floor, pkg) })
}

func isStore(name string) bool {
	base := path.Base(name)
	return base == "store.go" || strings.HasSuffix(base, "_store.go")
}

// sources parses the imports of every Go file below root.
func sources(t *testing.T, root string) (all []file) {
	t.Helper()
	tree := os.DirFS(root)
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != "." && (base[0] == '.' || base[0] == '_' || base == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := file{pkg: path.Dir(name), name: name}
		for _, i := range parsed.Imports {
			f.imports = append(f.imports, strings.Trim(i.Path.Value, "`\""))
		}
		all = append(all, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
