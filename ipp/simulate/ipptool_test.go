package simulate

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The IPP/1.1 suite of CUPS, which nobody here wrote. Its exit status means
// nothing, so its lines are counted: 37 tests of which 7 want a printer that
// fetches documents by itself, which this one never does.
func TestIPPTool(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"-L", "-C"} { // with a Content-Length, and chunked
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(o *Options) { o.PerPage, o.Wait = time.Millisecond, sleep })
			document := filepath.Join(t.TempDir(), "lesson.pdf")
			if err := os.WriteFile(document, pdf(2), 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithTimeout(context.Background(), time.Minute)
			defer stop()
			uri := strings.Replace(r.url, "http", "ipp", 1) + "/ipp/print"
			tool := exec.CommandContext(ctx, "ipptool", "-tI", how, "-T", "20", "-f", document, uri, "ipp-1.1.test") //nolint:gosec // fixed command
			tool.Dir = "/usr/share/cups/ipptool"
			out, err := tool.CombinedOutput()
			if len(out) == 0 {
				t.Fatalf("ipptool (package cups-ipp-utils): %v", err)
			}
			count := func(mark string) int { return strings.Count(string(out), "["+mark+"]") }
			if count("PASS") != 30 || count("FAIL") != 0 || count("SKIP") != 7 {
				t.Errorf("PASS %d, FAIL %d, SKIP %d; want 30, 0, 7\n%s", count("PASS"), count("FAIL"), count("SKIP"), out)
			}
		})
	}
}
