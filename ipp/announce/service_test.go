package announce

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestInstanceNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, school, want string }{
		{"Print", "Harbour Academy", "Print (Harbour Academy)"},
		{"Print", "", "Print"},
		{"Print", "St. Mary's\nC of E", "Print (St. Mary'sC of E)"},
		{"Print", strings.Repeat("Long ", 20), "Print (Long Long Long Long Long Long Long Long Long Long Long)"},
		{strings.Repeat("n", 60), "Harbour Academy", strings.Repeat("n", 60)},
		{strings.Repeat("ü", 40), "Harbour Academy", strings.Repeat("ü", 31)},
		{"\xff\x00", "", ""},
	} {
		got := Service{Name: c.name, School: c.school}.instance()
		if got != c.want || len(got) > longest || !utf8.ValidString(got) {
			t.Errorf("%q of %q is %q, want %q", c.name, c.school, got, c.want)
		}
	}
}

// No two services have one name, whatever the schools call theirs.
func TestNamesDiffer(t *testing.T) {
	t.Parallel()
	all := entries([]Service{
		{Name: "Print", School: "Hill", Path: "/a"}, {Name: "print", School: "hill", Path: "/b"}, {Name: "Print", School: "Hill", Path: "/c"},
		{Name: strings.Repeat("x", 70), Path: "/d"}, {Name: strings.Repeat("x", 71), Path: "/e"},
	}, 8631)
	want := []string{"Print (Hill)", "print (hill) (2)", "Print (Hill) (3)", strings.Repeat("x", 63), strings.Repeat("x", 59) + " (2)"}
	for i, e := range all {
		if e.name != want[i] || e.port != 8631 {
			t.Errorf("%s is %q at %d, want %q", e.key, e.name, e.port, want[i])
		}
	}
}
