package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// audienceFlags are how a command is told whom an allowance is for.
type audienceFlags struct{ role, years, class, person string }

func (f *audienceFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.role, "role", "", "of this role, such as pupil or teacher")
	cmd.Flags().StringVar(&f.years, "year", "", "of this year group or these, such as 10 or 7-9")
	cmd.Flags().StringVar(&f.class, "class", "", "of this class")
	cmd.Flags().StringVar(&f.person, "person", "", "this person alone, by user name, whatever else holds for them")
}

// read finds the audience in the school's transaction.
func (f *audienceFlags) read(ctx context.Context, tx *db.Tx, id school.ID) (quota.Audience, error) {
	a := quota.Everybody
	var err error
	if f.role != "" {
		if a.Role, err = readRole(f.role); err != nil {
			return a, err
		}
	}
	if f.years != "" {
		if a.From, a.To, err = readYears(f.years); err != nil {
			return a, err
		}
	}
	if f.class != "" {
		if a.Class, err = school.ClassByName(ctx, tx, id, f.class); err != nil {
			return a, err
		}
	}
	if f.person != "" {
		p, err := school.PersonByUsername(ctx, tx, id, f.person)
		if err != nil {
			return a, err
		}
		a.Person = p.ID
	}
	return a, nil
}

func readRole(s string) (school.Role, error) {
	if r := school.Role(s); r == school.Pupil || r == school.Guest {
		return r, nil
	}
	return school.ParseStaffRole(s)
}

func readYears(s string) (from, to int, err error) {
	first, last, span := strings.Cut(s, "-")
	if !span {
		last = first
	}
	if from, err = strconv.Atoi(first); err == nil {
		to, err = strconv.Atoi(last)
	}
	if err != nil {
		err = fault.New(fault.Invalid, "year", "--year is %q. It looks like 10 or 7-9.", s)
	}
	return from, to, err
}

func allowanceListCommand() *cobra.Command {
	cmd := schoolCommand("list", "List who gets how many pages", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error { return listAllowances(ctx, tx, h, s) })
		})
	cmd.Long = `It shows the pages of each group of people and of single ones, and the rule in words.`
	cmd.Example = `  inkwell allowance list`
	return cmd
}

func listAllowances(ctx context.Context, tx *db.Tx, h *host, s school.School) error {
	p, err := quota.PolicyOf(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	unit, err := quota.UnitOf(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
	head := "PAGES"
	if !unit.Counts() {
		head = "AMOUNT"
	}
	_, _ = fmt.Fprintln(w, head+"\tPAGES IN COLOUR\tWHO")
	whom := make([]quota.Audience, len(p.All))
	for i, a := range p.All {
		whom[i] = a.For
	}
	who, err := quota.SayAudiences(ctx, tx, whom)
	if err != nil {
		return err
	}
	for i, a := range p.All {
		colour := "-"
		if a.Colour != nil {
			colour = strconv.FormatInt(*a.Colour, 10)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", unit.Figure(a.Pages), colour, who[i])
	}
	_, _ = fmt.Fprintf(w, "\n%s", policyInWords(p, unit))
	return w.Flush()
}

// policyInWords states the rule as a bursar would have it explained.
func policyInWords(p quota.Policy, unit quota.Unit) string {
	several := "the highest counts"
	if p.Combine == quota.Sum {
		several = "they add up"
	}
	says := fmt.Sprintf("Given once every %s. Where several hold for one person, %s; what is set for the person alone takes the place of all else.\n", p.Per, several)
	if p.Carry == 0 {
		says += fmt.Sprintf("What is left over ends with the %s.\n", p.Per)
	} else {
		says += fmt.Sprintf("Up to %s of what is left over stays.\n", unit.Say(p.Carry))
	}
	says += "So many pages may be in colour, counted and kept in the same way; where none of what holds says so, all may.\n"
	if p.Default {
		says += "These are the defaults: the school has set nothing of its own.\n"
	}
	return says
}

func allowanceSetCommand() *cobra.Command {
	var whom audienceFlags
	var pages int64
	var colour string
	cmd := schoolCommand("set PAGES", "Say how many pages somebody gets in each period", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) (err error) {
			if pages, err = strconv.ParseInt(args[0], 10, 64); err != nil {
				return fault.New(fault.Invalid, "allowance-pages", "%q is no number of pages. An allowance is 0 to 1,000,000 pages.", args[0])
			}
			ceiling, err := readCeiling(colour)
			if err != nil {
				return err
			}
			return h.changeAllowances(ctx, s, whom, func(ctx context.Context, tx *db.Tx, of quota.Audience) error {
				return quota.SetAllowance(ctx, tx, "", s.ID, quota.Allowance{For: of, Pages: pages, Colour: ceiling})
			})
		})
	cmd.Long = `The first change makes the defaults the school's own. Who has had this period's allowance
keeps it; what is set counts from the next one on, and within a minute for those who have
had none. With --colour, so many of the pages may be in colour; without it, this says
nothing of colour. What is set for one person alone is all that holds for them.`
	cmd.Example = `  inkwell allowance set 200 --role pupil --year 7-9
  inkwell allowance set 60 --class 11A/Ar --colour 40
  inkwell allowance set 500 --person 23sbell`
	whom.add(cmd)
	cmd.Flags().StringVar(&colour, "colour", "", "how many of the pages may be in colour, such as 10")
	return cmd
}

// readCeiling is a ceiling on colour, nil for none.
func readCeiling(s string) (*int64, error) {
	if s == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, fault.New(fault.Invalid, "allowance-colour", "--colour is %q. It is a whole number of pages from 0 to 1,000,000.", s)
	}
	return &n, nil
}

func allowanceRemoveCommand() *cobra.Command {
	var whom audienceFlags
	cmd := schoolCommand("remove", "Remove what is set for exactly these people", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			return h.changeAllowances(ctx, s, whom, func(ctx context.Context, tx *db.Tx, of quota.Audience) error {
				return quota.RemoveAllowance(ctx, tx, "", s.ID, of)
			})
		})
	cmd.Long = `They fall back to what else is set for them. Who has had this period's pages keeps them.`
	cmd.Long = "Who these people are is said as it was when it was set. Others that hold for them go on, and pages\n" +
		"that were given stay."
	cmd.Example = "  inkwell allowance remove --class 11A/Ar"
	whom.add(cmd)
	return cmd
}

// changeAllowances runs a change and shows what came of it.
func (h *host) changeAllowances(ctx context.Context, s school.School, whom audienceFlags, change func(context.Context, *db.Tx, quota.Audience) error) error {
	return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
		of, err := whom.read(ctx, tx, s.ID)
		if err != nil {
			return err
		}
		if err := change(ctx, tx, of); err != nil {
			return err
		}
		return listAllowances(ctx, tx, h, s)
	})
}

func allowancePolicyCommand() *cobra.Command {
	var per, combine string
	var carry int64
	var cmd *cobra.Command
	cmd = schoolCommand("policy", "Say how often allowances are given, and what becomes of the rest", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				_, err := quota.SetPolicy(ctx, tx, "", s.ID, func(p *quota.Policy) {
					if cmd.Flags().Changed("per") {
						p.Per = quota.Period(per)
					}
					if cmd.Flags().Changed("combine") {
						p.Combine = quota.Combine(combine)
					}
					if cmd.Flags().Changed("carry") {
						p.Carry = carry
					}
				})
				if err != nil {
					return err
				}
				return listAllowances(ctx, tx, h, s)
			})
		})
	cmd.Long = `A term is the school's own (inkwell calendar), a week begins on Monday. In the holidays the
term before goes on. A change of --per counts at once: everybody who has had nothing of the
period that is now gets it within a minute.`
	cmd.Example = "  inkwell allowance policy --per month --carry 20"
	cmd.Flags().StringVar(&per, "per", "", "term, month, week or day")
	cmd.Flags().StringVar(&combine, "combine", "", "highest or sum, of several allowances of one person")
	cmd.Flags().Int64Var(&carry, "carry", 0, "how many pages that are left over stay, at most")
	return cmd
}
