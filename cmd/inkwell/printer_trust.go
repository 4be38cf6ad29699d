package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/ipp/device"
	"inkwell/ipp/wire"
	"inkwell/release"
)

func printerTrustCommand() *cobra.Command {
	cmd := printerCommand("trust NUMBER", "Accept the certificate that a printer shows now",
		func(ctx context.Context, h *host, p release.Look) error {
			shown, err := h.certificate(ctx, p.PrinterRecord)
			if err != nil {
				return err
			}
			pin := device.Pin(shown)
			if bytes.Equal(pin, p.Pin) {
				_, err = fmt.Fprintf(h.out, "printer %d, %s, shows the key that it showed first: %s\n", p.ID, p.Name, fingerprint(pin))
				return err
			}
			err = h.db.InTx(ctx, db.InSchool(p.School), func(ctx context.Context, tx *db.Tx) error {
				if err := release.TrustPrinter(ctx, tx, p.ID, pin); err != nil {
					return err
				}
				return record(ctx, tx, audit.Entry{School: p.School, Act: "printer-trusted", Object: fmt.Sprintf("printer:%d", p.ID),
					Facts: map[string]any{"was": hex.EncodeToString(p.Pin), "pin": hex.EncodeToString(pin)}})
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "printer %d, %s, is known by another key from now on\n  was:  %s\n  is:   %s\n  certificate of %q, made %s\n", p.ID, p.Name,
				fingerprint(p.Pin), fingerprint(pin), wire.Clean(shown.Subject.CommonName, 80), shown.NotBefore.Format("2 January 2006"))
			return err
		})
	cmd.Long = `A printer with an ipps:// address is known by the public key that it showed at its first
contact, whoever signed its certificate. When it shows another, nothing is sent to it: it
may be another machine that has taken its address. A printer that was reset, or had its
mainboard changed, shows another key for good reason; then this accepts it. Compare the
fingerprint with what the printer's own pages say, if they say it.`
	cmd.Example = "  inkwell printer trust 3"
	return cmd
}

// certificate is what a printer shows now.
func (h *host) certificate(ctx context.Context, p release.PrinterRecord) (*x509.Certificate, error) {
	guard, err := h.guard(ctx)
	if err != nil {
		return nil, err
	}
	client, err := device.New(device.Options{URI: p.URI, Dial: guard.Dial})
	if err != nil {
		return nil, err
	}
	return client.Certificate(ctx)
}

// fingerprint is a key's digest as people compare it.
func fingerprint(pin []byte) string {
	if len(pin) == 0 {
		return "none yet"
	}
	var pairs []string
	for _, b := range pin {
		pairs = append(pairs, fmt.Sprintf("%02X", b))
	}
	return "SHA-256 " + strings.Join(pairs, ":")
}
