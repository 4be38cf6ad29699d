package kiosk

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"inkwell/release"
)

func dialled(t *testing.T, address string) *Client {
	t.Helper()
	c, err := Dial(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// until waits for a face on the client's screen.
func until(t *testing.T, c *Client, face string) View {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	v, err := c.Until(ctx, func(v View) bool { return v.Face == face && !v.Busy })
	if err != nil {
		t.Fatalf("waiting for %s: %v", face, err)
	}
	return v
}

// ends waits for the server to close the socket.
func ends(t *testing.T, c *Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		if _, err := c.Next(ctx); err != nil {
			if ctx.Err() != nil {
				t.Fatal("the socket was not closed")
			}
			return
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAVisitBySocket(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(twoJobs()...)
	address, _ := open(t, d, 0)
	c := dialled(t, address)
	v := until(t, c, FaceIdle)
	if v.School != "Riverside Academy" || v.Station != "Library" || v.Build == "" || v.Printer.Level != "good" {
		t.Errorf("idle: %+v", v)
	}
	must(t, c.Tap(badge))
	v = until(t, c, FaceJobs)
	must(t, c.Release(v.Print.Jobs...))
	until(t, c, FacePrinting)
	d.print(41, 4)
	d.print(42, 3)
	if v := until(t, c, FaceDone); v.Title != "Done: 7 pages." || *v.Balance != 88 {
		t.Errorf("done: %+v", v)
	}
	must(t, c.SignOut())
	until(t, c, FaceIdle)
	must(t, c.SignInWithCode("sam.jones", "482913"))
	until(t, c, FaceJobs)
	if signIns, releases, _, _ := d.counts(); signIns != 2 || releases != 1 {
		t.Errorf("%d sign-ins, %d releases", signIns, releases)
	}
}

// TestWhatWasPressedIsDone: a release goes on when the page is lost.
func TestWhatWasPressedIsDone(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(twoJobs()...)
	slow := &slowDesk{fakeDesk: d, begun: make(chan struct{})}
	k, err := New(Options{Desk: slow, Subscribe: d.subscribe, Log: slog.New(slog.DiscardHandler), Unpaired: true})
	must(t, err)
	server := httptest.NewServer(k.Handler())
	defer server.Close()
	c := dialled(t, server.URL+"/kiosk/library")
	must(t, c.Tap(badge))
	until(t, c, FaceJobs)
	must(t, c.ReleaseAll())
	<-slow.begun
	must(t, c.Close())

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	must(t, <-ended) // Run waits for it
	if _, releases, _, _ := d.counts(); releases != 1 {
		t.Errorf("%d releases", releases)
	}
	if _, err := Dial(t.Context(), server.URL+"/kiosk/library", nil); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("a socket after the end: %v", err)
	}
}

// slowDesk takes a while to release, and gives up when its caller does.
type slowDesk struct {
	*fakeDesk
	begun chan struct{}
}

func (d *slowDesk) Release(ctx context.Context, v release.Visitor, ids []release.JobID) (int, error) {
	close(d.begun)
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(300 * time.Millisecond):
	}
	return d.fakeDesk.Release(ctx, v, ids)
}

func TestRunClosesEverySocket(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(twoJobs()...)
	k, err := New(Options{Desk: d, Subscribe: d.subscribe, Log: slog.New(slog.DiscardHandler), Unpaired: true})
	must(t, err)
	server := httptest.NewServer(k.Handler())
	defer server.Close()
	c := dialled(t, server.URL+"/kiosk/library")
	must(t, c.Tap(badge))
	until(t, c, FaceJobs)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	cancel()
	must(t, <-ended)
	ends(t, c)
}
