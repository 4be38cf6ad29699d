package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

func staffAlsoCommand() *cobra.Command {
	var at, as, role string
	cmd := schoolCommand("also USERNAME", "Make a member of staff staff of another school, too", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			other, err := h.school(ctx, at)
			if err != nil {
				return err
			}
			if other.ID == s.ID {
				return fault.New(fault.Invalid, "school-same", "Name another school than theirs in --at.")
			}
			as := cmp.Or(as, args[0])
			return h.db.InTx(ctx, db.System("staff"), func(ctx context.Context, tx *db.Tx) error {
				p, err := school.PersonByUsername(ctx, tx, s.ID, args[0])
				if err != nil {
					return err
				}
				if p.Left || !(school.Actor{Roles: p.Roles, Proof: school.BySession}).May(school.UseConsole) {
					return fault.New(fault.Conflict, "staff-unknown", "%s is no member of staff of %s who uses the staff pages.", args[0], s.Name)
				}
				to := p.Roles[0]
				if role != "" {
					if to, err = school.ParseStaffRole(role); err != nil {
						return err
					}
				}
				if _, err = school.JoinAnother(ctx, tx, p, other.ID, as, to); err == nil {
					tx.AfterCommit(func() {
						_, _ = fmt.Fprintf(h.out, "%s is %s at %s, too, as %s. They sign in as before; the page Your schools takes them there.\n", args[0], to, other.Name, as)
					})
				}
				return err
			})
		})
	cmd.Long = `An account is a person of one school, behind that school's wall. This makes another one at the
school of --at for the same human: their badges work there, and on the page Your schools one
click takes them there, without signing in again. They have no password of their own there:
what is asked for is that of the school they came from. Staff who are there under that name
already, with the same given and family name, are joined and get the role.`
	cmd.Example = `  inkwell staff also jdoe --school "Harbour Academy" --at "Hill Road School"
  inkwell staff also jdoe --school "Harbour Academy" --at "Hill Road School" --role provider --as jo.doe`
	cmd.Flags().StringVar(&at, "at", "", "the other school")
	cmd.Flags().StringVar(&as, "as", "", "their user name there (the same)")
	cmd.Flags().StringVar(&role, "role", "", "what they are there (the same)")
	_ = cmd.MarkFlagRequired("at")
	return cmd
}
