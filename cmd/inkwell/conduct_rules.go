package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
)

func conductExportCommand() *cobra.Command {
	var version int
	cmd := schoolCommand("export", "Write the conduct policy as a file that import reads", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				p, err := conductVersion(ctx, tx, s.ID, version)
				if err == nil {
					_, err = h.out.Write(p.Write())
				}
				return err
			})
		})
	cmd.Long = `It is JSON: rules, categories, ladder and breaker. docs/conduct.md says what each rule looks at
and which figures it has; a figure that is left out has its default. Every change is a version of
its own, and none is ever changed: --version writes an earlier one.`
	cmd.Example = "  inkwell conduct rules export >policy.json\n  inkwell conduct rules export --version 3"
	cmd.Flags().IntVar(&version, "version", 0, "an earlier version; 0 is the one in force")
	return cmd
}

// conductVersion is a version of a school's policy, or the one in force for 0.
func conductVersion(ctx context.Context, tx *db.Tx, id school.ID, version int) (conduct.Policy, error) {
	if version == 0 {
		return conduct.PolicyOf(ctx, tx, id)
	}
	return conduct.PolicyVersion(ctx, tx, id, conduct.SetID(version)) // #nosec G115 -- what is out of range is no version
}

func conductImportCommand() *cobra.Command {
	var dry bool
	file := &input{}
	cmd := schoolCommand("import FILE.json", "Make a file the school's conduct policy", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			set, err := file.policy()
			if err != nil {
				return err
			}
			return h.attempt(ctx, s.ID, dry, func(ctx context.Context, tx *db.Tx) error {
				p, err := conduct.ChangePolicy(ctx, tx, "", s.ID, set)
				if err == nil {
					_, err = fmt.Fprintf(h.out, "Version %d: %d rules, %d steps on the ladder.\n", p.Version, len(p.Rules), len(p.Ladder.Rungs))
				}
				return err
			})
		})
	cmd.Long = `A file with anything wrong changes nothing and says what, line by line. It counts at once, on
all servers, for what happens from then on; what was flagged before is explained by the version
of its time. The same file again changes nothing. FILE.json is - for standard input.`
	cmd.Example = "  inkwell conduct rules import policy.json --dry-run\n  inkwell conduct rules import policy.json"
	file.argument(cmd, 0)
	dryRun(cmd, &dry)
	return cmd
}

// policy is the conduct policy in a file.
func (in *input) policy() (rule.Set, error) {
	text, err := in.all()
	if err != nil {
		return rule.Set{}, err
	}
	return rule.Read(text)
}

func conductCheckCommand() *cobra.Command {
	file := &input{}
	cmd := &cobra.Command{Use: "check FILE.json", Short: "Say what is wrong with the file of a conduct policy", Args: cobra.ExactArgs(1)}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		set, err := file.policy()
		if err == nil {
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Nothing is wrong: %d rules, %d steps on the ladder.\n", len(set.Rules), len(set.Ladder.Rungs))
		}
		return err
	}
	cmd.Long = "It needs no installation and changes nothing. FILE.json is - for standard input."
	cmd.Example = "  inkwell conduct rules check policy.json"
	file.argument(cmd, 0)
	return cmd
}

func conductArmCommand() *cobra.Command {
	cmd := schoolCommand("arm NUMBER", "Have a rule flag again that was stopped", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			n := numbered[rule.Number](args[0])
			if n == 0 {
				return fault.New(fault.Invalid, "rule-unknown", "%q is no number of a rule. inkwell conduct status shows those that were stopped.", args[0])
			}
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				return conduct.Arm(ctx, tx, "", s.ID, n)
			})
		})
	cmd.Long = `A rule that flags too many of one year group within an hour stops itself, frees whom it
stopped and tells IT. Mend it first: armed as it was, it does the same again.`
	cmd.Example = "  inkwell conduct arm 1"
	return cmd
}
