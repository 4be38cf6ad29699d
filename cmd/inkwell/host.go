package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// host is a command's way to the installation on this machine: the same database
// and the same desk, but nothing of it runs here.
type host struct {
	config Config
	log    *slog.Logger
	db     *db.DB
	desk   *release.Desk
	out    io.Writer
}

// hostCommand is a command beside a running installation. The folder's owner may
// use it, and root, who becomes that owner first.
func hostCommand(use, short string, args cobra.PositionalArgs, run func(context.Context, *host, []string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  args,
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := load(cmd.Flags())
			if err != nil {
				return err
			}
			if err := visit(l.Config); err != nil {
				return err
			}
			d, err := joinDatabase(cmd.Context(), l.Config)
			if err != nil {
				return err
			}
			defer d.Close()
			if err := sameSchema(cmd.Context(), d); err != nil {
				return err
			}
			log := newLog(l.Config, cmd.ErrOrStderr())
			desk := release.New(release.Options{DB: d, Hub: events.New(d, log)}) // the servers hear of what it changes by their poll
			h := &host{config: l.Config, log: log, db: d, desk: desk, out: cmd.OutOrStdout()}
			return run(cmd.Context(), h, args)
		},
	}
	addFlags(cmd.Flags(), "data-dir")
	return cmd
}

// schoolCommand is a hostCommand about one school: the only one, or that of --school.
func schoolCommand(use, short string, args cobra.PositionalArgs, run func(context.Context, *host, school.School, []string) error) *cobra.Command {
	var name string
	cmd := hostCommand(use, short, args, func(ctx context.Context, h *host, args []string) error {
		s, err := h.school(ctx, name)
		if err != nil {
			return err
		}
		return run(ctx, h, s, args)
	})
	cmd.Flags().StringVar(&name, "school", "", "which school, where there are several")
	return cmd
}

// dryRun gives a command the flag that has it change nothing.
func dryRun(cmd *cobra.Command, dry *bool) {
	cmd.Flags().BoolVar(dry, "dry-run", false, "read and check everything, say what would happen, and change nothing")
}

var errDryRun = errors.New("dry run")

// attempt is a transaction of a school; what a dry run has done is taken back.
func (h *host) attempt(ctx context.Context, id school.ID, dry bool, fn func(context.Context, *db.Tx) error) error {
	err := h.db.InTx(ctx, db.InSchool(id), func(ctx context.Context, tx *db.Tx) error {
		if err := fn(ctx, tx); err != nil || !dry {
			return err
		}
		return errDryRun
	})
	if errors.Is(err, errDryRun) {
		return nil
	}
	return err
}

// fromHere makes paths whole, so that they mean the same once the command has become the data
// folder's owner, who is in no folder of the person's.
func fromHere(paths ...*string) (err error) {
	for _, p := range paths {
		if *p != "" && err == nil {
			*p, err = filepath.Abs(*p)
		}
	}
	return err
}

// input is a file that a command reads, or standard input. It is opened before the
// command becomes the data folder's owner, who may not read what the person can.
type input struct{ io.Reader }

// argument has the command open its argument of that place.
func (in *input) argument(cmd *cobra.Command, place int) {
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error { return in.open(cmd, args[place]) }
}

// flag has the command open what its flag names, if it was given.
func (in *input) flag(cmd *cobra.Command, path *string) {
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if *path == "" {
			return nil
		}
		return in.open(cmd, *path)
	}
}

// open opens a file, or standard input for -.
func (in *input) open(cmd *cobra.Command, path string) error {
	if path == "-" {
		in.Reader = cmd.InOrStdin()
		return nil
	}
	f, err := os.Open(path) // #nosec G304 -- the file that the person at the host named
	if err != nil {
		return fault.New(fault.NotFound, "file", "%s cannot be read.", path).Because(err)
	}
	in.Reader = f
	return nil
}

// mostInput is how much of a file all takes: more than any of our formats.
const mostInput = 64 << 20

// all is the whole file: a transaction that is tried again reads it again. Of a
// larger one it is as much as will be refused.
func (in *input) all() ([]byte, error) { return io.ReadAll(io.LimitReader(in, mostInput)) }

// hasQueue refuses a path that is no queue's of the school: an address on it would
// lead nowhere. So would one of a kind that the queue does not take.
func (h *host) hasQueue(ctx context.Context, id school.ID, path string, by school.Proof) error {
	q, err := h.desk.Queue(ctx, path)
	if fault.KindOf(err) == fault.NotFound || err == nil && q.School != id {
		return fault.New(fault.NotFound, "queue-unknown", "The school has no queue %s. Give --queue one that inkwell queue list shows.", path)
	}
	if err == nil && !q.Policy.Takes(by) {
		err = fault.New(fault.Conflict, "queue-takes-not", "The queue %s does not take such addresses. Name another with --queue, or let it: inkwell queue set %s --proof", path, path)
	}
	return err
}

// sameSchema refuses to work on a schema that another version made.
func sameSchema(ctx context.Context, d *db.DB) error {
	have, want, err := d.SchemaVersions(ctx)
	if err == nil && have != want {
		err = fault.New(fault.Conflict, "schema-differs", "The database's schema is %d and this program's is %d. Run the same version of inkwell as the server.", have, want)
	}
	return err
}

// record keeps the act of a host command in its own transaction. Who typed it is
// not known to us, only that they were allowed onto the host.
func record(ctx context.Context, tx *db.Tx, e audit.Entry) error {
	if e.Facts == nil {
		e.Facts = map[string]any{}
	}
	e.Facts["proof"] = string(school.ByHost)
	return audit.Record(ctx, tx, e)
}
