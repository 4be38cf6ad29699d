package local_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inkwell/internal/db/local"
	"inkwell/internal/fault"
)

// programs is a folder with a postgres that calls itself by a version.
func programs(t *testing.T, says string) string {
	t.Helper()
	dir := t.TempDir()
	for name, script := range map[string]string{"initdb": "exit 1", "postgres": fmt.Sprintf("echo '%s'", says)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestBinaries(t *testing.T) {
	for says, want := range map[string]local.Bin{
		"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)": {Version: "15.18", Major: 15},
		"postgres (PostgreSQL) 14.0":                           {Version: "14.0", Major: 14},
		"postgres (PostgreSQL) 18beta2":                        {Version: "18beta2", Major: 18},
		"postgres (PostgreSQL) 13.9":                           {},
		"something else":                                       {},
	} {
		dir := programs(t, says)
		if want.Major != 0 {
			want.Dir = dir
		}
		got, err := local.Binaries(dir)
		if got != want || (err != nil) != (want.Major == 0) {
			t.Errorf("%s: got %+v, %v", says, got, err)
		}
		if err != nil && (fault.As(err).Code != "postgres-missing" || !strings.Contains(fault.As(err).Say, "apt-get install")) {
			t.Errorf("%s: the refusal is no help: %v", says, err)
		}
	}
}

func TestTheMachinesBinariesAreFound(t *testing.T) {
	bin, err := local.Binaries("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(bin.Dir, "postgres")); err != nil || bin.Major < 14 {
		t.Errorf("found %+v, %v", bin, err)
	}
}

func TestBinariesOfAnotherMajorAreRefused(t *testing.T) {
	o := options(stopped(t))
	o.BinDir = programs(t, "postgres (PostgreSQL) 99.1")
	_, err := local.Start(t.Context(), o)
	if f := fault.As(err); f.Code != "database-other-major" || !strings.Contains(f.Say, "99.1") {
		t.Errorf("refused with %v", err)
	}
}
