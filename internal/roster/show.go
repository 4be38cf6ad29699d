package roster

import (
	"context"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// Run is what came of an import.
type Run struct {
	At      time.Time
	Source  string
	By      string
	Origin  string
	Digest  [digestBytes]byte
	Outcome string
	Counts  Counts
	BadRows int
	Reasons []string // why it stopped, and its bad rows by file and line; without names
}

// SourceCount is how many people a source keeps, and at how many schools.
type SourceCount struct {
	Source  string
	People  int
	Schools int
}

// Overview is how it stands with rosters.
type Overview struct {
	Schools int   // of the installation: a roster is of all of them at once
	Runs    []Run // newest first
	Sources []SourceCount
	ByHand  int // people whom no source keeps
	Waiting int // people who have left and wait for their erasure
	Due     int // of those, whose time has come
	First   time.Time
}

// Show tells of the last imports, at most so many.
func (i *Importer) Show(ctx context.Context, limit int) (o Overview, err error) {
	err = i.DB.InTx(ctx, db.System("roster"), func(ctx context.Context, tx *db.Tx) error {
		if o.Runs, err = runs(ctx, tx, limit); err != nil {
			return err
		}
		all, err := school.All(ctx, tx)
		if err != nil {
			return err
		}
		o.Schools = len(all)
		if o.Sources, err = sources(ctx, tx); err != nil {
			return err
		}
		if o.ByHand, err = countByHand(ctx, tx); err != nil {
			return err
		}
		o.Waiting, o.Due, o.First, err = school.Departed(ctx, tx, tx.Now)
		return err
	})
	return o, err
}
