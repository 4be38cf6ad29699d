package rule_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"inkwell/quota/conduct/rule"
)

// TestThePublishedPageIsTrue: what pupils, parents and IT read of kinds, rules and the ladder
// in docs/conduct.md is what the program does.
func TestThePublishedPageIsTrue(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "conduct.md"))
	if err != nil {
		t.Fatal(err)
	}
	for name, table := range map[string]string{"kinds": kinds(), "rules": defaults(), "ladder": ladder()} {
		_, after, _ := strings.Cut(string(page), "<!-- "+name+" -->\n")
		is, _, _ := strings.Cut(after, "<!-- end -->")
		if is != table {
			t.Errorf("the table of %s is not what the program does. It should be:\n%s", name, table)
		}
	}
}

// does is what flags of a route may do by themselves.
var does = map[rule.Route]string{rule.Automatic: "the whole ladder", rule.Notice: "up to the tutor", rule.ToPerson: "a person looks", rule.Safeguarding: "the safeguarding lead looks"}

func kinds() string {
	var b strings.Builder
	b.WriteString("| kind | what it sees | figures: default (range) | its flags may, at most |\n| --- | --- | --- | --- |\n")
	for _, s := range rule.Specs() {
		var figures []string
		for _, f := range s.Figures {
			figures = append(figures, fmt.Sprintf("`%s` %d (%d-%d) %s", f.Name, f.Default, f.Min, f.Max, f.Unit))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.Kind, s.Means, cmp.Or(strings.Join(figures, ", "), "none"), does[s.Routes[0]])
	}
	return b.String()
}

func defaults() string {
	var b strings.Builder
	set := rule.Default()
	b.WriteString("| | rule | kind | looks for | points | gone after | its flags |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, r := range set.Rules {
		spec, _ := rule.SpecOf(r.Kind)
		var looks []string
		for _, f := range spec.Figures {
			looks = append(looks, fmt.Sprintf("%s %d", f.Name, r.Figure(f.Name)))
		}
		for _, name := range slices.Sorted(maps.Keys(r.With)) {
			if _, known := spec.Figure(name); !known {
				looks = append(looks, name+"?")
			}
		}
		c, _ := set.Category(r.Category)
		fmt.Fprintf(&b, "| %d | %s | `%s` | %s | %d | %d days | %s |\n", r.Number, r.Name, r.Kind, cmp.Or(strings.Join(looks, ", "), "any of them"), r.Weight, r.Decay, does[c.Route])
	}
	return b.String()
}

func ladder() string {
	var b strings.Builder
	b.WriteString("| points | step | you read | school days |\n| --- | --- | --- | --- |\n")
	for _, r := range rule.Default().Ladder.Rungs {
		days := fmt.Sprint(r.Days)
		if r.Action.Withdraws() && r.Days > rule.Alone {
			days = fmt.Sprintf("%d; up to %d if a member of staff confirms it", rule.Alone, r.Days)
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", r.Points, r.Action, r.Say, days)
	}
	return b.String()
}
