package yeartest

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestTheYearIsOneOfASchool(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{1, 2} {
		y := New(seed, 300)
		if n := len(y.days); n < 180 || n > 196 {
			t.Errorf("seed %d: %d school days", seed, n)
		}
		count, misuse, people, unproven := map[Kind]int{}, map[Misuse]int{}, map[int]bool{}, map[bool]int{}
		last := time.Time{}
		for e, by := range y.Events() {
			if e.At.Before(last) {
				t.Fatalf("seed %d: %v comes after %v", seed, e.At, last)
			}
			last = e.At
			count[e.Kind]++
			if by != nil {
				misuse[by.Misuse]++
				unproven[e.Unproven]++
				if e.At.Before(by.From) {
					t.Fatalf("seed %d: %+v before %v", seed, e, by.From)
				}
			}
			if e.Kind == Printed {
				people[e.Pupil] = true
			}
			if e.Kind == Printed && (e.Pages < 1 || e.Colour > e.Pages || e.Job == 0 || e.Document == 0 || e.Station < 1 || e.Station > y.Shape.Stations) {
				t.Fatalf("seed %d: %+v", seed, e)
			}
		}
		for _, kind := range []Kind{Submitted, Refused, Cancelled, Expired, Tapped, WrongCode, Released, TooFew, Printed, Stopped, Denied, Claimed} {
			if count[kind] == 0 {
				t.Errorf("seed %d: nothing was %s", seed, kind)
			}
		}
		for _, m := range Misuses {
			if misuse[m] < 20 {
				t.Errorf("seed %d: only %d events of %s", seed, misuse[m], m)
			}
		}
		if share := float64(count[Expired]) / float64(count[Submitted]); share < 0.03 || share > 0.25 {
			t.Errorf("seed %d: %.2f expire", seed, share)
		}
		if unproven[true] == 0 {
			t.Errorf("seed %d: nobody was framed", seed)
		}
		if len(people) < 120 {
			t.Errorf("seed %d: %d pupils print", seed, len(people))
		}
		t.Logf("seed %d: %v, %v, %d pupils, shape %+v", seed, count, misuse, len(people), y.Shape)
	}
}

func TestASeedIsAYear(t *testing.T) {
	t.Parallel()
	tell := func(seed uint64) (all []Event) {
		for e := range New(seed, 100).Events() {
			if all = append(all, e); len(all) == 2000 {
				break
			}
		}
		return all
	}
	if !reflect.DeepEqual(tell(5), tell(5)) {
		t.Error("a seed tells two stories")
	}
	if reflect.DeepEqual(tell(5), tell(6)) {
		t.Error("two seeds tell one story")
	}
}

// The generator knows nothing of rules: what it tells could not be made to fit them.
func TestTheYearKnowsNoRules(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 5 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name) // #nosec G304 -- a source file of this folder
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if strings.Contains(i.Path.Value, "inkwell") || strings.Contains(i.Path.Value, ".") {
				t.Errorf("%s imports %s", name, i.Path.Value)
			}
		}
	}
}
