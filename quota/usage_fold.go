package quota

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"inkwell/internal/db"
)

// foldAtOnce is how much of the tail one transaction folds.
const foldAtOnce = 5000

// Folder folds what has happened into the totals of schools, year groups, printers and
// accounts.
type Folder struct {
	DB    *db.DB
	Log   *slog.Logger
	Every time.Duration // 0 is a minute
}

// Run folds until ctx ends. Several nodes may: one folds at a time. A node that is killed
// leaves its batch as it was.
func (f *Folder) Run(ctx context.Context) error {
	repeat(ctx, f.Every, func() {
		if _, err := f.FoldAll(ctx); err != nil && ctx.Err() == nil {
			f.Log.Error("fold usage", "error", err)
		}
	})
	return nil
}

// FoldAll folds what there is and says how much that was: rows of the tail.
func (f *Folder) FoldAll(ctx context.Context) (folded int, err error) {
	for more := true; more; {
		err := f.DB.InTx(ctx, db.System("usage"), func(ctx context.Context, tx *db.Tx) error {
			mine, err := tryFolding(ctx, tx)
			if err != nil || !mine {
				more = false
				return err
			}
			n, err := fold(ctx, tx, foldAtOnce)
			tx.AfterCommit(func() { folded, more = folded+n, n == foldAtOnce })
			return err
		})
		if err != nil {
			return folded, fmt.Errorf("fold usage: %w", err)
		}
	}
	return folded, nil
}
