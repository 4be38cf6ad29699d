package device

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
)

// What every error status means for the paper, by operation. What is not listed
// is refused.
func TestF10EveryStatusHasAnOutcome(t *testing.T) {
	t.Parallel()
	begin := map[wire.Status]string{}
	for s, class := range map[wire.Status]string{
		wire.StatusTimeout: "busy", wire.StatusServiceUnavailable: "busy", wire.StatusTemporaryError: "busy",
		wire.StatusNotAcceptingJobs: "busy", wire.StatusBusy: "busy", wire.StatusPrinterIsDeactivated: "busy",
		wire.StatusTooManyJobs: "busy", wire.StatusInternalError: "unsure", wire.StatusDeviceError: "unsure",
		wire.StatusJobCanceled: "unsure", 0x04ff: "unsure", 0x05ff: "unsure", 0x0200: "unsure",
		wire.StatusOKIgnoredOrSubstituted: "done", wire.StatusOKConflicting: "done",
	} {
		begin[s] = class
	}
	all := []wire.Status{0x0200, 0x04ff, 0x05ff, wire.StatusOKIgnoredOrSubstituted, wire.StatusOKConflicting}
	for s := wire.Status(0x0400); s <= 0x050c; s++ {
		registered := !strings.HasPrefix(s.String(), "0x")
		if _, listed := outcomes[s]; listed != registered {
			t.Errorf("%s: in the table %v, registered %v", s, listed, registered)
		}
		if registered {
			all = append(all, s)
		}
	}
	b := newBench(t, nil)
	ctx := context.Background()
	job := b.begin(t)
	for _, s := range all {
		want := begin[s]
		if want == "" {
			want = "refused"
		}
		b.line.Next(wire.OpSendDocument, ipptest.Status(s))
		sending := want
		if s == wire.StatusNotFound || s == wire.StatusGone {
			sending = "busy" // the job is gone, not the printer
		}
		if got := class(b.Send(ctx, errand, job, bytes.NewReader(lesson(1)))); got != sending {
			t.Errorf("Send-Document %s: %s, want %s", s, got, sending)
		}
		if s.OK() {
			continue // without a job-id that is another story
		}
		b.line.Next(wire.OpCreateJob, ipptest.Status(s))
		if _, err := b.Begin(ctx, errand); class(err) != want {
			t.Errorf("Create-Job %s: %v, want %s", s, err, want)
		}
		b.line.Next(wire.OpGetJobAttributes, ipptest.Status(s))
		if _, err := b.Progress(ctx, job); (class(err) == "gone") != (s == wire.StatusNotFound || s == wire.StatusGone) {
			t.Errorf("Get-Job-Attributes %s: %v", s, err)
		}
	}
	b.line.Next(wire.OpCreateJob, ipptest.Status(wire.StatusOK))
	if _, err := b.Begin(ctx, errand); class(err) != "unsure" {
		t.Errorf("a job without a number: %v", err)
	}
}

func TestF10EveryHTTPStatusHasAnOutcome(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	job := b.begin(t)
	for code, want := range map[int]string{
		301: "refused", 302: "refused", 307: "refused", 308: "refused", 400: "refused", 401: "refused", 403: "refused",
		404: "refused", 413: "refused", 415: "refused", 426: "refused", 408: "busy", 429: "busy", 503: "busy",
		204: "unsure", 500: "unsure", 501: "unsure", 502: "unsure", 504: "unsure",
	} {
		before := b.line.Requests()
		b.line.Next(wire.OpSendDocument, ipptest.HTTP(code))
		if err := b.Send(context.Background(), errand, job, bytes.NewReader(lesson(1))); class(err) != want {
			t.Errorf("HTTP %d: %v, want %s", code, err, want)
		}
		if n := b.line.Requests() - before; n != 1 {
			t.Errorf("HTTP %d: %d requests", code, n)
		}
	}
}
