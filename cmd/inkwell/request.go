package main

import (
	"context"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/kiosk/console"
)

// byHost is who acts when a command does.
func byHost(s school.School) school.Actor { return school.Actor{School: s.ID, Proof: school.ByHost} }

func requestListCommand() *cobra.Command {
	cmd := schoolCommand("list", "List who asks for what is kept about them, and until when they are answered", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			var all []school.DataRequest
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				all, err = school.DataRequests(ctx, tx, s.ID)
				return err
			})
			if err != nil {
				return err
			}
			const day = "2 January 2006"
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "NUMBER\tWHO\tCAME ON\tANSWER BY\tSTATE")
			for _, r := range all {
				state := "open"
				switch {
				case !r.Answered.IsZero():
					state = "answered on " + r.Answered.In(s.Zone).Format(day)
				case s.Day(h.db.Now()).After(r.Due):
					state = "late"
				}
				_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", r.ID, r.Username, r.Received.Format(day), r.Due.Format(day), state)
			}
			return w.Flush()
		})
	cmd.Long = "The open ones first, then the latest that were answered, as the page Requests has them."
	cmd.Example = "  inkwell request list"
	return cmd
}

func requestAddCommand() *cobra.Command {
	received := ""
	cmd := schoolCommand("add USERNAME", "Enter that somebody asks for what is kept about them", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			day, err := readDay("received", received, s.Day(h.db.Now()))
			if err != nil {
				return err
			}
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				p, err := school.PersonByUsername(ctx, tx, s.ID, args[0])
				if err != nil {
					return err
				}
				id, err := school.EnterRequest(ctx, tx, byHost(s), p, day)
				if err == nil {
					tx.AfterCommit(func() {
						_, _ = fmt.Fprintf(h.out, "Request %d. Make the file with: inkwell request file %d > request-%d.zip\n", id, id, id)
					})
				}
				return err
			})
		})
	cmd.Long = "It is to be answered within a month from the day on which it came, holidays or not."
	cmd.Example = "  inkwell request add 23sbell --received 2026-11-18"
	cmd.Flags().StringVar(&received, "received", "", "the day on which it came, such as 2026-11-18 (today)")
	return cmd
}

func requestFileCommand() *cobra.Command {
	cmd := schoolCommand("file NUMBER", "Write all that is kept about who asked, as one file", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return fault.New(fault.Invalid, "request-number", "%q is no request. inkwell request list shows their numbers.", args[0])
			}
			var file []byte
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				_, p, err := school.RequestToMake(ctx, tx, byHost(s), school.RequestID(id))
				if err == nil {
					file, err = console.SubjectFile(ctx, tx, s, p)
				}
				return err
			})
			if err == nil {
				_, err = unwrapped(h.out).Write(file)
			}
			return err
		})
	cmd.Long = `A ZIP archive to standard output, the same that the page Requests makes: a page to read, the
same as JSON, and a table for each part. Names of others in notes and reasons are taken out
by their words: read it before it is handed over. What the safeguarding lead keeps is not in
it. That it was made is on record.`
	cmd.Example = "  inkwell request file 3 > request-3.zip"
	return cmd
}

func holdListCommand() *cobra.Command {
	cmd := schoolCommand("list", "Report on whom a legal hold is, why, and when somebody looks at it again", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			var all []school.LegalHold
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				all, err = school.LegalHolds(ctx, tx, s.ID)
				return err
			})
			if err != nil {
				return err
			}
			const day = "2 January 2006"
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "NUMBER\tWHO\tSINCE\tREVIEW ON\tSTATE\tREASON")
			for _, l := range all {
				state := "stands"
				switch {
				case !l.Ended.IsZero():
					state = "ended on " + l.Ended.In(s.Zone).Format(day)
				case l.PastReview(s.Day(h.db.Now())):
					state = "review is due"
				}
				_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", l.ID, l.Username, l.Placed.In(s.Zone).Format(day), l.Review.Format(day), state, l.Reason)
			}
			return w.Flush()
		})
	cmd.Long = `A hold keeps what is recorded about somebody from every purge. Data protection places,
reviews and ends it on the page Legal holds; inkwell check says when a review is due.`
	cmd.Example = "  inkwell legal-hold list"
	return cmd
}
