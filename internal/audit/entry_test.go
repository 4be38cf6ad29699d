package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"inkwell/internal/db"
)

func TestRecordStandsWithItsAct(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := errors.New("no")
	err := h.db.InTx(t.Context(), db.InSchool(h.school), func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(Record(ctx, tx, Entry{School: h.school, Act: "suspended", Note: "Kim"}), no)
	})
	if !errors.Is(err, no) {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.FixedZone("", 3600))
	h.in(db.InSchool(h.school), func(ctx context.Context, tx *db.Tx) error {
		return Record(ctx, tx,
			Entry{
				School: h.school, Act: "suspended", Actor: someone, Subject: someoneElse, Object: "job:41",
				Facts: map[string]any{"pages": int64(12), "rule": "burst", "until": at, "automatic": true}, Note: "said Kim, O'Neil",
			},
			Entry{School: h.school, Act: "sealed"},
		)
	})

	var full, bare string
	var notes int
	var salt, digest []byte
	h.in(db.InSchool(h.school), func(ctx context.Context, tx *db.Tx) error {
		err := tx.QueryRow(ctx, `
			SELECT min(concat_ws('|', act, actor, subject, object, facts)) FILTER (WHERE act = 'suspended'),
			       min(concat_ws('|', act, actor, subject, object, facts, note_digest)) FILTER (WHERE act = 'sealed')
			  FROM audit`).Scan(&full, &bare)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT count(*) OVER (), salt, note_digest FROM audit_note JOIN audit USING (audit_id)`).Scan(&notes, &salt, &digest)
	})
	want := `suspended|` + someone + `|` + someoneElse + `|job:41|{"rule": "burst", "pages": 12, "until": "2026-11-21T08:00:00Z", "automatic": true}`
	if full != want || bare != "sealed|{}" || notes != 1 {
		t.Errorf("got %q, %q and %d notes", full, bare, notes)
	}
	if sum := sha256.Sum256([]byte(string(salt) + "said Kim, O'Neil")); !bytes.Equal(sum[:], digest) {
		t.Error("the digest is not that of salt and note")
	}
}

func TestFactsHoldNoNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		facts map[string]any
		ok    bool
	}{
		{nil, true},
		{map[string]any{"pages": 1, "place": "kiosk:library", "document-format": "application-pdf"}, true},
		{map[string]any{"name": "Kim"}, false},
		{map[string]any{"name": "kim o"}, false},
		{map[string]any{"name": ""}, false},
		{map[string]any{"name": strings.Repeat("a", 65)}, false},
		{map[string]any{"Kim": 1}, false},
		{map[string]any{"price": 1.5}, false},
		{map[string]any{"who": []string{"kim"}}, false},
		{map[string]any{"who": map[string]any{"kim": 1}}, false},
		{map[string]any{"who": nil}, false},
	} {
		if _, err := (Entry{Facts: tt.facts}).facts(); (err == nil) != tt.ok {
			t.Errorf("%v: %v", tt.facts, err)
		} else if err != nil && strings.Contains(strings.ToLower(err.Error()), "kim") {
			t.Errorf("the error quotes what was refused: %v", err)
		}
	}
}

// TestRunningRoleOnlyInserts: what is recorded is out of this program's own reach.
func TestRunningRoleOnlyInserts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.acts(2)
	h.seal(h.sealer())
	for _, sql := range []string{
		`UPDATE audit SET act = 'other'`,
		`DELETE FROM audit`,
		`TRUNCATE audit CASCADE`,
		`INSERT INTO audit (school_id, at, act, xact) VALUES (1, now(), 'forged', '3')`,
		`UPDATE audit_note SET note = 'other'`,
		`DELETE FROM audit_note`,
		`UPDATE transfer SET amount = 1`,
		`DELETE FROM transfer`,
		`TRUNCATE transfer`,
		`UPDATE seal SET digest = digest`,
		`DELETE FROM seal`,
		`TRUNCATE seal`,
		`ALTER TABLE audit DISABLE ROW LEVEL SECURITY`,
	} {
		err := h.db.InTx(t.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "42501" {
			t.Errorf("%s: want a refusal for lack of rights, got %v", sql, err)
		}
	}
	h.whole()
}
