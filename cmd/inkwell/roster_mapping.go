package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/roster"
)

func rosterMappingAddCommand() *cobra.Command {
	var columns []string
	role := ""
	cmd := hostCommand("add NAME", "Keep how the columns of a school's own export are read", cobra.ExactArgs(1), func(ctx context.Context, h *host, args []string) error {
		m, err := roster.ParseMapping(args[0], role, columns)
		if err != nil {
			return err
		}
		importer, err := h.rosterImporter()
		if err != nil {
			return err
		}
		if err := importer.SaveMapping(ctx, m); err != nil {
			return err
		}
		_, err = fmt.Fprintf(h.out, "Kept. Use it with: inkwell roster import FILE --mapping %s\n", m.Name)
		return err
	})
	cmd.Long = `Any CSV with a line for each person can be read once it is known which of its columns
holds what. The fields are:
  ` + strings.Join(roster.Fields, ", ") + `
username is needed, and name or given and family. Without id a person is known by their
UPN, else by their user name.`
	cmd.Example = `  inkwell roster mapping add arbor-pupils --column username=Login --column given="Preferred First Name" \
      --column family=Surname --column upn=UPN --column year="Year group" --column registration=Form`
	cmd.Flags().StringArrayVar(&columns, "column", nil, "field=Header, as often as needed")
	cmd.Flags().StringVar(&role, "role", "pupil", "of everybody without a role of their own in the file: pupil, teacher, assistant or cover")
	return cmd
}

func rosterMappingListCommand() *cobra.Command {
	cmd := hostCommand("list", "List the mappings", cobra.NoArgs, func(ctx context.Context, h *host, _ []string) error {
		importer, err := h.rosterImporter()
		if err != nil {
			return err
		}
		all, err := importer.Mappings(ctx)
		for _, m := range all {
			var columns []string
			for _, field := range roster.Fields {
				if column := m.Columns[field]; column != "" {
					columns = append(columns, field+"="+column)
				}
			}
			if _, err := fmt.Fprintf(h.out, "%-20s %-10s %s\n", m.Name, m.Role, strings.Join(columns, "  ")); err != nil {
				return err
			}
		}
		return err
	})
	cmd.Long = "List which column each mapping reads for which field, and the role of people without one."
	cmd.Example = "  inkwell roster mapping list"
	return cmd
}

func rosterMappingRemoveCommand() *cobra.Command {
	cmd := hostCommand("remove NAME", "Forget a mapping", cobra.ExactArgs(1), func(ctx context.Context, h *host, args []string) error {
		importer, err := h.rosterImporter()
		if err != nil {
			return err
		}
		return importer.RemoveMapping(ctx, args[0])
	})
	cmd.Long = "Forget a mapping. People who came in through it stay."
	cmd.Example = "  inkwell roster mapping remove arbor-pupils"
	return cmd
}
