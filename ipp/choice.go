package ipp

import (
	"slices"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// The functions below make the rows of the template that are a choice among
// values, the first of them the default.

// oneOf is a keyword that goes into the ticket.
func oneOf(name string, values []string, field func(*release.Ticket) *string) option {
	o := fixedKeyword(name, values...)
	o.take = func(t *release.Ticket, _ release.Queue, given wire.Attributes) bool {
		v, err := given.String(name)
		if err != nil || !slices.Contains(values, v) {
			return false
		}
		*field(t) = v
		return true
	}
	o.shown = func(t release.Ticket) []wire.Attribute {
		return []wire.Attribute{wire.Keyword(name, orDefault(*field(&t), values[0]))}
	}
	return o
}

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

// fixedNumber is an integer whose values all come to the same.
func fixedNumber(name string, values ...int) option {
	return fixed(name, wire.Integer, func(a wire.Attributes) ([]int, error) { return a.Ints(name) }, values)
}

func fixed[T comparable](name string, attr func(string, ...T) wire.Attribute, read func(wire.Attributes) ([]T, error), values []T) option {
	about := []wire.Attribute{attr(name+"-default", values[0]), attr(name+"-supported", values...)}
	return option{
		name:  name,
		about: func(release.Queue) []wire.Attribute { return about },
		take: func(_ *release.Ticket, _ release.Queue, given wire.Attributes) bool {
			asked, err := read(given)
			return err == nil && !slices.ContainsFunc(asked, func(v T) bool { return !slices.Contains(values, v) })
		},
	}
}
