package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/release"
)

func kioskPairCommand() *cobra.Command {
	cmd := schoolCommand("pair KIOSK CODE", "Pair the screen that shows a code with a kiosk", cobra.ExactArgs(2),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			st, err := h.desk.PairDevice(ctx, s.ID, "", args[0], args[1])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "paired: the screen shows %q now, and pupils collect at it\n", st.Name)
			return err
		})
	cmd.Long = `Open /kiosk of this server on the tablet beside the printer: it shows a code for ten minutes,
then another. The code works once, for that browser alone, and nothing else on the network can be
paired by it. A kiosk has one screen: the one before is unpaired. KIOSK is as inkwell kiosk list
shows it, or pc-NUMBER for a computer of a classroom. Staff of IT do the same on the page Kiosks.`
	cmd.Example = `  inkwell kiosk pair library ABCD2345`
	return cmd
}

func kioskScreensCommand() *cobra.Command {
	cmd := schoolCommand("screens", "List the screens that are paired with kiosks and classrooms", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			var all []release.Stand
			var now time.Time
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				now = tx.Now
				all, err = release.Stands(ctx, tx, s.ID)
				return err
			})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "KIOSK\tSCREEN\tPAIRED\tSTATE\tBY A LINK") // tabwriter keeps an error for Flush
			for _, stand := range all {
				if len(stand.Devices) == 0 {
					_, _ = fmt.Fprintf(w, "%s\t-\t\tno screen\t\n", stand.Slug)
				}
				for _, d := range stand.Devices {
					state := "connected"
					if !d.Connected(now) {
						state = "last seen " + d.Seen.Local().Format("2006-01-02 15:04")
					}
					_, _ = fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\n", stand.Slug, d.ID, d.Paired.Local().Format("2006-01-02 15:04"), state, map[bool]string{true: "yes"}[d.ByLink])
				}
			}
			return w.Flush()
		})
	cmd.Long = `SCREEN is the number of a paired browser, which inkwell kiosk unpair ends. A screen that was
switched off, or whose network is gone, was last seen some minutes ago.`
	cmd.Example = `  inkwell kiosk screens`
	return cmd
}

func kioskUnpairCommand() *cobra.Command {
	cmd := schoolCommand("unpair SCREEN", "End the pairing of one screen, at once", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			slug, err := h.desk.EndDevice(ctx, s.ID, "", numbered[release.DeviceID](args[0]))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "screen %s of %s is unpaired\n", args[0], slug)
			return err
		})
	cmd.Long = `Its page closes within a second, on every node, in the middle of a visit. It forgets its key as
soon as it comes back. If it paired itself by a link, that link has ended too. SCREEN is as
inkwell kiosk screens shows it.`
	cmd.Example = `  inkwell kiosk unpair 7`
	return cmd
}

func kioskRetireCommand() *cobra.Command {
	cmd := schoolCommand("retire KIOSK", "End all screens and links of a kiosk, and wipe them", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			n, err := h.desk.RetireStation(ctx, s.ID, "", args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "%s is retired, screens ended: %d\n", args[0], n)
			return err
		})
	cmd.Long = `Their pages close within a second and are wiped when they come back: key, storage, cookies.
Links that device management has are no longer good. The kiosk itself stays, to be paired again.`
	cmd.Example = `  inkwell kiosk retire library`
	return cmd
}

func kioskEnrolURLCommand() *cobra.Command {
	var networks []string
	var days, most, times int
	cmd := schoolCommand("enrol-url KIOSK", "Make a start address by which device management pairs a kiosk's screen", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			l := release.Link{Life: time.Duration(days) * 24 * time.Hour, Most: most, Times: times}
			var err error
			if l.Networks, err = readNetworks(networks); err != nil {
				return err
			}
			page, err := h.kioskPage()
			if err != nil {
				return err
			}
			var token string
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				token, err = release.OfferLink(ctx, tx, s.ID, "", args[0], l)
				return err
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "%s#link=%s\n\nGood for %d days from %s, %d times.\n", page, token, days, strings.Join(networks, ", "), times)
			return err
		})
	cmd.Long = `Set it as the start address of the managed tablet. A tablet that was wiped opens it and is paired
again, untouched. It is a secret: whoever has it, in those networks, could pair a browser of
theirs while the kiosk's own screen is off. It never takes the place of a screen at work, each use
is on record, and inkwell kiosk retire ends it. What is behind # is never sent in an address.
--network names where from (needed for more than a day); --days, to 400; --times, how often in
all; --most, how many computers of a classroom at the same time (a kiosk has one screen).`
	cmd.Example = `  inkwell kiosk enrol-url library --network 10.4.0.0/16 --days 300
  inkwell kiosk enrol-url pc-12 --network 10.12.0.0/24 --days 300 --most 32 --times 500`
	cmd.Flags().StringSliceVar(&networks, "network", nil, "networks it works from, such as 10.4.0.0/16")
	cmd.Flags().IntVar(&days, "days", 1, "how long it is good for")
	cmd.Flags().IntVar(&times, "times", 20, "how often it can be used")
	cmd.Flags().IntVar(&most, "most", 1, "screens at the same time")
	return cmd
}
