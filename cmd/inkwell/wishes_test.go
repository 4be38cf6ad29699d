package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/simulate"
	"inkwell/kiosk"
)

// virtual is a virtual printer in this process, and its printer-uri.
func virtual(t *testing.T, name string, model simulate.Model) (p *simulate.Printer, uri string) {
	t.Helper()
	p, err := simulate.New(simulate.Options{Name: name, Model: model, PerPage: time.Millisecond, Count: func(_ context.Context, in io.Reader) (int, error) {
		doc, err := io.ReadAll(in)
		return max(1, len(pageObject.FindAll(doc, -1))), err
	}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p.Handler())
	t.Cleanup(server.Close)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return p, strings.Replace(server.URL, "http", "ipp", 1) + "/ipp/print"
}

// A pupil's computer is offered what one of the school's printers has; the other one
// says at its kiosk that it has not, and the one that has prints it so.
func TestWishes(t *testing.T) {
	mono, monoURI := virtual(t, "Library", simulate.Mono)
	copier, copierURI := virtual(t, "Sixth form", simulate.Copier)
	s := serveDemo(t)
	s.super(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "UPDATE printer SET uri = CASE name WHEN 'Sixth form' THEN $1 ELSE $2 END, state = 'unknown', asked_at = NULL", copierURI, monoURI)
		return err
	})
	s.eventually("the printers to say what they can do", func() bool {
		return rows[int](s, "SELECT count(*) FROM printer WHERE capabilities IS NULL") == 0
	})
	cups := ipptest.CUPS(t)
	cups.AddQueue("school", s.queue("pupil0001", "/ipp/print"))
	if options := cups.Options("school"); !slices.Contains(options["PageSize"], "A3") || !slices.Contains(options["StapleLocation"], "SinglePortrait") || slices.Contains(options["ColorModel"], "RGB") {
		t.Errorf("CUPS offers %q", options)
	}
	cups.LP("school", blankPDF(t, 2), "media=a3", "InputSlot=Tray2", "StapleLocation=SinglePortrait", "sides=two-sided-long-edge")
	s.held("pupil0001", 1)

	v := s.face(s.tapAt("library", demoBadge(1)), kiosk.FaceJobs)
	if j := v.Jobs[0]; j.State != "lacking" || j.Choice || !strings.HasPrefix(j.Meta, "This printer has no A3 paper.") || v.Print != nil {
		t.Errorf("the library shows %+v, %+v", j, v.Print)
	}
	c := s.tapAt("sixth-form", demoBadge(1))
	v = s.face(c, kiosk.FaceJobs)
	if v.Print == nil || len(v.Print.Jobs) != 1 {
		t.Fatalf("the sixth form shows %+v", v)
	}
	if err := c.Release(v.Print.Jobs...); err != nil {
		t.Fatal(err)
	}
	s.face(c, kiosk.FaceDone)
	jobs := copier.Jobs()
	if len(jobs) != 1 || jobs[0].Media != "iso_a3_297x420mm" || jobs[0].Source != "tray-2" || !slices.Equal(jobs[0].Finish, []int{20}) || jobs[0].Sheets != 1 || len(mono.Jobs()) != 0 {
		t.Errorf("the copier printed %+v", jobs)
	}
}

// tapAt opens a kiosk without a browser and holds a badge to it.
func (s *demo) tapAt(slug, badge string) *kiosk.Client {
	s.t.Helper()
	trust := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // its certificate was made a moment ago
	c, err := kiosk.Dial(s.t.Context(), "https://"+s.web+"/kiosk/"+slug, trust)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	s.face(c, kiosk.FaceIdle)
	if err := c.Tap(badge); err != nil {
		s.t.Fatal(err)
	}
	return c
}
