package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/fault"
)

func spoolRotateKeyCommand() *cobra.Command {
	var copied bool
	cmd := &cobra.Command{
		Use:   "rotate-key",
		Short: "Replace the key that the documents' own keys are wrapped under",
		Long: `Make a new key in keys/spool.key, wrap the key of every waiting document under it, and
destroy the old one. Servers go on working; documents are not touched. A rotation that
was interrupted is finished by the same command.

Servers that share a bucket need the new key first: the command makes it and stops.
Copy keys/spool.key to each of them, run it again with --copied, and copy once more.`,
		Example: "  inkwell spool rotate-key\n  inkwell spool rotate-key --copied",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := load(cmd.Flags())
			if err != nil {
				return err
			}
			if err := visit(l.Config); err != nil {
				return err
			}
			return rotateSpoolKey(cmd.Context(), l.Config, copied, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&copied, "copied", false, "every server that shares the bucket has the new key already")
	addFlags(cmd.Flags(), "data-dir")
	return cmd
}

// rotateSpoolKey goes on from wherever an earlier rotation was interrupted: the file of
// keys says how far it came.
func rotateSpoolKey(ctx context.Context, c Config, copied bool, out, log io.Writer) error {
	dir, shared := c.folder("keys"), c.Spool.Store == storeS3
	k, err := readKey(filepath.Join(dir, spoolKeyFile))
	if err != nil {
		return err
	}
	s, err := openSpool(ctx, c, newLog(c, log)) // before there is a new key: an empty spool would begin with that
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if len(k.Older) == 0 {
		if copied {
			return fault.New(fault.Conflict, "spool-key-single", "There is no new key in %s yet. Run this without --copied first.", spoolKeyFile)
		}
		if k.ID, err = newKeyAbove(dir, spoolKeyFile); err != nil {
			return err
		}
	}
	if shared && !copied {
		_, err = fmt.Fprintf(out, "key %s stands above the older one in keys/%s\nCopy the file to every server that shares the bucket, then: inkwell spool rotate-key --copied\n", k.ID, spoolKeyFile)
		return err
	}
	done, err := s.Rotate(ctx)
	if err != nil {
		return err
	}
	if err := onlyNewestKey(dir, spoolKeyFile, done.Under); err != nil {
		return fmt.Errorf("destroy older key: %w", err)
	}
	says := "%d documents were put under key %s, and the older key is destroyed here\n"
	if shared {
		says += "Copy keys/" + spoolKeyFile + " to the other servers once more: the older key is still in theirs.\n"
	}
	if _, err := fmt.Fprintf(out, says, done.Wrapped, done.Under); err != nil || done.Lost == 0 {
		return err
	}
	_, err = fmt.Fprintf(out, "%d documents could not be read before and cannot be now; their owners print them again\n", done.Lost)
	return err
}

// onlyNewestKey leaves the first key of a file there alone, which has to be that one.
func onlyNewestKey(dir, file, id string) error {
	path := filepath.Join(dir, file)
	if k, err := readKey(path); err != nil || k.ID != id {
		return errors.Join(err, fmt.Errorf("the newest key is %s", k.ID))
	}
	text, err := os.ReadFile(path) // #nosec G304 -- our own folder
	if err != nil {
		return err
	}
	newest, _, _ := strings.Cut(string(text), "\n")
	half := path + ".new"
	if err := os.Remove(half); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(half, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // #nosec G304 -- our own folder
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, newest)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return errors.Join(os.Rename(half, path), syncFolder(dir))
}
