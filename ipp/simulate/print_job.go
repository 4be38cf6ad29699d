package simulate

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"

	"inkwell/ipp/wire"
)

// anonymous names whoever sends no name (RFC 8011 9.3).
const anonymous = "anonymous"

func userName(op wire.Attributes) string {
	if name, err := op.String("requesting-user-name"); err == nil && name != "" {
		return name
	}
	return anonymous
}

// operationAttributes are those of job creation that the printer knows beside the
// job template.
var operationAttributes = []string{
	"attributes-charset", "attributes-natural-language", "printer-uri", "requesting-user-name", "job-name",
	"document-name", "document-format", "compression", "ipp-attribute-fidelity", "job-k-octets", "job-impressions",
	"job-media-sheets", "client-info",
}

// creationAttributes is job-creation-attributes-supported.
func creationAttributes() []string {
	names := []string{"compression", "document-format", "document-name", "ipp-attribute-fidelity", "job-name"}
	for name := range jobTemplate {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// readJob makes a job of a job creation request and says which attributes it
// leaves aside, or refuses it (RFC 8011 4.2.1.1).
func (p *Printer) readJob(req *wire.Message) (*job, []wire.Attribute, error) {
	op := req.Operation()
	fidelity, _, err := wire.Optional(op.Bool("ipp-attribute-fidelity"))
	if err != nil {
		return nil, nil, err
	}
	name, _, err := wire.Optional(op.String("job-name"))
	if err != nil {
		return nil, nil, err
	}
	t, unsupported := p.o.Model.readTicket(req.First(wire.JobGroup))
	if t.format, err = documentFormat(op); err != nil {
		return nil, nil, err
	}
	if fidelity && len(unsupported) > 0 {
		return nil, unsupported, refuse(wire.StatusAttributesOrValuesNotSupported, "The printer cannot print it that way.")
	}
	for _, a := range op {
		if !slices.Contains(operationAttributes, a.Name) {
			unsupported = append(unsupported, wire.Unsupported(a.Name))
		}
	}
	return &job{name: wire.Cut(name, 255), user: userName(op), ticket: t, state: wire.JobPending}, unsupported, nil
}

// documentFormat is document-format, if the printer takes it uncompressed.
func documentFormat(op wire.Attributes) (string, error) {
	compression, ok, err := wire.Optional(op.String("compression"))
	if err != nil {
		return "", err
	}
	if ok && compression != "none" {
		return "", refuse(wire.StatusCompressionNotSupported, "The printer takes documents uncompressed.")
	}
	format, ok, err := wire.Optional(op.String("document-format"))
	if err != nil {
		return "", err
	}
	if !ok {
		return formats[0], nil
	}
	if !slices.Contains(formats, format) {
		return "", refuse(wire.StatusDocumentFormatNotSupported, "The printer prints PDF only.")
	}
	return format, nil
}

// readDocument takes a whole document into memory.
func (p *Printer) readDocument(in io.Reader, format string) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(in, p.o.MaxDocument+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read document: %w", err)
	case len(b) == 0:
		return nil, refuse(wire.StatusBadRequest, "There is no document in the request.")
	case int64(len(b)) > p.o.MaxDocument:
		return nil, refuse(wire.StatusRequestEntityTooLarge, "The document is too large for this printer.")
	case !bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")):
		if format == formats[0] {
			return nil, refuse(wire.StatusDocumentFormatError, "The document is not a PDF.")
		}
		return nil, refuse(wire.StatusDocumentFormatNotSupported, "The printer prints PDF only.")
	}
	return b, nil
}

// printJob answers Print-Job (RFC 8011 4.2.1).
func (p *Printer) printJob(r *http.Request, req *wire.Message, document io.Reader) (*wire.Message, error) {
	j, unsupported, err := p.readJob(req)
	if err != nil {
		return refusal(req, unsupported, err)
	}
	if j.document, err = p.readDocument(document, j.ticket.format); err != nil {
		return nil, err
	}
	j.closed = true
	return p.accept(r, req, j, unsupported), nil
}

// validateJob answers Validate-Job (RFC 8011 4.2.3).
func (p *Printer) validateJob(_ *http.Request, req *wire.Message) (*wire.Message, error) {
	_, unsupported, err := p.readJob(req)
	if err != nil {
		return refusal(req, unsupported, err)
	}
	return accepted(req, unsupported), nil
}

// createJob answers Create-Job (RFC 8011 4.2.4): the job waits for its document.
func (p *Printer) createJob(r *http.Request, req *wire.Message) (*wire.Message, error) {
	j, unsupported, err := p.readJob(req)
	if err != nil {
		return refusal(req, unsupported, err)
	}
	j.state, j.reasons = wire.JobPendingHeld, []string{"job-incoming"}
	return p.accept(r, req, j, unsupported), nil
}

// accept takes the job in and answers with it.
func (p *Printer) accept(r *http.Request, req *wire.Message, j *job, unsupported []wire.Attribute) *wire.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(j)
	p.o.Log.Info("virtual print job opened", "job", j.id, "bytes", len(j.document))
	resp := accepted(req, unsupported)
	resp.Add(p.created(j, address{r}))
	return resp
}

// accepted is a success that names what was left aside (RFC 8011 4.1.7).
func accepted(req *wire.Message, unsupported []wire.Attribute) *wire.Message {
	status := wire.StatusOK
	if len(unsupported) > 0 {
		status = wire.StatusOKIgnoredOrSubstituted
	}
	resp := wire.NewResponse(req, status, "")
	resp.AddUnsupported(unsupported...)
	return resp
}

// refusal is a refusal that names the attributes it is for.
func refusal(req *wire.Message, unsupported []wire.Attribute, err error) (*wire.Message, error) {
	if len(unsupported) == 0 {
		return nil, err
	}
	resp := wire.Refuse(req, err)
	resp.AddUnsupported(unsupported...)
	return resp, nil
}
