package quota_test

import (
	"context"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/quota"
)

// colour sets what a side in colour costs.
func colour(n int64) func(*quota.Tariff) error {
	return func(t *quota.Tariff) error {
		t.Base.Colour = &n
		return nil
	}
}

func (h house) setTariff(from time.Time, change func(*quota.Tariff) error) (set quota.Tariff, err error) {
	h.t.Helper()
	err = h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		set, err = quota.SetTariff(ctx, tx, h.IT.Pseudonym, h.School, from, change)
		return err
	})
	return set, err
}

// costs is what a side in colour costs at a time, and by which version.
func (h house) costs(at time.Time) (n int64, v quota.TariffID) {
	h.t.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) error {
		t, err := quota.TariffAt(ctx, tx, h.School, at)
		n, v = *t.At(0).Colour, t.ID
		return err
	})
	return n, v
}

func (h house) refuses(code string, from time.Time, change func(*quota.Tariff) error) {
	h.t.Helper()
	if _, err := h.setTariff(from, change); err == nil || fault.As(err).Code != code {
		h.t.Errorf("%v, not %s", err, code)
	}
}

func TestATariffHoldsFromItsTimeOn(t *testing.T) {
	h := newHouse(t)
	begun := time.Now()
	if n, v := h.costs(begun); n != 1 || v != 0 {
		t.Errorf("the default is %d of %d", n, v)
	}
	first, err := h.setTariff(time.Time{}, colour(5))
	if err != nil {
		t.Fatal(err)
	}
	january := time.Now().AddDate(0, 2, 0).UTC().Truncate(time.Second)
	second, err := h.setTariff(january, colour(6))
	if err != nil || second.ID == first.ID {
		t.Fatalf("%+v, %v", second, err)
	}
	for at, want := range map[time.Time]int64{begun.Add(-time.Hour): 1, first.From: 5, january.Add(-time.Microsecond): 5, january: 6, january.AddDate(5, 0, 0): 6} {
		if n, _ := h.costs(at); n != want {
			t.Errorf("at %s it is %d", at, n)
		}
	}

	h.refuses("tariff-from", time.Now().Add(-time.Minute), colour(9))
	h.refuses("tariff-from", time.Now().AddDate(4, 0, 0), colour(9))
	h.refuses("tariff-overlaps", time.Time{}, colour(9))
	h.refuses("tariff-overlaps", january, colour(9))
	h.refuses("tariff-overlaps", january.Add(-time.Hour), colour(9))
	h.refuses("tariff-same", january.Add(time.Hour), colour(6))
	h.refuses("tariff-colour", january.Add(time.Hour), colour(0))
	h.refuses("tariff-rate", january.Add(time.Hour), colour(-1))

	withdraw := func(n quota.TariffID) error {
		return h.in(func(ctx context.Context, tx *db.Tx) error {
			return quota.WithdrawTariff(ctx, tx, h.IT.Pseudonym, h.School, n)
		})
	}
	for _, c := range []struct {
		of   quota.TariffID
		code string
	}{{first.ID, "tariff-begun"}, {999, "tariff-unknown"}, {second.ID, ""}, {second.ID, "tariff-withdrawn"}} {
		if err := withdraw(c.of); (err == nil) != (c.code == "") || err != nil && fault.As(err).Code != c.code {
			t.Errorf("withdraw %d: %v, not %q", c.of, err, c.code)
		}
	}
	if n, _ := h.costs(january); n != 5 {
		t.Errorf("after the withdrawal it is %d", n)
	}
	third, err := h.setTariff(january, colour(7))
	if err != nil {
		t.Fatal(err)
	}
	h.must(func(ctx context.Context, tx *db.Tx) error {
		all, err := quota.Tariffs(ctx, tx, h.School)
		if err == nil && (len(all) != 3 || !all[0].Until.Equal(january) || !all[1].Withdrawn || all[2].ID != third.ID || !all[2].Until.IsZero()) {
			t.Errorf("the versions are %+v", all)
		}
		return err
	})
	if acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE act LIKE 'tariff-%'"); acts != "tariff-set tariff-set tariff-withdrawn tariff-set" {
		t.Errorf("recorded: %s", acts)
	}
}

// What has been set cannot be changed by the running program, whatever its code does.
func TestATariffIsNeverChanged(t *testing.T) {
	h := newHouse(t)
	if _, err := h.setTariff(time.Time{}, colour(5)); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		"UPDATE tariff SET base = '{}'", "UPDATE tariff SET from_at = now()", "DELETE FROM tariff", "UPDATE tariff SET withdrawn_at = now()",
		"INSERT INTO tariff (school_id, unit, base, groups, from_at, made_at) SELECT school_id, unit, base, groups, made_at - interval '1 second', made_at FROM tariff",
		"INSERT INTO tariff (school_id, unit, base, groups, from_at, made_at) SELECT school_id, unit, base, groups, from_at, made_at FROM tariff",
	} {
		if err := h.in(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		}); err == nil {
			t.Errorf("this was done: %s", sql)
		}
	}
}

// The unit stays as long as anybody has something of it; colour ceilings are pages in any unit.
func TestAnotherUnitNeedsEmptyAccounts(t *testing.T) {
	h := newHouse(t)
	pence := func(t *quota.Tariff) error {
		t.Unit = quota.Penny
		return nil
	}
	h.give(h.Sam, 10, "a")
	h.refuses("tariff-unit-in-use", time.Time{}, pence)
	id := h.delivery(h.Sam, 10)
	if err := h.reserve(h.Sam, quota.Reservation{Delivery: id, Amount: 10}); err != nil {
		t.Fatal(err)
	}
	h.refuses("tariff-unit-in-use", time.Time{}, pence) // all of it is on its way
	if err := h.settle(h.Sam, id, 10); err != nil {
		t.Fatal(err)
	}
	h.refuses("tariff-unit-from", time.Now().AddDate(0, 1, 0), pence)
	h.refuses("tariff-unit", time.Time{}, func(t *quota.Tariff) error { t.Unit = "euros"; return nil })
	if _, err := h.setTariff(time.Time{}, pence); err != nil {
		t.Fatal(err)
	}
	err := h.reserve(h.Sam, quota.Reservation{Delivery: h.delivery(h.Sam, 35), Amount: 35})
	if f := fault.As(err); f == nil || f.Say != "Needs £0.35, you have £0.00. Print less, or ask for more." {
		t.Errorf("refused with %v", err)
	}
}
