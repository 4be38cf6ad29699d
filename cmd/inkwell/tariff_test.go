package main

import (
	"regexp"
	"strings"
	"testing"
)

// tariffs goes the way of IT who price colour and large paper from a day on.
func tariffs(t *testing.T, dir string, run func(...string) string) {
	t.Helper()
	says := func(out string, all ...string) {
		t.Helper()
		plain := regexp.MustCompile(` +`).ReplaceAllString(out, " ")
		for _, want := range all {
			if !strings.Contains(plain, want) {
				t.Errorf("%q is not in\n%s", want, out)
			}
		}
	}
	says(run("tariff", "show"), "The default", "a side in black and white 1", "a side in colour 1")
	says(run("tariff", "list"), "a page a side")
	says(run("printer", "group", "Colour copiers", "Library"), "Library: in the group Colour copiers")
	says(run("printer", "list"), "Colour copiers")
	for _, c := range [][]string{
		{"Say what to change"},
		{`--colour is "2.5". It is a whole number`, "--colour", "2.5"},
		{"It is 0 to 100,000", "--side", "-1"},
		{`--side is "99999999999999999999"`, "--side", "99999999999999999999"},
		{"A school counts in pages or in pence", "--unit", "euros"},
		{"cannot begin in the past", "--colour", "5", "--from", "2020-01-01"},
		{"is no day", "--colour", "5", "--from", "soon"},
		{"It cannot be more than a side", "--duplex-discount", "2"},
		{"Colour cannot cost less", "--side", "2"},
		{`There is no size "a33"`, "--size", "a33=2"},
		{"such as a3=2", "--size", "a3"},
		{`There is no finishing "laminate"`, "--finishing", "laminate=2"},
		{"no group of printers of that name", "--group", "Hall", "--colour", "5"},
	} {
		refused(t, c[0], append([]string{"tariff", "set", "--data-dir", dir}, c[1:]...)...)
	}
	says(run("tariff", "set", "--colour", "5", "--dry-run"), "a side in colour 5")
	says(run("tariff", "list"), "a page a side")
	says(run("tariff", "set", "--colour", "5", "--size", "a3=2"), "Tariff", "a side in colour 5", "on A3, all of this × 2")
	says(run("tariff", "set", "--group", "colour copiers", "--colour", "8", "--duplex-discount", "1", "--from", "2028-01-04"),
		"from Tue 4 Jan 2028 00:00", "elsewhere Colour copiers", "a side in colour 5 8", "a sheet with both sides printed 0 −1")
	refused(t, "is planned from 4 January 2028", "tariff", "set", "--colour", "6", "--data-dir", dir)
	says(run("tariff", "show"), "a side in colour 5")
	says(run("tariff", "show", "--at", "2028-01-05"), "a side in colour 5 8")
	says(run("tariff", "try", "--sides", "6", "--in-colour", "2", "--on", "a3"),
		"4 sides in black and white on A3 (each counts 2 times) at 2 pages: 8 pages", "2 sides in colour on A3 (each counts 2 times) at 10 pages: 20 pages", "together: 28 pages")
	says(run("tariff", "try", "--colour", "9"), "YEAR PRINTS PAGES COST WOULD COST RAN OUT WOULD RUN OUT", "all 0 0 0 0 0 0")
	refused(t, "such a job cannot be", "tariff", "try", "--sides", "6", "--sheets", "2", "--data-dir", dir)
	list := run("tariff", "list")
	says(list, "planned", "in force")
	planned := regexp.MustCompile(`(?m)^(\d+) .*planned`).FindStringSubmatch(list)
	if planned == nil {
		t.Fatalf("nothing is planned in\n%s", list)
	}
	says(run("tariff", "withdraw", planned[1]), "is withdrawn")
	refused(t, "withdrawn already", "tariff", "withdraw", planned[1], "--data-dir", dir)
	says(run("tariff", "list"), "withdrawn")
	says(run("printer", "group", "--out", "Library"), "Library: in no group")
}
