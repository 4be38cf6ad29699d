package quota_test

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"inkwell/internal/fault"
	"inkwell/quota"
)

func TestAmountsInTheirUnit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		unit        quota.Unit
		n           int64
		say, figure string
	}{
		{quota.Page, 0, "0 pages", "0"}, {quota.Page, 1, "1 page", "1"}, {"", 7, "7 pages", "7"}, {quota.Page, -3, "−3 pages", "−3"},
		{quota.Penny, 0, "£0.00", "£0.00"}, {quota.Penny, 35, "£0.35", "£0.35"}, {quota.Penny, 1205, "£12.05", "£12.05"}, {quota.Penny, -5, "−£0.05", "−£0.05"},
	} {
		if c.unit.Say(c.n) != c.say || c.unit.Figure(c.n) != c.figure {
			t.Errorf("%d %s: %q, %q", c.n, c.unit, c.unit.Say(c.n), c.unit.Figure(c.n))
		}
	}
	for unit, want := range map[quota.Unit]string{
		quota.Page: "Needs 10 pages, you have 5. Print less, or ask for more.", quota.Penny: "Needs £0.10, you have £0.05. Print less, or ask for more.",
	} {
		if got := fault.As(unit.NotEnough(10, 5)).Say; got != want {
			t.Errorf("%s: %q", unit, got)
		}
	}
}

// school is a tariff with everything in it.
func everything() quota.Tariff {
	return quota.Tariff{
		Unit: quota.Penny,
		Base: quota.Rates{Job: new(int64(2)), Side: new(int64(3)), Colour: new(int64(15)), Sheet: new(int64(1)), Duplex: new(int64(1)),
			Sizes: map[string]int64{"iso_a3": 2}, Finishing: map[string]int64{"staple": 4}},
		Groups: map[quota.GroupID]quota.Rates{7: {Colour: new(int64(30)), Sizes: map[string]int64{"iso_a5": 1}}},
	}
}

func TestAPriceAndItsReasons(t *testing.T) {
	t.Parallel()
	a3 := "iso_a3_297x420mm"
	for name, c := range map[string]struct {
		tariff quota.Tariff
		work   quota.Work
		group  quota.GroupID
		units  int64
		lines  string
	}{
		"the default": {quota.DefaultTariff(), quota.Work{Sides: 10, Colour: 4, Sheets: 5, Media: a3, Copies: 2}, 7, 10,
			"6 sides in black and white at 1 page: 6 pages|4 sides in colour at 1 page: 4 pages"},
		"nothing in colour": {everything(), quota.Work{Sides: 5, Sheets: 3}, 0, 2 + 15 + 3 - 2,
			"5 sides in black and white at £0.03: £0.15|3 sheets of paper at £0.01: £0.03|2 sheets printed on both sides at −£0.01: −£0.02|for the job: £0.02"},
		"colour at a group": {everything(), quota.Work{Sides: 1, Colour: 1, Sheets: 1}, 7, 2 + 30 + 1,
			"1 side in colour: £0.30|1 sheet of paper: £0.01|for the job: £0.02"},
		"large, stapled": {everything(), quota.Work{Sides: 4, Sheets: 2, Copies: 2, Media: a3, Finishings: []string{"staple"}}, 0, 2 + 4*6 + 2*2 - 2*2 + 2*4,
			"4 sides in black and white on A3 (each counts 2 times) at £0.06: £0.24|2 sheets of paper on A3 (each counts 2 times) at £0.02: £0.04|" +
				"2 sheets printed on both sides on A3 (each counts 2 times) at −£0.02: −£0.04|2 copies stapled at £0.04: £0.08|for the job: £0.02"},
		"the rest": {everything(), quota.Work{Sides: 5, Sheets: 3, Printed: 2}, 0, 16 - 6,
			"5 sides in black and white at £0.03: £0.15|3 sheets of paper at £0.01: £0.03|2 sheets printed on both sides at −£0.01: −£0.02|2 of 5 sides printed before: −£0.06"},
		"nothing at all": {everything(), quota.Work{}, 0, 2, "for the job: £0.02"},
	} {
		p := c.tariff.Price(c.work, c.group)
		var lines []string
		for _, l := range p.Lines {
			lines = append(lines, l.In(c.tariff.Unit))
		}
		if said := strings.Join(lines, "|"); p.Units != c.units || said != c.lines {
			t.Errorf("%s: %d units for\n%s", name, p.Units, strings.ReplaceAll(said, "|", "\n"))
		}
	}
}

func TestWorkInAFewWords(t *testing.T) {
	t.Parallel()
	for want, w := range map[string]quota.Work{
		"1 sheet":                                 {Sides: 1, Sheets: 1},
		"3 sheets two-sided":                      {Sides: 5, Sheets: 3},
		"3 sheets two-sided, colour":              {Sides: 5, Sheets: 3, Colour: 5},
		"2 sheets, 1 of 2 sides colour, A3":       {Sides: 2, Sheets: 2, Colour: 1, Media: "iso_a3_297x420mm"},
		"2 sheets, Letter, stapled, as a booklet": {Sides: 2, Sheets: 2, Media: "na_letter_8.5x11in", Finishings: []string{"booklet", "staple"}},
	} {
		if got := w.Words(); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestSizesAsPeopleSayThem(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{"a3": "iso_a3", " A3 ": "iso_a3", "iso_a3": "iso_a3", "iso_a3_297x420mm": "iso_a3", "Letter": "na_letter", "b4": "iso_b4", "sra3": "iso_sra3"} {
		if got, err := quota.ParseSize(said); err != nil || got != want {
			t.Errorf("%q: %q, %v", said, got, err)
		}
	}
	for _, said := range []string{"", "a33", "large", "iso_", "_"} {
		if _, err := quota.ParseSize(said); fault.As(err).Code != "tariff-size" {
			t.Errorf("%q: %v", said, err)
		}
	}
	for media, want := range map[string]string{"": "iso_a4", "iso_a4_210x297mm": "iso_a4", "custom_100x200mm_100x200mm": "custom_100x200mm"} {
		if got := quota.Size(media); got != want {
			t.Errorf("%q: %q", media, got)
		}
	}
}

func TestWhatIsNoTariff(t *testing.T) {
	t.Parallel()
	set := func(change func(*quota.Tariff)) error {
		tariff := everything()
		change(&tariff)
		return tariff.Check()
	}
	if err := everything().Check(); err != nil {
		t.Fatal(err)
	}
	for code, changes := range map[string][]func(*quota.Tariff){
		"tariff-unit":      {func(t *quota.Tariff) { t.Unit = "euros" }, func(t *quota.Tariff) { t.Unit = "" }},
		"tariff-size":      {func(t *quota.Tariff) { t.Base.Sizes["iso_a3"] = 0 }, func(t *quota.Tariff) { t.Base.Sizes["iso_a3"] = 101 }, func(t *quota.Tariff) { t.Base.Sizes["a3"] = 1 }},
		"tariff-finishing": {func(t *quota.Tariff) { t.Base.Finishing["laminate"] = 1 }},
		"tariff-colour":    {func(t *quota.Tariff) { t.Base.Colour = new(int64(2)) }, func(t *quota.Tariff) { t.Groups[7] = quota.Rates{Side: new(int64(16))} }},
		"tariff-duplex":    {func(t *quota.Tariff) { t.Base.Duplex = new(int64(4)) }, func(t *quota.Tariff) { t.Groups[7] = quota.Rates{Side: new(int64(0)), Duplex: new(int64(1))} }},
		"tariff-rate": {
			func(t *quota.Tariff) { t.Base.Job = new(int64(-1)) }, func(t *quota.Tariff) { t.Base.Side = new(int64(100_001)) },
			func(t *quota.Tariff) { t.Base.Sheet = new(int64(math.MaxInt64)) }, func(t *quota.Tariff) { t.Base.Duplex = new(int64(math.MinInt64)) },
			func(t *quota.Tariff) { t.Groups[7] = quota.Rates{Colour: new(int64(-5))} }, func(t *quota.Tariff) { t.Base.Finishing["staple"] = -1 },
		},
	} {
		for i, change := range changes {
			if f := fault.As(set(change)); f == nil || f.Code != code || f.Kind != fault.Invalid {
				t.Errorf("%s %d: %v", code, i, f)
			}
		}
	}
	if !quota.DefaultTariff().Plain() || everything().Plain() {
		t.Error("which tariff is plain is mixed up")
	}
}

func rates(t *rapid.T, base bool) quota.Rates {
	rate := func(name string, most int64) *int64 {
		if !base && rapid.Bool().Draw(t, "as the base "+name) {
			return nil
		}
		return new(rapid.Int64Range(0, most).Draw(t, name))
	}
	r := quota.Rates{Job: rate("job", 100_000), Side: rate("side", 100_000), Colour: rate("colour", 100_000), Sheet: rate("sheet", 100_000), Duplex: rate("duplex", 100_000)}
	r.Sizes = rapid.MapOf(rapid.SampledFrom([]string{"iso_a3", "iso_a5", "na_letter"}), rapid.Int64Range(1, 100)).Draw(t, "sizes")
	r.Finishing = rapid.MapOf(rapid.SampledFrom(quota.Finishings), rapid.Int64Range(0, 100_000)).Draw(t, "finishing")
	return r
}

// anyTariff is one that could have been set: what cannot is mended.
func anyTariff(t *rapid.T) quota.Tariff {
	tariff := quota.Tariff{Unit: rapid.SampledFrom([]quota.Unit{quota.Page, quota.Penny}).Draw(t, "unit"), Base: rates(t, true)}
	tariff.Groups = map[quota.GroupID]quota.Rates{1: rates(t, false)}
	for _, g := range []quota.GroupID{0, 1} {
		r := tariff.At(g)
		r.Colour, r.Duplex = new(max(*r.Colour, *r.Side)), new(min(*r.Duplex, *r.Side))
		if g == 0 {
			tariff.Base = r
		} else {
			tariff.Groups[g] = r
		}
	}
	if err := tariff.Check(); err != nil {
		t.Fatal(err)
	}
	return tariff
}

func anyWork(t *rapid.T) quota.Work {
	sides := rapid.IntRange(1, 1<<24).Draw(t, "sides")
	return quota.Work{
		Sides: sides, Colour: rapid.IntRange(0, sides).Draw(t, "colour"), Sheets: rapid.IntRange((sides+1)/2, sides).Draw(t, "sheets"),
		Copies: rapid.IntRange(0, 99).Draw(t, "copies"), Media: rapid.SampledFrom([]string{"", "iso_a3_297x420mm", "iso_a4_210x297mm", "na_letter_8.5x11in"}).Draw(t, "media"),
		Finishings: rapid.SliceOfDistinct(rapid.SampledFrom(quota.Finishings), rapid.ID[string]).Draw(t, "finishings"),
	}
}

// More of anything never costs less, nothing costs less than nothing, and the reasons add up.
func TestPricesAreInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tariff, w, g := anyTariff(t), anyWork(t), quota.GroupID(rapid.IntRange(0, 2).Draw(t, "group"))
		w.Printed = rapid.IntRange(0, w.Sides).Draw(t, "printed")
		p := tariff.Price(w, g)
		var sum int64
		for _, l := range p.Lines {
			if sum += l.Units; l.Units == 0 || l.Say == "" {
				t.Fatalf("an empty line: %+v", l)
			}
		}
		if p.Units < 0 || sum != p.Units {
			t.Fatalf("%d units, the lines add up to %d: %+v", p.Units, sum, p.Lines)
		}
		more := map[string]quota.Work{"side": w, "sheet": w, "colour": w, "copy": w}
		for what, m := range more {
			m.Printed = 0
			switch what {
			case "side":
				m.Sides++
				m.Sheets = max(m.Sheets, (m.Sides+1)/2)
			case "sheet":
				m.Sheets = min(m.Sheets+1, m.Sides)
			case "colour":
				m.Colour = min(m.Colour+1, m.Sides)
			case "copy":
				m.Copies++
			}
			whole := w
			whole.Printed = 0
			if before, after := tariff.Price(whole, g).Units, tariff.Price(m, g).Units; after < before {
				t.Fatalf("one %s more costs %d, not %d: %+v", what, after, before, m)
			}
		}
	})
}

// However a job breaks off and goes on, its parts never cost more than was shown at first; once
// all of it is out, they make up the whole but for a fee and what each part was rounded down.
func TestPartsNeverCostMoreThanTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tariff, w := anyTariff(t), anyWork(t)
		shown, paid, parts := tariff.Price(w, 1).Units, int64(0), int64(0)
		for w.Printed < w.Sides && parts < 20 {
			left := w.Sides - w.Printed
			due := tariff.Price(w, 1).Units
			if due+paid > shown {
				t.Fatalf("%d paid, %d due, %d shown", paid, due, shown)
			}
			out := rapid.OneOf(rapid.Just(left), rapid.IntRange(1, left)).Draw(t, "out")
			if parts == 19 {
				out = left
			}
			paid += quota.Share(due, out, left)
			w.Printed += out
			parts++
		}
		if fee := *tariff.At(1).Job; paid > shown || paid < shown-fee-parts {
			t.Fatalf("%d paid in %d parts of %d shown with a fee of %d", paid, parts, shown, fee)
		}
	})
}

func TestATariffSurvivesBeingWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tariff, w := anyTariff(t), anyWork(t)
		again, work := quota.Tariff{Unit: tariff.Unit}, quota.Work{}
		through(t, tariff.Base, &again.Base)
		through(t, tariff.Groups, &again.Groups)
		through(t, w, &work)
		if len(w.Finishings) == 0 {
			w.Finishings = nil
		}
		if !reflect.DeepEqual(w, work) {
			t.Fatalf("%+v became %+v", w, work)
		}
		for _, g := range []quota.GroupID{0, 1, 2} {
			if before, after := tariff.Price(w, g), again.Price(work, g); before.Units != after.Units || !slices.Equal(before.Lines, after.Lines) {
				t.Fatalf("%+v became %+v", before, after)
			}
		}
	})
}

func through[T any](t *rapid.T, from T, to *T) {
	body, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(body, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}
