package simulate

import (
	"io"
	"net/http"

	"inkwell/ipp/wire"
)

// sendDocument answers Send-Document (RFC 8011 4.3.1). A job has one document;
// an empty last one only closes the job.
func (p *Printer) sendDocument(r *http.Request, req *wire.Message, document io.Reader) (*wire.Message, error) {
	op := req.Operation()
	last, err := op.Bool("last-document")
	if err != nil {
		return nil, err
	}
	format, err := documentFormat(op)
	if err != nil {
		return nil, err
	}
	if err := p.open(op, last); err != nil {
		return nil, err
	}
	b, err := p.readDocument(document, format)
	if err != nil && !(last && wire.StatusOf(err) == wire.StatusBadRequest) {
		return nil, err
	}

	p.mu.Lock()
	defer p.mu.Unlock()
	j, err := p.target(op)
	if err != nil {
		return nil, err
	}
	switch {
	case j.closed:
		return nil, refuse(wire.StatusNotPossible, "The job takes no more documents.")
	case len(b) > 0 && len(j.document) > 0:
		return nil, refuse(wire.StatusMultipleDocumentJobsNotSupported, "The printer takes one document a job.")
	case len(b) > 0:
		j.document, j.ticket.format = b, format
	case len(j.document) == 0:
		return nil, refuse(wire.StatusBadRequest, "There is no document in the request.")
	}
	if last {
		p.close(j)
	}
	resp := wire.NewResponse(req, wire.StatusOK, "")
	resp.Add(p.created(j, address{r}))
	return resp, nil
}

// open refuses a document before it is read, if its job cannot take it.
func (p *Printer) open(op wire.Attributes, last bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	j, err := p.target(op)
	switch {
	case err != nil:
		return err
	case j.closed:
		return refuse(wire.StatusNotPossible, "The job takes no more documents.")
	case len(j.document) > 0 && !last:
		return refuse(wire.StatusMultipleDocumentJobsNotSupported, "The printer takes one document a job.")
	}
	return nil
}

// close lets a job go to print, or ends it if it has nothing to print. The caller
// holds the lock.
func (p *Printer) close(j *job) {
	if len(j.document) == 0 {
		p.end(j, wire.JobAborted, "aborted-by-system")
		return
	}
	j.closed, j.state, j.reasons = true, wire.JobPending, nil
	p.o.Log.Info("virtual print job closed", "job", j.id, "bytes", len(j.document))
	p.change()
}

// closeJob answers Close-Job (PWG 5100.11).
func (p *Printer) closeJob(r *http.Request, req *wire.Message) (*wire.Message, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	j, err := p.target(req.Operation())
	if err != nil {
		return nil, err
	}
	if j.over() {
		return nil, refuse(wire.StatusNotPossible, "The job has ended.")
	}
	if !j.closed {
		p.close(j)
	}
	resp := wire.NewResponse(req, wire.StatusOK, "")
	resp.Add(p.created(j, address{r}))
	return resp, nil
}
