package wire

import (
	"bytes"
	"io"
	"strings"

	"github.com/OpenPrinting/goipp"
)

// Read takes one request from r up to the end of its attributes and checks it;
// the document, if any, is left in r untouched. A refusal is an *Error with the
// status to answer; the message then holds what is needed to answer (version,
// operation, request-id), or is nil if not even that arrived. Any other error
// is r's own.
//
// Checked are the limits, the lengths, the characters, and RFC 8011 4.1.1 to
// 4.1.4 and 4.1.8: request-id, operation group, its first two attributes, the
// charset, the version, and that nothing is given twice.
func Read(r io.Reader, limits Limits) (*Message, error) {
	s := &scanner{in: r, limits: limits.orDefault(), strict: true}
	head, err := s.header()
	if err != nil {
		return nil, err
	}
	if err := checkHeader(head); err != nil {
		return head, err
	}
	if err := s.groups(); err != nil {
		return head, err
	}
	m, err := decode(s.raw)
	if err != nil {
		return head, err
	}
	if err := checkGroups(m.Groups); err != nil {
		return head, err
	}
	return m, nil
}

func checkHeader(m *Message) error {
	if major := m.Version >> 8; major != 1 && major != 2 {
		return refuse(StatusVersionNotSupported, "This printer speaks IPP 1.0, 1.1 and 2.0.")
	}
	if m.RequestID == 0 || m.RequestID > 1<<31-1 {
		return refuse(StatusBadRequest, "The request-id must be 1 or more.")
	}
	return nil
}

// checkGroups wants exactly one operation group, first, beginning with charset
// and language, and no other group of a request twice but those of
// subscriptions, which may come in numbers.
func checkGroups(groups []Group) error {
	if len(groups) == 0 || groups[0].Tag != OperationGroup {
		return refuse(StatusBadRequest, "The request does not begin with operation attributes.")
	}
	seen := make(map[Tag]bool)
	for _, g := range groups {
		if seen[g.Tag] && g.Tag != SubscriptionGroup {
			return refuse(StatusBadRequest, "A group of attributes is given twice.")
		}
		seen[g.Tag] = true
	}
	op := groups[0].Attrs
	if len(op) < 2 || op[0].Name != "attributes-charset" || op[1].Name != "attributes-natural-language" {
		return refuse(StatusBadRequest,
			"The request must begin with attributes-charset and attributes-natural-language.")
	}
	if _, err := op.String("attributes-natural-language", goipp.TagLanguage); err != nil {
		return err
	}
	charset, err := op.String("attributes-charset", goipp.TagCharset)
	if err != nil {
		return err
	}
	if !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "us-ascii") {
		return refuse(StatusCharsetNotSupported, "This printer takes text in UTF-8 only.")
	}
	return nil
}

// ReadReply takes one answer of a printer from r. Printers are careless with
// texts and repeat groups by right, so only limits and structure are checked;
// a text from a reply goes through Clean before a person or a log sees it.
func ReadReply(r io.Reader, limits Limits) (*Message, error) {
	s := &scanner{in: r, limits: limits.orDefault()}
	if _, err := s.header(); err != nil {
		return nil, err
	}
	if err := s.groups(); err != nil {
		return nil, err
	}
	return decode(s.raw)
}

// Pare takes one answer of a printer from r, checks it as ReadReply does, and
// returns its bytes without the attributes that keep refuses and without every
// collection: simpler decoders than ours lose their place in those. Groups
// other than operation, job, printer and unsupported are left out whole.
func Pare(r io.Reader, limits Limits, keep func(name string) bool) ([]byte, error) {
	s := &scanner{in: r, limits: limits.orDefault()}
	if _, err := s.header(); err != nil {
		return nil, err
	}
	if err := s.groups(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Write(s.raw[:headerLength])
	group := 0
	for _, a := range s.spans {
		if a.collection || !plainGroup(a.group) || !keep(a.name) {
			continue
		}
		if a.ordinal != group {
			out.WriteByte(byte(a.group))
			group = a.ordinal
		}
		out.Write(s.raw[a.from:a.to])
	}
	out.WriteByte(byte(goipp.TagEnd))
	return out.Bytes(), nil
}

func plainGroup(tag Tag) bool {
	return tag == OperationGroup || tag == JobGroup || tag == PrinterGroup || tag == UnsupportedGroup
}
