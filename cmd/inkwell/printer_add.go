package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/release"
)

func printerAddCommand() *cobra.Command {
	var room, place, station, group string
	cmd := schoolCommand("add NAME ADDRESS", "Make a printer known, with a kiosk beside it if one is named", cobra.ExactArgs(2),
		func(ctx context.Context, h *host, s school.School, args []string) (err error) {
			p := release.PrinterRecord{School: s.ID, Name: args[0], URI: args[1], Room: room}
			if p.Place, err = release.ParsePlace(place); err != nil {
				return err
			}
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				if p.ID, err = release.AddPrinter(ctx, tx, p); err != nil {
					return err
				}
				if station != "" {
					if err := release.AddStation(ctx, tx, s.ID, station, p.Name, p.ID); err != nil {
						return err
					}
				}
				if group != "" {
					if err := release.AddToGroup(ctx, tx, s.ID, group, []release.PrinterID{p.ID}); err != nil {
						return err
					}
				}
				tx.AfterCommit(func() { h.tellAdded(p, station) })
				return record(ctx, tx, audit.Entry{School: s.ID, Act: "printer-added", Object: fmt.Sprintf("printer:%d", p.ID)})
			})
		})
	cmd.Long = `ADDRESS is where the printer takes jobs by IPP: ipps://, or ipp:// without encryption.
Inkwell asks it what it can do, and again every five minutes. With --station a kiosk's
page opens for it at /kiosk/STATION.`
	cmd.Example = "  inkwell printer add Library ipps://printer7.school.example/ipp/print --room \"Room 12\" --station library"
	cmd.Flags().StringVar(&room, "room", "", "where it stands")
	cmd.Flags().StringVar(&place, "place", "", "BUILDING/FLOOR/ROOM, for kiosks to say which printer is near")
	cmd.Flags().StringVar(&station, "station", "", "last part of the address of the kiosk beside it, e.g. library for /kiosk/library")
	cmd.Flags().StringVar(&group, "group", "", "the group of printers whose prices it has, made where it is missing")
	return cmd
}

func (h *host) tellAdded(p release.PrinterRecord, station string) {
	_, _ = fmt.Fprintf(h.out, "printer %d, %s, is known; inkwell check says whether it answers\n", p.ID, p.Name)
	if station != "" {
		_, _ = fmt.Fprintf(h.out, "its kiosk is the page /kiosk/%s\n", station)
	}
}
