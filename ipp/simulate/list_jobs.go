package simulate

import (
	"math"
	"net/http"

	"inkwell/ipp/wire"
)

// listJobs answers Get-Jobs (RFC 8011 4.2.6). Ended jobs come latest first, the
// others in the order in which they will be printed.
func (p *Printer) listJobs(r *http.Request, req *wire.Message) (*wire.Message, error) {
	op := req.Operation()
	want, err := op.Requested([]string{"job-id", "job-uri"})
	if err != nil {
		return nil, err
	}
	which, ok, err := wire.Optional(op.String("which-jobs"))
	if err != nil {
		return nil, err
	}
	if !ok {
		which = "not-completed"
	}
	mine, _, err := wire.Optional(op.Bool("my-jobs"))
	if err != nil {
		return nil, err
	}
	limit, ok, err := wire.Optional(op.Int("limit"))
	if err != nil {
		return nil, err
	}
	if !ok || limit < 1 {
		limit = math.MaxInt
	}

	p.mu.Lock()
	defer p.mu.Unlock()
	resp := wire.NewResponse(req, wire.StatusOK, "")
	chosen, known := p.which(which)
	if !known {
		resp = wire.NewResponse(req, wire.StatusAttributesOrValuesNotSupported, "The printer cannot list those jobs.")
		resp.AddUnsupported(wire.Keyword("which-jobs", which))
	}
	user := userName(op)
	for _, j := range chosen {
		if limit > 0 && (!mine || j.user == user) {
			resp.Add(p.jobGroup(j, address{r}, want))
			limit--
		}
	}
	return resp, nil
}

// which is the jobs of a which-jobs keyword. The caller holds the lock.
func (p *Printer) which(keyword string) (jobs []*job, known bool) {
	var active, ended []*job
	for _, j := range p.jobs {
		if j.over() {
			ended = append([]*job{j}, ended...)
		} else {
			active = append(active, j)
		}
	}
	switch keyword {
	case "not-completed":
		return active, true
	case "completed":
		return ended, true
	case "all":
		return append(active, ended...), true
	}
	return nil, false
}
