package audit

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"inkwell/internal/db"
)

// Verify recomputes a chain in one pass with constant memory: numbers, ranges,
// counts and digests of its seals, for Acts the notes that are left, and that
// what heads exported is still there. A note that is gone was erased and is no
// problem. Zero Heads leave the exported heads out; without them a chain that was
// cut off or sealed anew is not found. It locks nothing and may run beside
// everything else. The error is for what could not be read; what is wrong stands
// in the report.
func Verify(ctx context.Context, d *db.DB, chain Chain, heads Heads) (Report, error) {
	r := Report{Chain: chain}
	if !slices.Contains(chains[:], chain) {
		return r, fmt.Errorf("there is no chain %q", chain)
	}
	if err := heads.check(); err != nil {
		return r, err
	}
	err := d.InTx(ctx, db.System("verify"), func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = verify(ctx, tx, chain, heads)
		return err
	})
	if err != nil {
		return Report{Chain: chain}, fmt.Errorf("verify %s: %w", chain, err)
	}
	return r, nil
}

func verify(ctx context.Context, tx *db.Tx, chain Chain, heads Heads) (Report, error) {
	v := verifier{report: Report{Chain: chain}, exported: make(map[int64][]string)}
	if err := v.readHeads(heads); err != nil {
		return v.report, err
	}
	// Seals first: every row of a seal seen here is visible to the later cursor.
	seals, err := openSeals(ctx, tx, chain)
	if err != nil {
		return v.report, err
	}
	rows, err := openRows(ctx, tx, chain)
	if err != nil {
		return v.report, err
	}
	if err := errors.Join(v.walk(ctx, seals, rows), closeAll(ctx, tx)); err != nil {
		return v.report, err
	}
	v.missing(heads, tx.Now)
	if chain == Acts {
		err = eachBrokenNote(ctx, tx, func(id int64) { v.report.problem("the note of row %d is not the one that was recorded", id) })
	}
	v.report.finish()
	return v.report, err
}

// exportSoon is how long the first seal may wait for its export on a busy machine.
const exportSoon = time.Minute

// verifier walks seals and rows side by side.
type verifier struct {
	report   Report
	last     seal
	exported map[int64][]string // digests (hex) that were exported, by seal number, until met
	heads    int                // how many were exported
	began    time.Time          // when the first seal was made
}

func (v *verifier) readHeads(h Heads) error {
	if h.File == "" {
		return nil
	}
	lines, problems, err := h.read()
	for _, p := range problems {
		v.report.problem("%s", p)
	}
	for _, e := range lines {
		if e.chain == v.report.Chain {
			v.exported[e.number] = append(v.exported[e.number], e.digest)
			v.heads++
		}
	}
	return err
}

func (v *verifier) walk(ctx context.Context, seals *cursor[seal], rows *cursor[row]) error {
	for {
		s, err := seals.peek(ctx)
		if err != nil {
			return err
		}
		if s == nil {
			break
		}
		seals.skip()
		if err := v.check(ctx, *s, rows); err != nil {
			return err
		}
	}
	for {
		r, err := rows.peek(ctx)
		if err != nil || r == nil {
			return err
		}
		rows.skip()
		v.report.Unsealed++
	}
}

// check holds one seal against the seal before it, its rows and what was exported.
func (v *verifier) check(ctx context.Context, s seal, rows *cursor[row]) error {
	if s.number != v.last.number+1 {
		v.report.problem("seal %d follows seal %d: what was between is gone", s.number, v.last.number)
	}
	if s.lo != v.last.hi {
		v.report.problem("seal %d begins at transaction %d, but the one before it ends at %d", s.number, s.lo, v.last.hi)
	}
	l := startLink(v.last.digest)
	if err := v.feed(ctx, l, s, rows); err != nil {
		return err
	}
	switch {
	case l.rows != s.rows:
		v.report.problem("seal %d was made over %d rows, and there are %d", s.number, s.rows, l.rows)
	case !bytes.Equal(l.close(s), s.digest):
		v.report.problem("seal %d (%d rows): something in it or before it was changed", s.number, s.rows)
	}
	for _, digest := range v.exported[s.number] {
		if digest != hex.EncodeToString(s.digest) {
			v.report.problem("seal %d is not the one that was exported", s.number)
		}
	}
	delete(v.exported, s.number)
	if v.report.Seals++; v.report.Seals == 1 {
		v.began = s.at
	}
	v.report.Rows += l.rows
	v.last = s
	return nil
}

// feed gives the rows up to the seal's end to its link.
func (v *verifier) feed(ctx context.Context, l *link, s seal, rows *cursor[row]) error {
	for {
		r, err := rows.peek(ctx)
		if err != nil || r == nil || r.xact >= s.hi {
			return err
		}
		rows.skip()
		if r.xact < s.lo {
			v.report.problem("a row of transaction %d stands before seal %d and is in no seal", r.xact, s.number)
			continue
		}
		l.row(r.line)
	}
}

// missing says which exported heads the chain no longer has, and whether heads
// are missing although there are seals: the first one is exported as soon as it is made.
func (v *verifier) missing(h Heads, now time.Time) {
	if h.File != "" && v.report.Seals > 0 && v.heads == 0 && now.Sub(v.began) > exportSoon {
		v.report.problem("no head of this chain stands in the exported heads")
	}
	for _, number := range slices.Sorted(maps.Keys(v.exported)) {
		v.report.problem("seal %d was exported and is gone", number)
	}
}
