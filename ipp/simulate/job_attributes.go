package simulate

import (
	"net/http"
	"time"

	"inkwell/ipp/wire"
)

// jobAttributes answers Get-Job-Attributes (RFC 8011 4.3.4).
func (p *Printer) jobAttributes(r *http.Request, req *wire.Message) (*wire.Message, error) {
	want, err := req.Operation().Requested([]string{"all"})
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	j, err := p.target(req.Operation())
	if err != nil {
		return nil, err
	}
	resp := wire.NewResponse(req, wire.StatusOK, "")
	resp.Add(p.jobGroup(j, address{r}, want))
	return resp, nil
}

// jobGroup is a job as a group of a response. The caller holds the lock.
func (p *Printer) jobGroup(j *job, at address, want wire.Requested) wire.Group {
	group := wire.NewGroup(wire.JobGroup)
	group.Add(want.Pick("job-description", p.jobDescription(j, at))...)
	group.Add(want.Pick("job-template", j.ticket.attributes())...)
	return group
}

// created is the group that answers Print-Job and the like (RFC 8011 4.2.1.2).
func (p *Printer) created(j *job, at address) wire.Group {
	return p.jobGroup(j, at, wire.Requested{
		"job-id": true, "job-uri": true, "job-state": true, "job-state-reasons": true, "job-state-message": true,
	})
}

// jobDescription is what a job has come to (RFC 8011 5.3). job-impressions and
// job-pages leave copies out; the -completed ones and the sheets count them all.
func (p *Printer) jobDescription(j *job, at address) []wire.Attribute {
	attrs := []wire.Attribute{
		wire.Integer("job-id", j.id),
		wire.URI("job-uri", at.job(j.id)),
		wire.URI("job-printer-uri", at.printer()),
		wire.Name("job-name", j.name),
		wire.Name("job-originating-user-name", j.user),
		wire.Enum("job-state", j.state),
		wire.Keyword("job-state-reasons", orNone(p.reasonsNow(j))...),
		wire.Text("job-state-message", jobWords[j.state]),
		wire.Integer("number-of-documents", min(len(j.document), 1)),
		wire.Integer("number-of-intervening-jobs", p.before(j)),
		wire.Integer("job-k-octets", (len(j.document)+1023)/1024),
		wire.Integer("job-impressions-completed", j.done),
		wire.Integer("job-pages-completed", j.done),
		wire.Integer("job-media-sheets-completed", j.sheets(j.done)),
		wire.Integer("job-printer-up-time", p.upTime(p.o.Now())),
	}
	if len(j.pages) > 0 {
		attrs = append(attrs,
			wire.Integer("job-impressions", len(j.pages)),
			wire.Integer("job-pages", len(j.pages)),
			wire.Integer("job-media-sheets", j.sheets(j.impressions())))
	}
	attrs = append(attrs, p.times("creation", j.created)...)
	attrs = append(attrs, p.times("processing", j.began)...)
	return append(attrs, p.times("completed", j.ended)...)
}

func (p *Printer) times(what string, at time.Time) []wire.Attribute {
	if at.IsZero() {
		return []wire.Attribute{wire.NoValue("time-at-" + what), wire.NoValue("date-time-at-" + what)}
	}
	return []wire.Attribute{
		wire.Integer("time-at-"+what, p.upTime(at)),
		wire.DateTime("date-time-at-"+what, at),
	}
}

// attributes is the ticket as job template attributes.
func (t ticket) attributes() []wire.Attribute {
	attrs := []wire.Attribute{
		wire.Integer("copies", t.copies),
		wire.Keyword("sides", t.sides),
		wire.Keyword("print-color-mode", t.colorMode),
		wire.Keyword("media", t.media),
		wire.Enum("print-quality", t.quality),
	}
	if len(t.ranges) > 0 {
		attrs = append(attrs, wire.Range("page-ranges", t.ranges...))
	}
	return attrs
}

// before is how many jobs will be printed before this one.
func (p *Printer) before(j *job) int {
	n := 0
	for _, other := range p.jobs {
		if other == j {
			break
		}
		if !other.over() {
			n++
		}
	}
	return n
}

func orNone(reasons []string) []string {
	if len(reasons) == 0 {
		return []string{"none"}
	}
	return reasons
}

var jobWords = map[int]string{
	wire.JobPending:           "Waiting.",
	wire.JobPendingHeld:       "Waiting for the document.",
	wire.JobProcessing:        "Printing.",
	wire.JobProcessingStopped: "Stopped.",
	wire.JobCanceled:          "Cancelled.",
	wire.JobAborted:           "Aborted.",
	wire.JobCompleted:         "Printed.",
}
