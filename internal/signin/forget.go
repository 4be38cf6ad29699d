package signin

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/db"
)

// How long what let somebody in is kept after its end, how often that is looked at, and how many rows go at once.
const (
	keptFor     = 30 * 24 * time.Hour
	forgetEvery = time.Hour
	forgetBatch = 1000
)

// Forget deletes sessions, links, devices and used recovery codes 30 days after their end, and reviews of access that another
// followed two years after they were signed, in
// transactions of at most 1,000 rows, so that nobody who signs in waits for it. It returns how many
// went. Who signed in and when stays in the record of acts.
func (s *SignIn) Forget(ctx context.Context) (gone int, err error) {
	for _, of := range outlived {
		for more := true; more; {
			err = s.db.InTx(ctx, db.System("sign-in"), func(ctx context.Context, tx *db.Tx) error {
				n, err := deleteOutlived(ctx, tx, of, tx.Now.Add(-keptFor), forgetBatch)
				gone, more = gone+n, n == forgetBatch
				return err
			})
			if err != nil {
				return gone, fmt.Errorf("forget sign-ins: %w", err)
			}
		}
	}
	return gone, nil
}

// Run forgets from time to time, until ctx ends.
func (s *SignIn) Run(ctx context.Context) error {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		if _, err := s.Forget(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("forget sign-ins", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
