package console

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/quota"
	"inkwell/release"
)

// The most that a price can be, and the most times that a size can count.
const (
	mostPrice = 100_000
	mostTimes = 100
)

// sizeA3 is the size that the form has a field for; others are the command's.
const sizeA3 = "iso_a3"

// pricesForm is what was typed about prices.
type pricesForm struct {
	fields, finishes boxes
	unit             quota.Unit
	group            quota.GroupID
	asElsewhere      bool
	last             quota.TariffID
	start            string
}

// priceBoxes are the fields of a group's prices, or of all printers' for 0, as a tariff has them.
func priceBoxes(t quota.Tariff, g quota.GroupID) (fields, finishes boxes) {
	r := t.Base
	if g != 0 {
		r = t.Groups[g]
	}
	write := func(n *int64) string {
		if n == nil {
			return ""
		}
		return strconv.FormatInt(*n, 10)
	}
	times := ""
	if n := r.Sizes[sizeA3]; n != 0 {
		times = strconv.FormatInt(n, 10)
	}
	fields = boxes{
		{Name: "side", Label: "A side in black and white", Value: write(r.Side)},
		{Name: "colour", Label: "A side in colour", Value: write(r.Colour)},
		{Name: "sheet", Label: "A sheet of paper", Value: write(r.Sheet)},
		{Name: "duplex", Label: "Off for a sheet with both sides printed", Value: write(r.Duplex)},
		{Name: "job", Label: "Once for each job", Value: write(r.Job)},
		{Name: "a3", Label: "A3 counts how many times?", Value: times},
		{Name: "from", Label: "From", Hint: "empty: from now"},
	}
	for _, f := range quota.Finishings {
		e := box{Name: "finish-" + f, Label: "A copy, " + f}
		if n, set := r.Finishing[f]; set {
			e.Value = strconv.FormatInt(n, 10)
		}
		finishes = append(finishes, e)
	}
	return fields, finishes
}

func readPrices(r *http.Request) *pricesForm {
	f := &pricesForm{unit: quota.Unit(r.PostFormValue("unit")), group: numberOf[quota.GroupID](r.PostFormValue("group")),
		asElsewhere: r.PostFormValue("as-elsewhere") == "yes", last: numberOf[quota.TariffID](r.PostFormValue("last")), start: r.PostFormValue("from")}
	f.fields, f.finishes = priceBoxes(quota.Tariff{}, 0)
	for _, of := range []boxes{f.fields, f.finishes} {
		for i := range of {
			of[i].Value = r.PostFormValue(of[i].Name)
		}
	}
	return f
}

func (f *pricesForm) from(zone *time.Location) (time.Time, error) { return dayFrom(f.start, zone) }

// refuse says a refusal of the tariff's at the field that it is about.
func (f *pricesForm) refuse(code, say string) {
	field := strings.TrimPrefix(code, "tariff-")
	if field == "overlaps" || field == "unit-from" {
		field = "from"
	}
	f.fields.refuse(field, say)
}

// apply has a tariff take what was typed; a blank is as elsewhere, or nothing.
func (f *pricesForm) apply(ctx context.Context, tx *db.Tx, v visitor, t *quota.Tariff) error {
	if f.unit != "" && f.group == 0 {
		t.Unit = f.unit
	}
	if f.group != 0 {
		names, err := release.GroupNames(ctx, tx, v.School)
		if err != nil {
			return err
		}
		if _, known := names[f.group]; !known {
			return fault.New(fault.Invalid, "group-unknown", "There is no such group of printers any more.")
		}
	}
	rates, err := f.rates(t)
	switch {
	case err != nil:
		return err
	case f.group == 0:
		t.Base = rates
	case f.asElsewhere:
		delete(t.Groups, f.group)
	default:
		if t.Groups == nil {
			t.Groups = map[quota.GroupID]quota.Rates{}
		}
		t.Groups[f.group] = rates
	}
	return nil
}

// rates are the prices that were typed. Sizes without a field stay as the tariff has them.
func (f *pricesForm) rates(t *quota.Tariff) (r quota.Rates, err error) {
	r = quota.Rates{Side: f.fields.units("side", mostPrice), Colour: f.fields.units("colour", mostPrice), Sheet: f.fields.units("sheet", mostPrice),
		Duplex: f.fields.units("duplex", mostPrice), Job: f.fields.units("job", mostPrice)}
	was := t.Base
	if f.group != 0 {
		was = t.Groups[f.group]
	}
	r.Sizes = maps.Clone(was.Sizes)
	delete(r.Sizes, sizeA3)
	if n := f.fields.units("a3", mostTimes); n != nil && *n > 0 {
		if r.Sizes == nil {
			r.Sizes = map[string]int64{}
		}
		r.Sizes[sizeA3] = *n
	}
	for _, finish := range quota.Finishings {
		if n := f.finishes.units("finish-"+finish, mostPrice); n != nil {
			if r.Finishing == nil {
				r.Finishing = map[string]int64{}
			}
			r.Finishing[finish] = *n
		}
	}
	if f.fields.Wrong() || f.finishes.Wrong() {
		err = badForm
	}
	return r, err
}
