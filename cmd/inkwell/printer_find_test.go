package main

import (
	"bytes"
	"context"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"inkwell/ipp/announce"
	"inkwell/ipp/device/address"
	"inkwell/release"
)

// A line to copy makes one printer known, whatever the network calls it: a real shell takes
// it apart again.
func TestFoundPrintersAreQuoted(t *testing.T) {
	t.Parallel()
	hostile := []string{
		"Room 4", "Dr. O'Neill's", `"; rm -rf / #`, "$(reboot)", "`reboot`", "a; reboot", "a && reboot", "a | sh", "--group=x", "-x", "'", "''", `\`, `\'`, "!!", "*", "~", "a > /etc/passwd", "%n$s", "${HOME}", "{a,b}", "a	b",
	}
	for _, text := range hostile {
		f := announce.Found{Name: text, Room: text, Way: "ipps", At: netip.MustParseAddrPort("10.1.2.3:631"), Path: "/ipp/" + text, PDF: true}
		a, err := addressOf(f)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		line := strings.Replace(addLine(f, a), "inkwell", `printf '%s\n'`, 1)
		out, err := exec.CommandContext(t.Context(), "sh", "-c", line).Output() //nolint:gosec // that is the test
		words := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
		if err != nil || len(words) != 6 || words[2] != "--room="+text || words[3] != "--" || words[4] != text || words[5] != a.String() {
			t.Errorf("%q became %q, %v", text, words, err)
		}
	}
}

// Asking goes by quarters of the time, which is not to be none.
func TestNobodyLooksForNoTime(t *testing.T) {
	t.Parallel()
	for within, want := range map[time.Duration]bool{-time.Second: false, 0: false, 3 * time.Nanosecond: false, time.Second: true, time.Minute: true, time.Hour: false} {
		if err := canWait(within); (err == nil) != want {
			t.Errorf("%s: %v", within, err)
		}
	}
}

// What is proposed can be added; what may be no printer, and what is one already, is not
// proposed.
func TestPropose(t *testing.T) {
	t.Parallel()
	at := netip.MustParseAddrPort
	known := []release.PrinterRecord{{ID: 3, Name: "Library", URI: "ipps://10.1.2.9/ipp/print"}}
	var out bytes.Buffer
	err := propose(context.Background(), &out, address.Guard{}, known, []announce.Found{
		{Name: "A3 mono", Model: "Laser 7", Way: "socket", At: at("10.1.2.4:9100"), PDF: true, Duplex: true, A3: true},
		{Name: "Copier", Way: "ipps", At: at("10.1.2.5:631"), Path: "/", Room: "Room 12"},
		{Name: "Here", Way: "ipp", At: at("127.0.0.1:631"), Path: "/ipp/print"},
		{Name: "Cloud", Way: "ipp", At: at("169.254.169.254:80"), Path: "/latest"},
		{Name: "Library too", Way: "socket", At: at("10.1.2.9:9100"), PDF: true},
	})
	want := `A3 mono, Laser 7
  inkwell printer add --duplex --size=A4,A3 -- 'A3 mono' 'socket://10.1.2.4:9100'
Copier; it does not say that it takes PDF
  inkwell printer add --room='Room 12' -- 'Copier' 'ipps://10.1.2.5/ipp/print'
Library too
  known already as printer 3, Library
`
	if err != nil || out.String() != want {
		t.Errorf("%v\n%s", err, out.String())
	}
}
