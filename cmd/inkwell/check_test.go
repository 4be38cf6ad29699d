package main

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"inkwell/internal/door"
	"inkwell/release"
)

func TestOnlyABadFindingFailsTheCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		levels []level
		fails  bool
	}{
		{nil, false},
		{[]level{good, look}, false},
		{[]level{good, bad, look}, true},
	} {
		var all []finding
		for _, l := range c.levels {
			all = append(all, finding{l, "part", "how it is", "do this"})
		}
		var out strings.Builder
		if err := report(&out, all); errors.Is(err, errUnhealthy) != c.fails {
			t.Errorf("%v: %v", c.levels, err)
		}
		if got := strings.Count(out.String(), "what to do: do this"); got != len(c.levels) {
			t.Errorf("%v: %d things to do in\n%s", c.levels, got, out.String())
		}
	}
}

func TestTheTroubleOfAPrinter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		p       release.PrinterRecord
		trouble bool
	}{
		{release.PrinterRecord{State: release.PrinterIdle, Seen: now.Add(-time.Second)}, false},
		{release.PrinterRecord{State: release.PrinterProcessing, Seen: now}, false},
		{release.PrinterRecord{State: release.PrinterUnknown}, true},
		{release.PrinterRecord{State: release.PrinterIdle, Seen: now.Add(-time.Hour)}, true},
		{release.PrinterRecord{State: release.PrinterUnreachable, Seen: now}, true},
		{release.PrinterRecord{State: release.PrinterStopped, Reasons: []string{"media-empty-error"}, Seen: now}, true},
	} {
		if got := troubleOf(c.p, now); (got != "") != c.trouble {
			t.Errorf("%+v: %q", c.p, got)
		}
	}
}

func TestTheEndOfACertificate(t *testing.T) {
	t.Parallel()
	c := Config{DataDir: t.TempDir()}
	if f := checkCertificate(c, time.Now()); f.level != bad {
		t.Errorf("no certificate: %+v", f)
	}
	if _, err := door.OpenIdentity(door.IdentityOptions{Dir: c.folder("tls"), Log: newLog(c, &strings.Builder{})}); err != nil {
		t.Fatal(err)
	}
	shown, err := door.Look(c.folder("tls"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	end := shown.Leaf().NotAfter
	for left, want := range map[time.Duration]level{
		time.Hour * 24 * 300: good, overdue + time.Hour: good, overdue - time.Hour: look, time.Hour: look, 0: bad, -time.Hour: bad,
	} {
		if f := checkCertificate(c, end.Add(-left)); f.level != want {
			t.Errorf("%s left: %+v", left, f)
		}
	}
}

func TestASpoolThatIsGoneIsNotMade(t *testing.T) {
	t.Parallel()
	c := Config{DataDir: t.TempDir(), Headroom: 1}
	if err := makeKeys(c.folder("keys")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if f := checkKeysAndSpool(t.Context(), c)[0]; f.level != bad || !strings.Contains(f.say, "is gone") {
			t.Errorf("no spool: %+v", f)
		}
	}
	if err := os.Mkdir(c.folder("spool"), 0o700); err != nil {
		t.Fatal(err)
	}
	if f := checkKeysAndSpool(t.Context(), c)[0]; f.level != good {
		t.Errorf("an empty spool: %+v", f)
	}
}

func TestADatabaseOfOnesOwnThatIsAway(t *testing.T) {
	t.Parallel()
	c := Config{DataDir: t.TempDir(), DatabaseURL: "postgres://u@127.0.0.1:1/inkwell"}
	if f := examine(t.Context(), c)[0]; f.what != "database" || f.level != bad || !strings.Contains(f.do, "that PostgreSQL server") {
		t.Errorf("%+v", f)
	}
}

func TestADoorThatNobodyOpens(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if f := checkDoor(t.Context(), "web door", at); f.level != bad || !strings.Contains(f.say, at) {
		t.Errorf("%+v", f)
	}
}
