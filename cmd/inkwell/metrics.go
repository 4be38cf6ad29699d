package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"inkwell/internal/door"
	"inkwell/release"
)

// meter counts deliveries of this process. No label tells of a person, a printer's name or a
// school.
type meter struct {
	begun, ended *prometheus.HistogramVec
	retried      *prometheus.CounterVec
	lost         prometheus.Counter
}

var _ release.Meter = (*meter)(nil)

// The buckets of both times, in seconds.
var (
	begunBuckets = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 60, 300}
	endedBuckets = []float64{.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 900, 3600}
)

func newMeter() *meter {
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	return &meter{
		begun:   histogram("inkwell_delivery_begun_seconds", "From a release until the printer has opened a job.", begunBuckets),
		ended:   histogram("inkwell_delivery_ended_seconds", "From a release until the delivery ended, by how it did.", endedBuckets, "state"),
		retried: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "inkwell_delivery_retries_total", Help: "Deliveries put back to be tried again, by reason."}, []string{"reason"}),
		lost:    prometheus.NewCounter(prometheus.CounterOpts{Name: "inkwell_delivery_unclear_total", Help: "Deliveries that were lost from sight."}),
	}
}

// Begun is of release.Meter.
func (m *meter) Begun(after time.Duration) { m.begun.WithLabelValues().Observe(after.Seconds()) }

// Ended is of release.Meter.
func (m *meter) Ended(state release.DeliveryState, after time.Duration) {
	m.ended.WithLabelValues(string(state)).Observe(after.Seconds())
}

// Retried is of release.Meter.
func (m *meter) Retried(reason string) { m.retried.WithLabelValues(reason).Inc() }

// Lost is of release.Meter.
func (m *meter) Lost() { m.lost.Inc() }

// standing are the figures that are counted when somebody asks: of the whole installation,
// but the kiosks, which are this process's.
type standing struct {
	desk interface {
		Figures(ctx context.Context) (release.Figures, error)
	}
	kiosks func() int
	health func(ctx context.Context) []finding // as inkwell check and the page Health tell it
}

func described(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	jobsNow        = described("inkwell_jobs", "Jobs that have not ended, by state.", "state")
	countingNow    = described("inkwell_counting_queue", "Documents that wait to be counted.")
	deliveriesNow  = described("inkwell_deliveries", "Deliveries that have not ended, by state.", "state")
	printersNow    = described("inkwell_printers", "Printers by state.", "state")
	pausedNow      = described("inkwell_printers_paused", "Printers that IT has paused.")
	faultsNow      = described("inkwell_printer_faults", "Open faults of printers, by kind.", "kind")
	unaccountedNow = described("inkwell_unaccounted_pages", "Pages of the last seven nights that printers counted beyond our deliveries.")
	findingsNow    = described("inkwell_findings", "What inkwell check finds, by level: good, look or bad.", "level")
	kiosksNow      = described("inkwell_kiosks_connected", "Kiosks whose page is connected to this process.")
)

// Describe is of prometheus.Collector.
func (s standing) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{jobsNow, countingNow, deliveriesNow, printersNow, pausedNow, faultsNow, unaccountedNow, kiosksNow, findingsNow} {
		to <- d
	}
}

// countWithin is how long the database may take.
const countWithin = 5 * time.Second

// Collect is of prometheus.Collector. A state that nothing is in is 0, so that a graph has no
// holes; without a database the scrape fails, and says so.
func (s standing) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), countWithin)
	defer cancel()
	gauge := func(d *prometheus.Desc, n float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, n, labels...)
	}
	gauge(kiosksNow, float64(s.kiosks()))
	f, err := s.desk.Figures(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(jobsNow, errors.New("the database does not answer"))
		return
	}
	for _, state := range []release.JobState{release.Receiving, release.Counting, release.Held, release.Released} {
		gauge(jobsNow, float64(f.Jobs[state]), string(state))
	}
	gauge(countingNow, float64(f.Jobs[release.Counting]))
	for _, state := range []release.DeliveryState{release.Reserved, release.Sending, release.Printing, release.Unclear} {
		gauge(deliveriesNow, float64(f.Deliveries[state]), string(state))
	}
	for _, state := range []release.PrinterState{release.PrinterUnknown, release.PrinterIdle, release.PrinterProcessing, release.PrinterStopped, release.PrinterUnreachable} {
		gauge(printersNow, float64(f.Printers[state]), string(state))
	}
	for _, kind := range release.FaultKinds() {
		gauge(faultsNow, float64(f.Faults[kind]), string(kind))
	}
	gauge(pausedNow, float64(f.Paused))
	gauge(unaccountedNow, float64(f.Unaccounted))
	// Last of all: a directory that does not answer must not cost the figures.
	levels := map[level]int{}
	for _, one := range s.health(ctx) {
		levels[one.level]++
	}
	for _, l := range []level{good, look, bad} {
		gauge(findingsNow, float64(levels[l]), strings.ToLower(string(l)))
	}
}

// metricsHandler is GET /metrics.
func metricsHandler(m *meter, s standing) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.begun, m.ended, m.retried, m.lost, s, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2}))
	return mux
}

// openMetrics serves figures on this machine, where that is wanted.
func (m *Main) openMetrics(context.Context) error {
	if m.config.MetricsListen == "" {
		return nil
	}
	tcp, err := door.Listen(m.config.MetricsListen)
	if err != nil {
		return err
	}
	m.MetricsAddr = tcp.Addr()
	server := &http.Server{Handler: metricsHandler(m.meter, standing{m.desk, m.connected, m.findings}), ReadHeaderTimeout: 5 * time.Second, WriteTimeout: time.Minute}
	m.life.run("metrics", func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, func() { _ = server.Close() })
		defer stop()
		if err := server.Serve(tcp); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	return nil
}
