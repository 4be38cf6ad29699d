package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

func badgeAddCommand() *cobra.Command {
	var station string
	var cmd *cobra.Command
	cmd = addressCommand("add USERNAME", "Give a person a badge, which is held to a reader here", cobra.ExactArgs(1),
		func(ctx context.Context, h *addressHost, _ []string) error {
			taps, err := readTaps(cmd.InOrStdin(), cmd.ErrOrStderr(), 1)
			if err != nil {
				return err
			}
			var added bool
			err = h.inTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				added, err = h.people.LinkBadge(ctx, tx, "", h.person, station, taps[0])
				return err
			})
			if err != nil {
				return err
			}
			says := "this badge was %s's already\n"
			if added {
				says = "%s can use this badge now\n"
			}
			_, err = fmt.Fprintf(h.out, says, h.person.Username)
			return err
		})
	cmd.Long = `Reads one line, as a reader at this computer types it, and gives the person that
badge. The number stands in no process list, history or log.`
	cmd.Example = "  inkwell badge add 23sbell\n  echo 04A1B2C3 | inkwell badge add 23sbell"
	cmd.Flags().StringVar(&station, "station", "", "read the number as this station's reader writes it")
	return cmd
}

// readTaps reads so many badge numbers, one a line, and asks for each.
func readTaps(in io.Reader, ask io.Writer, n int) ([]string, error) {
	lines := bufio.NewScanner(io.LimitReader(in, 1<<16))
	var taps []string
	for len(taps) < n {
		_, _ = fmt.Fprintf(ask, "Hold badge %d of %d to the reader: ", len(taps)+1, n) // only a courtesy
		if !lines.Scan() {
			return nil, fault.New(fault.Invalid, "taps-missing", "%d badge numbers are needed, one a line.", n)
		}
		if tap := strings.TrimSpace(lines.Text()); tap != "" {
			taps = append(taps, tap)
		}
	}
	return taps, nil
}

func badgeListCommand() *cobra.Command {
	cmd := addressCommand("list USERNAME", "List a person's badges by their last four characters", cobra.ExactArgs(1),
		func(ctx context.Context, h *addressHost, _ []string) error {
			var all []school.Badge
			err := h.inTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				all, err = h.people.Badges(ctx, tx, h.person.ID)
				return err
			})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "NUMBER\tENDS WITH\tGIVEN") // tabwriter keeps an error for Flush
			for _, b := range all {
				_, _ = fmt.Fprintf(w, "%d\t%s\t%s\n", b.ID, b.Last4, b.Issued.Format("2 Jan 2006"))
			}
			return w.Flush()
		})
	cmd.Long = `What a badge ends with is of its card's bytes in hex, whatever the reader or the
print on it says. Nobody can list more: only a keyed digest is kept.`
	cmd.Example = "  inkwell badge list 23sbell"
	return cmd
}

func badgeRevokeCommand() *cobra.Command {
	cmd := addressCommand("revoke USERNAME NUMBER", "End a badge at once, on all nodes", cobra.ExactArgs(2),
		func(ctx context.Context, h *addressHost, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return fault.New(fault.Invalid, "badge-number", "Give the number that inkwell badge list shows.")
			}
			err = h.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
				return h.people.RevokeBadge(ctx, tx, "", h.person, school.BadgeID(id))
			})
			if err == nil {
				_, err = fmt.Fprintln(h.out, "revoked; the person's jobs still wait for them")
			}
			return err
		})
	cmd.Long = "The badge proves nobody from now on. Its holder's other badges, code and jobs stay."
	cmd.Example = "  inkwell badge revoke 23sbell 41"
	return cmd
}

func badgeNewKeyCommand() *cobra.Command {
	cmd := hostCommand("new-key", "Make a new key for the digests of badges and codes", cobra.NoArgs,
		func(_ context.Context, h *host, _ []string) error {
			id, err := newKeyAbove(h.config.folder("keys"), badgeKeyFile)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "key %s stands above the older ones in %s\nCopy the file to every server of this installation, then restart them.\n", id, badgeKeyFile)
			return err
		})
	cmd.Long = `New badges and codes are digested under the new key. Old ones are found under the
old keys, which stay in the file, and a badge is digested anew when it is next held
to a reader.`
	cmd.Example = "  inkwell badge new-key"
	return cmd
}
