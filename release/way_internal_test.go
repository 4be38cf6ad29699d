package release

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"inkwell/release/document"
	"inkwell/release/document/picture"
	"inkwell/release/document/raster"
)

// What a printer is given of a job, by what it says of itself.
func TestWay(t *testing.T) {
	t.Parallel()
	pdf, octets, pwg, urf, jpeg := "application/pdf", "application/octet-stream", "image/pwg-raster", "image/urf", "image/jpeg"
	everyday := Rasters{Resolutions: []int{300, 600}, Types: []string{"black_1", "sgray_8", "srgb_8"}, Back: "rotated", URF: []string{"V1.4", "W8", "SRGB24", "RS300-600", "DM3"}, Margin: 423}
	printer := func(r Rasters, formats ...string) Capabilities {
		return Capabilities{Asked: true, Formats: formats, Raster: r, Qualities: []int{3, 4, 5}, ColorModes: []string{"auto", "color", "monochrome"}}
	}
	only := func(modes string, formats ...string) Capabilities {
		c := printer(everyday, formats...)
		c.ColorModes = strings.Fields(modes)
		return c
	}
	grey := Job{Format: pdf, Pages: 5, ColourPages: 2, Ticket: Ticket{ColorMode: mono}}
	srgb := only("color", pdf, pwg)
	srgb.Raster.Types = []string{"srgb_8"}
	coloured := Job{Format: pdf, Pages: 5, ColourPages: 2, Ticket: Ticket{ColorMode: "color"}}
	ticket := func(t Ticket) Job { return Job{Format: pdf, Pages: 5, ColourPages: 2, Ticket: t} }
	for name, c := range map[string]struct {
		can  Capabilities
		job  Job
		want string
	}{
		"never asked":                   {Capabilities{}, coloured, pdf},
		"says nothing":                  {Capabilities{Asked: true}, coloured, pdf},
		"PDF":                           {printer(everyday, pdf), coloured, pdf},
		"PDF in capitals":               {printer(everyday, "application/PDF"), coloured, "application/PDF"},
		"PDF before rasters":            {printer(everyday, octets, urf, pwg, jpeg, pdf), coloured, pdf},
		"anything":                      {printer(everyday, octets), coloured, pdf},
		"a raster before anything":      {printer(everyday, octets, pwg), coloured, pwg + " 600 dpi srgb_8 rotated"},
		"PWG before URF":                {printer(everyday, urf, pwg), coloured, pwg + " 600 dpi srgb_8 rotated"},
		"URF":                           {printer(everyday, urf), coloured, urf + " 600 dpi srgb_8 rotated"},
		"URF where PWG is not ours":     {printer(Rasters{Types: []string{"black_1"}, URF: []string{"W8", "RS300"}}, urf, pwg), coloured, urf + " 300 dpi sgray_8 normal"},
		"only black":                    {printer(Rasters{Types: []string{"black_1"}}, pwg), coloured, ""},
		"nothing of ours":               {printer(everyday, "application/postscript", jpeg), coloured, ""},
		"a raster that it says nothing": {printer(Rasters{}, pwg), coloured, pwg + " 300 dpi srgb_8 normal"},
		"black and white":               {printer(everyday, pwg), ticket(Ticket{ColorMode: "monochrome"}), pwg + " 600 dpi sgray_8 rotated"},
		"colour by habit":               {printer(everyday, pwg), ticket(Ticket{}), pwg + " 600 dpi sgray_8 rotated"},
		"no colour in it":               {printer(everyday, pwg), Job{Format: pdf, Pages: 5, Ticket: Ticket{ColorMode: "color"}}, pwg + " 600 dpi sgray_8 rotated"},
		"colour alone":                  {printer(Rasters{Types: []string{"srgb_8"}}, pwg), ticket(Ticket{}), pwg + " 300 dpi srgb_8 without colour normal"},
		"a draft":                       {printer(everyday, urf), ticket(Ticket{Quality: 3}), urf + " 300 dpi sgray_8 rotated"},
		"only fine":                     {printer(Rasters{Resolutions: []int{1200}}, pwg), ticket(Ticket{}), pwg + " 1200 dpi sgray_8 normal"},
		"only too fine":                 {printer(Rasters{Resolutions: []int{2400}}, pwg), ticket(Ticket{}), pwg + " 300 dpi sgray_8 normal"},
		"its own language":              {printer(everyday, "application/PostScript"), Job{Format: "application/postscript"}, "application/PostScript"},
		"another language":              {printer(everyday, pdf), Job{Format: "application/postscript"}, ""},

		"grey where only colour is known":           {only("auto color", octets, urf, pwg, jpeg, pdf), grey, pwg + " 600 dpi sgray_8 rotated"},
		"grey by habit there":                       {only("color", pdf, urf), ticket(Ticket{}), urf + " 600 dpi sgray_8 rotated"},
		"grey there, in colour's own raster":        {srgb, grey, pwg + " 600 dpi srgb_8 without colour rotated"},
		"grey there of what was not looked through": {only("color", pdf), Job{Format: pdf, Pages: 5, ColourPages: document.Unseen}, pdf + " 300 dpi sgray_8 normal"},
		"grey there, PDF alone":                     {only("auto color", pdf), grey, pdf + " 300 dpi sgray_8 normal"},
		"grey there, anything":                      {only("color", octets), grey, pdf + " 300 dpi sgray_8 normal"},
		"grey there, it says no format":             {only("color"), grey, pdf + " 300 dpi sgray_8 normal"},
		"grey there, a picture as it was sent":      {only("color", pdf, jpeg), Job{Format: jpeg, Pages: 1, ColourPages: 1, sent: "0123", kind: picture.Kind{Type: "jpeg"}}, pdf + " 300 dpi sgray_8 normal"},
		"grey there, without any colour":            {only("auto color", pdf), Job{Format: pdf, Pages: 5}, pdf},
		"grey there, its own language":              {only("color", "application/postscript"), Job{Format: "application/postscript", Pages: 60, ColourPages: 60}, ""},
		"colour there":                              {only("auto color", pdf, pwg), coloured, pdf},
		"colour there, its own language":            {only("color", "application/postscript"), Job{Format: "application/postscript", Pages: 60, ColourPages: 60, Ticket: Ticket{ColorMode: "color"}}, "application/postscript"},
		"grey by another word":                      {only("color auto-monochrome", pdf, pwg), grey, pdf},
		"grey of process colours":                   {only("color process-monochrome", pdf, pwg), grey, pdf},
		"black without grey":                        {only("color bi-level", pdf), grey, pdf + " 300 dpi sgray_8 normal"},
		"grey where there is no colour":             {only("auto", pdf), grey, pdf},
		"grey where nothing is said of it":          {only("", pdf), grey, pdf},
	} {
		w := c.can.way(c.job)
		got := w.format
		if r := w.raster; r != nil {
			kind := "sgray_8"
			switch {
			case r.Grey:
				kind = "srgb_8 without colour"
			case r.Colour:
				kind = "srgb_8"
			}
			got += fmt.Sprintf(" %d dpi %s %s", r.DPI, kind, r.Back)
			if (r.Format == raster.PWG) != (document.Format(w.format) == document.PWG || w.inPDF) || r.First != 1 || r.Last != c.job.Pages || r.Media != A4 || !r.Duplex || r.Tumble {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if lacks := c.can.lacksFor(c.job) != ""; lacks != (c.want == "") {
			t.Errorf("%s: it lacks something: %v", name, lacks)
		}
	}
}

// What a printer that cannot be asked for black and white lacks is that, unless it lacks more; a
// job that it is given is told to it in a word that it has.
func TestBlackAndWhite(t *testing.T) {
	t.Parallel()
	pdf, postscript := []string{"application/pdf"}, []string{"application/postscript"}
	const noGrey = "This printer cannot print in black and white what has colour."
	for name, c := range map[string]struct {
		modes   string
		formats []string
		job     Job
		lacks   string
		told    string
	}{
		"asked":                       {"color monochrome", pdf, Job{ColourPages: 1, Ticket: Ticket{ColorMode: mono}}, "", mono},
		"by habit":                    {"color monochrome", pdf, Job{ColourPages: 1}, "", ""},
		"another word":                {"color auto process-monochrome auto-monochrome", pdf, Job{ColourPages: 1}, "", "auto-monochrome"},
		"the last word":               {"color auto process-monochrome", pdf, Job{ColourPages: 1, Ticket: Ticket{ColorMode: mono}}, "", "process-monochrome"},
		"no word, no colour":          {"color auto", pdf, Job{}, "", "auto"},
		"no word at all, no colour":   {"color", pdf, Job{Ticket: Ticket{ColorMode: mono}}, "", colour},
		"no word":                     {"color auto", pdf, Job{ColourPages: 1}, "", "auto"},
		"no word, all formats":        {"color auto", nil, Job{ColourPages: 1}, "", "auto"},
		"no word, drawn":              {"color auto", []string{"application/pdf", "image/urf"}, Job{ColourPages: 1}, "", "auto"},
		"no word, a program":          {"color auto", postscript, Job{Format: postscript[0], ColourPages: 1}, noGrey, "auto"},
		"no word, nor its language":   {"color auto", pdf, Job{Format: postscript[0], ColourPages: 1}, "This printer does not speak the language that this was made for.", "auto"},
		"no word, nor a format":       {"color auto", postscript, Job{ColourPages: 1}, "This printer takes neither PDF nor pictures of pages.", "auto"},
		"colour of somebody who may":  {"color auto", pdf, Job{ColourPages: 1, Ticket: Ticket{ColorMode: colour}}, "", colour},
		"colour at a printer without": {"auto-monochrome", pdf, Job{ColourPages: 1, Ticket: Ticket{ColorMode: colour}}, "", "auto-monochrome"},
		"a printer that says nothing": {"", pdf, Job{ColourPages: 1, Ticket: Ticket{ColorMode: mono}}, "", mono},
		"photos alone":                {"color auto monochrome", []string{"image/jpeg"}, Job{ColourPages: 1}, "This printer takes only photos: one JPEG picture as it was sent.", ""},
		"neither word":                {"highlight", pdf, Job{ColourPages: 1}, "", ""},
	} {
		can := Capabilities{Asked: true, Formats: c.formats, ColorModes: strings.Fields(c.modes)}
		if c.job.Pages = 1; c.job.Format == "" {
			c.job.Format = pdf[0]
		}
		if got := can.lacksFor(c.job); got != c.lacks {
			t.Errorf("%s: it lacks %q, want %q", name, got, c.lacks)
		}
		if got := (Delivery{FirstPage: 1}).errand(c.job, PrinterRecord{Can: can}).Ticket.ColorMode; got != c.told {
			t.Errorf("%s: it is told %q, want %q", name, got, c.told)
		}
	}
}

// A printer that has changed what it says since the release, so that there is no way to it any
// more, hears nothing of the job: not even the document is opened.
func TestNoWayToThePrinterAnyMore(t *testing.T) {
	t.Parallel()
	grey := Job{Format: "application/pdf", Pages: 1, ColourPages: 1}
	at := claim{printer: PrinterRecord{Can: Capabilities{Asked: true, Formats: []string{"application/postscript"}, ColorModes: []string{colour}}}}
	if _, err := (&Desk{}).outgoing(t.Context(), at, grey, Delivery{FirstPage: 1}); !errors.Is(err, errUndrawn) {
		t.Errorf("it goes out: %v", err)
	}
}

// What of the ticket is drawn, and what the printer is told.
func TestWayOfATicket(t *testing.T) {
	t.Parallel()
	can := Capabilities{Asked: true, Formats: []string{"image/pwg-raster"}, Media: []string{"na_letter_8.5x11in", a3}, Sides: []string{"one-sided", longEdge, tumbled}, Raster: Rasters{Margin: 1270}}
	for name, c := range map[string]struct {
		can    Capabilities
		format string
		ticket Ticket
		want   string
	}{
		"its own sheet":             {can, "application/pdf", Ticket{}, "na_letter_8.5x11in duplex true, tumble false, scaling , margin 36"},
		"another sheet":             {can, "application/pdf", Ticket{Media: a3, Sides: tumbled}, a3 + " duplex true, tumble true, scaling , margin 36"},
		"scaling is done here":      {can, "application/pdf", Ticket{Scaling: "fill", Sides: oneSided}, "na_letter_8.5x11in duplex false, tumble false, scaling fill, margin 36"},
		"a picture is scaled once":  {can, "image/jpeg", Ticket{Scaling: "fill", Sides: oneSided}, "na_letter_8.5x11in duplex false, tumble false, scaling , margin 36"},
		"several pages on a side":   {can, "application/pdf", Ticket{Scaling: "fill", NumberUp: 2}, "na_letter_8.5x11in duplex true, tumble false, scaling , margin 36"},
		"a printer with one side":   {Capabilities{Asked: true, Formats: can.Formats, Sides: []string{oneSided}}, "application/pdf", Ticket{}, A4 + " duplex false, tumble false, scaling , margin 14"},
		"a printer that is unknown": {Capabilities{Asked: true, Formats: can.Formats}, "application/pdf", Ticket{Media: "sheet"}, "sheet duplex true, tumble false, scaling , margin 14"},
	} {
		j := Job{Format: c.format, Pages: 2, Ticket: c.ticket}
		r := c.can.way(j).raster
		if r == nil {
			t.Fatalf("%s: not drawn", name)
		}
		if got := fmt.Sprintf("%s duplex %v, tumble %v, scaling %s, margin %.0f", r.Media, r.Duplex, r.Tumble, r.Scaling, r.Margin); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		e := Delivery{Copies: 3, Token: "t"}.errand(j, PrinterRecord{Can: c.can})
		if e.Format != "image/pwg-raster" || e.Ticket.Scaling != "" || e.Ticket.Media != r.Media || e.Copies != 3 {
			t.Errorf("%s: it is told %+v", name, e)
		}
	}
}

const a3 = "iso_a3_297x420mm"

// A raster or a picture goes as it was sent where it is what the printer takes and what was
// paid for.
func TestAsSent(t *testing.T) {
	t.Parallel()
	can := Capabilities{Asked: true, Formats: []string{"application/pdf", "image/pwg-raster", "image/urf", "image/jpeg"}, Media: []string{A4, a3}, Scalings: []string{"fit"},
		ColorModes: []string{"color", "monochrome"}, Raster: Rasters{Resolutions: []int{300, 600}, Types: []string{"sgray_8", "srgb_8"}, Back: "flipped", URF: []string{"V1.4", "W8", "SRGB24", "RS300", "DM3"}}}
	pwg := Job{Format: "image/pwg-raster", Pages: 4, ColourPages: 1, sent: "0123", Ticket: Ticket{ColorMode: "color", Sides: oneSided},
		kind: picture.Kind{Type: "srgb_8", DPI: 300, Width: 2480, Height: 3508}}
	urf := Job{Format: "image/urf", Pages: 4, sent: "0123", Ticket: Ticket{Sides: oneSided}, kind: picture.Kind{Type: "W8", DPI: 300, Width: 2480, Height: 3507}}
	jpeg := Job{Format: "image/jpeg", Pages: 1, ColourPages: 1, sent: "0123", Ticket: Ticket{ColorMode: "color"}, kind: picture.Kind{Type: "jpeg"}}
	with := func(j Job, change func(*Job)) Job {
		change(&j)
		return j
	}
	without := func(change func(*Capabilities)) Capabilities {
		c := can
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		can  Capabilities
		job  Job
		want bool
	}{
		"PWG":                         {can, pwg, true},
		"URF":                         {can, urf, true},
		"JPEG":                        {can, jpeg, true},
		"JPEG, fitted by the printer": {can, with(jpeg, func(j *Job) { j.Ticket.Scaling = "fit" }), true},
		"JPEG that it cannot fit":     {can, with(jpeg, func(j *Job) { j.Ticket.Scaling = "fill" }), false},
		"nothing kept":                {can, with(pwg, func(j *Job) { j.sent = "" }), false},
		"pages were dropped":          {can, with(pwg, func(j *Job) { j.Edit.Pages = []PageRange{{First: 1, Last: 1}} }), false},
		"colour for grey":             {can, with(pwg, func(j *Job) { j.Ticket.ColorMode = mono }), false},
		"a grey printer":              {without(func(c *Capabilities) { c.ColorModes = []string{mono} }), pwg, false},
		"grey anyway":                 {can, with(pwg, func(j *Job) { j.Ticket.ColorMode, j.ColourPages = mono, 0 }), true},
		"a picture for grey":          {can, with(jpeg, func(j *Job) { j.Ticket.ColorMode = mono }), false},
		"another resolution":          {can, with(pwg, func(j *Job) { j.kind.DPI, j.kind.Width, j.kind.Height = 150, 1240, 1754 }), false},
		"another type":                {can, with(pwg, func(j *Job) { j.kind.Type = "cmyk_8" }), false},
		"another size":                {can, with(pwg, func(j *Job) { j.kind.Width = 2551 }), false},
		"another sheet":               {can, with(pwg, func(j *Job) { j.Ticket.Media = a3 }), false},
		"both sides, its backs turned otherwise": {can, with(pwg, func(j *Job) {
			j.Ticket.Sides, j.kind.Duplex = longEdge, true
		}), false},
		"both sides, not said in the file": {can, with(pwg, func(j *Job) { j.Ticket.Sides = longEdge }), false},
		"both sides at the short edge, not turned": {can, with(urf, func(j *Job) {
			j.Ticket.Sides, j.kind.Duplex, j.kind.Tumble = tumbled, true, true
		}), true},
		"both sides at the long edge, turned": {can, with(urf, func(j *Job) { j.Ticket.Sides, j.kind.Duplex = longEdge, true }), false},
		"it takes no URF":                     {without(func(c *Capabilities) { c.Formats = c.Formats[:2] }), urf, false},
		"it says no resolution":               {without(func(c *Capabilities) { c.Raster.Resolutions = nil }), pwg, false},
		"it was never asked":                  {Capabilities{}, pwg, false},
	} {
		w := c.can.way(c.job)
		if w.asSent != c.want || w.asSent && (w.format != c.job.Format || w.raster != nil) {
			t.Errorf("%s: %+v", name, w)
		}
		rest := Delivery{FirstPage: 2}.rest(c.job)
		if c.can.way(rest).asSent {
			t.Errorf("%s: a part of it goes as it was sent", name)
		}
	}
}
