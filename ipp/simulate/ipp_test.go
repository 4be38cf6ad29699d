package simulate

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	second "github.com/phin1x/go-ipp"

	"inkwell/ipp/wire"
)

// A client that shares no code with this printer.
func TestSecondClient(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	adapter := second.NewHttpAdapter("", 0, "", "", false, second.WithHttpClient(http.DefaultClient))
	ask := func(op int16, document []byte, change func(*second.Request)) *second.Response {
		t.Helper()
		req := second.NewRequest(op, 11)
		req.OperationAttributes["printer-uri"] = strings.Replace(r.url, "http", "ipp", 1) + "/ipp/print"
		change(req)
		if document != nil {
			req.File, req.FileSize = bytes.NewReader(document), len(document)
		}
		resp, err := adapter.SendRequestContext(context.Background(), r.url+"/ipp/print", req, nil)
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	job := ask(second.OperationCreateJob, nil, func(req *second.Request) {
		req.OperationAttributes["job-name"] = "token"
		req.JobAttributes["copies"] = 2
	})
	id := job.JobAttributes[0]["job-id"][0].Value
	if reasons := job.JobAttributes[0]["job-state-reasons"][0].Value; reasons != "job-incoming" {
		t.Errorf("created with %v", reasons)
	}
	ask(second.OperationSendDocument, pdf(2), func(req *second.Request) {
		req.OperationAttributes["job-id"] = id
		req.OperationAttributes["last-document"] = true
	})
	r.page(4)
	r.untilState(1, wire.JobCompleted, 4)
	done := ask(second.OperationGetJobAttributes, nil, func(req *second.Request) { req.OperationAttributes["job-id"] = id })
	if n := done.JobAttributes[0]["job-impressions-completed"][0].Value; n != 4 {
		t.Errorf("job-impressions-completed %v", n)
	}
	// Without a whole copy of its attributes: that decoder loses its place in collections.
	printer := ask(second.OperationGetPrinterAttributes, nil, func(req *second.Request) {
		req.OperationAttributes["requested-attributes"] = []string{"printer-state", "printer-state-reasons", "operations-supported"}
	})
	if len(printer.PrinterAttributes[0]) != 3 || printer.PrinterAttributes[0]["printer-state"][0].Value != 3 {
		t.Errorf("printer %v", printer.PrinterAttributes)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.MaxDocument = 4096 })
	done := r.print(1)
	r.page(1)
	r.untilState(done, wire.JobCompleted, 1)
	ended := wire.Integer("job-id", done)
	cases := []struct {
		name     string
		op       wire.Op
		document []byte
		job      wire.Attributes
		attrs    []wire.Attribute
		want     wire.Status
	}{
		{"unknown operation", 0x3fff, nil, nil, nil, wire.StatusOperationNotSupported},
		{"Print-URI", wire.OpPrintURI, nil, nil, nil, wire.StatusOperationNotSupported},
		{"no document", wire.OpPrintJob, nil, nil, nil, wire.StatusBadRequest},
		{"PostScript", wire.OpPrintJob, []byte("%!PS"), nil, []wire.Attribute{wire.MIMEType("document-format", "application/postscript")}, wire.StatusDocumentFormatNotSupported},
		{"text called PDF", wire.OpPrintJob, []byte("hello"), nil, []wire.Attribute{wire.MIMEType("document-format", "application/pdf")}, wire.StatusDocumentFormatError},
		{"text called anything", wire.OpPrintJob, []byte("hello"), nil, []wire.Attribute{wire.MIMEType("document-format", "application/octet-stream")}, wire.StatusDocumentFormatNotSupported},
		{"gzip", wire.OpPrintJob, pdf(1), nil, []wire.Attribute{wire.Keyword("compression", "gzip")}, wire.StatusCompressionNotSupported},
		{"too large", wire.OpPrintJob, append(pdf(1), make([]byte, 4096)...), nil, nil, wire.StatusRequestEntityTooLarge},
		{"fidelity", wire.OpPrintJob, pdf(1), wire.Attributes{wire.Integer("copies", 1000)}, []wire.Attribute{wire.Boolean("ipp-attribute-fidelity", true)}, wire.StatusAttributesOrValuesNotSupported},
		{"fidelity to validate", wire.OpValidateJob, nil, wire.Attributes{wire.Keyword("hologram", "yes")}, []wire.Attribute{wire.Boolean("ipp-attribute-fidelity", true)}, wire.StatusAttributesOrValuesNotSupported},
		{"fidelity of a wrong type", wire.OpPrintJob, pdf(1), nil, []wire.Attribute{wire.Keyword("ipp-attribute-fidelity", "true")}, wire.StatusBadRequest},
		{"unknown job", wire.OpGetJobAttributes, nil, nil, []wire.Attribute{wire.Integer("job-id", 99)}, wire.StatusNotFound},
		{"no job", wire.OpCancelJob, nil, nil, nil, wire.StatusBadRequest},
		{"cancel an ended job", wire.OpCancelJob, nil, nil, []wire.Attribute{ended}, wire.StatusNotPossible},
		{"send to an ended job", wire.OpSendDocument, pdf(1), nil, []wire.Attribute{ended, wire.Boolean("last-document", true)}, wire.StatusNotPossible},
		{"send without last-document", wire.OpSendDocument, pdf(1), nil, []wire.Attribute{ended}, wire.StatusBadRequest},
		{"close an ended job", wire.OpCloseJob, nil, nil, []wire.Attribute{ended}, wire.StatusNotPossible},
		{"strange which-jobs", wire.OpGetJobs, nil, nil, []wire.Attribute{wire.Keyword("which-jobs", "lost")}, wire.StatusAttributesOrValuesNotSupported},
		{"cancel another's job", wire.OpCancelMyJobs, nil, nil, []wire.Attribute{wire.Integer("job-ids", done), wire.Name("requesting-user-name", "x")}, wire.StatusNotPossible},
	}
	for _, c := range cases {
		resp := r.ask(c.op, c.document, c.job, c.attrs...)
		if resp.Status() != c.want {
			t.Errorf("%s: %s, want %s", c.name, resp.Status(), c.want)
		}
		if resp.First(wire.JobGroup) != nil || resp.First(wire.PrinterGroup) != nil {
			t.Errorf("%s: a refusal with attributes", c.name)
		}
	}
	if jobs := r.Jobs(); len(jobs) != 1 {
		t.Errorf("refusals left %d jobs", len(jobs))
	}
	elsewhere := wire.NewRequest(wire.OpGetPrinterAttributes, 1, wire.URI("printer-uri", "ipp://localhost/printers/other"))
	if resp := r.send(elsewhere, nil); resp.Status() != wire.StatusNotFound {
		t.Errorf("another printer: %s", resp.Status())
	}
	none := wire.NewRequest(wire.OpGetPrinterAttributes, 1)
	if resp := r.send(none, nil); resp.Status() != wire.StatusBadRequest {
		t.Errorf("no printer-uri: %s", resp.Status())
	}
}

// What the printer cannot do is left aside and named.
func TestUnsupportedAttributes(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	resp := r.ask(wire.OpPrintJob, pdf(1), wire.Attributes{
		wire.Integer("copies", 2), wire.Keyword("sides", "tumble"), wire.Keyword("media", "iso_a0_841x1189mm"),
		wire.Range("page-ranges", wire.IntRange{Lower: 3, Upper: 4}, wire.IntRange{Lower: 1, Upper: 2}), wire.Enum("finishings", 4),
		wire.Keyword("hologram", "yes"), wire.Enum("print-quality", 9), wire.Integer("orientation-requested", 3),
		wire.Collection("media-col", wire.Attributes{wire.Collection("media-size", wire.Attributes{wire.Integer("x-dimension", 1)})}),
	}, wire.Keyword("job-mood", "good"))
	if resp.Status() != wire.StatusOKIgnoredOrSubstituted || resp.Groups[1].Tag != wire.UnsupportedGroup {
		t.Fatalf("%s, groups %v", resp.Status(), resp.Groups)
	}
	var names []string
	for _, a := range resp.First(wire.UnsupportedGroup) {
		names = append(names, a.Name)
	}
	want := []string{"sides", "media", "page-ranges", "finishings", "hologram", "print-quality", "media-col", "job-mood"}
	if !slices.Equal(names, want) {
		t.Errorf("unsupported %v, want %v", names, want)
	}
	r.expect(r.attrs(r.id(resp)), "copies=2", "sides=one-sided", "media=iso_a4_210x297mm", "print-quality=4")
}

func TestMediaCol(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	a3 := wire.Collection("media-col", wire.Attributes{wire.Collection("media-size", mediaSizes[2].dimensions()), wire.Keyword("media-source", "auto")})
	named := wire.Collection("media-col", wire.Attributes{wire.Keyword("media-size-name", "iso_a5_148x210mm")})
	source := wire.Collection("media-col", wire.Attributes{wire.Keyword("media-source", "main")})
	for want, col := range map[string]wire.Attribute{"iso_a3_297x420mm": a3, "iso_a5_148x210mm": named, "iso_a4_210x297mm": source} {
		resp := r.ask(wire.OpCreateJob, nil, wire.Attributes{col})
		if resp.Status() != wire.StatusOK {
			t.Errorf("%s: %s", want, resp.Status())
		}
		r.expect(r.attrs(r.id(resp)), "media="+want)
	}
}

func TestCreateSendClose(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	last := func(b bool) wire.Attribute { return wire.Boolean("last-document", b) }
	id := r.id(r.ask(wire.OpCreateJob, nil, nil))
	job := wire.Integer("job-id", id)
	r.expect(r.attrs(id), "job-state=4", "job-state-reasons=job-incoming")
	for _, c := range []struct {
		what     string
		document []byte
		last     bool
		want     wire.Status
	}{
		{"nothing", nil, false, wire.StatusBadRequest},
		{"no PDF", []byte("hello"), true, wire.StatusDocumentFormatError},
		{"a document", pdf(1), false, wire.StatusOK},
		{"another", pdf(1), false, wire.StatusMultipleDocumentJobsNotSupported},
		{"another, the last", pdf(1), true, wire.StatusMultipleDocumentJobsNotSupported},
		{"nothing more", nil, true, wire.StatusOK},
		{"after the last", pdf(1), true, wire.StatusNotPossible},
	} {
		if resp := r.ask(wire.OpSendDocument, c.document, nil, job, last(c.last)); resp.Status() != c.want {
			t.Errorf("%s: %s, want %s", c.what, resp.Status(), c.want)
		}
	}
	r.page(1)
	r.untilState(id, wire.JobCompleted, 1)

	closed := r.id(r.ask(wire.OpCreateJob, nil, nil))
	uri := wire.URI("job-uri", "ipp://elsewhere/ipp/print/2")
	if resp := r.send(wire.NewRequest(wire.OpCloseJob, 1, uri), nil); resp.Status() != wire.StatusOK {
		t.Errorf("Close-Job: %s", resp.Status())
	}
	r.expect(r.attrs(closed), "job-state=8")

	late := r.id(r.ask(wire.OpCreateJob, nil, nil))
	r.later(2 * time.Minute)
	r.expect(r.attrs(late), "job-state=8", "job-state-reasons=aborted-by-system")
}

func TestGetJobs(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for range 2 {
		id := r.print(1)
		r.page(1)
		r.untilState(id, wire.JobCompleted, 1)
	}
	r.print(1)
	r.id(r.ask(wire.OpPrintJob, pdf(1), nil)) // anonymous
	ids := func(attrs ...wire.Attribute) (ids []int) {
		for _, job := range r.ask(wire.OpGetJobs, nil, nil, attrs...).All(wire.JobGroup) {
			id, err := job.Int("job-id")
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		return ids
	}
	which := func(s string) wire.Attribute { return wire.Keyword("which-jobs", s) }
	user := wire.Name("requesting-user-name", "inkwell")
	for what, c := range map[string]struct{ got, want []int }{
		"default":       {ids(), []int{3, 4}},
		"not-completed": {ids(which("not-completed")), []int{3, 4}},
		"completed":     {ids(which("completed")), []int{2, 1}},
		"all":           {ids(which("all")), []int{3, 4, 2, 1}},
		"limit":         {ids(which("all"), wire.Integer("limit", 2)), []int{3, 4}},
		"mine":          {ids(which("all"), wire.Boolean("my-jobs", true), user), []int{3, 2, 1}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", what, c.got, c.want)
		}
	}
	if job := r.ask(wire.OpGetJobs, nil, nil).First(wire.JobGroup); len(job) != 2 {
		t.Errorf("by default a job has %d attributes", len(job))
	}
	if resp := r.ask(wire.OpCancelMyJobs, nil, nil, user); resp.Status() != wire.StatusOK {
		t.Errorf("Cancel-My-Jobs: %s", resp.Status())
	}
	if left := ids(); !slices.Equal(left, []int{4}) {
		t.Errorf("left %v", left)
	}
}

func TestRequestedAttributes(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	all := r.attrs(0)
	if all.Has("media-col-database") || !all.Has("media-col-ready") || !all.Has("printer-state") || len(all) < 85 {
		t.Errorf("all is %d attributes", len(all))
	}
	if got := r.attrs(0, "printer-state", "nothing", "media-col-database"); len(got) != 2 {
		t.Errorf("three named, one unknown: %d", len(got))
	}
	template := r.attrs(0, "job-template")
	description := r.attrs(0, "printer-description")
	if len(template)+len(description) != len(all) || template.Has("printer-state") || description.Has("sides-supported") {
		t.Errorf("%d + %d of %d", len(template), len(description), len(all))
	}
	if len(r.attrs(0, "none")) != 0 {
		t.Error("none is something")
	}
	host := strings.TrimPrefix(r.url, "http://")
	r.expect(all, "printer-uri-supported=ipp://"+host+"/ipp/print", "uri-security-supported=none", "printer-name=Library", "printer-location=Ground floor")
	for _, name := range creationAttributes() { // nothing is advertised that is then not understood
		if _, ok := jobTemplate[name]; !ok && !slices.Contains(operationAttributes, name) {
			t.Errorf("%s is advertised, but not known", name)
		}
	}
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	status := func(method, kind, body string) int {
		req, err := http.NewRequest(method, r.url+"/ipp/print", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode
	}
	if got := status("POST", "text/plain", "x"); got != http.StatusUnsupportedMediaType {
		t.Errorf("text: %d", got)
	}
	if got := status("PUT", wire.ContentType, "x"); got != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d", got)
	}
	if got := status("POST", wire.ContentType, "x"); got != http.StatusOK {
		t.Errorf("rubbish, answered in IPP: %d", got)
	}
	r.Unplug(true)
	if _, err := http.Post(r.url+"/ipp/print", wire.ContentType, strings.NewReader("x")); err == nil {
		t.Error("an unplugged printer answered")
	}
	r.Unplug(false)
	r.attrs(0)
}
