package ipp

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"inkwell/ipp/wire"
	"inkwell/release"
	"inkwell/release/document"
)

// formats is document-format-supported; what it does not name is told by content.
var formats = document.Formats()

// formatsHere are the formats with those of printers' own languages where the queue takes them.
func (c *call) formatsHere() []string {
	if c.queue.Policy.Programs == 0 {
		return formats
	}
	return slices.Concat(formats, []string{string(document.PostScript), string(document.PCL)})
}

// incomingSeconds is how long a job of Create-Job waits for its document: the
// desk's five minutes (multiple-operation-time-out).
const incomingSeconds = 300

// description is the printer-description group of this call's queue (RFC 8011
// section 5.4, PWG 5100.7, 5100.11, 5100.13, 5100.14).
func (c *call) description(queued int) []wire.Attribute {
	return slices.Concat(c.addresses(), c.said(), c.language(), c.abilities(), aboutPasswords(), c.model.formats(), c.model.speed(), c.supplies(), c.printerState(queued))
}

// addresses says where and what the printer is.
func (c *call) addresses() []wire.Attribute {
	return append(c.parallel(),
		wire.URI("printer-uuid", c.uuid("printer "+c.queue.Path)),
		wire.Name("printer-name", c.printerName()),
		wire.Text("printer-info", cmp.Or(c.queue.Info, c.queue.Name)),
		wire.Name("printer-dns-sd-name", wire.Cut(orDefault(c.Announced(c.queue.Path), c.queue.Name), 63)),
		wire.Keyword("printer-kind", "document"),
		wire.Text("printer-location", cmp.Or(c.queue.Location, wire.Cut(strings.Join(c.model.offer.Rooms, "; "), maxText))),
		wire.Unknown("printer-geo-location"),
		wire.Text("printer-organization", ""),
		wire.Text("printer-organizational-unit", ""),
		wire.Text("printer-make-and-model", "Inkwell"),
		wire.Text("printer-device-id", "MFG:Inkwell;MDL:Inkwell;CMD:"+commands()+";"),
		wire.URI("printer-more-info", c.webURI()),
		wire.URI("printer-icons", c.icons()...),
		wire.Text("printer-charge-info",
			c.tongue.say("Each side that is printed counts as one page. Pages are charged when they come out, not when a job is sent.")),
		wire.URI("printer-charge-info-uri", c.webURI()),
	)
}

// language is what the printer can say and read.
func (c *call) language() []wire.Attribute {
	return []wire.Attribute{
		wire.Charset("charset-configured", "utf-8"),
		wire.Charset("charset-supported", "us-ascii", "utf-8"),
		wire.Language("natural-language-configured", configured),
		wire.Language("generated-natural-language-supported", languages...),
		wire.Keyword("compression-supported", compressions...),
		wire.MIMEType("document-format-default", formats[0]),
		wire.MIMEType("document-format-preferred", string(document.PDF)),
		wire.MIMEType("document-format-supported", c.formatsHere()...),
		wire.Integer("document-password-supported", 0),
		wire.Keyword("ipp-versions-supported", "1.0", "1.1", "2.0"),
		wire.Keyword("pdl-override-supported", "attempted"),
	}
}

// abilities is what the printer does with jobs.
func (c *call) abilities() []wire.Attribute {
	return []wire.Attribute{
		wire.Enum("operations-supported", c.operationIDs()...),
		wire.Keyword("ipp-features-supported", c.features()...),
		wire.Keyword("job-release-action-default", releaseAction(c.queue)),
		wire.Keyword("job-release-action-supported", releaseAction(c.queue)),
		wire.Keyword("job-creation-attributes-supported", c.creationAttributes()...),
		wire.Keyword("job-privacy-attributes", "job-name", "job-originating-user-name", jobMessage),
		wire.Keyword("job-privacy-scope", "owner"),
		wire.Boolean("job-ids-supported", true),
		wire.Keyword("job-settable-attributes-supported", c.settable()...),
		wire.Keyword("printer-settable-attributes-supported", slices.Sorted(maps.Keys(printerSettable))...),
		wire.Keyword("identify-actions-default", identifyActions[0]),
		wire.Keyword("identify-actions-supported", identifyActions...),
		wire.Keyword("which-jobs-supported", whichJobs...),
		wire.Range("job-k-octets-supported", wire.IntRange{Upper: int(c.MaxBytes >> 10)}),
		wire.Boolean("multiple-document-jobs-supported", false),
		wire.Integer("multiple-operation-time-out", incomingSeconds),
		wire.Keyword("multiple-operation-time-out-action", "abort-job"),
		wire.Boolean("preferred-attributes-supported", false),
		wire.Keyword("printer-get-attributes-supported", "document-format"),
		wire.Text("mopria-certified", "1.3"),
	}
}

// features is ipp-features-supported. IPP Everywhere asks for raster and JPEG beside
// PDF (PWG 5100.14).
func (c *call) features() []string {
	var all []string
	if takes(document.PWG) && takes(document.JPEG) {
		all = append(all, "ipp-everywhere", "ipp-everywhere-server")
	}
	if c.queue.Kind == release.Hold {
		all = append(all, "job-release")
	}
	if len(all) == 0 {
		all = []string{"none"}
	}
	return all
}

// speed is what the fastest of the paper printers says of itself.
func (m *model) speed() []wire.Attribute {
	can := m.offer.Can
	all := []wire.Attribute{wire.Boolean("color-supported", m.inColour()), wire.Integer("pages-per-minute", can.Speed)}
	if m.inColour() {
		all = append(all, wire.Integer("pages-per-minute-color", can.ColorSpeed))
	}
	return all
}

// printerState is how the printer is now. It is stopped when IT has paused it, and
// takes jobs even then; the paper printers do not count.
func (c *call) printerState(queued int) []wire.Attribute {
	state, why, say := wire.PrinterIdle, "none", ""
	switch {
	case c.queue.Paused:
		state, why, say = wire.PrinterStopped, "paused", c.tongue.say("Paused by IT. Jobs are kept.")
	case c.queue.Kind == release.Direct && queued > 0:
		state = wire.PrinterProcessing
	}
	say = cmp.Or(c.queue.Message, say) // who says why a printer stands still says it best
	now := c.Clock()
	changed, configured := later(c.queue.Switched, c.started), later(c.model.offer.Changed, c.started)
	return []wire.Attribute{
		wire.Enum("printer-state", state),
		wire.Keyword("printer-state-reasons", why),
		wire.Text("printer-state-message", say),
		wire.Boolean("printer-is-accepting-jobs", !c.queue.Closed),
		wire.Integer("queued-job-count", queued),
		wire.Integer("printer-up-time", upTime(now)),
		wire.DateTime("printer-current-time", now),
		wire.Integer("printer-state-change-time", upTime(changed)),
		wire.DateTime("printer-state-change-date-time", changed),
		wire.Integer("printer-config-change-time", upTime(configured)),
		wire.DateTime("printer-config-change-date-time", configured),
	}
}

// later is when something happened, or the start of the server while it has not.
func later(happened, otherwise time.Time) time.Time {
	if happened.IsZero() {
		return otherwise
	}
	return happened
}

// upTime is a moment on the clock that printer-up-time and all time-at-... run
// on. It counts from 1970, as CUPS does: the printer is the installation, which no
// restart and no second node makes younger.
func upTime(t time.Time) int { return int(t.Unix()) }

// operationIDs is operations-supported, ascending.
func (c *call) operationIDs() []int {
	var ids []int
	for op := range c.operations {
		ids = append(ids, int(op))
	}
	slices.Sort(ids)
	return ids
}

// creationAttributes is what a client may say of a job.
func (c *call) creationAttributes() []string {
	names := slices.Clone(operationAttributes)
	for _, o := range c.template {
		names = append(names, o.name)
	}
	return names
}
