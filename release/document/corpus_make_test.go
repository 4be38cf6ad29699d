package document

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"inkwell/release/document/documenttest"
)

// made runs a program in a folder of its own, with {out} standing for the file that it
// makes there, and returns that file.
func made(t testing.TB, file string, args ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	out := filepath.Join(dir, file)
	for i := range args {
		args[i] = strings.NewReplacer("{out}", out, "{dir}", dir).Replace(args[i])
	}
	c := exec.Command(args[0], args[1:]...)
	c.Dir, c.Env = dir, append(os.Environ(), "HOME="+dir)
	if said, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%.2000s", args, err, said)
	}
	pdf, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

// written is the path of a new file with this content.
func written(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// programs are pages as a printer's language draws them.
var programs = map[string]string{
	"grey text":       `/Times-Roman findfont 20 scalefont setfont 1 1 9 { 80 mul 60 exch moveto (Only black and white) show showpage } for`,
	"every other":     `1 1 6 { 2 mod 0 eq { 1 0 0 } { 0 0 0 } ifelse setrgbcolor 100 100 99 99 rectfill showpage } for`,
	"inks":            `0 0 0 1 setcmykcolor 9 9 99 99 rectfill showpage 0 0 1 0 setcmykcolor 9 9 99 99 rectfill showpage`,
	"spots":           `[/Separation (Gold) /DeviceCMYK {dup .2 mul exch dup .3 mul exch .9 mul 0}] setcolorspace 1 setcolor 9 9 99 99 rectfill showpage`,
	"sizes":           `[[595 842] [842 1191] [420 595] [842 595] [612 792]] { << /PageSize 3 -1 roll >> setpagedevice 0 0 1 setrgbcolor 9 9 99 99 rectfill showpage } forall`,
	"shading":         `<< /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 0 595 842] /Function << /FunctionType 2 /Domain [0 1] /C0 [1 1 1] /C1 [0 .5 0] /N 1 >> >> shfill showpage`,
	"grey shading":    `<< /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 595 842] /Function << /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [0] /N 1 >> >> shfill showpage`,
	"hairs":           `0 0 1 setrgbcolor 0 setlinewidth 1 1 20 { 30 mul dup 0 moveto 800 lineto stroke } for showpage`,
	"blank":           `showpage showpage showpage`,
	"Lab":             `[/CIEBasedLab << /WhitePoint [.95 1 1.09] >>] pop 0 .2 0 setrgbcolor 9 9 400 400 rectfill showpage`,
	"picture":         `200 200 scale 2 2 8 [2 0 0 2 0 0] {<ff0000 00ff00 0000ff ffffff>} false 3 colorimage showpage`,
	"grey picture":    `200 200 scale 2 2 8 [2 0 0 2 0 0] {<808080 404040 c0c0c0 ffffff>} false 3 colorimage showpage`,
	"a hundred":       `1 1 100 { 10 mod 0 eq { 0 1 0 } { 0 0 0 } ifelse setrgbcolor 100 100 99 99 rectfill showpage } for`,
	"nearly black":    `0 0 .08 setrgbcolor 100 100 400 400 rectfill showpage .07 .07 .07 setrgbcolor 100 100 400 400 rectfill showpage`,
	"a dot of red":    `1 0 0 setrgbcolor 300 400 2 2 rectfill showpage`,
	"beside the page": `1 0 0 setrgbcolor 2000 100 99 99 rectfill showpage`,
}

// fromPrograms are PDFs that Ghostscript makes, for readers old and new.
func fromPrograms(t testing.TB, level string) (all []sample) {
	for name, program := range programs {
		pdf := made(t, "out.pdf", "gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pdfwrite", "-dCompatibilityLevel="+level,
			"-sPAPERSIZE=a4", "-sOutputFile={out}", written(t, "in.ps", "%!\n"+program+"\n"))
		all = append(all, sample{name: "Ghostscript " + level + "/" + name, file: pdf})
	}
	return all
}

// fromRasters are rasters of the programs, by CUPS's filter and by Ghostscript.
func fromRasters(t testing.TB) (all []sample) {
	for _, format := range []Format{PWG, URF} {
		for what, depth := range map[string][2]string{"sRGB": {"19", "8"}, "grey": {"18", "8"}, "black": {"3", "1"}} {
			if format == URF && what == "black" {
				continue
			}
			all = append(all, sample{name: fmt.Sprintf("CUPS %s/%s", format, what), file: fromCUPS(t, format, depth[0], depth[1])})
		}
	}
	for _, device := range []string{"pwgraster", "urf"} {
		for what, depth := range map[string][2]string{"sRGB": {"19", "8"}, "grey": {"18", "8"}} {
			all = append(all, sample{name: "Ghostscript " + device + "/" + what, file: fromGhostscript(t, device, depth[0], depth[1])})
		}
	}
	return all
}

// variants are what other programs make of a document: its pages stay, its inside does not.
func variants(t testing.TB, of sample) (all []sample) {
	for how, args := range map[string]string{
		"linearised":     "--linearize",
		"object streams": "--object-streams=generate --recompress-flate",
		"plain":          "--qdf --object-streams=disable",
		"owner's":        "--encrypt  owner 256 --print=none --",
		"old owner's":    "--allow-weak-crypto --encrypt  owner 40 --print=n --",
		"turned":         "--rotate=+90",
		"upside down":    "--rotate=+180:1",
		"joined":         "--empty --pages {in} {in} --",
		"backwards":      "--empty --pages {in} z-1 --",
	} {
		words := strings.Split(args, " ")
		if !slices.Contains(words, "{in}") {
			words = append(words, "{in}")
		}
		all = append(all, sample{name: of.name + ", " + how, file: qpdf(t, of.file, append(words, "{out}")...)})
	}
	for how, args := range map[string][]string{
		"by Cairo":          {"pdftocairo", "-pdf"},
		"in inks":           {"gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pdfwrite", "-sColorConversionStrategy=CMYK", "-sOutputFile={out}"},
		"in grey":           {"gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pdfwrite", "-sColorConversionStrategy=Gray", "-sOutputFile={out}"},
		"through a printer": {"gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pdfimage24", "-r72", "-sOutputFile={out}"},
	} {
		args = append(args, written(t, "in.pdf", string(of.file)))
		if args[0] == "pdftocairo" {
			args = append(args, "{out}")
		}
		all = append(all, sample{name: of.name + ", " + how, file: made(t, "out.pdf", args...)})
	}
	for _, w := range []Work{{NumberUp: 2}, {NumberUp: 9, Media: "iso_a3_297x420mm"}, {Pages: []Range{{1, 1}}}, {Pages: []Range{{2, 99}}}} {
		all = append(all, sample{name: fmt.Sprintf("%s, %+v", of.name, w), file: of.file, work: w})
	}
	return all
}

// spoiltFiles are a document cut off, and with bits turned over.
func spoiltFiles(of sample, seed uint64) (all []sample) {
	for _, percent := range []int{5, 25, 50, 75, 90, 99} {
		all = append(all, sample{name: fmt.Sprintf("%s, cut at %d %%", of.name, percent), file: of.file[:len(of.file)*percent/100], spoilt: true})
	}
	for i := range 6 {
		random, bits := rand.New(rand.NewPCG(seed, uint64(i))), bytes.Clone(of.file)
		for range 1 + len(bits)/2000 {
			bits[5+random.IntN(len(bits)-5)] ^= 1 << random.IntN(8)
		}
		all = append(all, sample{name: fmt.Sprintf("%s, bits turned over %d", of.name, i), file: bits, spoilt: true})
	}
	return all
}

// pagesOfHTML are pages of a browser and of a word processor.
var pagesOfHTML = map[string]string{
	"text":        "<p>" + strings.Repeat("The quick brown fox jumps over the lazy dog. ", 900),
	"links":       "<h1>Links</h1>" + strings.Repeat("<p><a href='https://example.org'>a link in blue</a> and words", 120),
	"a table":     "<table border=1>" + strings.Repeat("<tr><td style='background:#fdd'>1</td><td>two</td><td bgcolor=yellow>3</td></tr>", 90) + "</table>",
	"grey":        "<div style='color:#555;background:#eee'>" + strings.Repeat("<p>grey on grey</p>", 70) + "</div>",
	"A3 across":   "<style>@page{size:A3 landscape}</style><h1 style='color:green'>A poster</h1>",
	"drawings":    "<svg width=500 height=800><circle cx=200 cy=200 r=150 fill=none stroke=purple /><rect x=9 y=400 width=300 height=200 fill=orange opacity=.4 /></svg>",
	"black alone": "<style>*{color:black}</style>" + strings.Repeat("<h2>Chapter</h2><p style='page-break-after:always'>nothing but black", 12),
}

func fromBrowser(t testing.TB) (all []sample) {
	for name, html := range pagesOfHTML {
		pdf := made(t, "out.pdf", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir={dir}/profile", "--no-pdf-header-footer",
			"--print-to-pdf={out}", "file://"+written(t, "in.html", "<!doctype html>"+html))
		all = append(all, sample{name: "Chromium/" + name, file: pdf})
	}
	return all
}

func fromLibreOffice(t testing.TB) (all []sample) {
	for name, html := range pagesOfHTML {
		all = append(all, sample{name: "LibreOffice/" + name, file: made(t, "in.pdf", "soffice", "-env:UserInstallation=file://{dir}/profile",
			"--headless", "--convert-to", "pdf:writer_pdf_Export", "--outdir", "{dir}", written(t, "in.html", "<!doctype html>"+html))})
	}
	return all
}

func fromLaTeX(t testing.TB) (all []sample) {
	for name, body := range map[string]string{
		"text":     `\section{One}` + strings.Repeat(`The quick brown fox jumps over the lazy dog. `, 800),
		"formulas": strings.Repeat(`$$\int_0^1 x^2\,dx = \frac13$$ `, 80),
		"colours":  `\color{red} red \newpage \color{black} black \newpage \color[gray]{.4} grey \newpage \color[cmyk]{1,0,0,0} cyan`,
		"pictures": `\begin{picture}(200,200)\put(50,50){\circle{40}}\end{picture}`,
		"book":     `\tableofcontents` + strings.Repeat(`\section{A chapter}\newpage `, 60),
	} {
		all = append(all, sample{name: "LaTeX/" + name, file: made(t, "in.pdf", "pdflatex", "-interaction=batchmode", "-output-directory={dir}",
			written(t, "in.tex", `\documentclass[a4paper]{article}\usepackage{color}\begin{document}`+body+`\end{document}`))})
	}
	return all
}

// fromManuals are manuals of this machine, set in type.
func fromManuals(t testing.TB, most int) (all []sample) {
	pages, err := filepath.Glob("/usr/share/man/man[158]/*.gz")
	if err != nil || len(pages) < most {
		t.Fatalf("there are %d manuals, %v", len(pages), err)
	}
	for i := range most {
		path := pages[i*len(pages)/most]
		source := unzipped(t, path)
		if bytes.HasPrefix(source, []byte(".so ")) {
			continue
		}
		all = append(all, sample{name: "groff/" + filepath.Base(path), file: output(t, groff(source))})
	}
	return all
}

func groff(source []byte) *exec.Cmd {
	c := exec.Command("groff", "-Tpdf", "-P-pa4", "-mandoc", "-Kutf8")
	c.Stdin = bytes.NewReader(source)
	return c
}

func unzipped(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// longest are documents of as many pages as are taken, and of one more.
func longest() []sample {
	return []sample{{name: "edge/5,000 pages", file: documenttest.PDF(5000)}, {name: "edge/5,001 pages", file: documenttest.PDF(5001)}}
}

// edges are documents at the edge of what is taken, and documents of kinds that other
// programs seldom make.
func edges(t testing.TB) (all []sample) {
	add := func(name string, file []byte) { all = append(all, sample{name: "edge/" + name, file: file}) }
	add("no page", pdfPages(0).file())
	add("page labels", bytes.Replace(pdfPages(4).file(), []byte("/Type/Catalog"), []byte("/PageLabels<</Nums[0<</S/r>>2<</S/D/St 5>>]>>/Type/Catalog"), 1))
	add("user unit", withPage("/MediaBox[0 0 200 200]/UserUnit 3"))
	add("a page of a point", withPage("/MediaBox[0 0 1 1]"))
	add("inherited box", withPage("/CropBox[10 10 300 300]/Rotate 270"))
	add("nested tree", nestedPages().file())
	add("one page twice", pdfPages(2).set(pagesRoot, pagesObject([]string{"4 0 R", "6 0 R", "4 0 R"}, 3)).file())
	for name, picture := range map[string]string{"baseline": "baseline.jpg", "progressive": "progressive.jpg", "grey": "grey.jpg", "inks": "cmyk.jpg"} {
		file, err := os.ReadFile(filepath.Join("testdata", picture))
		if err != nil {
			t.Fatal(err)
		}
		add("JPEG "+name, file)
	}
	for n := range 3 {
		add("raster of "+strconv.Itoa(n+1), documenttest.PWG(n+1))
		add("Apple raster of "+strconv.Itoa(n+1), documenttest.URF(n+1))
	}
	return all
}
