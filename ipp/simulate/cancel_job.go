package simulate

import (
	"net/http"
	"slices"

	"inkwell/ipp/wire"
)

// cancelJob answers Cancel-Job (RFC 8011 4.3.3). What has come out stays counted;
// stuck paper stays stuck.
func (p *Printer) cancelJob(_ *http.Request, req *wire.Message) (*wire.Message, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	j, err := p.target(req.Operation())
	if err != nil {
		return nil, err
	}
	if j.over() {
		return nil, refuse(wire.StatusNotPossible, "The job has ended.")
	}
	p.end(j, wire.JobCanceled, "job-canceled-by-user")
	return wire.NewResponse(req, wire.StatusOK, ""), nil
}

// cancelMyJobs answers Cancel-My-Jobs (PWG 5100.11): those of the asker, or of
// these the ones listed.
func (p *Printer) cancelMyJobs(_ *http.Request, req *wire.Message) (*wire.Message, error) {
	op := req.Operation()
	ids, listed, err := wire.Optional(op.Ints("job-ids"))
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	user := userName(op)
	for _, id := range ids {
		if j := p.find(id); j == nil || j.user != user || j.over() {
			return nil, refuse(wire.StatusNotPossible, "One of the jobs cannot be cancelled.")
		}
	}
	for _, j := range slices.Clone(p.jobs) {
		if j.user == user && !j.over() && (!listed || slices.Contains(ids, j.id)) {
			p.end(j, wire.JobCanceled, "job-canceled-by-user")
		}
	}
	return wire.NewResponse(req, wire.StatusOK, ""), nil
}

// identify answers Identify-Printer (PWG 5100.13): the page flashes for a while.
func (p *Printer) identify(_ *http.Request, req *wire.Message) (*wire.Message, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.identified = p.o.Now()
	p.change()
	return wire.NewResponse(req, wire.StatusOK, ""), nil
}
