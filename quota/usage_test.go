package quota_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/internal/school/schooltest"
	"inkwell/quota"
)

// The day of the first use, and all days that a test may ask for.
var (
	firstDay = calendar.NewDate(2026, 9, 1)
	ever     = quota.Span{From: firstDay, To: firstDay + 300}
)

func (h house) use(u quota.Use, amount int64) {
	h.t.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) error { return quota.Settle(ctx, tx, 0, amount, u) })
}

func (h house) by(per quota.Dimension, s quota.Span) (all []quota.Keyed) {
	h.t.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = quota.UsageBy(ctx, tx, h.School, per, s)
		return err
	})
	return all
}

func (h house) folder() *quota.Folder {
	return &quota.Folder{DB: h.db, Log: slog.New(slog.DiscardHandler)}
}

// recount is usage that is added up by hand.
type recount []happened

type happened struct {
	quota.Use
	year int
	quota.Figures
}

func (r *recount) add(u quota.Use, year int, f quota.Figures) { *r = append(*r, happened{u, year, f}) }

// by adds up what happened within some days by a key; one without a key is left out.
func (r recount) by(s quota.Span, key func(happened) (int64, bool)) map[int64]quota.Figures {
	all := map[int64]quota.Figures{}
	for _, h := range r {
		if day := calendar.DateOf(h.Day); day < s.From || day > s.To {
			continue
		}
		if k, has := key(h); has {
			all[k] = all[k].Plus(h.Figures)
		}
	}
	return all
}

var keys = map[quota.Dimension]func(happened) (int64, bool){
	quota.OfSchool:  func(happened) (int64, bool) { return 0, true },
	quota.OfYear:    func(h happened) (int64, bool) { return int64(h.year), true },
	quota.OfPrinter: func(h happened) (int64, bool) { return int64(h.Printer), h.Printer != 0 },
	quota.OfAccount: func(h happened) (int64, bool) { return h.Account, h.Account != 0 },
}

// equals holds what the school is told of some days against the recount.
func (r recount) equals(ctx context.Context, t rapid.TB, h house, s quota.Span) {
	same := func(what string, got, want map[int64]quota.Figures) {
		if !maps.Equal(got, want) {
			t.Fatalf("by %s from %s to %s: %+v, want %+v", what, s.From, s.To, got, want)
		}
	}
	err := h.db.Look(ctx, db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
		for per, key := range keys {
			all, err := quota.UsageBy(ctx, tx, h.School, per, s)
			if err != nil {
				return err
			}
			got := map[int64]quota.Figures{}
			for _, k := range all {
				got[k.Key] = k.Figures
			}
			same(string(per), got, r.by(s, key))
		}
		days, err := quota.UsageByDay(ctx, tx, h.School, s)
		if err != nil {
			return err
		}
		got := map[int64]quota.Figures{}
		for _, d := range days {
			got[int64(d.Day)] = d.Figures
		}
		same("day", got, r.by(s, func(h happened) (int64, bool) { return int64(calendar.DateOf(h.Day)), true }))
		people, err := quota.UsageOfEverybody(ctx, tx, h.School, s)
		got = map[int64]quota.Figures{}
		for p, f := range people {
			got[int64(p)] = f
		}
		same("person", got, r.by(s, func(h happened) (int64, bool) { return int64(h.Person), true }))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var errKilled = errors.New("killed")

// TestUsageIsTheRecountAtAnyMoment: whatever is printed or left, and however the folding goes
// on, is killed or runs twice, folded and tail together are what happened, once.
func TestUsageIsTheRecountAtAnyMoment(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	var want recount
	people := []school.Actor{h.Sam, h.Mia, h.Teacher}
	years := map[school.PersonID]int{h.Sam.Person: 11, h.Mia.Person: 7, h.Teacher.Person: school.NoYear}
	fold := func(n int, end func(tx *db.Tx) error) error {
		return h.db.InTx(ctx, db.System("usage"), func(ctx context.Context, tx *db.Tx) error {
			if _, err := quota.Fold(ctx, tx, n); err != nil {
				return err
			}
			return end(tx)
		})
	}
	ask := func(t *rapid.T) {
		from := rapid.IntRange(-1, 95).Draw(t, "from")
		want.equals(ctx, t, h, quota.Span{From: firstDay + calendar.Date(from), To: firstDay + calendar.Date(rapid.IntRange(from, 95).Draw(t, "to"))})
	}
	rapid.Check(t, func(t *rapid.T) {
		t.Repeat(map[string]func(*rapid.T){
			"print": func(t *rapid.T) {
				u := quota.Use{School: h.School, Person: rapid.SampledFrom(people).Draw(t, "who").Person, Printer: rapid.Int32Range(0, 3).Draw(t, "printer"),
					Account: rapid.Int64Range(0, 2).Draw(t, "account"), Day: (firstDay + calendar.Date(rapid.SampledFrom([]int{0, 1, 28, 29, 30, 31, 60, 61, 62, 90}).Draw(t, "day"))).Time(),
					Again: rapid.Bool().Draw(t, "again"), Impressions: rapid.IntRange(1, 40).Draw(t, "impressions")}
				u.Sheets, u.Colour = rapid.IntRange(1, u.Impressions).Draw(t, "sheets"), rapid.IntRange(0, u.Impressions).Draw(t, "colour")
				amount := rapid.Int64Range(0, 50).Draw(t, "amount")
				if err := h.in(func(ctx context.Context, tx *db.Tx) error { return quota.Settle(ctx, tx, 0, amount, u) }); err != nil {
					t.Fatal(err)
				}
				f := quota.Figures{Jobs: 1, Impressions: int64(u.Impressions), Colour: int64(u.Colour), Sheets: int64(u.Sheets), Amount: amount, Duplex: int64(u.Impressions - u.Sheets)}
				if u.Again {
					f.Jobs = 0
				}
				want.add(u, years[u.Person], f)
			},
			"leave": func(t *rapid.T) {
				u := quota.Use{School: h.School, Person: rapid.SampledFrom(people).Draw(t, "who").Person, Day: firstDay.Time(), Impressions: 9, Sheets: rapid.IntRange(1, 9).Draw(t, "sheets")}
				if err := h.in(func(ctx context.Context, tx *db.Tx) error { return quota.Leave(ctx, tx, u) }); err != nil {
					t.Fatal(err)
				}
				want.add(u, years[u.Person], quota.Figures{LeftJobs: 1, LeftSheets: int64(u.Sheets)})
			},
			"fold some": func(t *rapid.T) {
				if err := fold(rapid.IntRange(1, 4).Draw(t, "rows"), func(*db.Tx) error { return nil }); err != nil {
					t.Fatal(err)
				}
			},
			"fold and fail": func(t *rapid.T) {
				if err := fold(5, func(*db.Tx) error { return errKilled }); !errors.Is(err, errKilled) {
					t.Fatal(err)
				}
			},
			"two fold": func(t *rapid.T) {
				var both sync.WaitGroup
				for range 2 {
					both.Go(func() {
						if _, err := h.folder().FoldAll(ctx); err != nil {
							t.Error(err)
						}
					})
				}
				both.Wait()
			},
			"ask": ask,
		})
		ask(t)
	})
}

// TestAFolderIsKilledBeforeItsCommit: its connection is cut with the batch in hand.
func TestAFolderIsKilledBeforeItsCommit(t *testing.T) {
	h := newHouse(t)
	var want recount
	for i := range 30 {
		u := quota.Use{School: h.School, Person: h.Sam.Person, Day: firstDay.Time(), Printer: int32(1 + i%3), Impressions: 2, Sheets: 1}
		h.use(u, 2)
		want.add(u, 11, quota.Figures{Jobs: 1, Impressions: 2, Sheets: 1, Amount: 2, Duplex: 1})
	}
	err := h.db.InTx(t.Context(), db.System("usage"), func(ctx context.Context, tx *db.Tx) error {
		if n, err := quota.Fold(ctx, tx, 20); err != nil || n != 20 {
			t.Errorf("folded %d, %v", n, err)
		}
		dbtest.Cut(t, h.db, tx)
		return nil
	})
	if err == nil {
		t.Fatal("the cut connection committed")
	}
	want.equals(t.Context(), t, h, ever)
	if n, err := h.folder().FoldAll(t.Context()); err != nil || n != 30 {
		t.Errorf("after it %d rows were folded, %v", n, err)
	}
	want.equals(t.Context(), t, h, ever)
	if n, err := h.folder().FoldAll(t.Context()); err != nil || n != 0 {
		t.Errorf("and %d again, %v", n, err)
	}
}

// TestWhileOneFoldsNobodyWaits: settlements go on beside a fold that has not committed, and
// another folder leaves it alone.
func TestWhileOneFoldsNobodyWaits(t *testing.T) {
	h := newHouse(t)
	u := quota.Use{School: h.School, Person: h.Sam.Person, Day: firstDay.Time(), Printer: 1, Impressions: 4, Sheets: 2}
	h.use(u, 4)
	folding, done := make(chan struct{}), make(chan struct{})
	result := make(chan error, 1)
	go func() {
		result <- h.db.InTx(t.Context(), db.System("usage"), func(ctx context.Context, tx *db.Tx) error {
			_, err := quota.Fold(ctx, tx, 10)
			close(folding)
			<-done
			return err
		})
	}()
	<-folding
	h.use(u, 4)
	if got := h.by(quota.OfPrinter, ever); len(got) != 1 || got[0].Impressions != 8 {
		t.Errorf("beside a fold: %+v", got)
	}
	close(done)
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	if got := h.by(quota.OfPrinter, ever); len(got) != 1 || got[0].Impressions != 8 || got[0].Duplex != 4 {
		t.Errorf("after it: %+v", got)
	}
}

func TestUsageIsOfItsSchoolAndItsDays(t *testing.T) {
	h := newHouse(t)
	other := schooltest.New(t, h.db, "Elsewhere")
	h.use(quota.Use{School: h.School, Person: h.Sam.Person, Day: firstDay.Time(), Printer: 1, Impressions: 4, Sheets: 2}, 4)
	h.use(quota.Use{School: h.School, Person: h.Sam.Person, Day: (firstDay + 40).Time(), Printer: 2, Impressions: 7, Sheets: 7}, 7)
	there := house{other, t, h.db}
	there.use(quota.Use{School: other.School, Person: other.Mia.Person, Day: firstDay.Time(), Printer: 9, Impressions: 100, Sheets: 100}, 100)
	if _, err := h.folder().FoldAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := quota.Span{From: firstDay, To: firstDay}
	if got := h.by(quota.OfPrinter, first); len(got) != 1 || got[0].Key != 1 || got[0].Impressions != 4 {
		t.Errorf("on the first day %+v", got)
	}
	if got := quota.Total(h.by(quota.OfPrinter, ever)); got.Impressions != 11 || got.Jobs != 2 || got.Duplex != 2 {
		t.Errorf("ever %+v", got)
	}
	h.must(func(ctx context.Context, tx *db.Tx) error {
		all, err := quota.UsageOf(ctx, tx, []school.PersonID{h.Sam.Person, h.Mia.Person, other.Mia.Person}, ever)
		if err != nil || len(all) != 3 || all[h.Sam.Person].Impressions != 11 || all[h.Mia.Person] != (quota.Figures{}) || all[other.Mia.Person] != (quota.Figures{}) {
			t.Errorf("people of another school have %+v, %v", all, err)
		}
		days, err := quota.UsageDaysOf(ctx, tx, []school.PersonID{h.Sam.Person}, ever)
		if months := quota.Periodic(days, quota.Month, calendar.Calendar{}); err != nil || len(months) != 2 || months[1].Day != calendar.NewDate(2026, 10, 1) || months[1].Impressions != 7 {
			t.Errorf("months %+v, %v", months, err)
		}
		return nil
	})
	err := h.db.Look(t.Context(), db.System("usage"), func(ctx context.Context, tx *db.Tx) error {
		all, err := quota.UsageOfSchools(ctx, tx, first)
		if len(all) != 2 || all[h.School].Impressions != 4 || all[other.School].Impressions != 100 {
			t.Errorf("schools %+v", all)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := quota.NewSpan(firstDay, firstDay-1); fault.KindOf(err) != fault.Invalid {
		t.Errorf("days the wrong way round: %v", err)
	}
}

func TestPeriodsOfUsageAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := map[calendar.Date]int64{}
		for range rapid.IntRange(0, 40).Draw(t, "days") {
			days[firstDay+calendar.Date(rapid.IntRange(0, 500).Draw(t, "day"))] = rapid.Int64Range(1, 9).Draw(t, "pages")
		}
		var all []quota.Daily
		for _, d := range slices.Sorted(maps.Keys(days)) {
			all = append(all, quota.Daily{Day: d, Figures: quota.Figures{Impressions: days[d]}})
		}
		for _, per := range quota.Periods() {
			got := quota.Periodic(all, per, calendar.Calendar{})
			if quota.Total(got) != quota.Total(all) {
				t.Fatalf("per %s: %+v of %+v", per, got, all)
			}
			if !slices.IsSortedFunc(got, func(a, b quota.Daily) int { return int(a.Day - b.Day) }) {
				t.Fatalf("per %s out of order: %+v", per, got)
			}
		}
	})
}
