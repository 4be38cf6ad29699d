package release

import (
	"maps"

	"inkwell/quota"
)

// Fitting are those of a visit's jobs, given oldest first, that can be released together with
// what their payers have left: one that does not fit beside those before it is passed over. short is
// the refusal of all of them at once, nil where all fit.
func (v Visit) Fitting(all []VisitJob) (fit []VisitJob, short error) {
	sum := bill{}
	for _, j := range all {
		sum = sum.with(j)
	}
	if short = v.covers(sum); short == nil {
		return all, nil
	}
	taken := bill{}
	for _, j := range all {
		if more := taken.with(j); v.covers(more) == nil {
			fit, taken = append(fit, j), more
		}
	}
	return fit, short
}

// purse is what jobs take together.
type purse struct {
	units  int64
	colour int64 // impressions
	pages  int
}

// bill is what jobs take of each payer, by its code.
type bill map[string]purse

func (b bill) with(j VisitJob) bill {
	code := j.Payer.Code
	if code == "" {
		code = quota.OwnCode // of a visit that knows nobody else
	}
	more, p := maps.Clone(b), b[code]
	more[code] = purse{p.units + j.Due, p.colour + int64(j.Colour), p.pages + j.Pages}
	return more
}

// covers refuses what is more than there is, for showing: a release decides again.
func (v Visit) covers(b bill) error {
	if v.Payers.Exam() {
		return nil
	}
	left := quota.Left{Units: v.Balance, Unit: v.Unit}
	if v.Colour != nil {
		left.Ceiling, left.Colour = true, int64(*v.Colour)
	}
	own := b[quota.OwnCode]
	if err := left.Covers(own.units, own.colour); err != nil {
		return err
	}
	pages := own.pages
	for _, p := range v.Payers.All {
		if p.Own() {
			continue
		}
		if err := p.Covers(b[p.Code].units, 0); err != nil {
			return err
		}
		pages += b[p.Code].pages
	}
	if v.Pass != nil && pages > *v.Pass {
		return passSpent(*v.Pass)
	}
	return nil
}
