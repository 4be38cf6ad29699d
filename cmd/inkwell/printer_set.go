package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/ipp/device/address"
	"inkwell/release"
)

func printerSetCommand() *cobra.Command {
	var room, asset, uri string
	var onlyBeside bool
	var can told
	var cmd *cobra.Command
	cmd = printerCommand("set NUMBER", "Change where a printer stands, what the inventory calls it, who reaches it and how",
		func(ctx context.Context, h *host, look release.Look) error {
			var l release.Label
			if cmd.Flags().Changed("room") {
				l.Room = &room
			}
			if cmd.Flags().Changed("asset") {
				l.Asset = &asset
			}
			if cmd.Flags().Changed("only-beside") {
				l.OnlyBeside = &onlyBeside
			}
			if l == (release.Label{}) && !cmd.Flags().Changed("address") && can.given(cmd) == "" {
				return fault.New(fault.Invalid, "printer-set-nothing", "Say what to change: --room, --asset, --only-beside, --address, or what a socket:// printer can do.")
			}
			m, err := h.moved(ctx, cmd, look.URI, uri, can)
			if err != nil {
				return err
			}
			err = h.db.InTx(ctx, db.InSchool(look.School), func(ctx context.Context, tx *db.Tx) error {
				if l != (release.Label{}) {
					if err := relabel(ctx, tx, look, l); err != nil {
						return err
					}
				}
				return m.set(ctx, tx, look)
			})
			if err != nil {
				return err
			}
			h.tellSet(look, l, m)
			return nil
		})
	cmd.Long = `Room and asset tag stand in the list of faults and in its mail, so that whoever goes there
finds the printer. NUMBER is the one that inkwell printer list shows.

With --only-beside jobs come out of it only where somebody stands beside it: at its own kiosk,
at one that serves it, on computers that are paired with it. No other kiosk offers it, not even
as the nearest that can. It is for staff rooms; --only-beside=false ends it.

With --address it is reached elsewhere from now on; what waits for it goes there. The address
is checked as by inkwell printer add. What is known of the machine is forgotten: one with
ipps:// is known by the key that it shows next, and its password is set again (inkwell printer
login). While something is being printed there it is refused. Of a printer with socket:// say
all that it can do whenever you say anything of it.`
	cmd.Example = `  inkwell printer set 3 --room "Room 12" --asset HA-00417
  inkwell printer set 5 --only-beside
  inkwell printer set 3 --address ipps://printer8.school.example/ipp/print`
	cmd.Flags().StringVar(&room, "room", "", "where it stands")
	cmd.Flags().StringVar(&asset, "asset", "", "its asset tag")
	cmd.Flags().BoolVar(&onlyBeside, "only-beside", false, "release to it from beside it alone, as in a staff room")
	cmd.Flags().StringVar(&uri, "address", "", "where it takes jobs from now on")
	can.flags(cmd)
	addFlags(cmd.Flags(), "printers.loopback")
	return cmd
}

func relabel(ctx context.Context, tx *db.Tx, p release.Look, l release.Label) error {
	if err := release.LabelPrinter(ctx, tx, p.ID, l); err != nil {
		return err
	}
	return record(ctx, tx, audit.Entry{School: p.School, Act: "printer-labelled", Object: fmt.Sprintf("printer:%d", p.ID)})
}

// move is what changes about how a printer is reached; what is nil stays.
type move struct {
	uri  *string
	told *release.Capabilities
}

// moved is what flags say of a printer that is reached by was: the address is checked, and one
// that takes raw data where it did not is said to do what the flags say.
func (h *host) moved(ctx context.Context, cmd *cobra.Command, was, uri string, can told) (m move, err error) {
	before, err := address.Parse(was)
	if err != nil {
		return m, err
	}
	now := before
	if cmd.Flags().Changed("address") {
		if now, err = h.enter(ctx, uri); err != nil {
			return m, err
		}
		if is := now.String(); is != before.String() {
			m.uri = &is
		}
	}
	if can.given(cmd) != "" || (now.Scheme == address.Socket) != (before.Scheme == address.Socket) {
		all, err := can.of(cmd, now.Scheme)
		if err != nil {
			return m, err
		}
		m.told = &all
	}
	return m, nil
}

// set changes it, and records that.
func (m move) set(ctx context.Context, tx *db.Tx, p release.Look) error {
	if m == (move{}) {
		return nil
	}
	if err := release.SetWay(ctx, tx, p.ID, m.uri, m.told); err != nil {
		return err
	}
	act := audit.Entry{School: p.School, Act: "printer-told", Object: fmt.Sprintf("printer:%d", p.ID)}
	if m.uri != nil {
		act.Act, act.Note = "printer-moved", *m.uri
	}
	return record(ctx, tx, act)
}

func (h *host) tellSet(p release.Look, l release.Label, m move) {
	if l.Room != nil || l.Asset != nil {
		_, _ = fmt.Fprintf(h.out, "printer %d, %s, is labelled\n", p.ID, p.Name)
	}
	if l.OnlyBeside != nil {
		p.OnlyBeside = *l.OnlyBeside
		_, _ = fmt.Fprintf(h.out, "jobs are released to printer %d, %s, from %s\n", p.ID, p.Name, releasedFrom(p.PrinterRecord))
	}
	if m.told != nil && m.told.Asked {
		_, _ = fmt.Fprintf(h.out, "printer %d, %s, can do what you said\n", p.ID, p.Name)
	}
	if m.uri == nil {
		if l == (release.Label{}) && m.told == nil {
			_, _ = fmt.Fprintf(h.out, "printer %d, %s, is there already\n", p.ID, p.Name)
		}
		return
	}
	_, _ = fmt.Fprintf(h.out, "printer %d, %s, is at %s from now on; inkwell check says whether it answers\n", p.ID, p.Name, *m.uri)
	if p.Login != nil {
		_, _ = fmt.Fprintf(h.out, "its user name and password are forgotten: inkwell printer login %d sets them again\n", p.ID)
	}
}
