package kiosk

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"inkwell/internal/fault"
	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// leafed is a held job whose pages can be looked at and changed.
func leafed(id release.JobID, title string, pages int) release.VisitJob {
	j := held(id, title, pages, 5)
	sheets := (pages + 1) / 2
	j.Sheets = sheets
	j.Changes = &release.VisitChanges{Of: pages, Copies: 1, Sheets: sheets, WasDue: int64(pages), Was: sheets, Colour: true, TwoSided: true, Duplex: true}
	return j
}

// seenAs is a job as the desk would show it after a change.
func seenAs(j release.VisitJob, edition int, e release.Edit, pages, sheets int) release.VisitJob {
	c := *j.Changes
	c.Edit, c.Sheets = e, sheets
	j.Changes, j.Edition, j.Pages, j.Due = &c, edition, pages, int64(pages)
	return j
}

// A tap is asked for at once; what is tapped meanwhile follows, all in one, and what is shown
// last is what is printed.
func TestTapsOnPagesAreAskedForInTurn(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	job := leafed(41, "Rivers", 5)
	c.signIn(visitWith(job))
	c.does(OpenChange{41})
	v := c.face(FaceChange)
	if len(v.Change.Leaves) != 5 || v.Change.Sum != "5 pages, 3 sheets" || v.Change.Saves != "" || !v.Print.Ready || v.Print.After != "90 left afterwards" {
		t.Fatalf("%+v %+v", v.Change, v.Print)
	}
	c.does(KeepPage{2, false})
	first := next[EditJob](c)
	if first.Edition != 0 || first.Edit.Keeps(2) || !first.Edit.Keeps(3) {
		t.Fatalf("%+v", first)
	}
	c.does(KeepPage{4, false}, PutUp{2}, SetGrey{true}, SetBoth{false}, SetBoth{true}, SetCopies{2}, SetCopies{1})
	c.quiet()
	if v = c.face(FaceChange); v.Change.Leaves[3].Kept != "false" || v.Change.Up[1].Pressed != "true" || v.Change.Grey != "true" || !v.Print.Ready || !v.Change.Saving {
		t.Fatalf("%+v", v.Change)
	}
	c.does(Release{Jobs: []release.JobID{99}})
	if c.quiet(); !c.face(FaceChange).Print.Ready {
		t.Error("a press for what is not shown counts")
	}
	c.does(Acted{Turn: first.Turn, Of: first})
	job = seenAs(job, 1, first.Edit, 4, 2)
	c.sees(visitWith(job))
	second := next[EditJob](c)
	if second.Edition != 1 || second.Edit.Keeps(4) || second.Edit.NumberUp != 2 || !second.Edit.Grey || second.Edit.Copies != 1 {
		t.Fatalf("%+v", second)
	}
	c.does(Acted{Turn: second.Turn, Of: second})
	job = seenAs(job, 2, second.Edit, 2, 1)
	c.sees(visitWith(job))
	c.quiet()
	v = c.face(FaceChange)
	if v.Change.Saves != "Saves 3 pages and 2 sheets." || v.Change.Sum != "2 pages, 1 sheet" || !v.Print.Ready || !v.Change.Changed {
		t.Fatalf("%+v", v.Change)
	}
	c.does(Release{Jobs: v.Print.Jobs, Units: &v.Print.Units})
	e := c.granted(visitWith(onItsWay(job, release.Printing, 0)))
	if e.Visitor.Editions[41] != 2 || e.Visitor.Shown[41] != 2 {
		t.Errorf("released as %+v", e.Visitor)
	}
	c.face(FacePrinting)
}

// Print that is pressed right after a change is not lost: it follows once all that was tapped is
// there, once, and never for more than was shown.
func TestPrintFollowsAChange(t *testing.T) {
	t.Parallel()
	press := func(pages int) (*scene, View, EditJob) {
		c := newScene(t)
		job := leafed(41, "Rivers", 5)
		c.signIn(visitWith(job))
		c.does(OpenChange{41}, KeepPage{2, false})
		first := next[EditJob](c)
		v := c.face(FaceChange)
		tap := Release{Jobs: v.Print.Jobs, Units: &v.Print.Units}
		c.does(SetGrey{true}, tap, tap, KeepPage{3, false})
		c.quiet()
		if v = c.face(FaceChange); v.Print.Ready || v.Change.Leaves[2].Kept != "true" {
			t.Fatalf("%+v %+v", v.Change, v.Print)
		}
		c.does(Acted{Turn: first.Turn, Of: first})
		c.sees(visitWith(seenAs(job, 1, first.Edit, 4, 2)))
		second := next[EditJob](c)
		if c.does(tap); !second.Edit.Grey || c.face(FaceChange).Print.Ready {
			t.Fatalf("%+v", second)
		}
		c.quiet()
		c.does(Acted{Turn: second.Turn, Of: second})
		job = seenAs(job, 2, second.Edit, pages, 2)
		c.sees(visitWith(job))
		return c, c.face(FaceChange), second
	}
	c, _, second := press(4)
	e := next[ReleaseJobs](c)
	if c.quiet(); e.Visitor.Editions[41] != 2 || e.Visitor.Shown[41] != 4 || !second.Edit.Grey {
		t.Errorf("released as %+v", e.Visitor)
	}
	c, v, _ := press(6)
	if c.quiet(); !strings.HasPrefix(v.Note, "The price has changed") || !v.Print.Ready {
		t.Errorf("%q, %+v", v.Note, v.Print)
	}

	// What follows is there already, by another screen: nothing is left to ask for.
	c = newScene(t)
	job := leafed(41, "Rivers", 5)
	c.signIn(visitWith(job))
	c.does(OpenChange{41}, KeepPage{2, false}, SetGrey{true}, Release{Jobs: []release.JobID{41}})
	first := next[EditJob](c)
	there := first.Edit
	there.Grey = true
	c.does(Acted{Turn: first.Turn, Of: first})
	c.sees(visitWith(seenAs(job, 2, there, 4, 2)))
	next[ReleaseJobs](c)
	c.quiet()
}

// A change that is refused is not on the screen any more, and says why; the last page stays.
func TestARefusedChangeIsTakenBack(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	job := leafed(41, "Rivers", 2)
	c.signIn(visitWith(job))
	c.does(OpenChange{41}, KeepPage{1, false}, Release{Jobs: []release.JobID{41}})
	e := next[EditJob](c)
	c.does(Acted{Turn: e.Turn, Of: e, Err: fault.New(fault.Conflict, "job-edited", "This has been changed. Look at it again, then print.")})
	c.sees(visitWith(job))
	if v := c.face(FaceChange); v.Change.Leaves[0].Kept != "true" || v.Note == "" || v.Change.Changed || !v.Print.Ready {
		t.Errorf("%+v, %q", v.Change, v.Note)
	}
	c.quiet()
	c.does(KeepPage{1, false})
	e = next[EditJob](c)
	c.does(Acted{Turn: e.Turn, Of: e})
	c.sees(visitWith(seenAs(job, 1, e.Edit, 1, 1)))
	c.does(KeepPage{2, false})
	c.quiet()
	if v := c.face(FaceChange); !strings.HasPrefix(v.Note, "Keep at least one page") || v.Change.Leaves[1].Kept != "true" {
		t.Errorf("%+v, %q", v.Change, v.Note)
	}
	c.does(AsItCame{})
	if e = next[EditJob](c); !e.Edit.Same(release.Edit{}) {
		t.Errorf("%+v", e)
	}
}

// What is not the visitor's to see has no pages: a runner's, somebody else's, one with a code.
func TestWhichPagesAreShown(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*release.VisitJob){
		"locked":   func(j *release.VisitJob) { j.Locked = true },
		"claim":    func(j *release.VisitJob) { j.Claim = "Room 12" },
		"released": func(j *release.VisitJob) { *j = onItsWay(*j, release.Printing, 0) },
		"program":  func(j *release.VisitJob) { j.Changes = nil },
	} {
		c := newScene(t)
		job := leafed(41, "Rivers", 5)
		change(&job)
		c.signIn(visitWith(job, held(42, "Maths", 1, 1)))
		c.does(OpenChange{41}, OpenChange{99}, KeepPage{1, false}, Turn{3}, AsItCame{})
		if c.quiet(); c.s.Face() == FaceChange {
			t.Errorf("%s: its pages are shown", name)
		}
	}
	c := newScene(t)
	c.signIn(visitWith(leafed(41, "Rivers", 200)))
	c.does(OpenChange{41}, Turn{50})
	if v := c.face(FaceChange); v.Change.Leaves[0].ID != 49 || len(v.Change.Leaves) != 24 || v.Change.Before != 25 || v.Change.After != 73 || v.Change.Window != "Pages 49–72 of 200" {
		t.Errorf("%+v", v.Change)
	}
	c.changes(visitWith(onItsWay(leafed(41, "Rivers", 200), release.Printing, 0)))
	if c.s.Face() == FaceChange {
		t.Error("the pages of a job that prints are shown")
	}
}

// drawn is a page with a number of lines of text, the last one in colour.
func drawn(page int) ([]byte, error) {
	p := image.NewRGBA(image.Rect(0, 0, 320, 453))
	for i := range p.Pix {
		p.Pix[i] = 0xff
	}
	for line := range 22 {
		ink := color.RGBA{60, 60, 70, 255}
		if line == page%22 {
			ink = color.RGBA{200, 40, 40, 255}
		}
		for x := 34; x < 286-(line*37*page)%120; x++ {
			for y := range 5 {
				p.Set(x, 36+line*17+y, ink)
			}
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, p, nil)
	return b.Bytes(), err
}

// Pictures have an address as long as the page shows them, for nobody knows how long it is
// needed; and they go with the visit.
func TestPicturesHaveAnAddressForAVisit(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(leafed(41, "Rivers", 3))
	d.draw = drawn
	address, _ := open(t, d, 0)
	c, err := Dial(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	until := func(wanted func(View) bool) View {
		t.Helper()
		v, err := c.Until(t.Context(), wanted)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if err := errors.Join(c.Tap(badge)); err != nil {
		t.Fatal(err)
	}
	base := strings.TrimSuffix(address, "/kiosk/library")
	get := func(path string) (int, http.Header, string) {
		t.Helper()
		a, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		body, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		return a.StatusCode, a.Header, string(body)
	}
	list := until(func(v View) bool { return v.Face == FaceJobs })
	first := list.Jobs[0].Src
	if !regexp.MustCompile(`^/kiosk/library/page/[0-9a-f]{32}/of/41$`).MatchString(first) {
		t.Fatalf("beside the line: %s", first)
	}
	if status, _, body := get(first); status != http.StatusOK || !strings.HasPrefix(body, "\xff\xd8") {
		t.Errorf("beside the line: %d", status)
	}
	for _, other := range []string{strings.TrimSuffix(first, "41") + "42", strings.Replace(first, "/of/41", "/1", 1)} {
		if status, _, _ := get(other); status != http.StatusNotFound {
			t.Errorf("%s: %d", other, status)
		}
	}
	if err := c.send(message{Do: "change", Job: 41}); err != nil {
		t.Fatal(err)
	}
	v := until(func(v View) bool { return v.Face == FaceChange })
	if status, _, _ := get(first); status != http.StatusNotFound {
		t.Errorf("the list's pictures are there without the list: %d", status)
	}
	src := v.Change.Leaves[1].Src
	if !regexp.MustCompile(`^/kiosk/library/page/[0-9a-f]{32}/2$`).MatchString(src) {
		t.Fatalf("the address is %s", src)
	}
	status, header, body := get(src)
	if status != http.StatusOK || header.Get("Cache-Control") != "no-store" || header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(body, "\xff\xd8") {
		t.Errorf("%d %v", status, header)
	}
	_, _, missing := get("/kiosk/library/page/" + strings.Repeat("0", 32) + "/2")
	for _, path := range []string{strings.Replace(src, "library", "hall", 1), src + "x", "/kiosk/library/page//2"} {
		if status, _, _ := get(path); status == http.StatusOK {
			t.Errorf("%s answers", path)
		}
	}
	if err := c.send(message{Do: "back"}); err != nil {
		t.Fatal(err)
	}
	until(func(v View) bool { return v.Face == FaceJobs })
	if status, _, gone := get(src); status != http.StatusNotFound || gone != missing {
		t.Errorf("an address that was closed answers %d, not as one that never was", status)
	}
	if err := c.SignOut(); err != nil {
		t.Fatal(err)
	}
	until(func(v View) bool { return v.Face == FaceIdle })
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.forgot != 1 {
		t.Errorf("pictures were forgotten %d times", d.forgot)
	}
}

// A picture that is still being drawn when its owner signs out is neither shown nor kept.
func TestADrawingDoesNotOutliveTheVisit(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(leafed(41, "Rivers", 3))
	begun, goOn := make(chan struct{}), make(chan struct{})
	d.draw = func(page int) ([]byte, error) {
		close(begun)
		<-goOn
		return drawn(page)
	}
	address, _ := open(t, d, 0)
	c := dialled(t, address)
	must(t, c.Tap(badge))
	src := until(t, c, FaceJobs).Jobs[0].Src
	status := make(chan int, 1)
	go func() {
		a, err := http.Get(strings.TrimSuffix(address, "/kiosk/library") + src)
		if err != nil {
			status <- 0
			return
		}
		_ = a.Body.Close()
		status <- a.StatusCode
	}()
	<-begun
	must(t, c.SignOut())
	until(t, c, FaceIdle)
	d.mu.Lock()
	before := d.forgot
	d.mu.Unlock()
	close(goOn)
	if got := <-status; got != http.StatusNotFound {
		t.Errorf("it is answered with %d", got)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if before != 1 || d.forgot != 2 {
		t.Errorf("pictures were forgotten %d times, then %d", before, d.forgot)
	}
}

// changeByTouch: pages are touched and the price follows; where there is no picture it says so.
func changeByTouch(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(leafed(41, "Rivers", 3))
	d.draw = func(page int) ([]byte, error) {
		if page == 3 {
			return nil, fault.New(fault.Unsupported, "picture-none", "x")
		}
		return drawn(page)
	}
	p := openKiosk(t, b, d, 0)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.press("change")
	p.wait(FaceChange)
	p.Until(`document.querySelectorAll('.leaf[data-seen]').length === 2 && document.querySelectorAll('.leaf[data-none]').length === 1`)
	p.Click(`.leaf[data-key="1"] button`)
	p.Seen("2 pages, 1 sheet")
	p.Seen("Saves 1 page and 1 sheet.")
	p.Click(`[data-do="up"][data-key="2"]`)
	p.Seen("1 page, 1 sheet")
	p.press("as-it-came")
	p.Seen("3 pages, 2 sheets")
	p.press("release")
	p.wait(FacePrinting)
	p.press("sign-out")
	p.wait(FaceIdle)
	p.nothingPersonal()
	p.Unhurt()
}
