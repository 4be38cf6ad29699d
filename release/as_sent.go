package release

import (
	"context"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/release/document"
	"inkwell/release/document/picture"
	"inkwell/release/document/raster"
)

// What was sent as a raster or a JPEG picture is counted by the PDF that was made of it. Where
// a printer would print exactly those pages of the bytes that were sent, they are kept, too,
// and that printer gets them.

// keepSent keeps what was sent of a job that was just counted, if there is a printer of its
// school that takes such documents. Its digest is that of the job until now.
func keepSent(ctx context.Context, tx *db.Tx, job *Job, kind picture.Kind, was Job) error {
	if kind.Type == "" {
		return nil
	}
	taken, err := formatTaken(ctx, tx, job.School, was.Format)
	if err == nil && taken {
		job.sent, job.kind = was.Document, kind
	}
	return err
}

// asSent says whether a printer takes what was sent of a job, as it is: a raster that is no
// other than one we would draw for it, in a resolution and with colours that it has, turned as
// it wants them; and a JPEG picture. Nothing was changed of it since, and nobody pays for grey
// and gets colour.
func (c Capabilities) asSent(j Job) bool {
	t := j.Ticket.Fitted(c)
	if j.sent == "" || j.Edit.makes() || c.takes(document.Format(j.Format)) == "" || t.Scaling != j.Ticket.Scaling {
		return false
	}
	if !(j.inColour() && c.Color()) && j.ColourPages != 0 {
		return false
	}
	r := document.Raster{First: 1, Last: j.Pages, Media: sheetFor(t), Duplex: t.Sides != oneSided, Tumble: t.Sides == tumbled}
	switch document.Format(j.Format) {
	case document.JPEG:
		return true
	case document.PWG:
		return slices.Contains(c.Raster.Resolutions, j.kind.DPI) && slices.Contains(c.Raster.Types, j.kind.Type) && c.Raster.pwg(&r) && lies(j, r)
	case document.URF:
		return slices.Contains(c.Raster.appleDPI(), j.kind.DPI) && slices.ContainsFunc(c.Raster.URF, func(s string) bool { return strings.EqualFold(s, j.kind.Type) }) &&
			c.Raster.urf(&r) && lies(j, r)
	}
	return false
}

// lies says whether what was sent lies on its sheets as what we would draw does.
func lies(j Job, r document.Raster) bool {
	k := j.kind
	r.DPI = k.DPI
	width, height := r.Pixels()
	near := func(a, b int) bool { return max(a, b)-min(a, b) <= k.DPI/24 } // a millimetre: some round, some cut
	turned := r.Duplex && j.Pages > 1 && r.Back.Turned(r.Tumble) != raster.Turn{}
	return near(k.Width, width) && near(k.Height, height) && k.Duplex == r.Duplex && k.Tumble == r.Tumble && !turned
}
