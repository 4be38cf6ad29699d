package announce

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"inkwell/ipp/wire"
)

// Service is a printer to announce. None may be one person's own.
type Service struct {
	Name   string          // printer-name, e.g. Print
	School string          // whose it is; it is shown as "Print (Harbour Academy)"
	Path   string          // of its printer-uri, e.g. /ipp/print; no two services share one
	Page   string          // URL of a page for whoever looks after it (adminurl); "" if there is none
	Says   wire.Attributes // what it answers to Get-Printer-Attributes
}

// entry is a service as it is announced.
type entry struct {
	key  string // the service's path
	name string // the instance's name before any conflict, unique
	port uint16
	text []string
}

// The kinds of service (RFC 6763 section 7). flagship is the type under which
// printers keep their names to themselves; we do not serve it (section 8).
const (
	kind     = "_ipps._tcp"
	flagship = "_printer._tcp"
)

var subtypes = []string{"_print", "_universal"}

// longest is the most octets of an instance's name (RFC 6763 section 4.1.1).
const longest = 63

// entries are services with names that differ from each other.
func entries(services []Service, port uint16) []entry {
	var all []entry
	for _, s := range services {
		name := s.instance()
		for n := 2; slices.ContainsFunc(all, func(e entry) bool { return strings.EqualFold(e.name, name) }); n++ {
			name = numbered(s.instance(), n)
		}
		all = append(all, entry{key: s.Path, name: name, port: port, text: s.text()})
	}
	return all
}

// instance is the name that people choose it by. When it is too long the school's
// name is cut.
func (s Service) instance() string {
	name := cut(clean(s.Name), longest)
	school := clean(s.School)
	if room := longest - len(name) - len(" ()"); school != "" && room >= 8 {
		name += " (" + cut(school, room) + ")"
	}
	return name
}

// numbered is the n-th name of those who would like to have the same.
func numbered(name string, n int) string {
	if n < 2 {
		return name
	}
	suffix := fmt.Sprintf(" (%d)", n)
	return cut(name, longest-len(suffix)) + suffix
}

// clean leaves out what no line of text has in it.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) {
			return -1
		}
		return r
	}, s))
}

// cut is as much of s as fits into so many octets, in whole characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for !utf8.RuneStart(s[most]) {
		most--
	}
	return strings.TrimSpace(s[:most])
}
