package device

import (
	"cmp"

	"github.com/phin1x/go-ipp"

	"inkwell/release"
)

// describe says how to print, and under which name: the token, and nothing of
// whose job it is or what it is called. Of what a ticket leaves open the printer is
// told no more than it was always told: copies, sides, colour and sheet.
func describe(req *ipp.Request, e release.Errand) {
	t, job := e.Ticket, req.JobAttributes
	req.OperationAttributes["job-name"] = e.Token
	job["copies"] = max(1, e.Copies)
	job["sides"] = cmp.Or(t.Sides, "two-sided-long-edge")
	job["print-color-mode"] = cmp.Or(t.ColorMode, "monochrome")
	describeMedia(job, t)
	if e.Copies > 1 {
		job["multiple-document-handling"] = "separate-documents-collated-copies"
		if t.Uncollated {
			job["multiple-document-handling"] = "separate-documents-uncollated-copies"
		}
	}
	if len(t.Finishings) > 0 {
		job["finishings"] = t.Finishings
	}
	if t.OutputBin != "" {
		job["output-bin"] = t.OutputBin
	}
	if t.Quality != 0 {
		job["print-quality"] = t.Quality
	}
	if t.Scaling != "" {
		job["print-scaling"] = t.Scaling
	}
}

// describeMedia asks for a sheet by its name, or by media-col where the tray or the
// kind of paper is chosen: a printer is to have one of the two only (RFC 8011
// 5.2.11, PWG 5100.7).
func describeMedia(job map[string]any, t release.Ticket) {
	name := cmp.Or(t.Media, release.A4)
	x, y, sized := release.MediaSize(name)
	if t.MediaSource == "" && t.MediaType == "" || !sized {
		job["media"] = name
		return
	}
	col := ipp.Collection{"media-size": member(ipp.TagBeginCollection, ipp.Collection{
		"x-dimension": member(ipp.TagInteger, x),
		"y-dimension": member(ipp.TagInteger, y),
	})}
	if t.MediaSource != "" {
		col["media-source"] = member(ipp.TagKeyword, t.MediaSource)
	}
	if t.MediaType != "" {
		col["media-type"] = member(ipp.TagKeyword, t.MediaType)
	}
	job["media-col"] = col
}

// member is the one value of a collection's member.
func member(tag int8, value any) []ipp.Attribute { return []ipp.Attribute{{Tag: tag, Value: value}} }
