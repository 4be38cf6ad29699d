package audit

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"inkwell/internal/db"
)

func TestNewSealerRefusesWeakKey(t *testing.T) {
	t.Parallel()
	for _, heads := range []Heads{{File: "heads"}, {File: "heads", Key: make([]byte, keySize-1)}} {
		if _, err := NewSealer(nil, SealerOptions{Heads: heads}); err == nil {
			t.Errorf("took %+v", heads)
		}
		if _, err := Verify(t.Context(), nil, Acts, heads); err == nil {
			t.Errorf("verified with %+v", heads)
		}
	}
	if _, err := Verify(t.Context(), nil, "person", Heads{}); err == nil {
		t.Error("verified a chain that there is not")
	}
}

// TestSealWaitsForOpenTransactions: what is still open is not sealed, nor is
// anything after it; once it ends, all is.
func TestSealWaitsForOpenTransactions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.sealer()
	h.acts(2)
	h.seal(s)
	before := h.verify(Acts)

	h.in(db.InSchool(h.school), func(ctx context.Context, tx *db.Tx) error {
		if err := h.act(ctx, tx, ""); err != nil {
			return err
		}
		h.acts(1)
		if err := s.Seal(ctx); err != nil {
			return err
		}
		if r := h.verify(Acts); r.Seals != before.Seals || r.Unsealed != 1 || !r.OK() {
			t.Errorf("sealed beside an open transaction: %+v", r)
		}
		return nil
	})
	h.seal(s)
	if r := h.verify(Acts); r.Rows != before.Rows+2 || !r.OK() {
		t.Errorf("%+v", r)
	}
}

// TestSealsAreBounded: a backlog is cut between transactions, and one that is
// larger than a seal should be stays whole.
func TestSealsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.sealer()
	s.limit = 4
	h.acts(6) // of 1, 2, 3, 1, 2, 3 rows
	h.in(db.InSchool(h.school), func(ctx context.Context, tx *db.Tx) error {
		for range 9 {
			if err := h.act(ctx, tx, ""); err != nil {
				return err
			}
		}
		return nil
	})
	h.acts(1)
	h.seal(s)
	h.whole()
	var got []int64
	h.in(db.System("test"), func(ctx context.Context, tx *db.Tx) error {
		rows, _ := tx.Query(ctx, `SELECT row_count FROM seal WHERE chain = 'transfer' ORDER BY number`)
		for rows.Next() {
			var n int64
			if err := rows.Scan(&n); err != nil {
				return err
			}
			got = append(got, n)
		}
		return rows.Err()
	})
	if want := []int64{3, 4, 2, 3, 9, 1}; !slices.Equal(got, want) {
		t.Errorf("seals of %v rows, want %v", got, want)
	}
}

// TestTwoSealers make one chain.
func TestTwoSealers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	for range 2 {
		s := h.sealer()
		s.limit = 2
		go func() {
			for ctx.Err() == nil {
				if err := s.Seal(context.WithoutCancel(ctx)); err != nil {
					ended <- err
					return
				}
			}
			ended <- nil
		}()
	}
	h.acts(30)
	cancel()
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	h.seal(h.sealer())
	if r := h.verify(Acts); r.Rows != 60 || !r.OK() {
		t.Errorf("%+v", r)
	}
}

// TestNothingToSealMakesNoSeal: an idle installation's chain does not grow.
func TestNothingToSealMakesNoSeal(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.sealer()
	if err := s.pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(h.heads.File); !os.IsNotExist(err) {
		t.Errorf("exported heads of nothing: %v", err)
	}
	h.acts(1)
	h.seal(s)
	for range 3 {
		if err := s.pass(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if r := h.verify(Acts); r.Seals != 1 || r.Rows != 1 || !r.OK() {
		t.Errorf("%+v", r)
	}
}

// TestRunSealsExportsAndEnds: both chains, a file for its owner alone, one line a
// chain at the first seal and one at the end; nothing is left running.
func TestRunSealsExportsAndEnds(t *testing.T) {
	h := newHouse(t)
	before := goleak.IgnoreCurrent()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.sealer().Run(ctx) }()
	h.acts(3)
	for deadline := time.Now().Add(patience); h.unsealed() > 0 || len(h.lines()) < 2; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing is sealed and exported")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	goleak.VerifyNone(t, before)
	h.whole()
	var got []string
	for _, line := range h.lines() {
		got = append(got, strings.Fields(line)[0])
	}
	slices.Sort(got)
	if want := []string{"audit", "audit", "transfer", "transfer"}; !slices.Equal(got, want) {
		t.Errorf("exported %v", got)
	}
	if info, err := os.Stat(h.heads.File); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v: %v", info.Mode(), err)
	}
}

// TestSealingGoesOnWithoutExport: a file that cannot be written is said, and
// stops nothing; no file at all is a choice.
func TestSealingGoesOnWithoutExport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.acts(1)
	h.seal(h.sealer())
	h.heads.File = t.TempDir()
	s := h.sealer()
	if err := s.pass(t.Context()); err == nil || s.exported[Acts] {
		t.Errorf("exported into a folder: %v", err)
	}
	h.heads = Heads{}
	h.acts(1)
	h.seal(h.sealer())
	h.whole()
}

func (h *house) lines() []string {
	text, err := os.ReadFile(h.heads.File)
	if err != nil && !os.IsNotExist(err) {
		h.Fatal(err)
	}
	return slices.Collect(strings.Lines(string(text)))
}
