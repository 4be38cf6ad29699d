package quota

import (
	"maps"
	"math/rand/v2"
	"testing"
)

// TestNothingSmallIsLeftOfASum: who knows the sum of all rows and takes away those that are shown is left with
// nothing, or with what two rows and FewPeople people printed at least, unless nothing is shown.
func TestNothingSmallIsLeftOfASum(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 12)) // #nosec G404 -- the same at every run
	left, whole := 0, 0
	for range 20000 {
		var rows []Row
		var who []map[int]bool // of each: one human may print on each day, at each printer
		for range 1 + random.IntN(7) {
			some := map[int]bool{}
			for range random.IntN(9) {
				some[random.IntN(14)] = true
			}
			rows, who = append(rows, Row{People: len(some), Figures: Figures{Impressions: int64(len(some) * (1 + random.IntN(9)))}}), append(who, some)
		}
		before := append([]Row(nil), rows...)
		hide(rows)
		cells, shown, about := 0, 0, map[int]bool{}
		for i, r := range rows {
			switch {
			case !r.Hidden:
				shown++
				if r.People < FewPeople || r.Figures != before[i].Figures {
					t.Fatalf("%+v is shown of %+v", r, before[i])
				}
			case r.Figures != (Figures{}) || r.People != 0:
				t.Fatalf("%+v is hidden and has figures", r)
			case before[i].People > 0:
				cells++
				maps.Copy(about, who[i])
			}
		}
		switch {
		case shown == 0:
			whole++
		case cells == 1 || cells > 0 && len(about) < FewPeople:
			t.Fatalf("%d rows of %d people are left of %+v", cells, len(about), before)
		case cells > 0:
			left++
		}
	}
	if left < 1000 || whole < 100 {
		t.Errorf("only %d tables hid a part, %d all", left, whole)
	}
}
