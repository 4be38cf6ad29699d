package conduct

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school/calendar"
	tongues "inkwell/internal/words"
	"inkwell/quota/conduct/rule"
)

// TestWilson against figures of a table.
func TestWilson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ k, n, low, high int }{{0, 0, 0, 0}, {0, 10, 0, 278}, {1, 10, 18, 404}, {5, 10, 237, 763}, {10, 10, 722, 1000}, {50, 1000, 38, 65}} {
		if low, high := wilson(c.k, c.n); low != c.low || high != c.high {
			t.Errorf("%d of %d: %d to %d, want %d to %d", c.k, c.n, low, high, c.low, c.high)
		}
	}
}

// TestSmallNumbersCannotBeReckoned from a column whose sum somebody knows.
func TestSmallNumbersCannotBeReckoned(t *testing.T) {
	t.Parallel()
	column := func(g *GroupRate) *Share { return &g.Flagged }
	rows := func(people ...int) (all []GroupRate) {
		for _, n := range people {
			all = append(all, GroupRate{Pupils: 200, Flagged: Share{People: n}})
		}
		return all
	}
	for _, c := range []struct {
		people []int
		hidden int
	}{{[]int{7, 9, 0}, 0}, {[]int{7, 9, 4}, 2}, {[]int{1, 9, 4}, 2}, {[]int{1, 9, 1}, 3}, {[]int{1, 1, 9, 12}, 3}, {[]int{0, 0, 3}, 1}, {nil, 0}} {
		all := rows(c.people...)
		hide(all, column)
		hidden := 0
		for i, g := range all {
			if !g.Flagged.Hidden {
				if g.Flagged.People != c.people[i] || g.Flagged.People > 0 && g.Flagged.People < small {
					t.Errorf("%v shows %+v", c.people, g.Flagged)
				}
				continue
			}
			hidden++
			if g.Flagged != (Share{Hidden: true}) {
				t.Errorf("%v hides %+v and leaves figures", c.people, g.Flagged)
			}
		}
		if hidden != c.hidden {
			t.Errorf("%v: %d hidden, want %d", c.people, hidden, c.hidden)
		}
	}
	tiny := []GroupRate{{Pupils: 4, Flagged: Share{People: 0}}}
	if hide(tiny, column); !tiny[0].Flagged.Hidden {
		t.Error("a group of four is shown")
	}
}

// TestAWithdrawalIsInTheirLanguage: what a rule saw, and what follows, is in Welsh where the screen is, and ends as a
// sentence does in both.
func TestAWithdrawalIsInTheirLanguage(t *testing.T) {
	t.Parallel()
	english := regexp.MustCompile(`(?i)\b(the|in|of|on|with|your|you|until|times|pages?|jobs?|days?|hours?|minutes?|seconds?|people|codes?|\pL+day)\b`)
	cy := tongues.Shipped().Tongue("cy", false)
	at := time.Date(2026, time.November, 24, 9, 0, 0, 0, time.UTC)
	for _, n := range []int{1, 7} {
		numbers := map[string]int{"pages": n, "jobs": n, "days": n, "minutes": n, "hours": n, "seconds": n, "times": n, "colour": n, "of": n, "people": n}
		for _, kind := range []rule.Kind{rule.Burst, rule.Volume, rule.Identical, rule.Large, rule.ColourShare, rule.Abandon, rule.WrongCodes, rule.Travel, rule.OneKiosk, rule.WrongNames,
			rule.OutOfHours, rule.Probing, rule.PaperTrick, rule.Refunds, rule.SameDocument, rule.ByStaff} {
			for _, rung := range rule.Default().Ladder.Rungs {
				s := Suspension{Ends: at, Action: rung.Action, Reason: reasonOf(Flag{Kind: kind, Evidence: rule.Evidence{Numbers: numbers}, Raised: at}, rung, calendar.Calendar{}), Objection: rule.Default().Ladder.Objection}
				say := fault.As(s.refusal()).Say
				if said := cy.Told(say); strings.Contains(say, "..") || english.MatchString(said) {
					t.Errorf("%s: %q is %q", kind, say, said)
				}
			}
		}
	}
	if say := fault.As(Suspension{Reason: "ran in the corridor", Ends: at, Objection: "Ask IT."}.refusal()).Say; !strings.Contains(say, "Reason: ran in the corridor. Disagree?") {
		t.Errorf("%q", say)
	}
}
