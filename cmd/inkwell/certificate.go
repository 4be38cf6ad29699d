package main

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/door"
	"inkwell/internal/fault"
)

// certificateCommand makes a command about the certificate in the data folder. It
// needs neither a database nor a server that runs. As root it becomes the folder's
// owner, after before has read what only root may read.
func certificateCommand(use, short string, before func() error, run func(names []string, folder string, out io.Writer) error) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := load(cmd.Flags())
			if err != nil {
				return err
			}
			if err := before(); err != nil {
				return err
			}
			if err := visit(l.Config); err != nil {
				return err
			}
			return run(l.knownAs(), l.folder("tls"), cmd.OutOrStdout())
		},
	}
	addFlags(cmd.Flags(), "data-dir")
	return cmd
}

// knownAs are the names that the running server was given, by whatever flags, or those
// of the configuration.
func (c Config) knownAs() []string {
	if at, err := readAddresses(c); err == nil {
		return at.Names
	}
	return c.names()
}

func nothing() error { return nil }

func certificateShowCommand() *cobra.Command {
	var text, authority bool
	cmd := certificateCommand("show", "Say which certificate is shown, for which names and until when", nothing,
		func(_ []string, folder string, out io.Writer) error {
			if authority {
				ca, err := door.Authority(folder)
				if err != nil {
					return err
				}
				return tellCertificates(out, text, ca)
			}
			s, err := door.Look(folder, time.Now())
			if err != nil {
				return err
			}
			if text {
				return tellCertificates(out, true, s.Chain...)
			}
			return tellShown(out, s)
		})
	cmd.Long = `Say whose certificate this server shows: the school's own, one ordered by ACME, or
Inkwell's; for which names, until when, and how to recognise it. Changes nothing.`
	cmd.Example = `  inkwell certificate show
  inkwell certificate show --pem > chain.pem
  inkwell certificate show --authority --pem > ca.crt`
	cmd.Flags().BoolVar(&text, "pem", false, "write the certificate itself, with its chain")
	cmd.Flags().BoolVar(&authority, "authority", false, "Inkwell's own authority instead, which computers can be told to trust")
	return cmd
}

// tellShown says what a person wants to know of the certificate.
func tellShown(out io.Writer, s door.Shown) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(what, say string) { _, _ = fmt.Fprintf(w, "%s\t%s\n", what, say) } // tabwriter keeps an error for Flush
	leaf := s.Leaf()
	line("certificate", string(s.Origin))
	line("for", strings.Join(slices.Concat(leaf.DNSNames, addressesOf(leaf)), ", "))
	line("signed by", leaf.Issuer.String())
	line("good", leaf.NotBefore.Format("2 January 2006")+" to "+leaf.NotAfter.Format("2 January 2006"))
	line("renewed", renewedWhen(s))
	line("key", kindOfKey(leaf))
	line("SHA-256", door.Fingerprint(leaf))
	if s.Orders.Trouble != "" {
		line("ordering", "failed on "+s.Orders.Tried.Local().Format("2 January, 15:04")+": "+s.Orders.Trouble)
		line("", "next try "+s.Orders.Next.Local().Format("2 January, 15:04"))
	}
	if s.Trouble != nil {
		line("trouble", s.Trouble.Error())
	}
	return w.Flush()
}

func addressesOf(c *x509.Certificate) (all []string) {
	for _, ip := range c.IPAddresses {
		all = append(all, ip.String())
	}
	return all
}

func renewedWhen(s door.Shown) string {
	switch s.Origin {
	case door.FromUs:
		return "by itself, 30 days before it ends"
	case door.FromACME:
		return "by itself, from " + door.RenewAt(s.Leaf()).Format("2 January 2006") + " on"
	}
	return "by you: inkwell certificate set"
}

func kindOfKey(c *x509.Certificate) string {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA, %d bits", k.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA, " + k.Params().Name
	}
	return c.PublicKeyAlgorithm.String()
}

// tellCertificates writes certificates as PEM, or how to recognise them.
func tellCertificates(out io.Writer, text bool, all ...*x509.Certificate) error {
	for _, c := range all {
		if text {
			if err := pem.Encode(out, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(out, "%s\ngood until %s\nSHA-256 %s\n", c.Subject, c.NotAfter.Format("2 January 2006"), door.Fingerprint(c)); err != nil {
			return err
		}
	}
	return nil
}

func certificateSetCommand() *cobra.Command {
	var certFile, keyFile string
	var cert, key []byte
	cmd := certificateCommand("set --cert FILE --key FILE", "Show the school's own certificate from now on",
		func() (err error) {
			if cert, err = readBrought(certFile); err != nil {
				return err
			}
			key, err = readBrought(keyFile)
			return err
		},
		func(names []string, folder string, out io.Writer) error {
			o, err := door.Inspect(cert, key, names, time.Now())
			if err != nil {
				return err
			}
			if err := o.Put(folder); err != nil {
				return err
			}
			_, err = fmt.Fprintf(out, "This server now shows the school's own certificate, good until %s.\n", o.Leaf.NotAfter.Format("2 January 2006"))
			for _, note := range o.Notes {
				_, _ = fmt.Fprintln(out, note)
			}
			return err
		})
	cmd.Long = `Check a certificate of the school's own and show it from the next connection on.
Connections that are open go on, and nothing is restarted. The first file holds the
server's certificate and behind it those that signed it, in this order, the second
one its key; both are PEM. They are copied into the data folder, the key for its
owner's eyes alone. What no computer would accept is refused, and what is shown stays.`
	cmd.Example = `  inkwell certificate set --cert chain.pem --key key.pem
  inkwell certificate set --cert /etc/letsencrypt/live/print.school.example/fullchain.pem \
    --key /etc/letsencrypt/live/print.school.example/privkey.pem`
	cmd.Flags().StringVar(&certFile, "cert", "", "PEM file with the certificate and its chain")
	cmd.Flags().StringVar(&keyFile, "key", "", "PEM file with its key, without a password")
	_ = cmd.MarkFlagRequired("cert")
	_ = cmd.MarkFlagRequired("key")
	return cmd
}

// readBrought reads a file that the person at the host named.
func readBrought(path string) ([]byte, error) {
	f, err := os.Open(path) // #nosec G304 -- see above
	if err != nil {
		return nil, fault.New(fault.Invalid, "file-unreadable", "%s cannot be read.", path).Because(err)
	}
	text, err := io.ReadAll(io.LimitReader(f, 1<<20))
	return text, errors.Join(err, f.Close())
}

func certificateRenewCommand() *cobra.Command {
	var authority bool
	cmd := certificateCommand("renew", "Make or order a new certificate now", nothing,
		func(names []string, folder string, out io.Writer) error {
			s, err := door.Look(folder, time.Now())
			if err == nil && s.Origin == door.FromSchool && !authority {
				return fault.New(fault.Conflict, "certificate-not-ours", "This server shows the school's own certificate, which the school renews: inkwell certificate set.")
			}
			if s.Orders.On() && !authority {
				if err := door.Ask(folder); err != nil {
					return err
				}
				_, err = fmt.Fprintln(out, "The running server orders one now. inkwell certificate show tells in a minute how it went.")
				return err
			}
			if err := door.RenewOwn(folder, names, authority, time.Now()); err != nil {
				return err
			}
			say := "This server now shows a new certificate of the same authority."
			if authority {
				say = "There is a new authority. Computers that trusted the old one have to be told to trust it: inkwell certificate show --authority --pem"
			}
			_, err = fmt.Fprintln(out, say)
			return err
		})
	cmd.Long = `Make a new certificate of Inkwell's own authority, or, where acme.names is set, have
the running server order one. This is done by itself in time; do it by hand when a
key may be known to others, or when the server has a new name. With --authority the
authority is made anew too, and every computer has to be told to trust it.`
	cmd.Example = "  inkwell certificate renew\n  inkwell certificate renew --authority"
	cmd.Flags().BoolVar(&authority, "authority", false, "a new authority of Inkwell's too")
	return cmd
}

func certificateResetCommand() *cobra.Command {
	cmd := certificateCommand("reset", "Take the school's own certificate away; Inkwell's is shown again", nothing,
		func(_ []string, folder string, out io.Writer) error {
			was, err := door.TakeBack(folder)
			if err != nil {
				return err
			}
			say := "The school's own certificate and its key are gone from the data folder. This server shows Inkwell's again, or the one that it orders."
			if !was {
				say = "There was none of the school's own."
			}
			_, err = fmt.Fprintln(out, say)
			return err
		})
	cmd.Long = `Remove the school's own certificate and its key from the data folder. The running
server shows the one that it orders by ACME, or that of Inkwell's own authority, from
the next connection on.`
	cmd.Example = "  inkwell certificate reset"
	return cmd
}
