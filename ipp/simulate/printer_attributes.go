package simulate

import (
	"fmt"
	"net/http"
	"time"

	"inkwell/ipp/wire"
)

// printerAttributes answers Get-Printer-Attributes (RFC 8011 4.2.5).
func (p *Printer) printerAttributes(r *http.Request, req *wire.Message) (*wire.Message, error) {
	want, err := req.Operation().Requested([]string{"all"})
	if err != nil {
		return nil, err
	}
	at := address{r}
	group := wire.NewGroup(wire.PrinterGroup)
	group.Add(want.Pick("job-template", p.o.Model.templateAttributes())...)
	if want["media-col-database"] { // long, and never part of "all"
		group.Add(wire.Collection("media-col-database", p.o.Model.mediaCols()...))
	}
	group.Add(want.Pick("printer-description", p.description(at))...)
	group.Add(want.Pick("printer-description", p.condition())...)
	resp := wire.NewResponse(req, wire.StatusOK, "")
	resp.Add(group)
	return resp, nil
}

// description is what never changes about the printer (RFC 8011 5.4, PWG 5100.14).
func (p *Printer) description(at address) []wire.Attribute {
	return []wire.Attribute{
		wire.Charset("charset-configured", "utf-8"),
		wire.Charset("charset-supported", "us-ascii", "utf-8"),
		wire.Boolean("color-supported", p.o.Model.Color),
		wire.Keyword("compression-supported", "none"),
		wire.MIMEType("document-format-default", formats[0]),
		wire.MIMEType("document-format-supported", formats...),
		wire.Language("generated-natural-language-supported", "en"),
		wire.Keyword("identify-actions-default", "display"),
		wire.Keyword("identify-actions-supported", "display"),
		wire.Keyword("ipp-features-supported", "ipp-everywhere"),
		wire.Keyword("ipp-versions-supported", "1.0", "1.1", "2.0"),
		wire.Keyword("job-creation-attributes-supported", creationAttributes()...),
		wire.Boolean("job-ids-supported", true),
		wire.Range("job-impressions-supported", wire.IntRange{Lower: 0, Upper: 1 << 20}),
		wire.Range("job-k-octets-supported", wire.IntRange{Lower: 0, Upper: int(p.o.MaxDocument >> 10)}),
		wire.Boolean("multiple-document-jobs-supported", false),
		wire.Integer("multiple-operation-time-out", int(incoming/time.Second)),
		wire.Keyword("multiple-operation-time-out-action", "abort-job"),
		wire.Language("natural-language-configured", "en"),
		wire.Enum("operations-supported", supportedOperations()...),
		wire.Integer("pages-per-minute", max(1, int(time.Minute/p.o.PerPage))),
		wire.Integer("pages-per-minute-color", max(1, int(time.Minute/p.o.PerPage))),
		wire.Keyword("pdl-override-supported", "attempted"),
		wire.Boolean("preferred-attributes-supported", false),
		wire.Text("printer-device-id", "MFG:Inkwell;MDL:Virtual printer;CMD:PDF;"),
		wire.Keyword("printer-get-attributes-supported", "document-format"),
		wire.Unknown("printer-geo-location"),
		wire.Text("printer-info", p.o.Name),
		wire.Text("printer-location", p.o.Room),
		wire.Text("printer-make-and-model", p.o.Model.Name),
		wire.URI("printer-more-info", at.web()),
		wire.Name("printer-name", p.o.Name),
		wire.Text("printer-organization", ""),
		wire.Text("printer-organizational-unit", ""),
		wire.URI("printer-supply-info-uri", at.web()),
		wire.URI("printer-uri-supported", at.printer()),
		wire.URI("printer-uuid", p.uuid),
		wire.Keyword("uri-authentication-supported", "none"),
		wire.Keyword("uri-security-supported", at.security()),
		wire.Keyword("which-jobs-supported", "completed", "not-completed", "all"),
	}
}

// condition is how the printer is now (RFC 8011 5.4.11 and after).
func (p *Printer) condition() []wire.Attribute {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Now()
	state, reasons, queued := p.state()
	return []wire.Attribute{
		wire.DateTime("printer-config-change-date-time", p.started),
		wire.Integer("printer-config-change-time", 1),
		wire.DateTime("printer-current-time", now),
		wire.Integer("printer-impressions-completed", p.sides),
		wire.Boolean("printer-is-accepting-jobs", true),
		wire.Integer("printer-media-sheets-completed", p.sheets),
		wire.Enum("printer-state", state),
		wire.DateTime("printer-state-change-date-time", p.changed),
		wire.Integer("printer-state-change-time", p.upTime(p.changed)),
		wire.Text("printer-state-message", stateMessage(state, reasons)),
		wire.Keyword("printer-state-reasons", reasons...),
		wire.Octets("printer-input-tray", fmt.Appendf(nil,
			"type=sheetFeedAutoRemovableTray;mediafeed=29700;mediaxfeed=21000;maxcapacity=%d;level=%d;status=0;name=main;",
			p.o.Paper, p.paper)),
		wire.Octets("printer-supply", []byte("index=1;class=supplyThatIsConsumed;type=toner;unit=percent;"+
			"maxcapacity=100;level=80;colorantname=black;")),
		wire.Text("printer-supply-description", "Black toner"),
		wire.Integer("printer-up-time", p.upTime(now)),
		wire.Integer("queued-job-count", queued),
	}
}

// state is printer-state, printer-state-reasons ("none" if there is none) and
// queued-job-count. The caller holds the lock.
func (p *Printer) state() (state int, reasons []string, queued int) {
	state = wire.PrinterIdle
	for _, j := range p.jobs {
		if !j.over() {
			queued++
		}
		if j.state == wire.JobProcessing {
			state = wire.PrinterProcessing
		}
	}
	reasons = p.stopReasons()
	if len(reasons) == 0 {
		return state, []string{"none"}, queued
	}
	return wire.PrinterStopped, reasons, queued
}

func stateMessage(state int, reasons []string) string {
	switch {
	case reasons[0] == "media-jam-error":
		return "Paper is stuck."
	case reasons[0] == "media-empty-error":
		return "The paper tray is empty."
	case state == wire.PrinterProcessing:
		return "Printing."
	default:
		return "Ready."
	}
}

// address is the printer as the client knows it: by the Host it asked.
type address struct{ r *http.Request }

func (a address) secure() bool { return a.r.TLS != nil }

func (a address) printer() string {
	if a.secure() {
		return "ipps://" + a.r.Host + printPath
	}
	return "ipp://" + a.r.Host + printPath
}

func (a address) job(id int) string { return fmt.Sprintf("%s/%d", a.printer(), id) }

func (a address) web() string {
	if a.secure() {
		return "https://" + a.r.Host + "/"
	}
	return "http://" + a.r.Host + "/"
}

func (a address) security() string {
	if a.secure() {
		return "tls"
	}
	return "none"
}
