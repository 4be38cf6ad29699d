package ipp

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// governed has the queues go by policies.
func governed(t *testing.T, all map[release.QueueID]release.Policy) *bench {
	t.Helper()
	b := newBench(t)
	b.desk.policies = all
	return b
}

// A queue shows its defaults, and colour only where somebody may print it; what it
// shows follows its policy at once.
func TestAPolicyIsShown(t *testing.T) {
	t.Parallel()
	b := governed(t, map[release.QueueID]release.Policy{})
	for _, tc := range []struct {
		policy      release.Policy
		sides, mode string
		modes       []string
		colour      bool
	}{
		{release.Policy{}, "two-sided-long-edge", "monochrome", []string{"monochrome", "color", "auto"}, true},
		{release.Policy{OneSided: true, ColorMode: "color"}, "one-sided", "color", []string{"color", "monochrome", "auto"}, true},
		{release.Policy{ColorMode: "auto", Colour: release.Circle{Closed: true, Years: []int{12}}}, "two-sided-long-edge", "auto", []string{"auto", "monochrome", "color"}, true},
		{release.Policy{Colour: release.Circle{Closed: true}}, "two-sided-long-edge", "monochrome", []string{"monochrome", "auto"}, false},
	} {
		b.desk.mu.Lock()
		b.desk.policies[holdQueue.ID] = tc.policy
		b.desk.mu.Unlock()
		got := b.printer(t, holdQueue)
		sides, _ := got.String("sides-default")
		mode, _ := got.String("print-color-mode-default")
		modes, _ := got.Strings("print-color-mode-supported")
		colour, _ := got.Bool("color-supported")
		if sides != tc.sides || mode != tc.mode || !slices.Equal(modes, tc.modes) || colour != tc.colour {
			t.Errorf("%+v: %s, %s of %v, colour %t", tc.policy, sides, mode, modes, colour)
		}
		if got.Has("pages-per-minute-color") != tc.colour {
			t.Errorf("%+v: the speed in colour", tc.policy)
		}
	}
}

// A job shows what it was made with, whatever the queue's defaults have become.
func TestAJobKeepsItsMeaning(t *testing.T) {
	t.Parallel()
	b := governed(t, map[release.QueueID]release.Policy{holdQueue.ID: {OneSided: true, ColorMode: "color"}})
	want(t, b.do(t, ask{op: wire.OpPrintJob, user: "ada", doc: bytes.NewReader(pdf)}), wire.StatusOK)
	job := b.do(t, ask{op: wire.OpGetJobAttributes, user: "ada", attrs: jobID(1)}).First(wire.JobGroup)
	sides, _ := job.String("sides")
	mode, _ := job.String("print-color-mode")
	if sides != "two-sided-long-edge" || mode != "monochrome" { // of the zero ticket, which the desk would have filled in
		t.Errorf("%s, %s", sides, mode)
	}
}

// Colour that is withheld is named in the unsupported group of every operation that
// begins a job, which is done all the same.
func TestWithheldColourIsNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.colourless = true
	for _, op := range []wire.Op{wire.OpValidateJob, wire.OpCreateJob, wire.OpPrintJob} {
		for mode, named := range map[string]bool{"color": true, "auto": false, "monochrome": false} {
			a := ask{op: op, user: "ada", job: []wire.Attribute{wire.Keyword(colourMode, mode)}}
			if op == wire.OpPrintJob {
				a.doc = bytes.NewReader(pdf)
			}
			reply, status := b.do(t, a), wire.StatusOK
			if named {
				status = wire.StatusOKIgnoredOrSubstituted
			}
			want(t, reply, status)
			if got, _ := reply.First(wire.UnsupportedGroup).String(colourMode); (got == "color") != named {
				t.Errorf("%s of %s: unsupported is %q", op, mode, got)
			}
		}
	}
}

// With ipp-attribute-fidelity nothing is taken out: the job is refused, and the
// attribute named.
func TestColourIsRefusedToTheFaithful(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.refuse = fault.New(fault.Unsupported, "colour-not-yours", "You may not print in colour here. Please choose black and white.")
	reply := b.do(t, ask{op: wire.OpValidateJob, user: "ada", language: "de", attrs: []wire.Attribute{wire.Boolean("ipp-attribute-fidelity", true)},
		job: []wire.Attribute{wire.Keyword(colourMode, "color")}})
	want(t, reply, wire.StatusAttributesOrValuesNotSupported)
	say, _ := reply.Operation().String("status-message")
	if got, _ := reply.First(wire.UnsupportedGroup).String(colourMode); got != "color" || say != "Du darfst hier nicht in Farbe drucken. Wähle Schwarzweiß." {
		t.Errorf("unsupported is %q, said is %q", got, say)
	}
	if !b.desk.last().Strict {
		t.Error("the desk was not told")
	}
}

// Addresses of a kind that a queue does not take are told to nobody.
func TestParallelAddressesByPolicy(t *testing.T) {
	t.Parallel()
	const plain, carts = "/ipp/print basic tls", "/ipp/print/g/carts requesting-user-name tls"
	for want, c := range map[string]struct {
		untaken school.Proof
		path    string
	}{
		plain:                {school.ByVouch, holdQueue.Path},
		carts:                {school.ByPassword, holdQueue.Path},
		carts + ", " + plain: {school.ByServer, cartsPath},
	} {
		b := governed(t, map[release.QueueID]release.Policy{holdQueue.ID: {Untaken: []school.Proof{c.untaken}}})
		lines, _ := b.told(t, "10.1.12.7:9", c.path)
		if got := strings.Join(lines, ", "); got != want {
			t.Errorf("without %s: %s, want %s", c.untaken, got, want)
		}
	}
}

// A queue that takes no passwords asks for none, and is reached by the ways that it
// takes.
func TestAQueueThatTakesNoPassword(t *testing.T) {
	t.Parallel()
	b := governed(t, map[release.QueueID]release.Policy{holdQueue.ID: {Untaken: []school.Proof{school.ByPassword}}})
	for _, user := range []string{"", "ada"} {
		answer, raw := b.post(t, ask{op: wire.OpPrintJob, user: user, doc: bytes.NewReader(pdf)})
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%q: HTTP %d", user, answer.StatusCode)
		}
		want(t, readReply(t, answer, raw), wire.StatusNotAuthorized)
	}
	want(t, b.do(t, ask{op: wire.OpGetPrinterAttributes}), wire.StatusOK)
	want(t, b.do(t, ask{op: wire.OpGetJobs}), wire.StatusOK)
	want(t, b.do(t, ask{op: wire.OpPrintJob, path: school.AddressPath(holdQueue.Path, adasToken), doc: bytes.NewReader(pdf)}), wire.StatusOK)
}

// A queue that takes printers' own languages says so, and lets them be declared; another
// refuses them by their declared type.
func TestAQueueOfPrograms(t *testing.T) {
	t.Parallel()
	for programs, status := range map[int]wire.Status{0: wire.StatusDocumentFormatNotSupported, 50: wire.StatusOK} {
		b := governed(t, map[release.QueueID]release.Policy{holdQueue.ID: {Programs: programs}})
		formats, _ := b.printer(t, holdQueue).Strings("document-format-supported")
		if got := slices.Contains(formats, "application/postscript") && slices.Contains(formats, "application/vnd.hp-PCL"); got != (programs > 0) {
			t.Errorf("--programs %d: %v", programs, formats)
		}
		reply := b.do(t, ask{op: wire.OpValidateJob, user: "ada", attrs: []wire.Attribute{wire.MIMEType("document-format", "application/postscript")}})
		want(t, reply, status)
	}
}
