package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/reader"
)

const formHelp = `A form is how a reader writes a card's bytes:

  automatic   any whole number, hex or decimal, in either order of bytes
  hex         04A1B2C3; leading zeros may be lost or added
  decimal     77705923
  facility    161-45763: facility and card, of the last 24 bits (keep= and facility= change that)
  ascii-hex   3034413142324333
  text        as it is, for bar codes
  -reversed   the last byte first           -bits       the bits of each byte the other way round
  ,uid=7      bytes of a card: 4, 5, 7, 8 or 10
  ,keep=3     the reader sends the last 3 or 4 bytes only
  ,digits=10  so many decimal digits; of longer numbers the last ten
  ,prefix=0   what comes before the number (suffix= after it)
  ; % ? around a number, and all from = on, are passed over in every form`

func badgeProfileListCommand() *cobra.Command {
	cmd := schoolCommand("list", "List how readers write numbers", cobra.NoArgs, func(ctx context.Context, h *host, s school.School, _ []string) error {
		people, err := h.directory()
		if err != nil {
			return err
		}
		var all []school.Reader
		err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
			all, err = people.Readers(ctx, tx, s.ID)
			return err
		})
		if err != nil {
			return err
		}
		if len(all) == 0 || all[0].Station != "" {
			all = append([]school.Reader{{}}, all...)
		}
		w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "STATION\tFORM") // tabwriter keeps an error for Flush
		for _, r := range all {
			name := r.Station
			if name == "" {
				name = "(all others)"
			}
			_, _ = fmt.Fprintf(w, "%s\t%s\n", name, r.Profile)
		}
		return w.Flush()
	})
	cmd.Long = "Lists the form of each station that has one of its own, and that of all others."
	cmd.Example = "  inkwell badge profile list"
	return cmd
}

func badgeProfileSetCommand() *cobra.Command {
	var station string
	cmd := schoolCommand("set FORM", "Say how a reader writes numbers", cobra.ExactArgs(1), func(ctx context.Context, h *host, s school.School, args []string) error {
		return h.setReader(ctx, s, station, args[0])
	})
	cmd.Long = formHelp + `
Badges are kept by their bytes, so a change needs no badge to be given out anew. A form
that cuts numbers off is refused while it cannot tell badges of different people apart.`
	cmd.Example = `  inkwell badge profile set decimal-reversed,uid=4
  inkwell badge profile set facility --station gym
  inkwell badge profile set none --station gym        back to the school's own`
	ofStation(cmd, &station)
	return cmd
}

// ofStation gives a command the flag that names a station.
func ofStation(cmd *cobra.Command, station *string) {
	cmd.Flags().StringVar(station, "station", "", "of this station alone; otherwise of all that have none of their own")
}

// setReader sets a form, or with "none" takes it back.
func (h *host) setReader(ctx context.Context, s school.School, station, form string) error {
	people, err := h.directory()
	if err != nil {
		return err
	}
	if station != "" {
		if st, err := h.desk.Station(ctx, station); err != nil || st.School != s.ID {
			return fault.New(fault.NotFound, "station-unknown", "The school has no station %s: its page would be /kiosk/%s.", station, station).Because(err)
		}
	}
	if form == "none" {
		return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
			return people.ResetReader(ctx, tx, "", s.ID, station)
		})
	}
	profile, err := reader.Parse(form)
	if err != nil {
		return err
	}
	var unknown int
	err = h.db.InTx(ctx, db.System("reader"), func(ctx context.Context, tx *db.Tx) (err error) {
		unknown, err = people.SetReader(ctx, tx, "", s.ID, school.Reader{Station: station, Profile: profile})
		return err
	})
	if err == nil {
		_, err = fmt.Fprintf(h.out, "read as %s from now on\n", profile)
	}
	if err == nil && unknown > 0 {
		_, err = fmt.Fprintf(h.out, "%d badges could not be held against it yet; each can once it was held to a reader that sends it whole\n", unknown)
	}
	return err
}
