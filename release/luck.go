package release

import (
	"context"
	"fmt"

	"inkwell/internal/db"
	"inkwell/quota/conduct"
)

// oftenUnlucky is how many times in a term somebody's job may stop at a printer, or be said not
// to have come out, before that is a fact for conduct.
const oftenUnlucky = 3

// Luck is what has gone wrong for one person alone: what a printer that stops for others too
// does on the same day counts for nobody.
type Luck struct {
	Times       int      `json:"times"`
	Stopped     int      `json:"stopped"`     // with pages out: jammed, empty, cancelled at its panel, unplugged
	Denied      int      `json:"denied"`      // "no, it did not come out"
	Impressions int      `json:"impressions"` // that did come out, as the printers told
	Jobs        []string `json:"jobs"`
	Printers    []string `json:"printers"` // their numbers
}

// unlucky keeps one fact of a person whose jobs stop again and again, with its evidence, and
// begins to count anew.
func (d *Desk) unlucky(ctx context.Context, tx *db.Tx, job Job) error {
	start, err := termStart(ctx, tx, job.School)
	if err != nil {
		return err
	}
	luck, err := luckSince(ctx, tx, job.Person, start)
	if err != nil {
		return fmt.Errorf("read what stopped before: %w", err)
	}
	if luck.Times < oftenUnlucky {
		return nil
	}
	return conduct.Note(ctx, tx, conduct.Fact{School: job.School, Person: job.Person, Kind: "bad-luck", Object: object(job.ID), Detail: map[string]any{
		"times": luck.Times, "stopped": luck.Stopped, "denied": luck.Denied, "impressions": luck.Impressions, "jobs": luck.Jobs, "printers": luck.Printers}})
}
