package audit

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

// tampering is one thing a person with the owner's password could do. It returns
// how many rows it touched, so that one that does nothing fails its test.
type tampering struct {
	what  string
	chain Chain
	do    func(h *house, tx *db.Tx, r *rand.Rand) int64
}

// at is the id of a random sealed row of the chain.
func (h *house) at(tx *db.Tx, chain Chain, r *rand.Rand) (id int64) {
	h.Helper()
	err := tx.QueryRow(h.Context(), `
		SELECT `+ids[chain]+` FROM `+string(chain)+`
		 WHERE xact < (SELECT max(hi) FROM seal WHERE chain = $1) ORDER BY `+ids[chain]+` OFFSET $2 LIMIT 1`,
		chain, r.IntN(30)).Scan(&id)
	if err != nil {
		h.Fatal(err)
	}
	return id
}

// edit sets a column of a random row to another value.
func edit(chain Chain, assignment string) tampering {
	return tampering{"edit " + assignment, chain, func(h *house, tx *db.Tx, r *rand.Rand) int64 {
		return h.exec(tx, `UPDATE `+string(chain)+` SET `+assignment+` WHERE `+ids[chain]+` = $1`, h.at(tx, chain, r))
	}}
}

// swap exchanges a column between a random row and one that differs in it.
func swap(chain Chain, column string) tampering {
	return tampering{"swap " + column, chain, func(h *house, tx *db.Tx, r *rand.Rand) int64 {
		h.exec(tx, `ALTER TABLE transfer DROP CONSTRAINT transfer_school_id_key_key`)
		return h.exec(tx, fmt.Sprintf(`
			WITH one AS (SELECT %[1]s AS id, %[2]s AS was FROM %[3]s WHERE %[1]s >= $1 AND %[2]s IS NOT NULL ORDER BY 1 LIMIT 1),
			     two AS (SELECT t.%[1]s AS id, t.%[2]s AS was FROM %[3]s t, one WHERE t.%[2]s <> one.was LIMIT 1)
			UPDATE %[3]s t SET %[2]s = CASE t.%[1]s WHEN one.id THEN two.was ELSE one.was END
			  FROM one, two WHERE t.%[1]s IN (one.id, two.id)`, ids[chain], column, chain), h.at(tx, chain, r))
	}}
}

// sql runs one statement about the chain's seals; $1 is the chain, $2 a random
// number from 2 to 5.
func sql(what string, chain Chain, statement string) tampering {
	return tampering{what, chain, func(h *house, tx *db.Tx, r *rand.Rand) int64 {
		return h.exec(tx, statement, chain, 2+r.IntN(4))
	}}
}

// tamperings are every kind, for both chains.
func tamperings() (all []tampering) {
	for _, c := range []string{
		`xact = (xact::text::bigint + 1)::text::xid8`, `at = at + interval '1 microsecond'`, `school_id = school_id - 1`,
	} {
		all = append(all, edit(Acts, c), edit(Transfers, c))
	}
	for _, c := range []string{
		`act = 'lifted'`, `actor = NULL`, `actor = subject`, `subject = actor`, `object = NULL`, `object = 'job:42'`,
		`facts = facts || '{"pages": 13}'`, `facts = '{}'`, `note_digest = sha256('x')`,
	} {
		all = append(all, edit(Acts, c))
	}
	for _, c := range []string{
		`kind = 'refund'`, `from_account = to_account, to_account = from_account`, `amount = amount + 1`, `purse = 'colour'`, `actor = NULL`, `key = key || '1'`,
	} {
		all = append(all, edit(Transfers, c))
	}
	for _, chain := range chains {
		all = append(all,
			swap(chain, "xact"),
			tampering{"delete a row", chain, func(h *house, tx *db.Tx, r *rand.Rand) int64 {
				id := h.at(tx, chain, r)
				if chain == Acts {
					h.exec(tx, `DELETE FROM audit_note WHERE audit_id = $1`, id)
				}
				return h.exec(tx, `DELETE FROM `+string(chain)+` WHERE `+ids[chain]+` = $1`, id)
			}},
			sql("edit a seal's digest", chain, `UPDATE seal SET digest = sha256('x') WHERE chain = $1 AND number = $2`),
			sql("edit a seal's time", chain, `UPDATE seal SET sealed_at = sealed_at + interval '1 microsecond' WHERE chain = $1 AND number = $2`),
			sql("edit a seal's count", chain, `UPDATE seal SET row_count = row_count + 1 WHERE chain = $1 AND number = $2`),
			sql("edit a seal's lower end", chain, `UPDATE seal SET lo = '1' WHERE chain = $1 AND number = $2`),
			sql("edit a seal's upper end", chain, `UPDATE seal SET hi = (hi::text::bigint + 1)::text::xid8 WHERE chain = $1 AND number = $2`),
			sql("renumber a seal", chain, `UPDATE seal SET number = 1000 WHERE chain = $1 AND number = $2`),
			sql("delete a seal", chain, `DELETE FROM seal WHERE chain = $1 AND number = $2`),
			sql("delete the last seals", chain, `DELETE FROM seal WHERE chain = $1 AND number >= $2`),
			tampering{"delete the last seals and their rows", chain, truncate},
			tampering{"delete everything", chain, func(h *house, tx *db.Tx, _ *rand.Rand) int64 {
				h.exec(tx, `DELETE FROM audit_note`)
				return h.exec(tx, `DELETE FROM `+string(chain)) * h.exec(tx, `DELETE FROM seal WHERE chain = $1`, chain)
			}},
			tampering{"edit and seal anew", chain, reseal},
		)
	}
	return append(all,
		swap(Acts, "note_digest"), swap(Transfers, "key"),
		sql("forge an act", Acts, `
			INSERT INTO audit (school_id, at, act, xact) SELECT 1, now(), 'forged', lo FROM seal WHERE chain = $1 AND number = $2`),
		sql("forge a transfer", Transfers, `
			INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, key, xact)
			SELECT school_id, now(), 'grant', from_account, to_account, 100, 'forged', lo
			  FROM seal, (SELECT * FROM transfer LIMIT 1) t WHERE chain = $1 AND number = $2`),
		tampering{"edit a note", Acts, func(h *house, tx *db.Tx, _ *rand.Rand) int64 {
			return h.exec(tx, `UPDATE audit_note SET note = 'Sam' WHERE audit_id = (SELECT min(audit_id) FROM audit_note)`)
		}},
		tampering{"edit a salt", Acts, func(h *house, tx *db.Tx, _ *rand.Rand) int64 {
			return h.exec(tx, `UPDATE audit_note SET salt = decode('00112233445566778899aabbccddeeff', 'hex') WHERE audit_id = (SELECT max(audit_id) FROM audit_note)`)
		}},
		tampering{"add a note", Acts, func(h *house, tx *db.Tx, _ *rand.Rand) int64 {
			return h.exec(tx, `INSERT INTO audit_note SELECT audit_id, school_id, decode('00112233445566778899aabbccddeeff', 'hex'), 'Sam' FROM audit WHERE note_digest IS NULL LIMIT 1`)
		}},
	)
}

// truncate cuts the chain off after a random seal.
func truncate(h *house, tx *db.Tx, r *rand.Rand) int64 {
	number := 2 + r.IntN(4)
	const from = `xact >= (SELECT lo FROM seal WHERE chain = '%[1]s' AND number = $1)`
	h.exec(tx, fmt.Sprintf(`DELETE FROM audit_note USING audit WHERE audit.audit_id = audit_note.audit_id AND `+from, Acts), number)
	var n int64
	for _, chain := range chains {
		n += h.exec(tx, fmt.Sprintf(`DELETE FROM %[1]s WHERE `+from, chain), number)
	}
	return n * h.exec(tx, `DELETE FROM seal WHERE number >= $1`, number)
}

// reseal edits a row and then computes every digest again, as someone would who
// has read this program.
func reseal(h *house, tx *db.Tx, r *rand.Rand) int64 {
	n := h.exec(tx, `UPDATE audit SET act = 'lifted' WHERE audit_id = $1`, h.at(tx, Acts, r))
	n *= h.exec(tx, `UPDATE transfer SET amount = 1 WHERE transfer_id = $1`, h.at(tx, Transfers, r))
	for _, chain := range chains {
		last := seal{chain: chain}
		rows, _ := tx.Query(h.Context(), `SELECT hi FROM seal WHERE chain = $1 ORDER BY number`, chain)
		ends, err := pgx.CollectRows(rows, pgx.RowTo[uint64])
		if err != nil {
			h.Fatal(err)
		}
		for _, hi := range ends {
			next := last.next(hi, tx.Now)
			l := startLink(last.digest)
			if err := eachRow(h.Context(), tx, chain, next.lo, next.hi, l.row); err != nil {
				h.Fatal(err)
			}
			next.rows = l.rows
			next.digest = l.close(next)
			h.exec(tx, `UPDATE seal SET digest = $3, sealed_at = $4 WHERE chain = $1 AND number = $2`, chain, next.number, next.digest, next.at)
			last = next
		}
	}
	return n
}

// sealedHouse has six seals or more over more than thirty rows in each chain, exported
// along the way and at the end.
func sealedHouse(t *testing.T) *house {
	h := newHouse(t)
	s := h.sealer()
	for range 6 {
		h.acts(5)
		h.seal(s)
	}
	h.acts(1)
	h.whole()
	if r := h.verify(Acts); r.Seals < 6 || r.Rows != 54 || r.Unsealed != 1 {
		t.Fatalf("%+v", r)
	}
	return h
}

// TestEveryTamperingIsFound tries each kind once and then random ones up to a
// hundred, each undone before the next.
func TestEveryTamperingIsFound(t *testing.T) {
	t.Parallel()
	h := sealedHouse(t)
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	all := tamperings()
	for i := range max(100, len(all)) {
		tt := all[i%len(all)]
		if i >= len(all) {
			tt = all[r.IntN(len(all))]
		}
		h.owning(func(tx *db.Tx) {
			if tt.do(h, tx, r) == 0 {
				t.Fatalf("%s of %s did nothing (seed %d)", tt.what, tt.chain, seed)
			}
			report, err := verify(t.Context(), tx, tt.chain, h.heads)
			if err != nil || report.OK() {
				t.Errorf("%s of %s was not found (seed %d): %+v, %v", tt.what, tt.chain, seed, report, err)
			}
		})
	}
	h.whole()
}

// TestWithoutHeads: only what was exported shows that a chain was cut off whole
// or sealed anew.
func TestWithoutHeads(t *testing.T) {
	t.Parallel()
	h := sealedHouse(t)
	for _, do := range []func(*house, *db.Tx, *rand.Rand) int64{truncate, reseal} {
		h.owning(func(tx *db.Tx) {
			do(h, tx, rand.New(rand.NewPCG(1, 2)))
			for _, chain := range chains {
				blind, err := verify(t.Context(), tx, chain, Heads{})
				if err != nil || !blind.OK() {
					t.Errorf("found without heads, so this test shows nothing: %+v, %v", blind, err)
				}
				if seeing, err := verify(t.Context(), tx, chain, h.heads); err != nil || seeing.OK() {
					t.Errorf("not found with heads: %+v, %v", seeing, err)
				}
			}
		})
	}
}

func TestErasedNoteIsFine(t *testing.T) {
	t.Parallel()
	h := sealedHouse(t)
	h.owning(func(tx *db.Tx) {
		if h.exec(tx, `DELETE FROM audit_note`) == 0 {
			t.Fatal("no notes")
		}
		if r, err := verify(t.Context(), tx, Acts, h.heads); err != nil || !r.OK() {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestForgedHeads(t *testing.T) {
	t.Parallel()
	h := sealedHouse(t)
	good, err := os.ReadFile(h.heads.File)
	if err != nil {
		t.Fatal(err)
	}
	text := string(good)
	h.clock.Advance(exportSoon + time.Second)
	for what, forged := range map[string]string{
		"nothing left":   "",
		"cut mid-line":   text[:len(text)-3],
		"number changed": strings.Replace(text, "audit ", "audit 1", 1),
		"digest changed": regexp.MustCompile(`audit (\d+) .`).ReplaceAllString(text, "audit $1 g"),
		"mac changed":    text[:len(text)-3] + "00\n",
		"strange line":   text + "hello\n",
		"empty line":     text + "\n",
		"other key":      text + "audit 6 00 2026-11-21T00:00:00Z " + Heads{Key: []byte("another of 16 by")}.mac("audit 6 00 2026-11-21T00:00:00Z") + "\n",
	} {
		if err := os.WriteFile(h.heads.File, []byte(forged), 0o600); err != nil {
			t.Fatal(err)
		}
		if r := h.verify(Acts); r.OK() {
			t.Errorf("%s: not found", what)
		}
	}
	if err := os.WriteFile(h.heads.File, good, 0o600); err != nil {
		t.Fatal(err)
	}
	h.whole()
}

// TestReportIsBounded: a chain in ruins does not fill the memory with problems.
func TestReportIsBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.acts(1)
	h.owning(func(tx *db.Tx) {
		h.exec(tx, `INSERT INTO seal SELECT 'audit', n, n::text::xid8, (n + 1)::text::xid8, 1, sha256('x'), now() FROM generate_series(1, 300) n`)
		r, err := verify(t.Context(), tx, Acts, Heads{})
		if err != nil || len(r.Problems) != listed+1 || r.Problems[listed] != "and 201 problems more" {
			t.Errorf("%d problems, %v: %v", len(r.Problems), err, r.Problems[len(r.Problems)-1])
		}
	})
}

// BenchmarkVerify verifies a million transfers; b.N is how often.
func BenchmarkVerify(b *testing.B) {
	const transfers = 1_000_000
	h := newHouse(b)
	h.fill(transfers)
	s := h.sealer()
	start := time.Now()
	h.seal(s)
	b.Logf("sealed %d transfers in %v", transfers, time.Since(start))
	b.ResetTimer()
	for b.Loop() {
		if r := h.verify(Transfers); !r.OK() || r.Rows != transfers {
			b.Fatalf("%+v", r)
		}
	}
	b.ReportMetric(transfers*float64(b.N)/b.Elapsed().Seconds(), "transfers/s")
}

// fill inserts transfers, 2000 to a transaction, without moving balances.
func (h *house) fill(n int) {
	h.Helper()
	h.owning(func(tx *db.Tx) {
		h.exec(tx, `ALTER TABLE transfer DISABLE TRIGGER transfer_moves_balances`)
		h.exec(tx, `
			INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, key, actor, xact)
			SELECT $1, now(), 'grant', $2, $3, 5, 'grant:' || n, $4, (3 + n / 2000)::text::xid8
			  FROM generate_series(1, $5::int) n`, h.school, h.from, h.to, someone, n)
		h.exec(tx, `COMMIT`)
	})
}
