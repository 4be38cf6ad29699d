package local

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"inkwell/internal/fault"
)

// oldest is the least major version of PostgreSQL whose SQL we use.
const oldest = 14

// Bin is a folder of PostgreSQL programs.
type Bin struct {
	Dir     string
	Version string // as the server says it, such as "15.18"
	Major   int
}

// Binaries finds the PostgreSQL that a new cluster would be made with: the one
// in dir, or when dir is empty the one on the PATH, else pg_config's, else the
// newest below /usr/lib/postgresql. Versions before 14 do not count. The refusal
// is postgres-missing.
func Binaries(dir string) (Bin, error) { return findBinaries(dir, 0) }

// findBinaries is Binaries for a cluster of one major version; 0 is any.
func findBinaries(dir string, major int) (Bin, error) {
	places := []string{dir}
	if dir == "" {
		places = likelyPlaces()
	}
	var other []string
	for _, place := range places {
		bin, err := inspect(place)
		if err != nil || bin.Major < oldest {
			continue
		}
		if major == 0 || bin.Major == major {
			return bin, nil
		}
		other = append(other, bin.Version)
	}
	if major == 0 {
		return Bin{}, fault.New(fault.Unavailable, "postgres-missing",
			"PostgreSQL %d or newer was not found here. Install it (Debian: apt-get install postgresql), or name its folder.", oldest)
	}
	if len(other) == 0 {
		other = []string{"none"}
	}
	return Bin{}, fault.New(fault.Conflict, "database-other-major",
		"This database was made by PostgreSQL %d, and this machine has %s. Install PostgreSQL %d again, or move the data with pg_dump.",
		major, strings.Join(other, " and "), major)
}

// likelyPlaces are the folders worth a look, the preferred first.
func likelyPlaces() []string {
	var places []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			places = append(places, filepath.Dir(path))
		}
	}
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		places = append(places, strings.TrimSpace(string(out)))
	}
	packaged, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is well formed
	slices.SortFunc(packaged, func(a, b string) int { return cmp.Compare(pathMajor(b), pathMajor(a)) })
	return append(places, packaged...)
}

// pathMajor is the 15 of /usr/lib/postgresql/15/bin, 0 when there is none.
func pathMajor(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
	return n
}

// version picks 15.18 out of "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
var version = regexp.MustCompile(`^postgres \(PostgreSQL\) ((\d+)\S*)`)

// inspect asks the server in a folder for its version, and wants initdb beside it.
func inspect(dir string) (Bin, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Bin{}, err
	}
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return Bin{}, err
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output() // #nosec G204 -- a fixed name in a folder of the operator's
	if err != nil {
		return Bin{}, fmt.Errorf("ask postgres for its version: %w", err)
	}
	m := version.FindStringSubmatch(string(out))
	if m == nil {
		return Bin{}, fmt.Errorf("postgres calls its version %q", out)
	}
	major, err := strconv.Atoi(m[2])
	return Bin{Dir: dir, Version: m[1], Major: major}, err
}
