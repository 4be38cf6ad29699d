package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/ipp/device/address"
	"inkwell/ipp/device/raw"
	"inkwell/release"
)

func printerAddCommand() *cobra.Command {
	var room, asset, place, station, group string
	var can told
	var cmd *cobra.Command
	cmd = schoolCommand("add NAME ADDRESS", "Make a printer known, with a kiosk beside it if one is named", cobra.ExactArgs(2),
		func(ctx context.Context, h *host, s school.School, args []string) (err error) {
			p := release.PrinterRecord{School: s.ID, Name: args[0], URI: args[1], Room: room, Asset: asset}
			if p.Place, err = release.ParsePlace(place); err != nil {
				return err
			}
			a, err := h.enter(ctx, p.URI)
			if err != nil {
				return err
			}
			if p.Told, err = can.of(cmd, a.Scheme); err != nil {
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
	cmd.Long = `ADDRESS is where the printer takes jobs: ipps://, or ipp:// without encryption, or
socket:// for one that takes raw PDF, on port 9100 if it names no other. A queue of a CUPS
server is a printer too: ipp://SERVER/printers/QUEUE.

By IPP Inkwell asks it what it can do, and again every five minutes. One with ipps:// is
known by the key that it shows first (inkwell printer trust). Of one with socket:// say what
it can do: it prints black on one side of A4 unless --duplex, --colour or --size say more.

Addresses of this machine are refused unless printers.loopback allows them; those of one
cable alone, of many machines and of clouds' metadata services always. With --station
the printer has a kiosk beside it; inkwell kiosk pair names its screen.`
	cmd.Example = `  inkwell printer add Library ipps://printer7.school.example/ipp/print --room "Room 12" --asset HA-00417 --station library
  inkwell printer add "Room 4" socket://192.168.4.7 --duplex --size A4,A5
  inkwell printer add Plotter ipp://cups.school.example/printers/plotter`
	cmd.Flags().StringVar(&room, "room", "", "where it stands")
	cmd.Flags().StringVar(&asset, "asset", "", "its asset tag")
	cmd.Flags().StringVar(&place, "place", "", "BUILDING/FLOOR/ROOM, for kiosks to say which printer is near")
	cmd.Flags().StringVar(&station, "station", "", "short name of the kiosk beside it, e.g. library")
	cmd.Flags().StringVar(&group, "group", "", "the group of printers whose prices it has, made where it is missing")
	can.flags(cmd)
	addFlags(cmd.Flags(), "printers.loopback")
	return cmd
}

// told is what IT says of a printer that takes raw data.
type told struct {
	format         string
	duplex, colour bool
	sizes          []string
}

func (t *told) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&t.duplex, "duplex", false, "socket:// alone: it prints on both sides")
	cmd.Flags().BoolVar(&t.colour, "colour", false, "socket:// alone: it prints in colour")
	cmd.Flags().StringSliceVar(&t.sizes, "size", []string{"A4"}, "socket:// alone: its sizes of paper, the usual one first")
	cmd.Flags().StringVar(&t.format, "format", "application/pdf", "socket:// alone: what it takes")
}

// given is the first of its flags that was given, or "".
func (t told) given(cmd *cobra.Command) string {
	return changed(cmd, "format", "duplex", "colour", "size")
}

// of is what is said of a printer that is reached so: nothing of one that says it itself.
func (t told) of(cmd *cobra.Command, scheme string) (release.Capabilities, error) {
	if scheme == address.Socket {
		return raw.Told(t.format, t.duplex, t.colour, t.sizes)
	}
	if flag := t.given(cmd); flag != "" {
		return release.Capabilities{}, fault.New(fault.Invalid, "printer-tells", "Leave out --%s: this printer says itself what it can do.", flag)
	}
	return release.Capabilities{}, nil
}

// enter checks an address that somebody has entered, and where its name leads now.
func (h *host) enter(ctx context.Context, uri string) (address.Address, error) {
	a, err := address.Parse(uri)
	if err != nil {
		return a, err
	}
	guard, err := h.guard(ctx)
	if err != nil {
		return a, err
	}
	return a, guard.Check(ctx, a)
}

// changed is the first of the flags that was given, or "".
func changed(cmd *cobra.Command, flags ...string) string {
	for _, f := range flags {
		if cmd.Flags().Changed(f) {
			return f
		}
	}
	return ""
}

func (h *host) tellAdded(p release.PrinterRecord, station string) {
	_, _ = fmt.Fprintf(h.out, "printer %d, %s, is known; inkwell check says whether it answers\n", p.ID, p.Name)
	if station != "" {
		_, _ = fmt.Fprintf(h.out, "its kiosk is %s: open /kiosk on its screen, and type the code that it shows on the page Kiosks\n", station)
	}
}
