package wire

import "github.com/OpenPrinting/goipp"

// collection reads members up to the end of the collection (RFC 8010 3.1.6).
func (s *scanner) collection(depth int) error {
	if depth > s.limits.Depth {
		return refuse(StatusBadRequest, "Collections are nested too deeply.")
	}
	var member groupState
	open := false // a member name was read, its first value not yet
	for {
		tag, err := s.memberTag()
		if err != nil {
			return err
		}
		switch {
		case tag == goipp.TagEndCollection && !open:
			return s.content(tag, depth)
		case tag == goipp.TagMemberName && !open:
			open, member.values = true, 0
			err = s.memberName(&member.seen)
		case tag == goipp.TagEndCollection || tag == goipp.TagMemberName:
			return refuse(StatusBadRequest, "A collection member has no value.")
		case !open && member.values == 0:
			return refuse(StatusBadRequest, "A collection member has no name.")
		case member.values == s.limits.Values:
			return errTooLarge
		default:
			open = false
			member.values++
			err = s.content(tag, depth+1)
		}
		if err != nil {
			return err
		}
	}
}

// memberTag reads a tag within a collection and the empty name that must follow
// it.
func (s *scanner) memberTag() (Tag, error) {
	tag, err := s.tag()
	if err != nil {
		return 0, err
	}
	if tag.IsDelimiter() {
		return 0, refuse(StatusBadRequest, "A collection does not end.")
	}
	name, err := s.name()
	if err == nil && name != "" {
		err = refuse(StatusBadRequest, "A collection member is named in the wrong place.")
	}
	return tag, err
}

func (s *scanner) memberName(seen *names) error {
	value, err := s.bytes()
	if err != nil {
		return err
	}
	name := string(value)
	if err := checkName(name); err != nil {
		return err
	}
	return s.attribute(name, seen)
}
