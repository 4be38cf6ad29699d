package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"
	second "github.com/phin1x/go-ipp"
)

// An answer of ours, read by a decoder that shares no code with the encoder.
func TestResponseSecondDecoder(t *testing.T) {
	t.Parallel()
	resp := NewResponse(NewRequest(OpGetJobs, 41), StatusOKIgnoredOrSubstituted, "Fine.")
	for id := range 2 {
		resp.Add(NewGroup(JobGroup,
			Integer("job-id", id+1),
			Enum("job-state", JobProcessing),
			Keyword("job-state-reasons", "job-printing", "job-outgoing"),
			Name("job-name", "Römer"),
			Boolean("last-document", id == 1),
			Range("page-ranges", IntRange{2, 5}),
			DPI("printer-resolution", 300),
			NoValue("time-at-completed"),
			DateTime("date-time-at-creation", time.Unix(0, 0)),
		))
	}
	resp.AddUnsupported(Unsupported("finishings"), Keyword("sides", "tumble"))
	resp.AddUnsupported(Unsupported("number-up"))
	resp.AddUnsupported()
	b, err := resp.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := second.NewResponseDecoder(bytes.NewBuffer(b)).Decode(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.StatusCode != 1 || got.RequestId != 41 || got.ProtocolVersionMajor != 2 {
		t.Errorf("header %+v", got)
	}
	if got.OperationAttributes["status-message"][0].Value != "Fine." {
		t.Errorf("operation %v", got.OperationAttributes)
	}
	if len(got.UnsupportedAttributes) != 3 || got.UnsupportedAttributes["sides"][0].Value != "tumble" {
		t.Errorf("unsupported %v", got.UnsupportedAttributes)
	}
	job := got.JobAttributes[1]
	for name, want := range map[string]string{
		"job-id": "[{33 job-id 2}]", "job-state": "[{35 job-state 5}]", "job-name": "[{66 job-name Römer}]",
		"last-document": "[{34 last-document true}]", "page-ranges": "[{51 page-ranges [2 5]}]",
		"job-state-reasons":     "[{68 job-state-reasons job-printing} {68  job-outgoing}]",
		"printer-resolution":    "[{50 printer-resolution {300 300 3}}]",
		"time-at-completed":     "[{19 time-at-completed }]",
		"date-time-at-creation": "[{49 date-time-at-creation [7 -78 1 1 0 0 0 0 43 0 0]}]",
	} {
		if s := fmt.Sprint(job[name]); s != want {
			t.Errorf("%s: %s, want %s", name, s, want)
		}
	}
	if order := []Tag{resp.Groups[0].Tag, resp.Groups[1].Tag, resp.Groups[2].Tag}; order[1] != UnsupportedGroup {
		t.Errorf("groups in order %v", order)
	}
}

func TestResponseVersion(t *testing.T) {
	t.Parallel()
	for asked, want := range map[Version]Version{
		Version10: Version10, Version11: Version11, Version20: Version20, 0x0202: 0x0202, 0: Version10, 0x0300: Version20,
	} {
		if got := NewResponse(&Message{Version: asked}, StatusOK, "").Version; got != want {
			t.Errorf("asked in %s, answered in %s, want %s", asked, got, want)
		}
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	req := NewRequest(OpPrintJob, 3)
	m := Refuse(req, fmt.Errorf("print: %w", refuse(StatusNotFound, "No such queue.")))
	if say, err := m.Operation().String("status-message"); m.Status() != StatusNotFound || say != "No such queue." || err != nil {
		t.Errorf("refusal %s, %q, %v", m.Status(), say, err)
	}
	m = Refuse(req, errors.New("disk on fire"))
	if m.Status() != StatusInternalError || m.Operation().Has("status-message") {
		t.Errorf("internal error %+v", m)
	}
	long := NewResponse(req, StatusOK, strings.Repeat("ü", 200))
	if say, _ := long.Operation().String("status-message"); say != strings.Repeat("ü", 127) {
		t.Errorf("status-message of %d octets", len(say))
	}
}

func TestBuildersStayInBounds(t *testing.T) {
	t.Parallel()
	if a := Keyword("printer-state-reasons"); a.Values[0].T != goipp.TagNoValue {
		t.Errorf("an empty set became %v", a)
	}
	if a := Integer("job-k-octets", 1<<40); a.Values[0].V != goipp.Integer(1<<31-1) {
		t.Errorf("too large became %v", a)
	}
	if a := Name("job-name", strings.Repeat("ü", 200)); len(a.Values[0].V.String()) != 254 {
		t.Errorf("a long name became %d octets", len(a.Values[0].V.String()))
	}
	m := NewRequest(OpPrintJob, 1, Attribute{Name: "empty"})
	if _, err := m.Encode(); err == nil {
		t.Error("an attribute without a value was encoded")
	}
}

// The language of an answer is said where a client looks for it, once.
func TestSpeak(t *testing.T) {
	t.Parallel()
	resp := NewResponse(NewRequest(OpGetJobs, 41), StatusOK, "")
	resp.Speak("cy")
	if got, err := resp.Operation().String("attributes-natural-language"); got != "cy" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if n := len(resp.Operation()); n != 2 || resp.Operation()[1].Name != "attributes-natural-language" {
		t.Errorf("the operation attributes are %v", resp.Operation())
	}
}
