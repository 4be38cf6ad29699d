package kiosk

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"inkwell/internal/fault"
	"inkwell/internal/words"
	"inkwell/release"
)

// english is what most readers read.
var english = tongue{shipped.Tongue("en", false)}

func TestTimesInWords(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 10, 24, 15, 0, 0, 0, london) // the clocks go back in the night
	for d, want := range map[time.Duration]string{
		-2 * time.Second: "just now", 0: "just now", 59 * time.Second: "just now", time.Minute: "1 min ago", 59*time.Minute + 59*time.Second: "59 min ago",
		time.Hour: "14:00", 15 * time.Hour: "00:00", 16 * time.Hour: "yesterday 23:00", 40 * time.Hour: "Thursday 23:00", 24 * 40 * time.Hour: "14 September",
	} {
		if got := english.sent(now, now.Add(-d).UTC()); got != want {
			t.Errorf("sent %s ago: %q, not %q", d, got, want)
		}
	}
	for until, want := range map[time.Time]string{
		time.Date(2026, 10, 24, 18, 0, 0, 0, london): "kept until 18:00",
		time.Date(2026, 10, 25, 18, 0, 0, 0, london): "kept until tomorrow 18:00",
		time.Date(2026, 10, 26, 18, 0, 0, 0, london): "kept until Monday 18:00",
		time.Date(2026, 11, 2, 18, 0, 0, 0, london):  "kept until 2 November",
	} {
		if got := english.kept(now, until.UTC()); got != want {
			t.Errorf("kept until %s: %q, not %q", until, got, want)
		}
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 pages", 1: "1 page", 2: "2 pages"} {
		if got := english.pages(n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}

func TestTitlesFromAHostileWorld(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Rivers":                            "Rivers",
		"":                                  "Untitled",
		" \t\n":                             "Untitled",
		"\u202egpj.exe\u202c":               "gpj.exe",
		"a\u2066b\u2069c\u200e":             "abc",
		"two\nlines\r\nand\ttab":            "two lines and tab",
		"nul\x00bell\x07esc\x1b[31m":        "nulbellesc[31m",
		"\x85next\u2028line\u2029paragraph": "next line paragraph",
		"<script>alert(1)</script>":         "<script>alert(1)</script>",
		"bad\xff\xfebytes":                  "badbytes",
		"Ünïcödé مرحبا 日本":                  "Ünïcödé مرحبا 日本",
		"Z" + strings.Repeat("\u0300", 50):  "Z\u0300\u0300",
		strings.Repeat("é", 500):            strings.Repeat("é", titleLimit) + "…",
		strings.Repeat("word ", 100):        strings.TrimSpace(strings.Repeat("word ", 24)) + "…",
	} {
		got := english.titleOf(in)
		if got != want || !utf8.ValidString(got) {
			t.Errorf("%q became %q, not %q", in, got, want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("Rivers \u202e\x00 final")
	f.Fuzz(func(t *testing.T, s string) {
		got := plain(s, titleLimit)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > titleLimit+1 || strings.ContainsAny(got, "\x00\n\r\t\u202a\u202b\u202d\u202e\u2066\u2067\u2068") {
			t.Errorf("%q became %q", s, got)
		}
	})
}

func TestRefusalsInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.New("dial /run/secret"), fault.Sorry},
		{fault.New(fault.Unauthenticated, "anything", "Sam has left."), cantSignIn},
		{fault.New(fault.Conflict, "already-released", "x").Because(errors.New("secret")), words.Brief["already-released"]},
		{fault.New(fault.Unavailable, "printer-stopped", "The printer is out of paper."), "The printer is out of paper."},
	} {
		if got := english.Refusal(c.err); got != c.want {
			t.Errorf("%v: %q, not %q", c.err, got, c.want)
		}
	}
	for code, say := range words.Brief {
		if len(say) > 90 || !strings.HasSuffix(say, ".") {
			t.Errorf("%s is no short sentence: %q", code, say)
		}
	}
}

func TestThePrinterInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state   release.PrinterState
		reasons []string
		level   string
		words   string
	}{
		{release.PrinterIdle, nil, "good", "ready"},
		{release.PrinterIdle, []string{"toner-low-warning"}, "good", "ready"},
		{release.PrinterProcessing, nil, "good", "printing"},
		{release.PrinterStopped, []string{"media-empty-error"}, "bad", "out of paper"},
		{release.PrinterStopped, []string{"paused"}, "bad", "paused"},
		{release.PrinterStopped, nil, "bad", "stopped"},
		{release.PrinterUnreachable, nil, "bad", "can't reach"},
		{release.PrinterUnknown, nil, "busy", "Looking"},
	} {
		got := english.printerNotice(release.PrinterRecord{State: c.state, Reasons: c.reasons})
		if got.Level != c.level || !strings.Contains(got.Text, c.words) {
			t.Errorf("%s %v: %+v", c.state, c.reasons, got)
		}
	}
}

func TestMessagesAreReadStrictly(t *testing.T) {
	t.Parallel()
	for act := range acts {
		if _, err := decode([]byte(`{"do":"` + act + `"}`)); err != nil {
			t.Errorf("%s: %v", act, err)
		}
	}
	in, err := decode([]byte(`{"do":"answer","job":41,"came":true}`))
	if err != nil || in != (Answer{Job: 41, Came: true}) {
		t.Errorf("%+v, %v", in, err)
	}
	for _, bad := range []string{
		``, `null`, `{}`, `[]`, `"tap"`, `{"do":"format"}`, `{"do":"tap","badge":7}`, `{"do":"tap","role":"it"}`, `{"do":"tap"}{"do":"tap"}`,
		`{"do":"select","job":4294967296}`, `{"do":"select","job":1.5}`, `{"do":["tap"]}`,
	} {
		if in, err := decode([]byte(bad)); err == nil {
			t.Errorf("%s became %+v", bad, in)
		}
	}
	if _, err := decode([]byte(`{"do":"tap","badge":"04A2B3C4","x":1}`)); err == nil || strings.Contains(err.Error(), "04A2") {
		t.Errorf("the error tells what was sent: %v", err)
	}
}
