package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/signin"
)

// door is the way in of a school's staff, for commands on the host: they know no secrets.
func (h *host) door() *signin.SignIn { return signin.New(h.db, nil, h.log, signin.Options{}) }

func staffResetFactorCommand() *cobra.Command {
	cmd := staffCommand("reset-factor USERNAME", "Forget somebody's second factor, who has lost it",
		func(ctx context.Context, h *host, p school.Person) (string, error) {
			return "signs in with the password alone, or sets a new one up where their role must have one",
				h.door().ResetFactor(ctx, school.Actor{}, p.School, p.ID)
		})
	cmd.Long = `For somebody who has lost both the phone and the recovery codes. Their authenticator app,
recovery codes and known devices are forgotten, and their sessions end. Another administrator can do
the same on the page Sign-ins; this is for the only one. Be sure whom you are talking to.`
	cmd.Example = "  inkwell staff reset-factor jdoe"
	return cmd
}

func staffBarCommand() *cobra.Command {
	var lift bool
	cmd := staffCommand("bar USERNAME", "Shut somebody out of the staff pages at once, or let them in again",
		func(ctx context.Context, h *host, p school.Person) (string, error) {
			says := map[bool]string{true: "is shut out", false: "may sign in again"}[!lift]
			return says, h.door().Bar(ctx, school.Actor{}, p.School, p.ID, !lift)
		})
	cmd.Long = `All of their sessions end at once, and nothing lets them in until it is lifted. What they print
is not touched: to withdraw that, suspend them. Somebody who has left the school needs nothing.`
	cmd.Example = "  inkwell staff bar jdoe\n  inkwell staff bar jdoe --lift"
	cmd.Flags().BoolVar(&lift, "lift", false, "let them in again")
	return cmd
}

// staffCommand is a command about one member of staff's way in; run returns what is then so.
func staffCommand(use, short string, run func(context.Context, *host, school.Person) (string, error)) *cobra.Command {
	return schoolCommand(use, short, cobra.ExactArgs(1), func(ctx context.Context, h *host, s school.School, args []string) error {
		var p school.Person
		err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
			p, err = school.PersonByUsername(ctx, tx, s.ID, args[0])
			return err
		})
		if err != nil {
			return err
		}
		says, err := run(ctx, h, p)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(h.out, "%s %s\n", p.Username, says)
		return err
	})
}

func staffFactorCommand() *cobra.Command {
	var roles []string
	var none bool
	var cmd *cobra.Command
	cmd = schoolCommand("factor", "Say whose sign-in needs a second factor, or show it", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			if cmd.Flags().Changed("roles") || none {
				all := make([]school.Role, len(roles))
				for i, r := range roles {
					all[i] = school.Role(strings.TrimSpace(r))
				}
				if err := h.door().WantFactor(ctx, school.Actor{}, s.ID, all); err != nil {
					return err
				}
			}
			wanted, err := h.door().FactorRoles(ctx, s.ID)
			if err != nil {
				return err
			}
			words := make([]string, len(wanted))
			for i, r := range wanted {
				words[i] = string(r)
			}
			says := "nobody has to have one"
			if len(words) > 0 {
				says = strings.Join(words, ", ")
			}
			_, err = fmt.Fprintf(h.out, "second factor at %s: %s\n", s.Name, says)
			return err
		})
	cmd.Long = `Staff with one of the roles set up an authenticator app at their next sign-in, and type its
code from then on; a device may be remembered for 30 days. Sessions of theirs without one end at
once. Others may set one up for themselves, on the page behind their name. Who comes by single
sign-on is asked there instead.`
	cmd.Example = "  inkwell staff factor --roles it,head,safeguarding,finance\n  inkwell staff factor --none"
	cmd.Flags().StringSliceVar(&roles, "roles", nil, "the roles that must have one")
	cmd.Flags().BoolVar(&none, "none", false, "no role must have one")
	cmd.MarkFlagsMutuallyExclusive("roles", "none")
	return cmd
}
