package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Run the server until SIGTERM or Ctrl-C.

Without configuration it runs a private PostgreSQL in its data folder and makes
its own certificate. Started by root it prepares the data folder and then runs
everything as one ordinary user. With --demo it loads a generated school into an
empty data folder and listens on this machine alone.`,
		Example: "  inkwell serve\n  inkwell serve --demo --data-dir /tmp/inkwell",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := load(cmd.Flags())
			if err != nil {
				return err
			}
			if _, err := l.acme(); err != nil {
				return err
			}
			if err := settle(l.Config); err != nil {
				return err
			}
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			m := New(l.Config, newLog(l.Config, cmd.ErrOrStderr()), cmd.OutOrStdout())
			return m.Run(ctx)
		},
	}
	addFlags(cmd.Flags())
	return cmd
}

// untilSignal ends with the first SIGTERM or SIGINT; the second one ends the
// process at once. The database then recovers at its next start.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(1)
	}()
	return ctx, cancel
}
