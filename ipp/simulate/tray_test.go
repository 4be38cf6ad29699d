package simulate

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"inkwell/ipp/wire"
)

// get fetches a page of the printer.
func (r *rig) get(path string) (*http.Response, string) {
	r.t.Helper()
	resp, err := http.Get(r.url + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp, string(body)
}

// press pushes a button of the page, as a browser says it would.
func (r *rig) press(control, site string, values url.Values) int {
	r.t.Helper()
	req, err := http.NewRequest("POST", r.url+"/controls/"+control, strings.NewReader(values.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", site)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func (r *rig) shows(want ...string) {
	r.t.Helper()
	_, body := r.get("/")
	for _, w := range want {
		if !strings.Contains(body, w) {
			r.t.Errorf("the page does not show %q:\n%s", w, body)
		}
	}
}

func TestTray(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.shows("<h1>Library</h1>", "Ground floor", "Nothing has been printed yet", "Ready.", "250 sheets")
	r.press("jam-after", "same-origin", url.Values{"impressions": {"3"}})
	r.shows("The next paper jam comes after 3 pages.")
	id := r.print(5, wire.Keyword("sides", "two-sided-long-edge"))
	r.page(3)
	r.untilState(id, wire.JobProcessingStopped, 3)
	r.shows(`class="live stopped jammed"`, "Paper is stuck.", "Stopped after 3 of 5", "2 sheets", "two-sided", "3f9ac81e",
		`id="job-1-sheet-1"><b>1</b><b>2</b></li>`, `id="job-1-sheet-2"><b>3</b></li>`, "2<small>to come")
	r.press("clear", "same-origin", nil)
	r.page(2)
	r.untilState(id, wire.JobCompleted, 5)
	r.shows("5 pages printed", "247 sheets", `class="job printed"`)
	resp, body := r.get("/jobs/1/document.pdf")
	if resp.Header.Get("Content-Type") != "application/pdf" || body != string(pdf(5)) {
		t.Errorf("the document is %q", body)
	}
	for _, path := range []string{"/jobs/2/document.pdf", "/jobs/x/document.pdf", "/nothing", "/static/../tray.go"} {
		if resp, _ := r.get(path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

func TestTrayStates(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.press("empty", "same-origin", nil)
	r.shows("live stopped empty", "The paper tray is empty.", "0 sheets")
	r.press("fill", "same-origin", nil)
	r.press("jam", "same-origin", nil)
	r.shows("live stopped jammed")
	r.press("clear", "same-origin", nil)
	r.press("unplug", "same-origin", nil)
	r.shows("live offline", "The network cable is out.")
	r.press("plug", "same-origin", nil)
	r.ask(wire.OpIdentifyPrinter, nil, nil)
	r.shows("live ready identify")
	many := r.print(60)
	r.page(59)
	r.untilState(many, wire.JobProcessing, 59)
	r.shows("Printing 60 of 60", "59 sheets", "+35", `id="job-1-sheet-59"`)
	r.press("abort", "same-origin", nil)
	r.shows("Aborted after 59 pages")
	r.press("restart", "same-origin", nil)
	r.shows("Nothing has been printed yet")
}

// What a client calls its job is text, never markup; and only the page itself
// can press its buttons.
func TestTrayIsSafe(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	evil := `"><script>x</script>`
	r.id(r.ask(wire.OpCreateJob, nil, nil, wire.Name("job-name", evil+strings.Repeat("x", 20))))
	resp, body := r.get("/")
	if strings.Contains(body, "<script>x") {
		t.Error("a job name became markup")
	}
	want := map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Content-Security-Policy": policy}
	for name, value := range want {
		if got := resp.Header.Get(name); got != value {
			t.Errorf("%s: %q", name, got)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(body, "style=") || strings.Contains(body, "onclick") {
		t.Error("inline script or style")
	}
	for site, status := range map[string]int{
		"cross-site": http.StatusForbidden, "same-site": http.StatusForbidden, "same-origin": http.StatusSeeOther, "none": http.StatusSeeOther,
	} {
		if got := r.press("fill", site, nil); got != status {
			t.Errorf("from %s: %d, want %d", site, got, status)
		}
	}
	if got := r.press("explode", "same-origin", nil); got != http.StatusNotFound {
		t.Errorf("an unknown button: %d", got)
	}
	if resp, _ := r.get("/controls/jam"); resp.StatusCode == http.StatusSeeOther || len(r.attrs(0, "printer-state-reasons")) != 1 {
		t.Error("a link pressed a button")
	}
	r.expect(r.attrs(0), "printer-state-reasons=none")
}
