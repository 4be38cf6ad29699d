package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/signin"
)

func staffReviewCommand() *cobra.Command {
	var every string
	cmd := schoolCommand("review", "Say when who may use the staff pages is looked at again, and how often", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			var due []signin.Due
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				if every != "" {
					if err := signin.ReviewEvery(ctx, tx, s.ID, signin.Every(every)); err != nil {
						return err
					}
				}
				due, err = signin.ReviewsDue(ctx, tx, s.ID)
				return err
			})
			if err != nil {
				return err
			}
			for _, one := range due {
				last := "nobody has signed one yet"
				if !one.Last.IsZero() {
					last = fmt.Sprintf("signed on %s, due again on %s", one.Last.In(s.Zone).Format("2 January 2006"), one.Next.In(s.Zone).Format("2 January 2006"))
				}
				if _, err := fmt.Fprintf(h.out, "access review at %s, every %s: %s\n%s that it wanted gone may still use the staff pages\n",
					one.Name, one.Every, last, several(one.Open, "account")); err != nil {
					return err
				}
			}
			return nil
		})
	cmd.Long = `The head, data protection or an auditor looks at everybody who may use the staff pages, on the
page Access: roles, since when, the last sign-in, and signs. It is due every year, or with
--every term every four months. Health and inkwell check say when.`
	cmd.Example = "  inkwell staff review\n  inkwell staff review --every term"
	cmd.Flags().StringVar(&every, "every", "", "how often: year or term")
	return cmd
}
