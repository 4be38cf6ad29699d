package document

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
)

// sample is a document of the corpus.
type sample struct {
	name string
	file []byte
	work Work

	spoilt bool // on purpose: Ghostscript may not be able to print what is left
}

// corpus is what came of looking at samples.
type corpus struct {
	t       *testing.T
	lib     *library
	prepare func(sample) (Facts, []byte, error)

	counted, pages, agreed int
	refused                map[string]int
	unprinted              []string // spoilt documents that Ghostscript cannot print
	unseen                 []string // documents that took too long to look through
	differ                 []string // pages whose colour Ghostscript sees otherwise, and why
}

// look prepares a sample and has Ghostscript print what we would send. A sample that
// is refused is noted; one that is not has exactly the pages that Ghostscript prints, and
// as many as qpdf finds in a file of which it has nothing bad to say.
func (c *corpus) look(s sample) {
	facts, rebuilt, err := c.prepare(s)
	if refusal := fault.As(err); err != nil {
		if refusal == nil || refusal.Kind == fault.Internal {
			c.t.Errorf("%s: %v", s.name, err)
		}
		c.refused[refusal.Code]++
		c.t.Logf("%s: %s", s.name, refusal.Code)
		return
	}
	c.counted++
	c.pages += facts.Pages
	inks, err := inkOf(c.t, rebuilt)
	if err != nil && s.spoilt {
		c.unprinted = append(c.unprinted, s.name)
		c.pages -= facts.Pages
		return
	}
	if err != nil || len(inks) != facts.Pages {
		c.t.Errorf("%s: counted %d pages, Ghostscript prints %d: %v", s.name, facts.Pages, len(inks), err)
		return
	}
	if n, sound := soundPages(c.t, s); sound && n != facts.Pages && disputed[s.name] == "" {
		c.t.Errorf("%s: counted %d pages, qpdf finds %d", s.name, facts.Pages, n)
	}
	c.compare(s, facts, rebuilt, inks)
}

// disputed are the samples of whose pages there is more than one opinion, and why.
var disputed = map[string]string{}

// compare holds what we see of each page's colour against its ink.
func (c *corpus) compare(s sample, facts Facts, rebuilt []byte, inks []bool) {
	ours := c.seen(rebuilt, len(inks))
	colour := 0
	for i, ink := range inks {
		if ours[i] {
			colour++
		}
		if ours[i] == ink {
			c.agreed++
			continue
		}
		d := fmt.Sprintf("%s, page %d: colour is %t, Ghostscript's %t: %s", s.name, i+1, ours[i], ink, reason(s.name))
		c.differ = append(c.differ, d)
		c.t.Log(d)
	}
	if facts.Colour == Unseen {
		c.unseen = append(c.unseen, s.name)
	} else if facts.Colour != colour {
		c.t.Errorf("%s: %d pages carry colour, but the child said %d", s.name, colour, facts.Colour)
	}
}

// seen says of each page whether we see colour on it.
func (c *corpus) seen(pdf []byte, pages int) []bool {
	c.t.Helper()
	engine, doc, err := c.lib.open(bytes.NewReader(pdf), int64(len(pdf)))
	if err != nil {
		c.t.Fatal(err)
	}
	defer closing(engine, &err)
	all := make([]bool, pages)
	for i := range all {
		if all[i], err = hasColour(engine, doc, i); err != nil {
			c.t.Fatal(err)
		}
	}
	return all
}

// soundPages is how many pages qpdf finds in a whole PDF, if it has nothing bad to say of it.
func soundPages(t *testing.T, s sample) (n int, sound bool) {
	t.Helper()
	if !bytes.HasPrefix(s.file, []byte("%PDF-")) || len(s.work.Pages) > 0 || s.work.NumberUp > 1 {
		return 0, false
	}
	path := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(path, s.file, 0o600); err != nil {
		t.Fatal(err)
	}
	if exec.Command("qpdf", "--check", path).Run() != nil {
		return 0, false
	}
	out, err := exec.Command("qpdf", "--show-npages", path).Output()
	if err != nil {
		return 0, false
	}
	_, err = fmt.Sscan(string(out), &n)
	return n, err == nil
}

// reason is why Ghostscript sees a document's colour otherwise, or "".
func reason(name string) string {
	for what, why := range reasons {
		if strings.Contains(name, what) {
			return why
		}
	}
	return ""
}

var reasons = map[string]string{
	"/ink_annot.pdf":     "a note that says its colour and not how it looks: each reader draws it or leaves it out as it likes",
	"/line_annot.pdf":    "a note that says its colour and not how it looks: each reader draws it or leaves it out as it likes",
	"/polygon_annot.pdf": "a note that says its colour and not how it looks: each reader draws it or leaves it out as it likes",
	"/jpx_lzw.pdf":       "Ghostscript cannot read the picture, and leaves it out",
	", in inks":          "Ghostscript's profile of a press made grey of four inks; what is seen of it is grey",
	"/a dot of red, {":   "a dot smaller than a point, nine pages on a side: Ghostscript's coarse grid misses it",
	", bits turned over": "spoilt on purpose: each reader makes of it what it can",
}

// report tells the figures, and fails where an opinion differs without a reason.
func (c *corpus) report(took time.Duration) {
	share := 100 * float64(c.agreed) / float64(max(1, c.pages))
	c.t.Logf("%d documents counted, %d pages, the same as Ghostscript's; colour agrees on %.2f %%; refused: %v; not looked through in time: %v; not printed by Ghostscript: %v; %v",
		c.counted, c.pages, share, c.refused, c.unseen, c.unprinted, took.Round(time.Second))
	for _, d := range c.differ {
		if strings.HasSuffix(d, ": ") {
			c.t.Errorf("no reason is known for: %s", d)
		}
	}
	if share < 99 {
		c.t.Errorf("colour agrees on %.2f %% of the pages only", share)
	}
}

// ofTheEngine are PDFs of the engine's own test suite, by pdfium's authors.
func ofTheEngine(t *testing.T, pattern string) []sample {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/klippa-app/go-pdfium").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filesIn(t, filepath.Join(strings.TrimSpace(string(out)), "shared_tests/testdata"), pattern)
}

// filesIn are the PDFs below a folder, packed ones too.
func filesIn(t *testing.T, folder, pattern string) (all []sample) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		name := strings.TrimSuffix(path, ".gz")
		if err != nil || !entry.Type().IsRegular() || filepath.Ext(name) != ".pdf" || !regexp.MustCompile(pattern).MatchString(name) {
			return err
		}
		s := sample{name: filepath.Base(folder) + "/" + filepath.Base(name)}
		if name != path {
			s.file = unzipped(t, path)
		} else if s.file, err = os.ReadFile(path); err != nil {
			return err
		}
		all = append(all, s)
		return nil
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d files in %s, %v", len(all), folder, err)
	}
	return all
}

// few is every so manieth of the samples.
func few(all []sample, every int) (some []sample) {
	slices.SortFunc(all, func(a, b sample) int { return strings.Compare(a.name, b.name) })
	for i := 0; i < len(all); i += every {
		some = append(some, all[i])
	}
	return some
}

// What we count is what Ghostscript prints of what we send, and what we see of colour is
// the ink it takes. With INKWELL_PROVE set this goes through Debian's documents and what
// a dozen programs make, else through some thirty files that differ most.
func TestCorpus(t *testing.T) {
	began := time.Now()
	lib, err := load(sharedCache, 1, guestPages)
	if err != nil {
		t.Fatal(err)
	}
	c := &corpus{t: t, lib: lib, refused: map[string]int{}, prepare: func(s sample) (Facts, []byte, error) { return inProcess(t, lib, s) }}
	if os.Getenv("INKWELL_PROVE") == "" {
		some := slices.Concat(few(ofTheEngine(t, "annotation_stamp|embedded_images|feature_linearized|many_rect|multiple_form|alpha_channel|split_streams|form_filled"), 1),
			filesIn(t, "/usr/share/cups/data", "default-testpage|form_russian"), few(fromPrograms(t, "1.4"), 2), few(edges(t), 3))
		for _, s := range some {
			c.look(s)
		}
		c.report(time.Since(began))
		return
	}
	e := newEngine(t, nil)
	if err := e.warm(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.prepare = func(s sample) (Facts, []byte, error) { s.work.Colour = true; return worked(t, e, s.file, s.work) }
	debian := filesIn(t, "../../.build/corpus", "")
	base := slices.Concat(fromBrowser(t), fromLibreOffice(t), fromLaTeX(t), fromPrograms(t, "1.7"))
	all := slices.Concat(ofTheEngine(t, ""), filesIn(t, "/usr/share/cups/data", ""), debian, base, fromPrograms(t, "1.3"), fromRasters(t), fromManuals(t, 40), edges(t), longest())
	for i, s := range few(base, 4) {
		all = slices.Concat(all, variants(t, s), spoiltFiles(s, uint64(i)))
	}
	for _, s := range all {
		c.look(s)
	}
	if n := len(all); n < 300 {
		t.Errorf("%d files are too few", n)
	}
	c.report(time.Since(began))
}

// inProcess is Prepare without a child, for documents that are no danger.
func inProcess(t *testing.T, lib *library, s sample) (Facts, []byte, error) {
	t.Helper()
	source, err := newMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	format, err := receive(t.Context(), source, bytes.NewReader(s.file), s.work.Format, 1<<30)
	if err != nil {
		return Facts{}, nil, err
	}
	target, err := newMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	work := task{Format: format, Pages: s.work.Pages, NumberUp: s.work.NumberUp, Sheet: sheetOf(s.work.Media), MaxPages: 5000, MaxBytes: 1 << 30, CPUSeconds: 1 << 30, Colour: true}
	r := rebuilding{lib: lib, task: work, source: source, target: target}
	v := r.rebuild(nil)
	var seen sight
	if v.Outcome == isDone {
		seen = r.look(0, v.Pages)
	}
	size, err := sizeOf(target)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := v.facts(work, size, seen)
	rebuilt := make([]byte, facts.Bytes)
	if _, err := target.ReadAt(rebuilt, 0); err != nil {
		t.Fatal(err)
	}
	return facts, rebuilt, err
}
