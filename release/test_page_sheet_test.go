package release_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inkwell/release"
)

// Other readers of PDF find one A4 page, with all of it, whatever a school calls its things.
func TestATestPageIsADocument(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		page release.TestPage
		says []string
	}{
		{"all of it", release.TestPage{School: "Ysgol Tŷ Gwyn", Printer: "Llyfrgell (1af) \\ Café", Place: release.Place{Building: "Main", Floor: "1", Room: "Library"}, Asset: "HA-00417", Printed: at},
			[]string{"Ysgol Ty Gwyn", `Llyfrgell (1af) \ Café`, "Main/1/Library", "HA-00417", "Friday 20 November 2026, 14:05", "Cyan", "Magenta", "Yellow", "Black", "50 %", "100 mm"}},
		{"nothing known", release.TestPage{School: "Szkoła – “Nr 5”", Printer: "東京", Room: "12", Printed: at}, []string{"Szkola – “Nr 5”", "??", "12", "none"}},
		{"long names", release.TestPage{School: "S", Printer: strings.Repeat("W", 100), Printed: at}, []string{"not said yet", strings.Repeat("W", 100)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "page.pdf")
			if err := os.WriteFile(file, c.page.PDF(), 0o600); err != nil {
				t.Fatal(err)
			}
			if said, err := exec.CommandContext(t.Context(), "qpdf", "--check", file).CombinedOutput(); err != nil {
				t.Fatalf("qpdf: %v: %s", err, said)
			}
			text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.says {
				if !strings.Contains(string(text), want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			if n := bytes.Count(text, []byte{'\f'}); n != 1 {
				t.Errorf("%d pages", n)
			}
		})
	}
}
