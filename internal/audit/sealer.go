package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"inkwell/internal/db"
)

const (
	sealEvery   = time.Second
	exportEvery = time.Hour
	sealRows    = 50_000          // rows of one seal, more only for one huge transaction
	lastChance  = 5 * time.Second // for the last seal and export when the program stops
)

// SealerOptions say where the heads go.
type SealerOptions struct {
	Heads Heads        // where the chains' heads are exported; the zero Heads exports nothing
	Log   *slog.Logger // required
}

// Sealer chains what has happened. Any number may run on one database: one at a
// time seals, each exports to its own file.
type Sealer struct {
	db       *db.DB
	heads    Heads
	log      *slog.Logger
	limit    int64
	exported map[Chain]bool // within the hour
}

// NewSealer makes a sealer. It refuses heads with a path but a key of less than
// 16 bytes.
func NewSealer(d *db.DB, o SealerOptions) (*Sealer, error) {
	if err := o.Heads.check(); err != nil {
		return nil, err
	}
	return &Sealer{db: d, heads: o.Heads, log: o.Log, limit: sealRows, exported: make(map[Chain]bool)}, nil
}

// Run seals each second until ctx ends, then once more, and returns nil. Heads
// are exported as soon as there are any, hourly, and at the end. It lives through
// the loss of the database.
func (s *Sealer) Run(ctx context.Context) error {
	tick, hour := time.NewTicker(sealEvery), time.NewTicker(exportEvery)
	defer tick.Stop()
	defer hour.Stop()
	for failing := false; ctx.Err() == nil; {
		err := s.pass(ctx)
		if (err != nil) != failing && ctx.Err() == nil {
			failing = err != nil
			s.log.Warn("sealing", "failing", failing, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-hour.C:
			clear(s.exported)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastChance)
	defer cancel()
	clear(s.exported)
	if err := s.pass(ctx); err != nil {
		s.log.Warn("last sealing", "error", err)
	}
	return nil
}

func (s *Sealer) pass(ctx context.Context) error {
	return errors.Join(s.Seal(ctx), s.export(ctx))
}

// Seal chains all that can be chained now: every row of a transaction older than
// the oldest one still open.
func (s *Sealer) Seal(ctx context.Context) error {
	for _, chain := range chains {
		for {
			sealed, err := s.sealOnce(ctx, chain)
			if err != nil {
				return fmt.Errorf("seal %s: %w", chain, err)
			}
			if sealed < s.limit {
				break
			}
		}
	}
	return nil
}

// sealOnce makes at most one seal and returns how many rows it has; 0 also when
// another node is sealing.
func (s *Sealer) sealOnce(ctx context.Context, chain Chain) (rows int64, err error) {
	err = s.db.InTx(ctx, db.System("seal"), func(ctx context.Context, tx *db.Tx) error {
		rows = 0
		mine, err := lockChain(ctx, tx, chain)
		if err != nil || !mine {
			return err
		}
		// The bound comes first: what is below it has ended, so that the reads
		// after it see all of it.
		bound, err := readBound(ctx, tx)
		if err != nil {
			return err
		}
		last, err := lastSeal(ctx, tx, chain)
		if err != nil || bound <= last.hi {
			return err
		}
		hi, err := cut(ctx, tx, chain, last.hi, bound, s.limit)
		if err != nil {
			return err
		}
		next := last.next(hi, tx.Now)
		l := startLink(last.digest)
		if err := eachRow(ctx, tx, chain, next.lo, next.hi, l.row); err != nil || l.rows == 0 {
			return err
		}
		next.rows, rows = l.rows, l.rows
		next.digest = l.close(next)
		return insertSeal(ctx, tx, next)
	})
	return rows, err
}

// export appends the head of each chain that has one and is due.
func (s *Sealer) export(ctx context.Context) error {
	if s.heads.File == "" {
		return nil
	}
	for _, chain := range chains {
		if s.exported[chain] {
			continue
		}
		last, err := s.head(ctx, chain)
		if err != nil {
			return fmt.Errorf("read head of %s: %w", chain, err)
		}
		if last.number == 0 {
			continue
		}
		if err := s.heads.append(last, s.db.Now()); err != nil {
			return fmt.Errorf("export head of %s: %w", chain, err)
		}
		s.exported[chain] = true
	}
	return nil
}

func (s *Sealer) head(ctx context.Context, chain Chain) (last seal, err error) {
	err = s.db.InTx(ctx, db.System("seal"), func(ctx context.Context, tx *db.Tx) error {
		last, err = lastSeal(ctx, tx, chain)
		return err
	})
	return last, err
}
