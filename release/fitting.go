package release

import "inkwell/quota"

// Fitting are those of a visit's jobs, given oldest first, that can be released together with
// what the visitor has left: one that does not fit beside those before it is passed over. short is
// the refusal of all of them at once, nil where all fit.
func (v Visit) Fitting(all []VisitJob) (fit []VisitJob, short error) {
	var sum purse
	for _, j := range all {
		sum = sum.with(j)
	}
	if short = v.covers(sum); short == nil {
		return all, nil
	}
	var taken purse
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

func (p purse) with(j VisitJob) purse {
	return purse{p.units + j.Due, p.colour + int64(j.Colour), p.pages + j.Pages}
}

// covers refuses what is more than the visitor has, for showing: a release decides again.
func (v Visit) covers(p purse) error {
	left := quota.Left{Units: v.Balance, Unit: v.Unit}
	if v.Colour != nil {
		left.Ceiling, left.Colour = true, int64(*v.Colour)
	}
	if err := left.Covers(p.units, p.colour); err != nil {
		return err
	}
	if v.Pass != nil && p.pages > *v.Pass {
		return passSpent(*v.Pass)
	}
	return nil
}
