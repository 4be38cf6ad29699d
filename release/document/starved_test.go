package document

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"inkwell/internal/fault"
)

// fakePrepared is one try at a document whose child is a shell script.
func fakePrepared(t *testing.T, does string, w Work, change func(*Options)) (Facts, error) {
	t.Helper()
	e := newEngine(t, func(o *Options) {
		o.CacheDir, o.Executable = fakeChild(t, does)
		change(o)
	})
	return e.Prepare(context.Background(), strings.NewReader("%PDF-1.4"), w, new(bytes.Buffer))
}

// A child that stands still until the wall clock ends it has shown nothing, neither that
// its document cannot be counted nor that its colours cannot be told: the machine may not
// have let it run.
func TestAStarvedDocumentIsNotBlamed(t *testing.T) {
	t.Parallel()
	for name, said := range map[string]string{
		"before its verdict": "",
		"after its verdict":  `printf %%PDF >&4; echo '{"outcome":"done","pages":1,"bytes":4,"sizes":[{"x":1,"y":1,"pages":1}]}'; `,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := fakePrepared(t, "echo ready; "+said+"exec sleep 600", Work{Starved: 1}, func(o *Options) { o.Timeout = 2 * time.Second })
			if !errors.Is(err, ErrStarved) || !errors.Is(err, errTimeout) || fault.KindOf(err) != fault.Internal {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

// A child that uses up its processor time is ended by that, however long it takes, and
// its document is to blame: whether the limit is the system's or only ours.
func TestADocumentThatBurnsIsBlamed(t *testing.T) {
	t.Parallel()
	_, err := fakePrepared(t, "ulimit -t 1; echo ready; while :; do :; done", Work{}, func(*Options) {})
	wantRefusal(t, err, "document-stuck")
	_, _, err = prepared(t, newEngine(t, func(o *Options) { o.CPUSeconds = 1 }), endless())
	wantRefusal(t, err, "document-stuck")

	e := newEngine(t, nil)
	for used, want := range map[time.Duration]bool{0: true, 9 * time.Second: true, 10 * time.Second: false} {
		if e.starved(used, errTimeout) != want {
			t.Errorf("ended by the clock after %v of processor time: starved is %v", used, !want)
		}
	}
	if e.starved(0, errors.New("it crashed")) {
		t.Error("a crash is starved")
	}
}

// The first try steps back behind everything else; one that follows a starved one does
// not, and has longer.
func TestAStarvedDocumentGetsItsTurn(t *testing.T) {
	t.Parallel()
	ours, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		t.Fatal(err)
	}
	const above = 21 // makes a page count of every priority
	does := `n=$(($(nice) + 21)); printf %%PDF >&4; echo ready
echo "{\"outcome\":\"done\",\"pages\":$n,\"bytes\":4,\"sizes\":[{\"x\":1,\"y\":1,\"pages\":$n}]}"`
	for starved, want := range map[int]int{0: last, 1: 20 - ours, 4: 20 - ours} { // the system call counts down from 20
		facts, err := fakePrepared(t, does, Work{Starved: starved}, func(*Options) {})
		if got := facts.Pages - above; err != nil || got != want {
			t.Errorf("after %d tries a child runs at priority %d, want %d; %v", starved, got, want, err)
		}
	}
	e := newEngine(t, func(o *Options) { o.Timeout = time.Minute })
	if first, fifth := e.patience(Work{}), e.patience(Work{Starved: 4}); first != time.Minute || fifth != 5*time.Minute {
		t.Errorf("the first try has %v, the fifth %v", first, fifth)
	}
}
