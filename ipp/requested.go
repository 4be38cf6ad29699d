package ipp

import (
	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/wire"
)

// wanted is the value of requested-attributes (RFC 8011 sections 4.2.5.1 and
// 4.3.4.1): names of attributes and of groups. A name that nobody knows, such as
// "none", asks for nothing.
type wanted map[string]bool

// wanted reads requested-attributes; without it, it is the names given.
func (c *call) wanted(otherwise ...string) (wanted, error) {
	names, given, err := wire.Optional(c.op().Strings("requested-attributes", goipp.TagKeyword))
	if err != nil {
		return nil, err
	}
	if !given {
		names = otherwise
	}
	w := wanted{}
	for _, n := range names {
		w[n] = true
	}
	return w, nil
}

// pick leaves of a group's attributes those that are wanted by name, by the
// group's name or by "all".
func (w wanted) pick(group string, attrs []wire.Attribute) []wire.Attribute {
	if w["all"] || w[group] {
		return attrs
	}
	var some []wire.Attribute
	for _, a := range attrs {
		if w[a.Name] {
			some = append(some, a)
		}
	}
	return some
}
