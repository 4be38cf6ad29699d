package wire

// Requested is the value of requested-attributes (RFC 8011 sections 4.2.5.1 and
// 4.3.4.1): names of attributes and of groups. A name that nobody knows, such as
// "none", asks for nothing.
type Requested map[string]bool

// Requested reads requested-attributes, of the given tags if any are named; without
// the attribute, it is the names given.
func (a Attributes) Requested(otherwise []string, tags ...Tag) (Requested, error) {
	names, given, err := Optional(a.Strings("requested-attributes", tags...))
	if err != nil {
		return nil, err
	}
	if !given {
		names = otherwise
	}
	r := make(Requested, len(names))
	for _, n := range names {
		r[n] = true
	}
	return r, nil
}

// Pick leaves of a group's attributes those that are wanted by name, by the
// group's name or by "all".
func (r Requested) Pick(group string, attrs []Attribute) []Attribute {
	if r["all"] || r[group] {
		return attrs
	}
	var some []Attribute
	for _, a := range attrs {
		if r[a.Name] {
			some = append(some, a)
		}
	}
	return some
}
