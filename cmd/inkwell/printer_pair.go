package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/release"
)

func printerPairCommand() *cobra.Command {
	cmd := printerCommand("pair NUMBER", "Make a link that pairs a computer of a room with the room's printer",
		func(ctx context.Context, h *host, look release.Look) error {
			at, err := readAddresses(h.config)
			if err != nil {
				return err
			}
			var token string
			err = h.db.InTx(ctx, db.InSchool(look.School), func(ctx context.Context, tx *db.Tx) (err error) {
				token, err = release.OfferPairing(ctx, tx, "", look.PrinterRecord)
				return err
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "https://%s/kiosk/pair/with/%s\n\nOpen this link on the computer, as the user that pupils have there. It works once, for 15 minutes.\n"+
				"Then pupils print at %s from https://%s/kiosk/pc-%d on that computer.\n", at.reachable(at.Web), token, look.Name, at.reachable(at.Web), look.ID)
			return err
		})
	cmd.Long = `For a printer without a kiosk. On a paired computer pupils sign in with their name and code
and print their own work at this printer, at no other. Each computer, and each user of one,
needs a link of its own. What proves it is a cookie of that browser; inkwell printer unpair
ends it. NUMBER is the one that inkwell printer list shows.`
	cmd.Example = `  inkwell printer pair 12`
	return cmd
}

func printerUnpairCommand() *cobra.Command {
	cmd := printerCommand("unpair NUMBER", "End the pairing of all computers with a printer",
		func(ctx context.Context, h *host, look release.Look) error {
			n, err := h.desk.EndPairings(ctx, "", look.PrinterRecord)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "%s: computers unpaired: %d\n", look.Name, n)
			return err
		})
	cmd.Long = `Their pages close at once, and links that nobody has opened are no longer good. NUMBER is the
one that inkwell printer list shows.`
	cmd.Example = `  inkwell printer unpair 12`
	return cmd
}
