package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/school"
	"inkwell/internal/signin"
)

func staffAddCommand() *cobra.Command {
	who, role := signin.Staff{}, ""
	first := newSchool{}
	cmd := hostCommand("add USERNAME", "Invite a member of staff and print their one-use link", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, args []string) error {
			var err error
			who.Username = args[0]
			if who.Role, err = school.ParseStaffRole(role); err != nil {
				return err
			}
			at, err := readAddresses(h.config)
			if err != nil {
				return err
			}
			s, err := h.schoolOrFirst(ctx, first)
			if err != nil {
				return err
			}
			who.School = s.ID
			people, err := h.directory()
			if err != nil {
				return err
			}
			token, err := signin.New(h.db, people, h.log, signin.Options{}).AddStaff(ctx, who)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "https://%s/staff/invitation/%s\n\nGive %s this link. It works once, for 15 minutes, and asks for a password.\n",
				at.reachable(at.Web), token, who.Username)
			return err
		})
	cmd.Long = `The link works once, for 15 minutes, and asks for a password. The same command again for
the same person makes a new one and ends the old one; that is also how a forgotten
password is replaced. The first account makes the school that --school names.`
	cmd.Example = `  inkwell staff add jdoe --given Jo --family Doe
  inkwell staff add jdoe --given Jo --family Doe --school "Hill Road School"    the first one names the school`
	cmd.Flags().StringVar(&who.Given, "given", "", "given name, for somebody new")
	cmd.Flags().StringVar(&who.Family, "family", "", "family name, for somebody new")
	cmd.Flags().StringVar(&role, "role", string(school.IT), "what they are: it, teacher, reception, head, exams, provider, ...")
	cmd.Flags().StringVar(&first.name, "school", "", "their school; the installation's first is made under this name")
	cmd.Flags().StringVar(&first.zone, "time-zone", "Europe/London", "of a school that is made")
	return cmd
}
