package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/door"
	"inkwell/ipp/simulate"
	"inkwell/release/document"
)

// simulation is a virtual printer on an address.
type simulation struct {
	listen, name, room, cache, model string
	perPage                          time.Duration
	out                              io.Writer
	log                              *slog.Logger

	once   sync.Once
	engine *document.Engine
	failed error
}

func printerSimulateCommand() *cobra.Command {
	s := &simulation{}
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Be a printer: take documents by IPP, take the time, show what came out",
		Long: `Be an IPP printer on this machine that takes documents, takes its time over each page and
says what came out. For tests, and to see Inkwell without a printer.`,
		Example: "  inkwell printer simulate",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.out, s.log = cmd.OutOrStdout(), slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			return s.run(ctx)
		},
	}
	cmd.Flags().StringVar(&s.listen, "listen", "127.0.0.1:8701", "address to be a printer at; it asks nobody for a name, so keep it on this machine")
	cmd.Flags().StringVar(&s.name, "name", "Virtual printer", "printer-name")
	cmd.Flags().StringVar(&s.room, "room", "", "printer-location")
	cmd.Flags().StringVar(&s.model, "model", "everyday", "what it can do: everyday, copier (A3, staples, two trays), colour (A4) or mono (A4, one-sided)")
	cmd.Flags().DurationVar(&s.perPage, "per-page", time.Second, "time that one page takes")
	cmd.Flags().StringVar(&s.cache, "cache", "", "folder for the compiled document engine (default: the user's cache folder)")
	return cmd
}

// run prints until ctx ends.
func (s *simulation) run(ctx context.Context) (err error) {
	if err := leaveRoot(); err != nil {
		return err
	}
	model, ok := simulate.Models[s.model]
	if !ok {
		return fmt.Errorf("there is no model %q: everyday, copier, colour or mono", s.model)
	}
	printer, err := simulate.New(simulate.Options{Name: s.name, Room: s.room, Model: model, PerPage: s.perPage, Count: s.count, Log: s.log})
	if err != nil {
		return err
	}
	tcp, err := door.Listen(s.listen)
	if err != nil {
		return err
	}
	life := newLifecycle(s.log)
	life.run("printer", printer.Run)
	life.ends("document engine", func(context.Context) error { return s.close() })
	server := &http.Server{Handler: printer.Handler(), ReadHeaderTimeout: 5 * time.Second}
	life.run("face", func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, func() { _ = server.Close() })
		defer stop()
		if err := server.Serve(tcp); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	_, _ = fmt.Fprintf(s.out, "ready: print to ipp://%s/ipp/print, paper tray http://%s/\n", tcp.Addr(), tcp.Addr())
	select {
	case <-ctx.Done():
	case err = <-life.failed:
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return errors.Join(err, life.stop(stopping))
}

// count asks the document engine, which is started when it is first needed: the
// server beside us has compiled it by then, for the same cache.
func (s *simulation) count(ctx context.Context, in io.Reader) (int, error) {
	s.once.Do(func() {
		var cache string
		if cache, s.failed = s.cacheDir(); s.failed == nil {
			s.engine, s.failed = document.New(document.Options{CacheDir: cache, Workers: 1, Log: s.log})
		}
	})
	if s.failed != nil {
		return 0, s.failed
	}
	facts, err := s.engine.Prepare(ctx, in, document.Work{Format: document.PDF}, io.Discard)
	return facts.Pages, err
}

func (s *simulation) close() error {
	s.once.Do(func() { s.failed = errors.New("the printer is off") })
	if s.engine == nil {
		return nil
	}
	return s.engine.Close()
}

// cacheDir is the folder that was named, or the user's own; one in the temporary
// folder for a service user who has no home.
func (s *simulation) cacheDir() (string, error) {
	if s.cache != "" {
		return filepath.Abs(s.cache)
	}
	if dir, err := os.UserCacheDir(); err == nil {
		dir = filepath.Join(dir, "inkwell", "engine")
		if os.MkdirAll(dir, 0o700) == nil {
			return dir, nil
		}
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("inkwell-engine-%d", os.Geteuid())), nil
}

// leaveRoot becomes the service user if we are root: a printer needs no rights.
func leaveRoot() error {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := serviceUser("")
	if err != nil {
		return err
	}
	return become(u)
}
