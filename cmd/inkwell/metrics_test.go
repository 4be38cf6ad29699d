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

func someFindings(context.Context) []finding {
	return []finding{{good, "clock", "", ""}, {bad, "spool", "", ""}, {good, "roster", "", ""}}
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
	code, text := scrape(t, metricsHandler(m, standing{figuresOf{f: f}, func() int { return 7 }, someFindings}))
	if code != http.StatusOK {
		t.Fatalf("%d %s", code, text)
	}
	for _, want := range []string{
		`inkwell_jobs{state="held"} 41`, `inkwell_jobs{state="released"} 0`, `inkwell_counting_queue 2`, `inkwell_deliveries{state="unclear"} 1`, `inkwell_printers{state="stopped"} 3`,
		`inkwell_printers_paused 1`, `inkwell_printer_faults{kind="jam"} 2`, `inkwell_printer_faults{kind="unreachable"} 0`, `inkwell_unaccounted_pages 62`, `inkwell_kiosks_connected 7`, `inkwell_findings{level="good"} 2`, `inkwell_findings{level="look"} 0`, `inkwell_findings{level="bad"} 1`,
		`inkwell_delivery_begun_seconds_bucket{le="0.1"} 1`, `inkwell_delivery_begun_seconds_bucket{le="0.05"} 0`, `inkwell_delivery_ended_seconds_count{state="settled"} 1`,
		`inkwell_delivery_retries_total{reason="printer-busy"} 1`, `inkwell_delivery_unclear_total 1`, `go_goroutines`,
	} {
		if !strings.Contains(text, want+"\n") && !strings.Contains(text, want+" ") {
			t.Errorf("no %q", want)
		}
	}
	if code, text := scrape(t, metricsHandler(m, standing{figuresOf{err: errors.New("gone: user=secret")}, func() int { return 7 }, someFindings})); code < 500 || strings.Contains(text, "secret") {
		t.Errorf("without a database: %d %s", code, text)
	}
}

// TestMetricsWaitForNobody: what takes its time to be looked at costs no figure.
func TestMetricsWaitForNobody(t *testing.T) {
	t.Parallel()
	asked := false
	desk := deskThatTells(func(ctx context.Context) (release.Figures, error) {
		asked = true
		return release.Figures{Paused: 1}, ctx.Err()
	})
	slow := func(context.Context) []finding {
		if !asked {
			t.Error("whoever may be slow is asked first")
		}
		return nil
	}
	if code, text := scrape(t, metricsHandler(newMeter(), standing{desk, func() int { return 7 }, slow})); code != http.StatusOK || !strings.Contains(text, "inkwell_printers_paused 1") {
		t.Errorf("%d %s", code, text)
	}
	m := &Main{}
	all := m.examined.of(0)
	all.at, m.examined.server.at = time.Now(), time.Now()
	all.mu.Lock() // somebody looks, and it takes long
	defer all.mu.Unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if all := m.findings(ctx); len(all) != 1 || all[0].level != bad {
		t.Errorf("%v", all)
	}
}

type deskThatTells func(context.Context) (release.Figures, error)

func (d deskThatTells) Figures(ctx context.Context) (release.Figures, error) { return d(ctx) }

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
