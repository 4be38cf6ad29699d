package rule_test

import (
	"reflect"
	"strings"
	"testing"

	"inkwell/internal/fault"
	"inkwell/quota/conduct/rule"
)

func TestTheDefaultsAreInOrderAndComeBack(t *testing.T) {
	t.Parallel()
	s := rule.Default()
	if wrong := s.Check(); len(wrong) > 0 {
		t.Fatalf("the defaults: %+v", wrong)
	}
	kinds := map[rule.Kind]bool{}
	for _, r := range s.Rules {
		kinds[r.Kind] = true
	}
	for _, spec := range rule.Specs() {
		if !kinds[spec.Kind] {
			t.Errorf("no rule of the kind %s", spec.Kind)
		}
	}
	back, err := rule.Read(s.Write())
	if err != nil || !reflect.DeepEqual(s, back) {
		t.Errorf("read back: %+v, %v", back, err)
	}
}

func TestAFileIsReadStrictly(t *testing.T) {
	t.Parallel()
	good := string(rule.Default().Write())
	for name, c := range map[string]struct{ old, new, want string }{
		"an unknown field":             {`"kind": "burst"`, `"kind": "burst", "wieght": 3`, "line 6: rules[0].wieght is unknown"},
		"a missing field":              {`      "weight": 30,` + "\n", "", "line 3: rules[0].weight is missing"},
		"a text for a number":          {`"weight": 30`, `"weight": "30"`, "line 8: rules[0].weight is a text, and has to be a number"},
		"a part of a point":            {`"weight": 30`, `"weight": 2.5`, "line 8: rules[0].weight is 2.5, and has to be a whole number"},
		"out of range":                 {`"weight": 30`, `"weight": 300`, "line 8: rules[0].weight is 300, and goes from 0 to 100"},
		"no such kind":                 {`"kind": "burst"`, `"kind": "magic"`, `line 6: rules[0].kind is "magic", and has to be one of burst`},
		"no such category":             {`"category": "excess"`, `"category": "other"`, "no category is called so"},
		"guessing acts by itself":      {`"kind": "burst"`, `"kind": "wrong-codes"`, "whose flags go automatic"},
		"no such figure":               {`"quiet-hours": 1`, `"quiet-hours": 1, "with": {"sheets": 3}`, "rules[0].with.sheets is no figure of the kind burst"},
		"a figure out of range":        {`"quiet-hours": 1`, `"quiet-hours": 1, "with": {"jobs": 1}`, "rules[0].with.jobs is 1, and goes from 2 to 1000"},
		"two rules of a number":        {`"rule": 2,`, `"rule": 1,`, "rules[1].rule is 1, as another rule's is"},
		"a ladder that goes down":      {`"points": 20`, `"points": 5`, "ladder.rungs[1].points is 5, and has to be more"},
		"a ladder without objection":   {`"Ask your tutor for a review."`, `" "`, "ladder.objection is missing"},
		"a milder rung above":          {`"action": "review"`, `"action": "notice"`, `ladder.rungs[3].action is "notice", which is milder`},
		"a breaker that breaks at all": {`"percent": 5`, `"percent": 0`, "breaker.percent is 0, and goes from 1 to 100"},
		"twice":                        {`"kind": "burst"`, `"kind": "burst", "kind": "burst"`, `line 6: "kind" stands twice`},
		"no JSON":                      {`"weight": 30,`, `"weight" 30,`, "cannot be read as JSON"},
		"cut off":                      {good[len(good)/2:], "", "cannot be read as JSON"},
		"two of them":                  {"\n}\n", "\n}\n{}", "something stands after the end"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatal("nothing was changed")
			}
			_, err := rule.Read([]byte(text))
			f := fault.As(err)
			if f == nil || f.Code != "conduct-rules" || !strings.Contains(f.Say, c.want) {
				t.Errorf("says %v, want %q", err, c.want)
			}
		})
	}
	_, err := rule.Read([]byte(strings.NewReplacer(`"weight": 30`, `"weight": 300`, `"points": 20`, `"points": 5`).Replace(good)))
	if f := fault.As(err); f == nil || strings.Count(f.Say, "\n") != 2 {
		t.Errorf("two things are wrong, and it says %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(rule.Default().Write())
	f.Add([]byte(`{"rules": [], "categories": [{}], "ladder": null, "breaker": 3}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := rule.Read(text)
		if err != nil {
			return
		}
		if again, err := rule.Read(s.Write()); err != nil || len(again.Rules) != len(s.Rules) {
			t.Errorf("what was read cannot be read again: %v", err)
		}
	})
}
