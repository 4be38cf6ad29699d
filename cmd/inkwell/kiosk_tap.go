package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"inkwell/kiosk"
)

// tapping is what kiosk tap was asked to do.
type tapping struct {
	station, badge, ca string
	releaseAll         bool
	patience           time.Duration
	out                io.Writer
	shown              string // the line printed last
}

func kioskTapCommand() *cobra.Command {
	t := &tapping{}
	cmd := &cobra.Command{
		Use:     "tap",
		Short:   "Hold a badge to a kiosk, as a person would, and follow what it shows",
		Long:    "Speak to a kiosk as its page does: tap, choose, release, and say what it shows. For tests\nand for the demo.",
		Example: "  inkwell kiosk tap --station https://localhost:8443/kiosk/library --badge 10000001 --release-all",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t.out = cmd.OutOrStdout()
			ctx, cancel := context.WithTimeout(cmd.Context(), t.patience)
			defer cancel()
			return t.run(ctx)
		},
	}
	cmd.Flags().StringVar(&t.station, "station", "", "address of the kiosk's page (required)")
	cmd.Flags().StringVar(&t.badge, "badge", "", "the badge's number (required)")
	cmd.Flags().BoolVar(&t.releaseAll, "release-all", false, "print everything that waits, and wait until it has come out")
	cmd.Flags().StringVar(&t.ca, "ca", "", "certificate of the server's authority, e.g. DATA/tls/ca.crt")
	cmd.Flags().DurationVar(&t.patience, "patience", 2*time.Minute, "how long everything may take")
	for _, name := range []string{"station", "badge"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is defined a few lines above
		}
	}
	return cmd
}

// run goes the way of a person: tap, look, print, wait. Each error names its step.
func (t *tapping) run(ctx context.Context) (err error) {
	trust, err := trusting(t.ca)
	if err != nil {
		return err
	}
	c, err := kiosk.Dial(ctx, t.station, trust)
	if err != nil {
		return fmt.Errorf("open the kiosk: %w", err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if _, err := t.until(ctx, c, "wait for the kiosk", kiosk.FaceIdle); err != nil {
		return err
	}
	if err := c.Tap(t.badge); err != nil {
		return fmt.Errorf("tap the badge: %w", err)
	}
	v, err := t.until(ctx, c, "tap the badge", kiosk.FaceJobs)
	if err != nil || !t.releaseAll {
		return err
	}
	if v.Print == nil {
		return fmt.Errorf("release: nothing waits to be printed here")
	}
	if err := c.ReleaseAll(); err != nil {
		return fmt.Errorf("release: %w", err)
	}
	v, err = t.until(ctx, c, "print", kiosk.FaceDone)
	if err == nil && v.Progress != nil && v.Progress.Partly {
		err = fmt.Errorf("print: only %d of %d pages came out", v.Progress.Page, v.Progress.Of)
	}
	return errors.Join(err, c.SignOut())
}

// until follows the screen to a face. A sentence of refusal, or a question, is
// where a person would have to decide, so it ends there.
func (t *tapping) until(ctx context.Context, c *kiosk.Client, step, face string) (kiosk.View, error) {
	for {
		v, err := c.Next(ctx)
		if err != nil {
			return v, fmt.Errorf("%s: %w", step, err)
		}
		t.show(v)
		switch {
		case v.Face == face && !v.Busy:
			return v, nil
		case v.Face == kiosk.FaceMessage || v.Face == kiosk.FaceQuestion:
			return v, fmt.Errorf("%s: the kiosk says: %s %s", step, v.Title, v.Text)
		case v.Note != "" && !v.Busy:
			return v, fmt.Errorf("%s: the kiosk says: %s", step, v.Note)
		case v.Face == kiosk.FaceIdle && face == kiosk.FaceDone:
			return v, fmt.Errorf("%s: the kiosk signed out before the pages were out", step)
		}
	}
}

// show prints a view in one line, as far as it would interest somebody beside
// the person: no names and no titles.
func (t *tapping) show(v kiosk.View) {
	line := fmt.Sprintf("kiosk  %-9s", v.Face)
	switch {
	case v.Progress != nil:
		line += fmt.Sprintf(" page %d of %d  %s", v.Progress.Page, v.Progress.Of, v.Progress.Trouble)
	case v.Print != nil:
		line += fmt.Sprintf(" %s; %s", v.Print.Sum, v.Print.After)
	case v.Face == kiosk.FaceIdle:
		line += " " + v.Station + ": " + v.Printer.Text
	}
	if line = strings.TrimRight(line, " "); line != t.shown {
		_, _ = fmt.Fprintln(t.out, line)
	}
	t.shown = line
}

// trusting is TLS that trusts an authority's certificate file, or the machine's
// own list without one.
func trusting(ca string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if ca == "" {
		return config, nil
	}
	text, err := os.ReadFile(filepath.Clean(ca))
	if err != nil {
		return nil, fmt.Errorf("read authority's certificate: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no certificate", ca)
	}
	return config, nil
}
