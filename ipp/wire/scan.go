package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/OpenPrinting/goipp"
)

// scanner takes the attribute part of one message from a stream and keeps its
// bytes. It takes exactly that part: what follows stays in the stream. A strict
// scanner also refuses doubled attributes and unprintable values; that is for
// requests, while printers' answers are only checked for their structure.
type scanner struct {
	in     io.Reader
	limits Limits
	strict bool

	raw        []byte
	attributes int
	spans      []span // one for each attribute outside collections
}

// span is where one attribute with all its values lies in the scanned bytes.
type span struct {
	group      Tag
	ordinal    int // of the group within the message
	name       string
	from, to   int
	collection bool
}

const headerLength = 8 // version, operation or status, request-id

var errTooLarge = refuse(StatusRequestEntityTooLarge, "The attributes of this request are too large.")

// take reads exactly n more bytes and returns them; they stay valid until the
// next call.
func (s *scanner) take(n int) ([]byte, error) {
	from := len(s.raw)
	if from+n > s.limits.Bytes {
		return nil, errTooLarge
	}
	s.raw = append(s.raw, make([]byte, n)...)
	_, err := io.ReadFull(s.in, s.raw[from:])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, refuse(StatusBadRequest, "The request ends too early.").because(io.ErrUnexpectedEOF)
	}
	if err != nil {
		return nil, fmt.Errorf("read ipp message: %w", err)
	}
	return s.raw[from:], nil
}

// header reads version, code and request-id.
func (s *scanner) header() (*Message, error) {
	b, err := s.take(headerLength)
	if err != nil {
		return nil, err
	}
	return &Message{
		Version:   Version(binary.BigEndian.Uint16(b)),
		Code:      binary.BigEndian.Uint16(b[2:]),
		RequestID: binary.BigEndian.Uint32(b[4:]),
	}, nil
}

// groups reads everything from the first group tag to the end tag.
func (s *scanner) groups() error {
	var group groupState
	for {
		tag, err := s.tag()
		switch {
		case err != nil:
			return err
		case tag == goipp.TagEnd:
			return nil
		case tag.IsGroup():
			if s.attributes++; s.attributes > s.limits.Attributes {
				return errTooLarge
			}
			group = groupState{tag: tag, ordinal: group.ordinal + 1}
		case tag == goipp.TagZero:
			return refuse(StatusBadRequest, "The request uses a reserved tag.")
		default:
			if err := s.value(tag, &group); err != nil {
				return err
			}
		}
	}
}

// groupState is what must be known of the group being read.
type groupState struct {
	tag     Tag
	ordinal int
	seen    names
	values  int // of the latest attribute; zero before the first
}

// value reads one value of the group: the first of a named attribute, or a
// further one of the attribute before it.
func (s *scanner) value(tag Tag, group *groupState) error {
	from := len(s.raw) - 1
	if group.tag == goipp.TagZero {
		return refuse(StatusBadRequest, "An attribute stands outside every group.")
	}
	if tag == goipp.TagMemberName || tag == goipp.TagEndCollection {
		return refuse(StatusBadRequest, "A collection member stands outside every collection.")
	}
	name, err := s.name()
	if err != nil {
		return err
	}
	if name == "" {
		if group.values == 0 {
			return refuse(StatusBadRequest, "An attribute has no name.")
		}
	} else {
		group.values = 0
		if err := s.attribute(name, &group.seen); err != nil {
			return err
		}
		s.spans = append(s.spans, span{group: group.tag, ordinal: group.ordinal, name: name, from: from})
	}
	if group.values++; group.values > s.limits.Values {
		return errTooLarge
	}
	if err := s.content(tag, 1); err != nil {
		return err
	}
	latest := &s.spans[len(s.spans)-1]
	latest.to = len(s.raw)
	latest.collection = latest.collection || tag == goipp.TagBeginCollection
	return nil
}

// content reads a value's length and bytes and, if a collection begins with it,
// the whole collection.
func (s *scanner) content(tag Tag, depth int) error {
	value, err := s.bytes()
	if err != nil {
		return err
	}
	if err := checkValue(tag, value, s.strict); err != nil {
		return err
	}
	if tag == goipp.TagBeginCollection {
		return s.collection(depth)
	}
	return nil
}

// attribute counts a named attribute or member, and in a strict scan refuses it
// if its group or collection has one of that name: which of the two counts
// would be anyone's guess.
func (s *scanner) attribute(name string, seen *names) error {
	if s.attributes++; s.attributes > s.limits.Attributes {
		return errTooLarge
	}
	if s.strict && !seen.add(name) {
		return refuse(StatusBadRequest, "An attribute is given twice.")
	}
	return nil
}

func (s *scanner) tag() (Tag, error) {
	b, err := s.take(1)
	if err != nil {
		return 0, err
	}
	return Tag(b[0]), nil
}

// name reads an attribute name; empty for a further value.
func (s *scanner) name() (string, error) {
	b, err := s.bytes()
	if err != nil || len(b) == 0 {
		return "", err
	}
	name := string(b)
	return name, checkName(name)
}

// bytes reads a length and that many bytes.
func (s *scanner) bytes() ([]byte, error) {
	b, err := s.take(2)
	if err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint16(b)
	if n > maxLength {
		return nil, refuse(StatusBadRequest, "A length in the request is negative.")
	}
	return s.take(int(n))
}

// names is the set of names of one group or collection.
type names map[string]bool

// add reports whether the name is new.
func (n *names) add(name string) bool {
	if *n == nil {
		*n = make(names)
	}
	if (*n)[name] {
		return false
	}
	(*n)[name] = true
	return true
}
