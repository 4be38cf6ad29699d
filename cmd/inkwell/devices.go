package main

import (
	"context"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"net/netip"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

func devicesAddCommand() *cobra.Command {
	var g school.DeviceGroup
	var networks []string
	var certificates, queue string
	file := &input{}
	cmd := schoolCommand("add GROUP", "Give shared devices, or a print server, a printer address of their own", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) (err error) {
			at, err := readAddresses(h.config)
			if err != nil {
				return err
			}
			if err := h.hasQueue(ctx, s.ID, queue, g.Proof()); err != nil {
				return err
			}
			g.School, g.Slug = s.ID, args[0]
			if g.Networks, err = readNetworks(networks); err != nil {
				return err
			}
			if certificates != "" {
				if g.Certificates, err = readCertificates(file); err != nil {
					return err
				}
			}
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error { return school.AddGroup(ctx, tx, "", g) })
			if err == nil {
				_, err = fmt.Fprintf(h.out, "ipps://%s%s\n%s\nWhat sets its devices up: inkwell clients export SYSTEM --group %s\n",
					at.reachable(at.IPP), school.GroupPath(queue, g.Slug), meaning(g), g.Slug)
			}
			return err
		})
	file.flag(cmd, &certificates)
	cmd.Long = `Devices that pupils share print to the group's one address, and the name that a device
sends is a claim: the job waits for that person at a kiosk. With --trusted it is a print
server that asks for passwords itself, and its word counts. A group is known by its
networks, or by the certificates that its devices show.`
	cmd.Example = `  inkwell devices add room-12 --name "Room 12" --network 10.1.12.0/24
  inkwell devices add cart-3 --name "Cart 3" --certificates - < cart3.pem
  inkwell devices add windows --name "Print server" --trusted --network 10.1.1.7/32`
	cmd.Flags().StringVar(&g.Name, "name", "", "as pupils know them, such as \"Room 12\"")
	cmd.Flags().StringSliceVar(&networks, "network", nil, "where the devices are, such as 10.1.12.0/24")
	cmd.Flags().StringVar(&certificates, "certificates", "", "a PEM file with the certificates they show; - reads standard input")
	cmd.Flags().StringVar(&queue, "queue", "/ipp/print", "the queue's path")
	cmd.Flags().BoolVar(&g.Trusted, "trusted", false, "a print server that has asked for the password itself: its word is taken")
	_ = cmd.MarkFlagRequired("name")
	return cmd
}

// meaning says what an address of the group does, in a sentence.
func meaning(g school.DeviceGroup) string {
	if g.Trusted {
		return "Jobs from there count as sent by the person that the server names."
	}
	return "A job from there waits for the person the device names. They take it, or say \"Not mine\", at a kiosk."
}

func readNetworks(all []string) (networks []netip.Prefix, err error) {
	for _, text := range all {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fault.New(fault.Invalid, "network", "A network looks like 10.1.12.0/24, a single machine like 10.1.1.7/32.").Because(err)
		}
		networks = append(networks, p)
	}
	return networks, nil
}

// readCertificates takes the digests of all certificates in a PEM file.
func readCertificates(file *input) (digests [][32]byte, err error) {
	bad := fault.New(fault.Invalid, "certificates", "There is no certificate to be read there. Give a PEM file, or - and the file on standard input.")
	text, err := file.all()
	if err != nil {
		return nil, bad.Because(err)
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			digests = append(digests, sha256.Sum256(block.Bytes))
		}
	}
	if len(digests) == 0 {
		return nil, bad
	}
	return digests, nil
}

func devicesListCommand() *cobra.Command {
	cmd := schoolCommand("list", "List the device groups", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			var all []school.DeviceGroup
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				all, err = school.Groups(ctx, tx, s.ID)
				return err
			})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "GROUP\tNAME\tNAMES ARE\tNETWORKS\tCERTIFICATES") // tabwriter keeps an error for Flush
			for _, g := range all {
				names := "claims"
				if g.Trusted {
					names = "believed"
				}
				var networks []string
				for _, p := range g.Networks {
					networks = append(networks, p.String())
				}
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\n", g.Slug, g.Name, names, strings.Join(networks, " "), len(g.Certificates))
			}
			return w.Flush()
		})
	cmd.Long = `It says whether the names that a group sends are claims or believed, and how it is known.`
	cmd.Example = `  inkwell devices list`
	return cmd
}

func devicesRemoveCommand() *cobra.Command {
	cmd := schoolCommand("remove GROUP", "End a group's printer address at once; what was sent stays", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				return school.RemoveGroup(ctx, tx, "", s.ID, args[0])
			})
		})
	cmd.Long = `Nobody prints by its address from now on. Jobs that came by it wait as they did.`
	cmd.Example = `  inkwell devices remove room-12`
	return cmd
}
