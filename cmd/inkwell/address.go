package main

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// addressHost is the host of a command about one person's printer addresses.
type addressHost struct {
	*host
	people *school.Directory
	person school.Person
}

func (h *addressHost) inTx(ctx context.Context, fn func(context.Context, *db.Tx) error) error {
	return h.db.InTx(ctx, db.InSchool(h.person.School), fn)
}

// addressCommand makes a command about one person's printer addresses.
func addressCommand(use, short string, args cobra.PositionalArgs, run func(context.Context, *addressHost, []string) error) *cobra.Command {
	return schoolCommand(use, short, args, func(ctx context.Context, h *host, s school.School, args []string) error {
		people, err := h.directory()
		if err != nil {
			return err
		}
		a := &addressHost{host: h, people: people}
		err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
			a.person, err = school.PersonByUsername(ctx, tx, s.ID, args[0])
			return err
		})
		if err != nil {
			return err
		}
		return run(ctx, a, args[1:])
	})
}

func addressAddCommand() *cobra.Command {
	var device, queue string
	var picture bool
	var cmd *cobra.Command
	cmd = addressCommand("add USERNAME", "Give a person a printer address for one device", cobra.ExactArgs(1),
		func(ctx context.Context, h *addressHost, _ []string) error {
			at, err := readAddresses(h.config)
			if err != nil {
				return err
			}
			if err := h.hasQueue(ctx, h.person.School, queue, school.ByAddress); err != nil {
				return err
			}
			var token string
			err = h.inTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				token, err = h.people.NewAddress(ctx, tx, "", h.person, device)
				return err
			})
			if err != nil {
				return err
			}
			uri := "ipps://" + at.reachable(at.IPP) + school.AddressPath(queue, token)
			if picture {
				return tellPicture(unwrapped(h.out), cmd.ErrOrStderr(), uri)
			}
			return tellAddress(unwrapped(h.out), uri)
		})
	cmd.Long = `Show an address, and its QR code, that one device of this person's prints to without a
password. Whoever has it prints as them. It is shown once and kept as a digest alone.`
	cmd.Example = `  inkwell address add 23sbell --device "Sam's Chromebook"
  inkwell address add 23sbell --device "Sam's tablet" --qr > sam.png`
	cmd.Flags().StringVar(&device, "device", "", "what the device is called, 1-60 characters")
	cmd.Flags().StringVar(&queue, "queue", "/ipp/print", "the queue's path")
	cmd.Flags().BoolVar(&picture, "qr", false, "write the address as a QR code, a PNG picture")
	_ = cmd.MarkFlagRequired("device")
	return cmd
}

const onlyNow = "Whoever has this address prints as this person. It is shown only now.\n"

// tellAddress shows an address as text and as a code that a camera reads off the
// screen.
func tellAddress(out io.Writer, uri string) error {
	code, err := qr.Encode(uri, qr.M, qr.Auto)
	if err != nil {
		return fmt.Errorf("draw address: %w", err)
	}
	_, err = fmt.Fprintf(out, "%s\n%s\n%s", blocks(code), uri, onlyNow)
	return err
}

// tellPicture draws an address at eight dots a module, with the quiet zone of four
// modules around it that readers want. The text goes another way.
func tellPicture(out, text io.Writer, uri string) error {
	const dots, quiet = 8, 4
	code, err := qr.Encode(uri, qr.M, qr.Auto)
	if err != nil {
		return fmt.Errorf("draw address: %w", err)
	}
	size := (code.Bounds().Dx() + 2*quiet) * dots
	big := image.NewGray(image.Rect(0, 0, size, size))
	for i := range big.Pix {
		big.Pix[i] = 0xff
		if dark(code, i%size/dots-quiet, i/size/dots-quiet) {
			big.Pix[i] = 0
		}
	}
	if err := png.Encode(out, big); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	_, err = fmt.Fprintf(text, "%s\n%s", uri, onlyNow)
	return err
}

// blocks draws a code in half blocks, dark on light whatever the terminal's colours.
func blocks(code barcode.Barcode) string {
	const quiet = 2
	size := code.Bounds().Dx()
	var b strings.Builder
	for y := -quiet; y < size+quiet; y += 2 {
		b.WriteString("\x1b[30;107m")
		for x := -quiet; x < size+quiet; x++ {
			b.WriteString([]string{" ", "▄", "▀", "█"}[2*index(dark(code, x, y))+index(dark(code, x, y+1))])
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String()
}

// dark says whether a module is; around the code none is.
func dark(code barcode.Barcode, x, y int) bool {
	return image.Pt(x, y).In(code.Bounds()) && code.At(x, y) == color.Black
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

func addressListCommand() *cobra.Command {
	cmd := addressCommand("list USERNAME", "List a person's printer addresses", cobra.ExactArgs(1),
		func(ctx context.Context, h *addressHost, _ []string) error {
			var all []school.Address
			err := h.inTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				all, err = h.people.Addresses(ctx, tx, h.person.ID)
				return err
			})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "NUMBER\tDEVICE\tGIVEN\tLAST USED") // tabwriter keeps an error for Flush
			for _, a := range all {
				used := "never"
				if !a.Seen.IsZero() {
					used = a.Seen.Format("2 Jan 2006")
				}
				_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", a.ID, a.Device, a.Issued.Format("2 Jan 2006"), used)
			}
			return w.Flush()
		})
	cmd.Long = `List the devices that a person has printer addresses for, and when each was last used.`
	cmd.Example = `  inkwell address list 23sbell`
	return cmd
}

func addressRevokeCommand() *cobra.Command {
	cmd := addressCommand("revoke USERNAME NUMBER", "End a printer address at once, on all nodes", cobra.ExactArgs(2),
		func(ctx context.Context, h *addressHost, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return fault.New(fault.Invalid, "address-number", "Give the number that inkwell address list shows.")
			}
			err = h.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
				return h.people.RevokeAddress(ctx, tx, "", h.person, school.AddressID(id))
			})
			if err == nil {
				_, err = fmt.Fprintln(h.out, "revoked; what was sent through it still waits for its owner")
			}
			return err
		})
	cmd.Long = `NUMBER is the one that inkwell address list shows. What was sent through it still waits
for its owner.`
	cmd.Example = `  inkwell address revoke 23sbell 7`
	return cmd
}
