package main

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// rateFlags are the prices that a command is told. One that was not given stays.
type rateFlags struct {
	flags *pflag.FlagSet

	unit, group     string
	rates           map[string]*string
	sizes, finishes []string
	asElsewhere     bool
}

var rateUses = [][2]string{
	{"side", "a printed side in black and white"},
	{"colour", "a printed side in colour"},
	{"sheet", "a sheet of paper"},
	{"duplex-discount", "off for a sheet with both sides printed"},
	{"job-fee", "once for each job"},
}

func (f *rateFlags) add(cmd *cobra.Command) {
	f.flags, f.rates = cmd.Flags(), map[string]*string{}
	for _, u := range rateUses {
		f.rates[u[0]] = cmd.Flags().String(u[0], "", "what it costs: "+u[1])
	}
	cmd.Flags().StringSliceVar(&f.sizes, "size", nil, "how many times a size counts, such as a3=2")
	cmd.Flags().StringSliceVar(&f.finishes, "finishing", nil, "what finishing a copy costs, such as staple=1 (staple, punch, fold, bind, booklet, trim)")
	cmd.Flags().StringVar(&f.group, "group", "", "at this group of printers only (inkwell printer group)")
	cmd.Flags().BoolVar(&f.asElsewhere, "as-elsewhere", false, "the group has no prices of its own any more")
	cmd.Flags().StringVar(&f.unit, "unit", "", "what the school counts in: pages or pence")
}

// given says whether a price was named at all.
func (f *rateFlags) given() bool {
	return slices.ContainsFunc([]string{"side", "colour", "sheet", "duplex-discount", "job-fee", "size", "finishing", "as-elsewhere", "unit"}, f.flags.Changed)
}

// at is the group that is meant, 0 for all printers without prices of their own.
func (f *rateFlags) at(ctx context.Context, tx *db.Tx, id school.ID) (quota.GroupID, error) {
	if f.group == "" {
		return 0, nil
	}
	return release.GroupByName(ctx, tx, id, f.group)
}

// apply changes a tariff as the flags say.
func (f *rateFlags) apply(t *quota.Tariff, g quota.GroupID) error {
	if f.flags.Changed("unit") {
		t.Unit = quota.Unit(strings.ToLower(f.unit))
	}
	if f.asElsewhere {
		if g == 0 {
			return fault.New(fault.Invalid, "group", "--as-elsewhere is for a group: name it with --group.")
		}
		delete(t.Groups, g)
		return nil
	}
	r := t.Base
	if g != 0 {
		r = t.Groups[g]
	}
	if err := f.set(&r); err != nil {
		return err
	}
	switch {
	case g == 0:
		t.Base = r
	case f.given():
		if t.Groups == nil {
			t.Groups = map[quota.GroupID]quota.Rates{}
		}
		t.Groups[g] = r
	}
	return nil
}

func (f *rateFlags) set(r *quota.Rates) (err error) {
	for name, to := range map[string]**int64{"side": &r.Side, "colour": &r.Colour, "sheet": &r.Sheet, "duplex-discount": &r.Duplex, "job-fee": &r.Job} {
		if f.flags.Changed(name) {
			n, err := readRate(name, *f.rates[name])
			if err != nil {
				return err
			}
			*to = &n
		}
	}
	if r.Sizes, err = readRates("size", f.sizes, r.Sizes, quota.ParseSize); err != nil {
		return err
	}
	same := func(s string) (string, error) { return s, nil }
	r.Finishing, err = readRates("finishing", f.finishes, r.Finishing, same)
	return err
}

var pairExamples = map[string]string{"size": "a3=2", "finishing": "staple=1"}

// readRates reads NAME=NUMBER pairs on top of those there are.
func readRates(flag string, said []string, have map[string]int64, name func(string) (string, error)) (map[string]int64, error) {
	if len(said) == 0 {
		return have, nil
	}
	all := map[string]int64{}
	maps.Copy(all, have)
	for _, pair := range said {
		what, number, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fault.New(fault.Invalid, "tariff-"+flag, "--%s is %q. It is a name and a number, such as %s.", flag, pair, pairExamples[flag])
		}
		key, err := name(strings.ToLower(strings.TrimSpace(what)))
		if err != nil {
			return nil, err
		}
		if all[key], err = readRate(flag+" "+what, number); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func readRate(flag, said string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(said), 10, 64)
	if err != nil {
		return 0, fault.New(fault.Invalid, "tariff-rate", "--%s is %q. It is a whole number of pages or pence, 0 to 100,000.", flag, said)
	}
	return n, nil
}

// from is when a tariff begins: a day of the school's, or a time of one; zero for now.
func (h *host) from(ctx context.Context, s school.School, said string) (time.Time, error) {
	if said == "" {
		return time.Time{}, nil
	}
	if at, err := time.ParseInLocation(release.ExamTime, said, s.Zone); err == nil {
		return at.UTC(), nil
	}
	c, day, err := h.day(ctx, s.ID, said)
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "tariff-from", "%q is no day. It looks like 2027-01-04, or \"2027-01-04 08:00\".", said)
	}
	return c.Start(day), nil
}

// moneyOrPages is what an amount column is headed with.
func moneyOrPages(u quota.Unit) string {
	if u.Counts() {
		return "in pages"
	}
	return "in pounds"
}

func tariffTime(at time.Time, s school.School) string {
	return at.In(s.Zone).Format("Mon 2 Jan 2006 15:04")
}

func tariffNumber(arg string) (quota.TariffID, error) {
	n := numbered[quota.TariffID](arg)
	if n == 0 {
		return 0, fault.New(fault.Invalid, "tariff-number", "%q is no number of a tariff. inkwell tariff list shows them.", arg)
	}
	return n, nil
}
