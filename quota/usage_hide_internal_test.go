package quota

import (
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
		people := 0
		for range 1 + random.IntN(7) {
			n := random.IntN(9)
			rows, people = append(rows, Row{People: n, Figures: Figures{Impressions: int64(n * (1 + random.IntN(9)))}}), people+n
		}
		before := append([]Row(nil), rows...)
		hide(rows)
		cells, about, shown := 0, people, 0
		for i, r := range rows {
			switch {
			case !r.Hidden:
				about, shown = about-r.People, shown+1
				if r.People < FewPeople || r.Figures != before[i].Figures {
					t.Fatalf("%+v is shown of %+v", r, before[i])
				}
			case r.Figures != (Figures{}) || r.People != 0:
				t.Fatalf("%+v is hidden and has figures", r)
			case before[i].People > 0:
				cells++
			}
		}
		switch {
		case shown == 0:
			whole++
		case cells == 1 || cells > 0 && about < FewPeople:
			t.Fatalf("%d rows of %d people are left of %+v", cells, about, before)
		case cells > 0:
			left++
		}
	}
	if left < 1000 || whole < 100 {
		t.Errorf("only %d tables hid a part, %d all", left, whole)
	}
}
