package release

import (
	"cmp"
	"fmt"
	"slices"

	"inkwell/internal/fault"
	"inkwell/release/document"
)

// Lacks says in plain words what a printer lacks for a job of that many pages, or
// "". It is what would come out on other paper, on other sides, or without its
// finishing; a job that would is refused there. What a printer does not say of
// itself is not held against it.
//
// Its default sheet is never missed: when that runs out the printer says so itself
// and waits for more. A job that asks for no sheet gets A4, or the default sheet of a
// printer without.
func (c Capabilities) Lacks(t Ticket, pages int) string {
	return c.lacksFor(Job{Ticket: t, Pages: pages})
}

// lacksFor is Lacks of a job, which may be in a language that a printer does not speak.
func (c Capabilities) lacksFor(j Job) string {
	switch {
	case c.way(j).format != "":
		return cmp.Or(c.lacksParts(j.Ticket, j.Pages), c.lacksCopies(j))
	case c.way(j.colourless()).format != "":
		return "This printer cannot print in black and white what has colour."
	case j.Uncounted():
		return "This printer does not speak the language that this was made for."
	case c.takes(document.JPEG) != "":
		return "This printer takes only photos: one JPEG picture as it was sent."
	}
	return "This printer takes neither PDF nor pictures of pages."
}

// colourless is the job if its document had no colour.
func (j Job) colourless() Job {
	j.ColourPages = 0
	return j
}

// lacksParts is what of Lacks is about paper, sides and finishing.
func (c Capabilities) lacksParts(t Ticket, pages int) string {
	switch {
	case !c.Asked:
		return ""
	case t.Media != "" && !c.has(t.Media):
		return fmt.Sprintf("This printer has no %s paper.", MediaLabel(t.Media))
	case pages > 1 && t.Sides != "" && t.Sides != oneSided && !c.Duplex():
		return "This printer cannot print on both sides."
	case lacks(c.Sources, t.MediaSource):
		return "This printer does not have the paper tray that was asked for."
	case lacks(c.Types, t.MediaType) && t.MediaType != "stationery":
		return "This printer does not have the kind of paper that was asked for."
	}
	for _, f := range t.Finishings {
		if !slices.Contains(c.Finishings, f) {
			return fmt.Sprintf("This printer cannot %s.", finishings[FinishingOf(f)])
		}
	}
	return ""
}

// Instead says in plain words how a job comes out otherwise than it was asked for,
// where that is no reason to refuse it, or "".
func (c Capabilities) Instead(t Ticket, pages int) string {
	switch {
	case !c.Asked:
		return ""
	case t.ColorMode == colour && !c.Color():
		return "black and white here"
	case pages > 1 && t.Sides == "" && !c.Duplex():
		return "one-sided here"
	}
	return ""
}

// Fitted is the ticket as the printer is told it: without wishes of no weight that
// it cannot fulfil, such as an output bin. A printer that was never asked is told
// all of it.
func (t Ticket) Fitted(c Capabilities) Ticket {
	if !c.Asked {
		return t
	}
	if t.Media == "" && !c.has(A4) {
		t.Media = c.Media[0]
	}
	if !c.Duplex() {
		t.Sides = oneSided
	}
	if t.ColorMode != "" && t.ColorMode != mono && !c.Color() {
		t.ColorMode = mono
	}
	if t.ColorMode == "auto" && lacks(c.ColorModes, t.ColorMode) {
		t.ColorMode = colour
	}
	if t.MediaType == "stationery" && lacks(c.Types, t.MediaType) {
		t.MediaType = ""
	}
	if !slices.Contains(c.Bins, t.OutputBin) {
		t.OutputBin = ""
	}
	if !slices.Contains(c.Scalings, t.Scaling) {
		t.Scaling = ""
	}
	if !slices.Contains(c.Qualities, t.Quality) {
		t.Quality = 0
	}
	t.Uncollated = t.Uncollated && slices.Contains(c.Handlings, "separate-documents-uncollated-copies")
	return t
}

// toldGrey is a ticket in the printer's word for black and white. One that has no such word is
// told what it has: it gets nothing with colour then.
func (t Ticket) toldGrey(c Capabilities) Ticket {
	if !slices.Contains(hasNoneOfColour, t.ColorMode) || slices.Contains(c.ColorModes, mono) {
		return t
	}
	for _, word := range append(slices.Clone(greyWords), "auto", colour) {
		if slices.Contains(c.ColorModes, word) {
			t.ColorMode = word
			break
		}
	}
	return t
}

// has says whether a sheet is in a tray, as far as the printer says what is, or
// else whether the printer takes it at all.
func (c Capabilities) has(media string) bool {
	if len(c.Media) == 0 {
		return true
	}
	return media == c.Media[0] || slices.Contains(c.Media, media) && len(c.Loaded) == 0 ||
		slices.ContainsFunc(c.Loaded, func(l Loaded) bool { return l.Media == media })
}

// lacks says whether a printer that lists what it has does not list a thing that
// is asked for.
func lacks(list []string, asked string) bool {
	return asked != "" && asked != "auto" && len(list) > 0 && !slices.Contains(list, asked)
}

// cannotHere refuses a job at a printer that lacks something for it.
func cannotHere(lack, instead string) error {
	return fault.New(fault.Conflict, "printer-lacks", "%s %s", lack, instead)
}
