// Package wire turns IPP bytes into ordered groups of attributes and back
// (RFC 8010). It reads the attribute part of a message itself, byte by byte and
// within fixed limits, before any decoder sees it, and never takes a byte of
// the document that follows. It refuses what is malformed, oversized, doubled or
// unprintable, and every refusal carries the IPP status to answer with. Encoding
// keeps groups and attributes in the order given. Nothing here knows of jobs,
// schools or money.
package wire

import (
	"fmt"

	"github.com/OpenPrinting/goipp"
)

// ContentType is the media type of every IPP message over HTTP (RFC 8010 4).
const ContentType = "application/ipp"

// Tag marks a group or the syntax of a value (RFC 8010 3.5).
type Tag = goipp.Tag

// The groups that this project reads or writes (RFC 8010 3.5.1).
const (
	OperationGroup    Tag = goipp.TagOperationGroup
	JobGroup          Tag = goipp.TagJobGroup
	PrinterGroup      Tag = goipp.TagPrinterGroup
	UnsupportedGroup  Tag = goipp.TagUnsupportedGroup
	SubscriptionGroup Tag = goipp.TagSubscriptionGroup
	EventGroup        Tag = goipp.TagEventNotificationGroup
	DocumentGroup     Tag = goipp.TagDocumentGroup
)

// Version is major and minor in one number: 0x0200 is 2.0.
type Version uint16

// The versions that are answered in kind. 2.1 and 2.2 requests are taken too,
// their operations being the same, but never advertised.
const (
	Version10 Version = 0x0100
	Version11 Version = 0x0101
	Version20 Version = 0x0200
)

// String is the version as ipp-versions-supported spells it.
func (v Version) String() string { return fmt.Sprintf("%d.%d", v>>8, v&0xff) }

// Group is a run of attributes under one group tag. A message may hold several
// groups of one tag, such as one job group for each job of a Get-Jobs answer.
type Group struct {
	Tag   Tag
	Attrs Attributes
}

// NewGroup makes a group of the given attributes, in that order.
func NewGroup(tag Tag, attrs ...Attribute) Group {
	return Group{Tag: tag, Attrs: attrs}
}

// Add appends attributes.
func (g *Group) Add(attrs ...Attribute) { g.Attrs = append(g.Attrs, attrs...) }

// Message is one IPP request or response without its document.
type Message struct {
	Version   Version
	Code      uint16 // the operation of a request, the status of a response
	RequestID uint32
	Groups    []Group
}

// Op is the operation of a request.
func (m *Message) Op() Op { return Op(m.Code) }

// Status is the status of a response.
func (m *Message) Status() Status { return Status(m.Code) }

// Operation is the first operation group; nil if there is none.
func (m *Message) Operation() Attributes { return m.First(OperationGroup) }

// First is the attributes of the first group of the tag; nil if there is none.
func (m *Message) First(tag Tag) Attributes {
	for _, g := range m.Groups {
		if g.Tag == tag {
			return g.Attrs
		}
	}
	return nil
}

// All is the attributes of every group of the tag, in order.
func (m *Message) All(tag Tag) []Attributes {
	var found []Attributes
	for _, g := range m.Groups {
		if g.Tag == tag {
			found = append(found, g.Attrs)
		}
	}
	return found
}

// Encode is the message in bytes, its end tag included. It fails on a message
// that IPP cannot carry, such as an attribute without a value.
func (m *Message) Encode() ([]byte, error) {
	groups := make(goipp.Groups, 0, len(m.Groups))
	for _, g := range m.Groups {
		groups = append(groups, goipp.Group{Tag: g.Tag, Attrs: goipp.Attributes(g.Attrs)})
	}
	out := goipp.Message{
		Version: goipp.Version(m.Version), Code: goipp.Code(m.Code), RequestID: m.RequestID,
		Groups: groups,
	}
	raw, err := out.EncodeBytes()
	if err != nil {
		return nil, fmt.Errorf("encode ipp message: %w", err)
	}
	return raw, nil
}

// decode hands bytes that a scanner has passed to the decoder.
func decode(raw []byte) (*Message, error) {
	var in goipp.Message
	if err := in.DecodeBytes(raw); err != nil {
		return nil, refuse(StatusBadRequest, "The request is not valid IPP.").because(err)
	}
	m := &Message{
		Version: Version(in.Version), Code: uint16(in.Code), RequestID: in.RequestID,
		Groups: make([]Group, 0, len(in.Groups)),
	}
	for _, g := range in.Groups {
		m.Groups = append(m.Groups, Group{Tag: g.Tag, Attrs: Attributes(g.Attrs)})
	}
	return m, nil
}
