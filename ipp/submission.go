package ipp

import (
	"errors"
	"io"
	"slices"

	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/wire"
	"inkwell/release"
	"inkwell/release/document"
)

// submission reads what Print-Job, Validate-Job and Create-Job have in common
// (RFC 8011 section 4.2.1.1), and says which attributes are ignored. With
// ipp-attribute-fidelity nothing may be: then the job is refused.
func (c *call) submission() (s release.Submission, ignored []wire.Attribute, err error) {
	s = release.Submission{Queue: c.queue, Actor: c.actor, Hold: c.hold()}
	if s.Title, err = c.title(); err != nil {
		return s, nil, err
	}
	if s.Declared, err = c.format(); err != nil {
		return s, nil, err
	}
	if s.Password, err = c.password(); err != nil {
		return s, nil, err
	}
	if c.wants, err = c.readWishes(true); err != nil {
		return s, nil, err
	}
	s.Subscriptions = granted(c.wants)
	other, err := c.otherRelease()
	if err != nil {
		return s, nil, err
	}
	s.Ticket, ignored = c.ticket()
	ignored = append(ignored, other...)
	s.Strict, _, err = wire.Optional(c.op().Bool("ipp-attribute-fidelity"))
	if err == nil && s.Strict && len(ignored) > 0 {
		err = notSupported{
			refusal: refuse(wire.StatusAttributesOrValuesNotSupported, "This printer cannot print the job exactly as it was asked for."),
			attrs:   ignored,
		}
	}
	return s, ignored, err
}

// title is job-name, or document-name where a client names the document alone.
func (c *call) title() (string, error) {
	for _, name := range []string{"job-name", "document-name"} {
		title, given, err := wire.Optional(c.op().String(name, goipp.TagName))
		if err != nil || given && title != "" {
			return title, err
		}
	}
	return "", nil
}

// format is document-format as declared, "" if it is not. It refuses what is not
// in document-format-supported or compression-supported.
func (c *call) format() (string, error) {
	compression, given, err := wire.Optional(c.op().String("compression", goipp.TagKeyword))
	if err != nil {
		return "", err
	}
	if given && !slices.Contains(compressions, compression) {
		return "", notSupported{
			refusal: refuse(wire.StatusCompressionNotSupported, "This printer takes documents that are compressed by gzip or deflate, or not at all."),
			attrs:   []wire.Attribute{wire.Keyword("compression", compression)},
		}
	}
	format, given, err := wire.Optional(c.op().String("document-format", goipp.TagMimeType))
	if err == nil && given && (c.queue.Policy.Programs == 0 || !document.DeclaredProgram(format)) {
		err = document.Declared(format)
	}
	return format, err
}

// hasDocument says whether a document follows the attributes.
func (c *call) hasDocument() (bool, error) {
	_, err := c.document.Peek(1)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

var noDocument = refuse(wire.StatusBadRequest, "There is no document in this request.")

// accepted is the answer to a request that made or changed a job.
func (c *call) accepted(j release.Job, ignored []wire.Attribute) *wire.Message {
	reply := c.validated(ignored)
	reply.Add(wire.NewGroup(wire.JobGroup, c.jobIdentity(j)...))
	c.answerWishes(reply, c.wants, j.Subscriptions, true)
	return reply
}

// validated is the answer to a request whose attributes are good but for those
// that are ignored.
func (c *call) validated(ignored []wire.Attribute) *wire.Message {
	if len(ignored) == 0 {
		return c.ok()
	}
	reply := wire.NewResponse(c.req, wire.StatusOKIgnoredOrSubstituted, c.tongue.say("Some options of this job are not used."))
	reply.AddUnsupported(ignored...)
	return reply
}
