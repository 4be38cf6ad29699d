package main

import (
	"bytes"
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

func ruleListCommand() *cobra.Command {
	cmd := schoolCommand("list", "Show the rules of what may be printed, in their order", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error { return h.listRules(ctx, tx, s) })
		})
	cmd.Long = `The first rule that meets a job decides. A rule meets a job that all of it holds for. A
school that has set nothing has two rules: a pupil is asked "Really?" at 30 pages, and a
teacher above 60.`
	cmd.Example = "  inkwell rule list"
	return cmd
}

func (h *host) listRules(ctx context.Context, tx *db.Tx, s school.School) error {
	rules, rows, err := release.RuleTable(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	if err := writeRuleTable(h.out, rows, 0); err != nil {
		return err
	}
	if rules.Set == 0 {
		_, err = fmt.Fprintln(h.out, "\nThese are the defaults: the school has set nothing of its own.")
	} else {
		_, err = fmt.Fprintf(h.out, "\nSince %s.\n", rules.Since.In(s.Zone).Format("2 January 2006 15:04"))
	}
	return err
}

// ruleArgument is the number of a rule, or a place among them.
func ruleArgument(text, what string) (quota.RuleNumber, error) {
	n := numbered[quota.RuleNumber](text)
	if n == 0 {
		return 0, fault.New(fault.Invalid, "rule-unknown", "%q is no number of a %s. inkwell rule list shows them.", text, what)
	}
	return n, nil
}

// ruleFlags are the parts of a rule that a command was told.
type ruleFlags struct {
	cmd  *cobra.Command
	said map[string]*string
}

func (f *ruleFlags) add(cmd *cobra.Command) {
	f.cmd, f.said = cmd, map[string]*string{}
	for _, field := range quota.Fields() {
		f.said[field.Name] = cmd.Flags().String(field.Name, "", field.Usage)
	}
}

// apply reads what was said into a rule.
func (f *ruleFlags) apply(ctx context.Context, tx *db.Tx, id school.ID, r *quota.Restriction) error {
	words, err := release.RuleWords(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, field := range quota.Fields() {
		if !f.cmd.Flags().Changed(field.Name) {
			continue
		}
		if err := quota.SetField(ctx, tx, id, r, field.Name, *f.said[field.Name], words); err != nil {
			return err
		}
	}
	return nil
}

// changeRules changes a school's rules and shows what they are then.
func (h *host) changeRules(ctx context.Context, s school.School, dry bool, change func(context.Context, *db.Tx) (func([]quota.Restriction) ([]quota.Restriction, error), error)) error {
	return h.attempt(ctx, s.ID, dry, func(ctx context.Context, tx *db.Tx) error {
		how, err := change(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := quota.ChangeRules(ctx, tx, "", s.ID, how); err != nil {
			return err
		}
		return h.listRules(ctx, tx, s)
	})
}

func ruleAddCommand() *cobra.Command {
	var flags ruleFlags
	var place int
	cmd := schoolCommand("add", "Add a rule", cobra.NoArgs, func(ctx context.Context, h *host, s school.School, _ []string) error {
		return h.changeRules(ctx, s, false, func(ctx context.Context, tx *db.Tx) (func([]quota.Restriction) ([]quota.Restriction, error), error) {
			r := quota.Restriction{For: quota.Everybody}
			err := flags.apply(ctx, tx, s.ID, &r)
			return quota.AddRule(r, place), err
		})
	})
	cmd.Long = `What is not said asks nothing: a rule without --role, --year, --class and --person is for
everybody. It counts at once, on all servers. The first change makes the defaults the
school's own. Try a table of rules on last month's jobs first: inkwell rule try.`
	cmd.Example = `  inkwell rule add --place 1 --name "Colour in lessons" --role pupil --colour 1 --when lessons --outcome refuse
  inkwell rule add --name "The same again" --role pupil --same 5 --hours 24 --outcome confirm
  inkwell rule add --name "A3" --year 7-9 --paper A3 --outcome ask --instead "See the art room."`
	flags.add(cmd)
	cmd.Flags().IntVar(&place, "place", 0, "where it stands, from 1; at the end if not said")
	_ = cmd.MarkFlagRequired("name")
	_ = cmd.MarkFlagRequired("outcome")
	return cmd
}

func ruleSetCommand() *cobra.Command {
	var flags ruleFlags
	cmd := schoolCommand("set NUMBER", "Change a rule where it stands", cobra.ExactArgs(1), func(ctx context.Context, h *host, s school.School, args []string) error {
		n, err := ruleArgument(args[0], "rule")
		if err != nil {
			return err
		}
		return h.changeRules(ctx, s, false, func(ctx context.Context, tx *db.Tx) (func([]quota.Restriction) ([]quota.Restriction, error), error) {
			return quota.SetRule(n, func(r *quota.Restriction) error { return flags.apply(ctx, tx, s.ID, r) }), nil
		})
	})
	cmd.Long = `What is said takes the place of what the rule had; said as "" it asks nothing any more.
Exemptions from the rule go on. What was decided before is explained by the rule as it was.`
	cmd.Example = "  inkwell rule set 2 --pages 40\n  inkwell rule set 5 --when \"\" --days Mon-Fri"
	flags.add(cmd)
	return cmd
}

func ruleMoveCommand() *cobra.Command {
	cmd := schoolCommand("move NUMBER PLACE", "Move a rule to a place in the order", cobra.ExactArgs(2), func(ctx context.Context, h *host, s school.School, args []string) error {
		n, err := ruleArgument(args[0], "rule")
		if err != nil {
			return err
		}
		place, err := ruleArgument(args[1], "place")
		if err != nil {
			return err
		}
		return h.changeRules(ctx, s, false, func(context.Context, *db.Tx) (func([]quota.Restriction) ([]quota.Restriction, error), error) {
			return quota.MoveRule(n, int(place)), nil
		})
	})
	cmd.Long = "The first rule that meets a job decides. A rule that can never decide, since one before it\nmeets all that it meets, is marked in the table."
	cmd.Example = "  inkwell rule move 5 1"
	return cmd
}

func ruleRemoveCommand() *cobra.Command {
	cmd := schoolCommand("remove NUMBER", "Remove a rule", cobra.ExactArgs(1), func(ctx context.Context, h *host, s school.School, args []string) error {
		n, err := ruleArgument(args[0], "rule")
		if err != nil {
			return err
		}
		return h.changeRules(ctx, s, false, func(context.Context, *db.Tx) (func([]quota.Restriction) ([]quota.Restriction, error), error) {
			return quota.RemoveRule(n), nil
		})
	})
	cmd.Long = "Its number is given to no other rule. A school that removes all its rules has none: the\ndefaults do not come back by themselves."
	cmd.Example = "  inkwell rule remove 5"
	return cmd
}

func ruleExportCommand() *cobra.Command {
	cmd := schoolCommand("export", "Write the rules as CSV, for a file that inkwell rule import reads", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				rules, err := quota.RulesOf(ctx, tx, s.ID)
				if err != nil {
					return err
				}
				names, err := release.RuleNames(ctx, tx, s.ID, rules)
				if err != nil {
					return err
				}
				return quota.WriteRules(h.out, rules, names)
			})
		})
	cmd.Long = "One line a rule, in their order. Classes, people and printers stand by their names."
	cmd.Example = "  inkwell rule export >rules.csv"
	return cmd
}

func ruleImportCommand() *cobra.Command {
	var dry bool
	file := &input{}
	cmd := schoolCommand("import FILE.csv", "Replace the rules by those of a CSV file", cobra.ExactArgs(1), func(ctx context.Context, h *host, s school.School, _ []string) error {
		text, err := file.all()
		if err != nil {
			return err
		}
		return h.changeRules(ctx, s, dry, func(ctx context.Context, tx *db.Tx) (func([]quota.Restriction) ([]quota.Restriction, error), error) {
			all, err := h.readRules(ctx, tx, s, text)
			return func([]quota.Restriction) ([]quota.Restriction, error) { return all, nil }, err
		})
	})
	cmd.Long = `The first line names the columns, any of those that inkwell rule export writes; name and
outcome have to be there. The lines are the rules in their order. number keeps a rule what
it was, with its exemptions; a new rule has none. A file with anything wrong changes nothing
and says what, line by line; the same file again changes nothing. FILE.csv is - for standard
input.`
	cmd.Example = "  inkwell rule import rules.csv --dry-run\n  inkwell rule import rules.csv"
	file.argument(cmd, 0)
	dryRun(cmd, &dry)
	return cmd
}

func (h *host) readRules(ctx context.Context, tx *db.Tx, s school.School, text []byte) ([]quota.Restriction, error) {
	words, err := release.RuleWords(ctx, tx, s.ID)
	if err != nil {
		return nil, err
	}
	return quota.ReadRules(ctx, tx, s.ID, bytes.NewReader(text), words)
}

func ruleTryCommand() *cobra.Command {
	var days int
	var path string
	file := &input{}
	cmd := schoolCommand("try", "Count which past jobs the rules would have met", cobra.NoArgs, func(ctx context.Context, h *host, s school.School, _ []string) error {
		if days < 1 || days > 366 {
			return fault.New(fault.Invalid, "rule-days", "--days goes from 1 to 366.")
		}
		return h.tryRules(ctx, s, file, path != "", days)
	})
	cmd.Long = `It looks at the jobs that were printed in the last days and changes nothing. With --file
it tries the rules of a CSV file, as inkwell rule export writes them, in place of the school's.
A job counts for the first rule that meets it. People count as what they are today;
exemptions are left out.`
	cmd.Example = "  inkwell rule try\n  inkwell rule try --file rules.csv --days 90"
	cmd.Flags().StringVar(&path, "file", "", "a CSV file of rules to try; - is standard input")
	cmd.Flags().IntVar(&days, "days", 30, "how many days back")
	file.flag(cmd, &path)
	return cmd
}

func (h *host) tryRules(ctx context.Context, s school.School, file *input, given bool, days int) error {
	var rules quota.Rules
	var rows []quota.RuleRow
	var text []byte
	if given {
		var err error
		if text, err = file.all(); err != nil {
			return err
		}
	}
	err := h.attempt(ctx, s.ID, true, func(ctx context.Context, tx *db.Tx) (err error) {
		if given {
			all, err := h.readRules(ctx, tx, s, text)
			if err != nil {
				return err
			}
			if _, err := quota.ChangeRules(ctx, tx, "", s.ID, func([]quota.Restriction) ([]quota.Restriction, error) { return all, nil }); err != nil {
				return err
			}
		}
		rules, rows, err = release.RuleTable(ctx, tx, s.ID)
		return err
	})
	if err != nil {
		return err
	}
	t, err := h.desk.TryRules(ctx, s.ID, rules, h.db.Now().Add(-time.Duration(days)*24*time.Hour))
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "Of %d jobs printed in the last %d days:\n\nRULE\tNAME\tJOBS\tPEOPLE\tTHEN\n", t.Jobs, days) // tabwriter keeps an error for Flush
	met := 0
	for _, r := range rows {
		_, _ = fmt.Fprintf(w, "%d\t%s\t%d\t%d\t%s\n", r.Number, r.Name, t.Met[r.Number], t.People[r.Number], r.Then)
		met += t.Met[r.Number]
	}
	_, _ = fmt.Fprintf(w, "\tno rule\t%d\t\tis printed\n", t.Jobs-met)
	return w.Flush()
}
