package ipp

import (
	"slices"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// The functions below make the rows of the template that are a choice among
// values, the first of them the default.

// oneWord is a keyword, or a name, that goes into the ticket; the default goes there as "" if
// silent.
func oneWord(name string, silent bool, values func(*model) []string, field func(*release.Ticket) *string) option {
	return option{
		name: name,
		about: func(m *model) []wire.Attribute {
			return []wire.Attribute{wire.Keyword(name+"-default", values(m)[0]), wire.Keyword(name+"-supported", values(m)...)}
		},
		take: func(t *release.Ticket, m *model, given wire.Attributes) bool {
			v, err := given.String(name)
			if err != nil || !slices.Contains(values(m), v) {
				return false
			}
			if silent && v == values(m)[0] {
				v = ""
			}
			*field(t) = v
			return true
		},
		shown: func(t release.Ticket, m *model) []wire.Attribute {
			return []wire.Attribute{wire.Keyword(name, orDefault(*field(&t), values(m)[0]))}
		},
	}
}

// unsaid makes a row of oneWord show this where a ticket says nothing: the queue's
// default may have become another since.
func (o option) unsaid(field func(*release.Ticket) *string, word func(*model) string) option {
	o.shown = func(t release.Ticket, m *model) []wire.Attribute {
		return []wire.Attribute{wire.Keyword(o.name, orDefault(*field(&t), word(m)))}
	}
	return o
}

// oneNumber is an integer or an enum that goes into the ticket, the default as 0.
func oneNumber(name string, attr func(string, ...int) wire.Attribute, values func(*model) []int, field func(*release.Ticket) *int) option {
	return option{
		name: name,
		about: func(m *model) []wire.Attribute {
			return []wire.Attribute{attr(name+"-default", values(m)[0]), attr(name+"-supported", sorted(values(m))...)}
		},
		take: func(t *release.Ticket, m *model, given wire.Attributes) bool {
			n, err := given.Int(name)
			if err != nil || !slices.Contains(values(m), n) {
				return false
			}
			if n == values(m)[0] {
				n = 0
			}
			*field(t) = n
			return true
		},
		shown: func(t release.Ticket, m *model) []wire.Attribute {
			if n := *field(&t); n != 0 {
				return []wire.Attribute{attr(name, n)}
			}
			return []wire.Attribute{attr(name, values(m)[0])}
		},
	}
}

func sorted(numbers []int) []int { return slices.Sorted(slices.Values(numbers)) }

func orDefault(v, otherwise string) string {
	if v == "" {
		return otherwise
	}
	return v
}

// fixedKeyword is a keyword whose values all come to the same.
func fixedKeyword(name string, values ...string) option {
	return fixed(name, wire.Keyword, func(a wire.Attributes) ([]string, error) { return a.Strings(name) }, values)
}

// fixedEnum is an enum whose values all come to the same.
func fixedEnum(name string, values ...int) option {
	return fixed(name, wire.Enum, func(a wire.Attributes) ([]int, error) { return a.Ints(name) }, values)
}

func fixed[T comparable](name string, attr func(string, ...T) wire.Attribute, read func(wire.Attributes) ([]T, error), values []T) option {
	about := []wire.Attribute{attr(name+"-default", values[0]), attr(name+"-supported", values...)}
	return option{
		name:  name,
		about: func(*model) []wire.Attribute { return about },
		take: func(_ *release.Ticket, _ *model, given wire.Attributes) bool {
			asked, err := read(given)
			return err == nil && !slices.ContainsFunc(asked, func(v T) bool { return !slices.Contains(values, v) })
		},
	}
}
