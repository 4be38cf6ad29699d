package wire

import "slices"

// NewRequest makes a request of version 2.0 whose operation group begins with
// charset and language.
func NewRequest(op Op, id uint32, attrs ...Attribute) *Message {
	m := &Message{Version: Version20, Code: uint16(op), RequestID: id}
	m.Groups = []Group{operationGroup(attrs)}
	return m
}

// NewResponse makes the answer to a request: its version if we speak it, its
// request-id, the status, and status-message unless say is empty, cut to the 255
// octets of RFC 8011 4.1.6.2. The request may be one that Read refused.
func NewResponse(req *Message, status Status, say string) *Message {
	m := &Message{Version: answerVersion(req.Version), Code: uint16(status), RequestID: req.RequestID}
	m.Groups = []Group{operationGroup(nil)}
	if say != "" {
		m.Groups[0].Add(Text("status-message", Cut(say, 255)))
	}
	return m
}

// Refuse makes the answer that tells a client of err: its own status and
// sentence if there is an *Error within, internal-error otherwise.
func Refuse(req *Message, err error) *Message {
	say := ""
	if e, ok := asError(err); ok {
		say = e.Say
	}
	return NewResponse(req, StatusOf(err), say)
}

// Speak says which natural language the message is in (RFC 8011 4.1.4.2).
func (m *Message) Speak(language string) {
	for i, a := range m.Groups[0].Attrs {
		if a.Name == "attributes-natural-language" {
			m.Groups[0].Attrs[i] = Language(a.Name, language)
		}
	}
}

// Remark gives a successful answer another such status, and its sentence in place of
// the one before.
func (m *Message) Remark(status Status, say string) {
	m.Code = uint16(status)
	op := &m.Groups[0]
	op.Attrs = slices.DeleteFunc(op.Attrs, func(a Attribute) bool { return a.Name == "status-message" })
	op.Add(Text("status-message", Cut(say, 255)))
}

// Add appends a group to the message.
func (m *Message) Add(groups ...Group) { m.Groups = append(m.Groups, groups...) }

// AddUnsupported tells the client which of its attributes were ignored. The
// group goes right behind the operation attributes (RFC 8011 4.1.7), whatever
// was added before. Without attributes it does nothing.
func (m *Message) AddUnsupported(attrs ...Attribute) {
	if len(attrs) == 0 {
		return
	}
	if len(m.Groups) > 1 && m.Groups[1].Tag == UnsupportedGroup {
		m.Groups[1].Add(attrs...)
		return
	}
	rest := append([]Group{NewGroup(UnsupportedGroup, attrs...)}, m.Groups[1:]...)
	m.Groups = append(m.Groups[:1:1], rest...)
}

func operationGroup(attrs []Attribute) Group {
	g := NewGroup(OperationGroup,
		Charset("attributes-charset", "utf-8"),
		Language("attributes-natural-language", "en"))
	g.Add(attrs...)
	return g
}

// answerVersion is the client's version, or the one we speak that is closest to
// it (RFC 8011 4.1.8).
func answerVersion(v Version) Version {
	switch {
	case v>>8 == 1 || v>>8 == 2:
		return v
	case v < Version10:
		return Version10
	default:
		return Version20
	}
}
