// Package tooltest finds what .ci/install has put below .build for tests: programs and
// scripts that no Debian package has. What is missing fails the test. It is imported by
// tests alone.
package tooltest

import (
	"os"
	"path/filepath"
	"testing"
)

// Path is where the tool of this name in .ci/tool is.
func Path(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil && dir != "/" {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, ".build", "bin", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is missing, run .ci/install test: %v", name, err)
	}
	return path
}
