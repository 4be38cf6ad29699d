package release_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/fault"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// tricks are documents that would rather be counted for less than they print. Pages are
// objects 3 to 7 of most of them.
func tricks() map[string][]byte {
	const (
		catalog = "<< /Type /Catalog /Pages 2 0 R >>"
		page    = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
		kids    = "/Kids [3 0 R 4 0 R 5 0 R 6 0 R 7 0 R]"
	)
	five := func(catalog, tree string, more ...string) []byte {
		return documenttest.Objects(slices.Concat([]string{catalog, tree, page, page, page, page, page}, more)...)
	}
	honest := five(catalog, "<< /Type /Pages "+kids+" /Count 5 >>")
	counts := func(n string) []byte { return five(catalog, "<< /Type /Pages "+kids+" /Count "+n+" >>") }
	says := func(entries string, more ...string) []byte {
		return five("<< /Type /Catalog /Pages 2 0 R "+entries+" >>", "<< /Type /Pages "+kids+" /Count 5 >>", more...)
	}
	drawn := func(entries string, more ...string) []byte {
		changed := slices.Concat([]string{catalog, "<< /Type /Pages " + kids + " /Count 5 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] " + entries + " >>", page, page, page, page}, more)
		return documenttest.Objects(changed...)
	}
	hidden := "<< /Length 60 >>\nstream\n/OC /L BDC 1 0 0 rg 0 0 595 842 re f EMC                       \nendstream"
	return map[string][]byte{
		"honest":                        honest,
		"a count of one":                counts("1"),
		"a count of none":               counts("0"),
		"a count below none":            counts("-1"),
		"a count of a thousand million": counts("1000000000"),
		"no count":                      five(catalog, "<< /Type /Pages "+kids+" >>"),
		"a count by reference":          five(catalog, "<< /Type /Pages "+kids+" /Count 8 0 R >>", "1"),
		"a page many times":             five(catalog, "<< /Type /Pages /Kids ["+strings.Repeat("3 0 R ", 40)+"] /Count 40 >>"),
		"a page many times, said once":  five(catalog, "<< /Type /Pages /Kids ["+strings.Repeat("3 0 R ", 40)+"] /Count 1 >>"),
		"a tree below that lies":        five(catalog, "<< /Type /Pages /Kids [3 0 R 8 0 R] /Count 2 >>", "<< /Type /Pages /Parent 2 0 R /Kids [4 0 R 5 0 R 6 0 R 7 0 R] /Count 1 >>"),
		"kids that are nothing":         five(catalog, "<< /Type /Pages /Kids [null 3 0 R 99 0 R 4 0 R (x) 5 0 R] /Count 3 >>"),
		"pages of no type":              documenttest.Objects(catalog, "<< /Kids [3 0 R 4 0 R] /Count 2 >>", "<< /Parent 2 0 R /MediaBox [0 0 9 9] >>", "<< /Parent 2 0 R /MediaBox [0 0 9 9] >>"),
		"a template":                    says("/Names << /Templates << /Names [(x) 8 0 R] >> >>", "<< /Type /Template /MediaBox [0 0 595 842] >>"),
		"fifty copies of its own":       says("/ViewerPreferences << /NumCopies 50 /PrintPageRange [0 0] /Duplex /Simplex >>"),
		"a print command":               says("/OpenAction << /S /Named /N /Print >>"),
		"a script that prints":          says("/OpenAction << /S /JavaScript /JS (this.print({bUI:false,nStart:0,nEnd:4});this.print()) >>"),
		"a collection":                  says("/Collection << >> /PageLayout /TwoPageLeft /PageLabels << /Nums [0 << /S /r >>] >>"),
		"a layer that is off":           says("/OCProperties << /OCGs [8 0 R] /D << /OFF [8 0 R] >> >>", "<< /Type /OCG /Name (L) >>"),
		"pages on a layer":              drawn("/Contents 8 0 R /Resources << /Properties << /L 9 0 R >> >>", hidden, "<< /Type /OCG /Name (L) >>"),
		"forms":                         says("/AcroForm << /NeedAppearances true /Fields [8 0 R] >>", "<< /Type /Annot /Subtype /Widget /FT /Tx /T (x) /V (x) /Rect [0 0 99 99] /P 3 0 R >>"),
		"XFA":                           says("/AcroForm << /XFA 8 0 R /Fields [] >>", "<< /Length 43 >>\nstream\n<xdp><subform><pageSet/></subform></xdp>   \nendstream"),
		"a note on a page":              drawn("/Annots [<< /Type /Annot /Subtype /Stamp /Rect [0 0 99 99] /F 4 /AP << /N 8 0 R >> >>]", "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 11 >>\nstream\n0 0 9 9 re f\nendstream"),
		"a large unit":                  drawn("/UserUnit 100"),
		"a box of nothing":              drawn("/CropBox [0 0 0 0]"),
		"a PostScript picture":          drawn("/Contents 9 0 R /Resources << /XObject << /X 8 0 R >> >>", "<< /Type /XObject /Subtype /PS /Length 8 >>\nstream\nshowpage\nendstream", "<< /Length 5 >>\nstream\n/X Do\nendstream"),
		"more, written behind":          slices.Concat(counts("1"), []byte("2 0 obj\n<< /Type /Pages "+kids+" /Count 5 >>\nendobj\n")),
		"two files":                     slices.Concat(documenttest.PDF(1), documenttest.PDF(7)),
		"a printer's language behind":   slices.Concat(documenttest.PDF(1), []byte("\x1b%-12345X@PJL SET COPIES=50\r\n@PJL ENTER LANGUAGE=POSTSCRIPT\r\n%!\nshowpage showpage\n")),
		"a raster that asks for seven":  documenttest.PWG(3),
		"an Apple raster":               documenttest.URF(3),
		"two pictures in one":           slices.Concat(documenttest.JPEG(), documenttest.JPEG()),
	}
}

// tickets are the ways to ask for it, each with what a printer makes of them.
var tickets = []release.Ticket{
	{}, {Sides: "one-sided"}, {Copies: 99}, {Copies: 3, Sides: "one-sided", Pages: []release.PageRange{{First: 2, Last: 9999}}},
	{NumberUp: 2, Copies: 2}, {NumberUp: 16, Sides: "one-sided"}, {Pages: []release.PageRange{{First: 1, Last: 1}, {First: 3, Last: 3}}, Sides: "two-sided-short-edge"},
}

// Nobody pays for fewer sheets than come out of a printer that counts them: by
// Ghostscript's count of the pages that we send, and the copies and sides that we ask for.
// With INKWELL_PROVE set each trick is tried with each ticket, two hundred jobs.
func TestNoSheetIsFree(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	all := tricks()
	whole := os.Getenv("INKWELL_PROVE") != ""
	var sent []string
	var jobs []release.Job
	tried := 0
	for i, name := range slices.Sorted(maps.Keys(all)) {
		for k, ticket := range tickets {
			if !whole && (k != i%len(tickets) || i%2 == 1) {
				continue
			}
			tried++
			job, path := h.sent(fmt.Sprintf("%s, %+v", name, ticket), all[name], ticket)
			if path != "" {
				jobs, sent = append(jobs, job), append(sent, path)
			}
		}
	}
	for i, pages := range counted(t, sent) {
		sides := 2
		if jobs[i].Ticket.Sides == "one-sided" {
			sides = 1
		}
		copies := max(1, jobs[i].Ticket.Copies)
		if sheets := (pages + sides - 1) / sides * copies; jobs[i].Sheets < sheets || jobs[i].Impressions != pages*copies || pages == 0 {
			t.Errorf("%s: %d sheets and %d pages are charged, %d and %d come out", jobs[i].Title, jobs[i].Sheets, jobs[i].Impressions, sheets, pages*copies)
		}
	}
	if len(jobs) < tried*2/3 {
		t.Errorf("only %d of %d jobs were taken", len(jobs), tried)
	}
	t.Logf("%d jobs, %d of them taken", tried, len(jobs))
}

// sent hands a document in and returns its job and a file of what the printer would get, or
// no file if it was refused.
func (h *house) sent(title string, file []byte, ticket release.Ticket) (release.Job, string) {
	h.t.Helper()
	s := h.submission(h.Sam)
	s.Title, s.Ticket = title, ticket
	job, err := h.Print(h.t.Context(), s, bytes.NewReader(file))
	if err != nil {
		if fault.KindOf(err) == fault.Internal {
			h.t.Errorf("%s: %v", title, err)
		}
		return job, ""
	}
	h.eventually("the count", func() (string, bool) {
		job = h.job(job.ID)
		return string(job.State), job.State != release.Counting
	})
	if job.State != release.Held {
		h.t.Logf("%s: %s", title, job.Reason)
		return job, ""
	}
	in, err := h.Spool.Open(h.t.Context(), job.Document)
	if err != nil {
		h.t.Fatal(err)
	}
	defer in.Close()
	pdf, err := io.ReadAll(in)
	if err != nil {
		h.t.Fatal(err)
	}
	path := filepath.Join(h.dir, fmt.Sprintf("%d.pdf", job.ID))
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		h.t.Fatal(err)
	}
	if err := h.Cancel(h.t.Context(), h.Sam, job.ID); err != nil {
		h.t.Fatal(err)
	}
	return job, path
}

// counted is how many pages Ghostscript prints of each file.
func counted(t *testing.T, files []string) (pages []int) {
	t.Helper()
	args := []string{"-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=inkcov", "-sOutputFile=-"}
	for _, file := range files {
		args = append(args, "-c", "(\nnext\n) print flush", "-f", file)
	}
	out, err := exec.Command("gs", args...).Output()
	if err != nil {
		t.Fatalf("Ghostscript: %v\n%.2000s", err, out)
	}
	for _, told := range strings.Split(string(out), "next\n")[1:] {
		pages = append(pages, strings.Count(told, "CMYK OK"))
	}
	return pages
}
