package rule_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"inkwell/quota/conduct/rule"
)

// Seeds 1001 to 1006 were tuned on. Those that score are others.
const (
	scoredFrom, scoredTo = 2001, 2010
	bentFrom, bentTo     = 3001, 3002 // for the sensitivity to each threshold
)

// The goals: so many of a hundred abusers are stopped, and so few of a hundred honest
// pupil-weeks are touched beyond a notice.
const (
	stopsAtLeast   = 90.0
	touchesAtMost  = 0.1
	pupilsOfSchool = 1500
	pupilsBent     = 500 // of the schools whose thresholds are bent
)

// TestAYearOfMisuse scores the default policy on years that it was not tuned on: one of a small
// school, or, with INKWELL_PROVE set, ten of whole ones.
func TestAYearOfMisuse(t *testing.T) {
	t.Parallel()
	last, pupils := uint64(scoredFrom), 400
	if os.Getenv("INKWELL_PROVE") != "" {
		last, pupils = scoredTo, pupilsOfSchool
	}
	var all score
	for seed := uint64(scoredFrom); seed <= last; seed++ {
		s := tellPast(seed, pupils).judge(rule.Default())
		t.Logf("seed %d: %v", seed, s)
		all.add(s)
	}
	for _, m := range all.missed {
		t.Log("missed: " + m)
	}
	t.Logf("all: %v", all)
	if all.stops() < stopsAtLeast {
		t.Errorf("%.1f %% of the abusers are stopped, %.0f %% have to be", all.stops(), stopsAtLeast)
	}
	if all.touches() >= touchesAtMost {
		t.Errorf("%.3f %% of honest pupil-weeks are touched beyond a notice, under %.1f %% have to be", all.touches(), touchesAtMost)
	}
}

// TestNoPolicyScoresByItself: the score is of the rules. Without any nobody is stopped, and by
// rules that see everything nearly everybody who prints is touched.
func TestNoPolicyScoresByItself(t *testing.T) {
	t.Parallel()
	p := tellPast(scoredFrom, 150)
	none := rule.Default()
	none.Rules = nil
	if s := p.judge(none); s.stopped != 0 || s.touched != 0 {
		t.Errorf("without rules: %v", s)
	}
	harsh := rule.Default()
	harsh.Rules = []rule.Rule{{Number: 1, Name: "Anything", Kind: rule.Large, Category: "excess", Weight: 100, Decay: 366, Quiet: 1, With: map[string]int{"pages": 1}}}
	if s := p.judge(harsh); s.touches() < 10 || s.withdrawn == 0 {
		t.Errorf("by harsh rules: %v", s)
	}
}

// TestHowMuchEachThresholdMatters prints the score for each threshold bent to a half, three
// quarters, five quarters and one and a half: docs/conduct-figures.md. With INKWELL_PROVE
// set; in short it bends one.
func TestHowMuchEachThresholdMatters(t *testing.T) {
	t.Parallel()
	all := bendings(rule.Default())
	pasts := []*past{}
	if os.Getenv("INKWELL_PROVE") != "" {
		for seed := uint64(bentFrom); seed <= bentTo; seed++ {
			pasts = append(pasts, tellPast(seed, pupilsBent))
		}
	} else {
		pasts, all = append(pasts, tellPast(bentFrom, 150)), all[:1]
	}
	line := func(name string, has int, scores []score) {
		var out strings.Builder
		for _, s := range scores {
			fmt.Fprintf(&out, " %.1f / %.3f |", s.stops(), s.touches())
		}
		t.Logf("| %s | %d |%s", name, has, out.String())
	}
	t.Log("stopped % / touched %, at x0.5, x0.75, x1, x1.25, x1.5")
	base := together(pasts, rule.Default())
	for _, b := range all {
		scores := []score{}
		for _, percent := range []int{50, 75, 100, 125, 150} {
			scores = append(scores, together(pasts, b.to(max(1, (b.has*percent+50)/100))))
		}
		line(b.name, b.has, scores)
		if scores[2].String() != base.String() {
			t.Errorf("%s bent by nothing changes the score", b.name)
		}
	}
}

func together(pasts []*past, s rule.Set) (sum score) {
	for _, p := range pasts {
		sum.add(p.judge(s))
	}
	return sum
}

// bending is a threshold that can be set to something else.
type bending struct {
	name string
	has  int
	to   func(n int) rule.Set
}

// bendings are all thresholds of a policy: each figure and weight of its rules, and the points of
// the ladder's rungs.
func bendings(s rule.Set) (all []bending) {
	for i, r := range s.Rules {
		spec, _ := rule.SpecOf(r.Kind)
		for _, f := range spec.Figures {
			all = append(all, bending{r.Name + ": " + f.Name, r.Figure(f.Name), func(n int) rule.Set {
				bent := s
				bent.Rules = slices.Clone(s.Rules)
				bent.Rules[i].With = maps.Clone(r.With)
				if bent.Rules[i].With == nil {
					bent.Rules[i].With = map[string]int{}
				}
				bent.Rules[i].With[f.Name] = n
				return bent
			}})
		}
		if r.Weight > 0 {
			all = append(all, bending{r.Name + ": weight", r.Weight, func(n int) rule.Set {
				bent := s
				bent.Rules = slices.Clone(s.Rules)
				bent.Rules[i].Weight = n
				return bent
			}})
		}
	}
	for i, rung := range s.Ladder.Rungs {
		all = append(all, bending{"Ladder: " + string(rung.Action), rung.Points, func(n int) rule.Set {
			bent := s
			bent.Ladder.Rungs = slices.Clone(s.Ladder.Rungs)
			bent.Ladder.Rungs[i].Points = n
			return bent
		}})
	}
	return all
}
