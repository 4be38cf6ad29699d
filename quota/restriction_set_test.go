package quota_test

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota"
)

func words() quota.Words {
	return quota.Words{
		Printer: func(name string) (int32, error) {
			if !strings.EqualFold(name, "Library") {
				return 0, fault.New(fault.NotFound, "printer-unknown", "x")
			}
			return 3, nil
		},
		Paper: func(word string) string { return map[string]string{"A3": a3}[strings.ToUpper(word)] },
	}
}

// A change is a new set of rules; numbers stay with their rules and are never given again.
func TestRulesAreChangedAsAWhole(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c := schooltest.New(t, d, "Harbour")
	change := func(code string, how func([]quota.Restriction) ([]quota.Restriction, error)) (r quota.Rules) {
		t.Helper()
		err := d.InTx(t.Context(), db.InSchool(c.School), func(ctx context.Context, tx *db.Tx) (err error) {
			r, err = quota.ChangeRules(ctx, tx, c.IT.Pseudonym, c.School, how)
			return err
		})
		if f := fault.As(err); code == "" && err != nil || code != "" && (f == nil || f.Code != code) {
			t.Errorf("got %v, want %q", err, code)
		}
		return r
	}
	numbers := func(r quota.Rules) (all string) {
		for _, one := range r.All {
			all += fmt.Sprint(one.Number, " ")
		}
		return all
	}
	books := quota.Restriction{Name: "Books", For: quota.Everybody, Pages: 100, Outcome: quota.Refuse}
	if r := change("", quota.AddRule(books, 1)); numbers(r) != "3 1 2 " {
		t.Errorf("added: %s", numbers(r))
	}
	if r := change("", quota.MoveRule(3, 2)); numbers(r) != "1 3 2 " || r.Hidden()[3] != 0 {
		t.Errorf("moved: %s", numbers(r))
	}
	change("rule-place", quota.MoveRule(3, 4))
	change("rule-place", quota.AddRule(books, 9))
	change("rule-unknown", quota.RemoveRule(9))
	change("rule-pages", quota.SetRule(3, func(r *quota.Restriction) error { r.Pages = 1; return nil }))
	change("rule-number", func(all []quota.Restriction) ([]quota.Restriction, error) { all[0].Number = 3; return all, nil })
	change("rules-full", func([]quota.Restriction) ([]quota.Restriction, error) { return make([]quota.Restriction, 101), nil })
	change("", quota.RemoveRule(3))
	if r := change("", quota.AddRule(books, 0)); numbers(r) != "1 2 4 " {
		t.Errorf("added again: %s", numbers(r))
	}
	sets := dbtest.Value[int](t, d, "SELECT count(*) FROM rule_set")
	change("", func(all []quota.Restriction) ([]quota.Restriction, error) { return all, nil })
	if n := dbtest.Value[int](t, d, "SELECT count(*) FROM rule_set"); n != sets || n != 4 {
		t.Errorf("%d sets, %d before a change of nothing", n, sets)
	}
	if r := change("", func([]quota.Restriction) ([]quota.Restriction, error) { return []quota.Restriction{}, nil }); len(r.All) != 0 {
		t.Errorf("no rules are %+v", r)
	}
	if r := change("", quota.AddRule(books, 0)); numbers(r) != "5 " {
		t.Errorf("after none: %s", numbers(r))
	}
	err := d.InTx(t.Context(), db.InSchool(c.School), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE restriction SET pages = 2")
		return err
	})
	if err == nil {
		t.Error("the running role can change a rule in its set")
	}
}

// A file of rules says all that they are; what is wrong with one is named by line and part.
func TestRulesAreKeptInAFile(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c := schooltest.New(t, d, "Harbour")
	in := func(fn func(ctx context.Context, tx *db.Tx) error) error {
		return d.InTx(t.Context(), db.InSchool(c.School), fn)
	}
	read := func(text string) (all []quota.Restriction, err error) {
		err = in(func(ctx context.Context, tx *db.Tx) (err error) {
			all, err = quota.ReadRules(ctx, tx, c.School, strings.NewReader(text), words())
			return err
		})
		return all, err
	}
	err := in(func(ctx context.Context, tx *db.Tx) error {
		if err := school.AddClasses(ctx, tx, c.School, []school.Class{{Name: "11A/Ar", From: monday, To: monday.AddDate(1, 0, 0)}}); err != nil {
			return err
		}
		text := "name,outcome,role,year,class,person,pages,copies,colour,paper,when,from,until,days,printers,same,hours,instead\n" +
			"Everything,refuse,pupil,7-9,11a/ar,,61,3,2,a3,lessons,08:30,00:00,Mon-Wed Fri,library,3,24,See IT.\n" +
			"One,ask,,,,sam,30,,,,,,,,,,,\n"
		all, err := quota.ReadRules(ctx, tx, c.School, strings.NewReader(text), words())
		if err != nil {
			return err
		}
		rules, err := quota.ChangeRules(ctx, tx, "", c.School, func([]quota.Restriction) ([]quota.Restriction, error) { return all, nil })
		if err != nil {
			return err
		}
		kept, err := quota.RulesOf(ctx, tx, c.School)
		if err != nil || !reflect.DeepEqual(kept.All, rules.All) || kept.Set != rules.Set {
			t.Errorf("kept %+v, %v\nof %+v", kept, err, rules)
		}
		names, err := quota.NamesOf(ctx, tx, kept)
		names.Printers = map[int32]string{3: "Library"}
		var file bytes.Buffer
		if err := quota.WriteRules(&file, kept, names); err != nil {
			return err
		}
		again, err2 := quota.ReadRules(ctx, tx, c.School, &file, words())
		if err2 != nil || !reflect.DeepEqual(again, kept.All) {
			t.Errorf("read again %+v, %v\nof %+v", again, err2, kept.All)
		}
		row := kept.Table(names)[0]
		if row.Who != "pupils, Years 7 to 9, class 11A/Ar" || row.Then != "is not printed" ||
			row.Meets != "more than 60 pages and more than 2 copies and more than 1 page in colour of the same document more than 3 times on A3 at Library during lessons from 08:30 to 00:00 on Mon-Wed Fri" {
			t.Errorf("%+v", row)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"name,outcome,pages\nA,refuse,61\nB,refuse,many": `line 3: pages is "many" and has to be a whole number above 0`,
		"name,outcome,colour\nA,refuse,-2":               `line 2: colour is "-2"`,
		"name,outcome,pages\nA,perhaps,61":               "line 2: Outcome: refuse, confirm or ask.",
		"name,outcome,class\nA,refuse,9Z":                `line 2: There is no class "9Z".`,
		"name,outcome,person\nA,refuse,bob":              `line 2: There is nobody with the user name "bob".`,
		"name,outcome,role\nA,refuse,boss":               `line 2: There is no role "boss".`,
		"name,outcome,paper\nA,refuse,A0":                `line 2: There is no paper "A0".`,
		"name,outcome,printers\nA,refuse,Hall":           `line 2: There is no printer "Hall".`,
		"name,outcome,days\nA,refuse,someday":            `line 2: days is "someday"`,
		"name,outcome,from,until\nA,refuse,8am,9am":      `line 2: from is "8am"`,
		"name,outcome,year\nA,refuse,nine":               `line 2: year is "nine"`,
		"number,name,outcome\nx,A,refuse":                `line 2: number is "x"`,
		"name,outcome\nA,refuse":                         "line 2: Say what the rule meets",
		"name,outcome,weather\nA,refuse,rain":            `A rule has no part "weather".`,
		"name\nA":                                        "lacks the column outcome",
	} {
		if _, err := read(text); err == nil || !strings.Contains(fault.As(err).Say, want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
