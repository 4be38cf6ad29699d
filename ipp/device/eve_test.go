package device

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"inkwell/ipp/ipptest"
	"inkwell/release"
)

// A printer that nobody here wrote: found, sent to, followed to the end, and asked
// for what it keeps.
func TestEvePrinter(t *testing.T) {
	t.Parallel()
	eve := ipptest.EvePrinter(t, ipptest.EveOptions{PerPage: 100 * time.Millisecond})
	p, err := New(Options{URI: eve.URI})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	status, err := p.Status(ctx)
	if err != nil || status.State != release.PrinterIdle || !status.Accepting || len(status.Reasons) != 0 {
		t.Fatalf("status %+v, %v", status, err)
	}
	errand := errand
	errand.Copies = 2
	job, err := p.Begin(ctx, errand)
	if err != nil || job < 1 {
		t.Fatalf("begin: %d, %v", job, err)
	}
	at, err := p.Progress(ctx, job)
	if err != nil || at.Phase != release.PhaseIncoming {
		t.Errorf("open: %+v, %v", at, err)
	}
	if _, err := p.Begin(ctx, errand); !errors.Is(err, release.ErrBusy) {
		t.Errorf("a second job: %v", err)
	}
	if err := p.Send(ctx, errand, job, bytes.NewReader(lesson(3))); err != nil {
		t.Fatalf("send: %v", err)
	}
	if at, err = p.Progress(ctx, job); err != nil || at.Phase != release.PhaseActive {
		t.Errorf("sent: %+v, %v", at, err)
	}
	at = follow(t, p, job)
	if at.Phase != release.PhaseCompleted || at.Impressions != 6 {
		t.Errorf("done: %+v", at)
	}
	found, at, err := p.Find(ctx, token)
	if err != nil || found != job || at.Phase != release.PhaseCompleted {
		t.Errorf("found %d %+v, %v", found, at, err)
	}
	if _, _, err := p.Find(ctx, "00000000000000000000000000000000"); !errors.Is(err, release.ErrGone) {
		t.Errorf("a token it never had: %v", err)
	}
	if err := p.Cancel(ctx, job); !errors.Is(err, release.ErrRefused) {
		t.Errorf("cancel after the end: %v", err)
	}
	if _, err := p.Progress(ctx, 99); !errors.Is(err, release.ErrGone) {
		t.Errorf("a job it never had: %v", err)
	}
	if kept := eve.Documents(t); len(kept) != 1 || !bytes.Equal(kept[0], lesson(3)) {
		t.Errorf("it kept %d documents", len(kept))
	}
	again, err := p.Status(ctx) // its first second is number 0
	if err != nil || again.UpTime < status.UpTime {
		t.Errorf("up %d s, before %d s, %v", again.UpTime, status.UpTime, err)
	}
}

func TestEvePrinterCancel(t *testing.T) {
	t.Parallel()
	prints := filepath.Join(t.TempDir(), "prints")
	eve := ipptest.EvePrinter(t, ipptest.EveOptions{Script: "touch " + prints + "; sleep 2"})
	p, err := New(Options{URI: eve.URI})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	job, err := p.Begin(ctx, errand)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Send(ctx, errand, job, bytes.NewReader(lesson(1))); err != nil {
		t.Fatal(err)
	}
	// It forgets a cancellation that comes while it begins to print.
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) { // between two looks
		if _, err := os.Stat(prints); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("it does not begin to print")
		}
	}
	if err := p.Cancel(ctx, job); err != nil {
		t.Fatal(err)
	}
	if at := follow(t, p, job); at.Phase != release.PhaseEnded || at.Impressions > 0 {
		t.Errorf("cancelled: %+v", at)
	}
}
