package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"inkwell/release"
)

// figuresOf answers with these figures.
type figuresOf struct {
	f   release.Figures
	err error
}

func (f figuresOf) Figures(context.Context) (release.Figures, error) { return f.f, f.err }

func scrape(t *testing.T, h http.Handler) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Code, w.Body.String()
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	m := newMeter()
	m.Begun(80 * time.Millisecond)
	m.Ended(release.Settled, 12*time.Second)
	m.Retried("printer-busy")
	m.Lost()
	f := release.Figures{Jobs: map[release.JobState]int{release.Held: 41, release.Counting: 2}, Deliveries: map[release.DeliveryState]int{release.Unclear: 1},
		Printers: map[release.PrinterState]int{release.PrinterStopped: 3}, Faults: map[release.FaultKind]int{release.FaultJam: 2}, Paused: 1, Unaccounted: 62}
	code, text := scrape(t, metricsHandler(m, standing{figuresOf{f: f}, func() int { return 7 }}))
	if code != http.StatusOK {
		t.Fatalf("%d %s", code, text)
	}
	for _, want := range []string{
		`inkwell_jobs{state="held"} 41`, `inkwell_jobs{state="released"} 0`, `inkwell_counting_queue 2`, `inkwell_deliveries{state="unclear"} 1`, `inkwell_printers{state="stopped"} 3`,
		`inkwell_printers_paused 1`, `inkwell_printer_faults{kind="jam"} 2`, `inkwell_printer_faults{kind="unreachable"} 0`, `inkwell_unaccounted_pages 62`, `inkwell_kiosks_connected 7`,
		`inkwell_delivery_begun_seconds_bucket{le="0.1"} 1`, `inkwell_delivery_begun_seconds_bucket{le="0.05"} 0`, `inkwell_delivery_ended_seconds_count{state="settled"} 1`,
		`inkwell_delivery_retries_total{reason="printer-busy"} 1`, `inkwell_delivery_unclear_total 1`, `go_goroutines`,
	} {
		if !strings.Contains(text, want+"\n") && !strings.Contains(text, want+" ") {
			t.Errorf("no %q", want)
		}
	}
	if code, text := scrape(t, metricsHandler(m, standing{figuresOf{err: errors.New("gone: user=secret")}, func() int { return 7 }})); code < 500 || strings.Contains(text, "secret") {
		t.Errorf("without a database: %d %s", code, text)
	}
}

// TestMetricsOfAServer: a real one, read the way Prometheus reads it, and held against its own
// linter.
func TestMetricsOfAServer(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t), "--metrics-listen", "127.0.0.1:0")
	defer p.stop()
	text := download(t, "http://"+p.address("figures http://")+"/metrics")
	if !strings.Contains(text, "inkwell_jobs{state=\"held\"} 0") || !strings.Contains(text, "inkwell_kiosks_connected 0") {
		t.Errorf("it says\n%s", text)
	}
	refused(t, "an address of this machine alone", "serve", "--metrics-listen", ":9631", "--data-dir", dataDir(t))
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	for _, problem := range problems {
		if strings.HasPrefix(problem.Metric, "inkwell_") {
			t.Errorf("%s: %s", problem.Metric, problem.Text)
		}
	}
	if err != nil {
		t.Error(err)
	}
}
