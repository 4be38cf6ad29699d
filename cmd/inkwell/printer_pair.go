package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/release"
)

func printerPairCommand() *cobra.Command {
	cmd := printerCommand("pair NUMBER", "Make a link that pairs a computer of a room with the room's printer",
		func(ctx context.Context, h *host, look release.Look) error {
			var token, slug string
			page, err := h.kioskPage()
			if err != nil {
				return err
			}
			err = h.db.InTx(ctx, db.InSchool(look.School), func(ctx context.Context, tx *db.Tx) (err error) {
				if slug, err = release.OpenPCStation(ctx, tx, look.PrinterRecord); err != nil {
					return err
				}
				token, err = release.OfferLink(ctx, tx, look.School, "", slug, release.PersonLink)
				return err
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "%s#link=%s\n\nOpen this link on the computer, as the user that pupils have there. It works once, for 15 minutes.\n"+
				"Then pupils print at %s from %s on that computer. For all computers of the room: inkwell kiosk enrol-url %s.\n", page, token, look.Name, page, slug)
			return err
		})
	cmd.Long = `For a printer without a kiosk. On a paired computer pupils sign in with their name and code
and print their own work at this printer, at no other. What proves the computer is a key that
its browser makes and never gives away; each user of a computer has a key of their own. The
first link makes the station pc-NUMBER, which inkwell kiosk pair, unpair, retire and enrol-url
know. NUMBER is the one that inkwell printer list shows.`
	cmd.Example = `  inkwell printer pair 12`
	return cmd
}

// kioskPage is the address of the page of paired browsers.
func (h *host) kioskPage() (string, error) {
	at, err := readAddresses(h.config)
	if err != nil {
		return "", err
	}
	return "https://" + at.reachable(cmp.Or(at.Kiosk, at.Web)) + "/kiosk", nil
}

func printerUnpairCommand() *cobra.Command {
	cmd := printerCommand("unpair NUMBER", "End the pairing of all computers with a printer",
		func(ctx context.Context, h *host, look release.Look) error {
			n, err := h.desk.RetireStation(ctx, look.School, "", fmt.Sprintf("pc-%d", look.ID))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "%s: computers unpaired: %d\n", look.Name, n)
			return err
		})
	cmd.Long = `Their pages close at once, and links are no longer good. NUMBER is the one that inkwell printer
list shows.`
	cmd.Example = `  inkwell printer unpair 12`
	return cmd
}
