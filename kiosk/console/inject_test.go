package console

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/texttest"
	"inkwell/internal/web/webtest"
)

// formOn is a form as a page has it.
type formOn struct {
	page   viewed
	action string
	file   string     // the name of its field for a file; "" for none
	fields url.Values // as a browser would send them untouched
	texts  []string   // those that somebody types into
}

// formsIn reads the forms of a page that post.
func formsIn(t *testing.T, page viewed, body string) (all []formOn) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && strings.EqualFold(attr(n, "method"), http.MethodPost) {
			f := formOn{page: page, action: cmp.Or(attr(n, "action"), page.path), fields: url.Values{}}
			for e := range n.Descendants() {
				f.take(e)
			}
			all = append(all, f)
		}
	}
	return all
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// take reads one element of a form, and fills in what a browser would insist on.
func (f *formOn) take(e *html.Node) {
	name := attr(e, "name")
	if e.Type != html.ElementNode || name == "" {
		return
	}
	value := attr(e, "value")
	switch e.Data {
	case "textarea":
		f.fields.Set(name, "plain words")
		f.texts = append(f.texts, name)
	case "button":
		if f.fields.Get(name) == "" {
			f.fields.Set(name, value)
		}
	case "select":
		for o := range e.Descendants() {
			if o.Data == "option" && (f.fields.Get(name) == "") {
				f.fields.Set(name, attr(o, "value"))
			}
		}
	case "input":
		switch kind := attr(e, "type"); kind {
		case "file":
			f.file = name
		case "radio", "checkbox":
			if f.fields.Get(name) == "" {
				f.fields.Set(name, cmp.Or(value, "on"))
			}
		case "hidden":
			f.fields.Add(name, value)
		case "", "text", "search", "email", "password", "tel", "url":
			f.fields.Set(name, cmp.Or(value, "plain"))
			f.texts = append(f.texts, name)
		default:
			f.fields.Set(name, cmp.Or(value, map[string]string{"number": "1", "date": "2026-11-27", "datetime-local": "2026-11-27T08:00", "time": "08:00"}[kind]))
		}
	}
}

// send posts the form with a text in one of its fields.
func (h *house) send(f formOn, name, text string) {
	h.Helper()
	form := maps.Clone(f.fields)
	form[name] = []string{text}
	var body bytes.Buffer
	kind := "application/x-www-form-urlencoded"
	if f.file == "" {
		body.WriteString(form.Encode())
	} else {
		w := multipart.NewWriter(&body)
		for field, values := range form {
			for _, v := range values {
				_ = w.WriteField(field, v)
			}
		}
		part, err := w.CreateFormFile(f.file, text)
		if err != nil {
			h.Fatal(err)
		}
		_, _ = io.WriteString(part, "%PDF-1.4")
		_ = w.Close()
		kind = w.FormDataContentType()
	}
	to, err := url.Parse(f.page.path)
	if err != nil {
		h.Fatal(err)
	}
	if to, err = to.Parse(f.action); err != nil {
		h.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, to.RequestURI(), &body)
	r.Header.Set("Content-Type", kind)
	a := h.serve(h.visitorOf(f.page), r)
	if a.Code >= 500 {
		h.Errorf("%s with %s %q: %d", f.action, name, text, a.Code)
	}
	h.harmless(f.action+" with "+name, a)
}

// visitorOf is who looks at a page.
func (h *house) visitorOf(page viewed) *school.Actor {
	who := h.IT
	who.Roles = []school.Role{page.role}
	if isOwn(page.path) {
		who = h.Sam
		who.Proof = school.BySession
	}
	return &who
}

// The parts that pages are made of. What is not here, no page of ours has: a text made it.
var (
	elements = strings.Fields("html head title meta link script body header footer nav main section article aside div span p h1 h2 h3 h4 a ul ol li dl dt dd table caption thead tbody tfoot tr th td " +
		"form label input textarea select optgroup option button fieldset legend details summary strong em small abbr time code kbd pre br hr img figure figcaption svg g path rect line text circle defs use symbol polyline polygon tspan desc " +
		"output progress meter noscript datalist col colgroup b i q s u sub sup var mark search hgroup address blockquote samp bdi bdo wbr dialog")
	addressed = []string{"href", "src", "action", "formaction", "xlink:href", "srcset", "data", "poster", "ping"}
)

// harmless fails for a page in which a text is anything but text, and for a refusal that nobody at its keys would find.
func (h *house) harmless(path string, a *httptest.ResponseRecorder) {
	h.Helper()
	for name, values := range a.Header() {
		if strings.ContainsFunc(name+strings.Join(values, ""), unicode.IsControl) || strings.EqualFold(name, texttest.Mark) {
			h.Errorf("%s has the header %q %q", path, name, values)
		}
	}
	if !strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") {
		return
	}
	root, err := html.Parse(a.Body)
	if err != nil {
		h.Fatal(err)
	}
	refused, focused := false, false
	for n := range root.Descendants() {
		refused = refused || a.Code >= 400 && attr(n, "role") == "alert"
		focused = focused || slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "autofocus" })
		switch {
		case n.Type == html.CommentNode && strings.Contains(n.Data, texttest.Mark):
			h.Errorf("%s has the comment %q", path, n.Data)
		case n.Type == html.ElementNode:
			h.ownElement(path, n)
		}
	}
	if refused && !focused {
		h.Errorf("%s is refused, and nothing on the page has the focus", path)
	}
}

// ownElement fails for an element that is not one of ours.
func (h *house) ownElement(path string, n *html.Node) {
	h.Helper()
	inside := ""
	if n.FirstChild != nil {
		inside = n.FirstChild.Data
	}
	switch {
	case !slices.Contains(elements, n.Data) && !(n.Data == "template" && strings.HasPrefix(attr(n, "id"), "live-")), n.Data == "script" && (!strings.HasPrefix(attr(n, "src"), staticPrefix) || inside != ""), n.Data == "meta" && attr(n, "http-equiv") != "":
		h.Errorf("%s has a <%s> of somebody's: %v %q", path, n.Data, n.Attr, inside)
	}
	for _, a := range n.Attr {
		bad := strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || strings.ContainsAny(a.Key, `"'<`+"`") || strings.Contains(a.Key, texttest.Mark) || a.Key == "name" && a.Val == texttest.Mark
		if slices.Contains(addressed, a.Key) {
			u, err := url.Parse(strings.TrimSpace(a.Val))
			bad = bad || err != nil || u.Host != "" || u.Scheme != "" && u.Scheme != "mailto" && u.Scheme != "ipps" || strings.Contains(a.Val, "\\")
		}
		if bad {
			h.Errorf("%s has <%s> with %s=%q", path, n.Data, a.Key, a.Val)
		}
	}
}

// TestNoTextIsAnythingElse writes payloads into every field of every form of every page, as the pages themselves
// have them, and into what comes from without; then it reads every page, table and line of the log: none of them
// is made of anything that we did not make. INKWELL_PROVE has all payloads in every field.
func TestNoTextIsAnythingElse(t *testing.T) {
	t.Parallel()
	all := texttest.Harmful()
	if len(all) < 500 {
		t.Fatalf("only %d payloads", len(all))
	}
	step, rounds := len(all)/7, 1
	if os.Getenv("INKWELL_PROVE") != "" {
		rounds = step
	}
	for round := range rounds {
		var some []string
		for i := round; i < len(all); i += step {
			some = append(some, all[i])
		}
		if rounds == 1 {
			some = append(some, "\x00<qz>", "\xff\xfe<qz>") // what no database keeps, in every field each time
		}
		t.Run(fmt.Sprint(round), func(t *testing.T) { injected(t, some) })
	}
}

func injected(t *testing.T, some []string) {
	h := newHouse(t)
	at := h.morning()
	h.enter("it")
	pages := h.everyPage(at)
	log := h.overheard()
	var forms []formOn
	seen := map[string]bool{}
	for _, page := range pages {
		a := h.serve(h.visitorOf(page), httptest.NewRequest(http.MethodGet, page.path, nil))
		for _, f := range formsIn(t, page, a.Body.String()) {
			if like := f.action + fmt.Sprint(slices.Sorted(maps.Keys(f.fields))); !seen[like] {
				seen[like] = true
				forms = append(forms, f)
			}
		}
	}
	fields := 0
	for i, f := range forms {
		for j, name := range f.texts {
			fields++
			for k := range some {
				h.send(f, name, some[(i+j+k)%len(some)])
			}
		}
	}
	if len(forms) < 50 || fields < 40 {
		t.Errorf("only %d fields of %d forms", fields, len(forms))
	}
	h.brought()
	h.hold()
	shown := h.readAll(pages)
	t.Logf("%d fields of %d forms, %d pages; %d show any of it", fields, len(forms), len(pages), shown)
	if shown < len(pages)/3 {
		t.Errorf("only %d of %d pages show any of it", shown, len(pages))
	}
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if !json.Valid(lines.Bytes()) || strings.ContainsFunc(lines.Text(), unicode.IsControl) {
			t.Errorf("the log has the line %q", lines.Text())
		}
	}
	if os.Getenv("INKWELL_PROVE") != "" || strings.HasSuffix(t.Name(), "/0") {
		h.watched(pages)
	}
}

// readAll reads every page, and all that may be downloaded; it says how many show a payload.
func (h *house) readAll(pages []viewed) (shown int) {
	h.Helper()
	for _, page := range pages {
		a := h.serve(h.visitorOf(page), httptest.NewRequest(http.MethodGet, page.path, nil))
		if a.Code >= 500 {
			h.Errorf("%s: %d", page.path, a.Code)
		}
		if strings.Contains(a.Body.String(), texttest.Mark) {
			shown++
		}
		h.harmless(page.path, a)
	}
	for _, table := range []string{usagePath + "/table?by=class", usagePath + "/table?by=printer", usagePath + "/table?by=department", usagePath + "/table?by=year&outside=yes", rightsPath + "/steps.csv"} {
		for _, as := range []string{"csv", "xlsx"} {
			asked := table + map[bool]string{true: "&", false: "?"}[strings.Contains(table, "?")] + "as=" + as
			a := h.serve(h.visitorOf(viewed{role: school.IT}), httptest.NewRequest(http.MethodGet, asked, nil))
			if a.Code != http.StatusOK {
				h.Errorf("%s: %d", asked, a.Code)
			}
			h.harmless(asked, a)
			if strings.Contains(a.Header().Get("Content-Type"), "csv") {
				noFormula(h.T, asked, strings.TrimPrefix(a.Body.String(), "\ufeff"))
			} else {
				h.noBookFormula(asked, a.Body.Bytes())
			}
		}
	}
	return shown
}

// noBookFormula fails for a workbook with a formula, or with a part that is no XML.
func (h *house) noBookFormula(path string, book []byte) {
	h.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		h.Errorf("%s is no workbook: %v", path, err)
		return
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			h.Fatal(err)
		}
		for d := xml.NewDecoder(r); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				h.Errorf("%s: %s: %v", path, f.Name, err)
				break
			}
			if e, is := token.(xml.StartElement); is && (e.Name.Local == "f" || e.Name.Local == texttest.Mark) {
				h.Errorf("%s: %s has the element %s", path, f.Name, e.Name.Local)
			}
		}
		_ = r.Close()
	}
}

// watched opens the pages in a real browser: no script of a payload's runs, no window asks for
// anything, and the policy of the page has nothing to hold back.
func (h *house) watched(pages []viewed) {
	h.Helper()
	h.server.Config.Handler = h.console.Handler()
	p := webtest.Start(h.T).Page(h.T)
	p.Open(h.server.URL + signInPath)
	signInAs(p, "it", schooltest.Password)
	p.Until(`location.pathname !== "` + signInPath + `"`)
	looked := 0
	for _, page := range pages {
		if isOwn(page.path) || os.Getenv("INKWELL_PROVE") == "" && !slices.Contains([]string{usagePath, printersPath, rightsPath, "/staff/people", reviewsPath, livePath}, page.path) {
			continue
		}
		h.as(page.role)()
		p.Open(h.server.URL + page.path)
		p.Until(`document.querySelectorAll("h1").length === 1`)
		p.Unhurt() // which tells of a policy that held something back, and of scripts that failed
		looked++
		if ran := p.Says(`String(document.querySelector("qz, qz-el, iframe, object, embed, base") !== null)`); ran != "false" {
			h.Errorf("%s: something of a payload is on the page", page.path)
		}
	}
	if looked < 5 {
		h.Errorf("only %d pages were opened", looked)
	}
}
