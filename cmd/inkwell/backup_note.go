package main

import (
	"context"

	"github.com/spf13/cobra"

	"inkwell/release"
)

func backupNoteCommand() *cobra.Command {
	cmd := hostCommand("note", "Say that a backup was made just now", cobra.NoArgs,
		func(ctx context.Context, h *host, _ []string) error {
			return release.Tended(ctx, h.db, release.BackupMade, 0)
		})
	cmd.Long = `For the end of the script that makes backups, once one is known to be good. inkwell check, the
page Health and the metrics say when the last one was, and complain after two days.`
	cmd.Example = "  pg_basebackup -c fast -h /var/lib/inkwell/run -U postgres -D /backup/today && inkwell backup note"
	return cmd
}
