package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/sealed"
	"inkwell/ipp/device/address"
	"inkwell/release"
)

var loginUnreadable = fault.New(fault.Conflict, "printer-login-unreadable",
	"The printer's user name and password were kept with another key. Set them again: inkwell printer login NUMBER")

// forLogins is the key that printers' passwords are encrypted with: made of the seals' key,
// which lasts as long as the installation.
func (k *keys) forLogins() (sealed.Key, error) {
	return k.Seal.forSealing().For("inkwell printer logins 1")
}

// sealLogin encrypts what a printer wants of us, user name and password, bound to the printer.
func sealLogin(k sealed.Key, p release.PrinterID, user, password string) ([]byte, error) {
	return k.Seal([]byte(user+"\x00"+password), loginOf(p))
}

// openLogin is what sealLogin was given; nothing for nothing.
func openLogin(k sealed.Key, p release.PrinterID, login []byte) (user, password string, err error) {
	if len(login) == 0 {
		return "", "", nil
	}
	plain, err := k.Open(login, loginOf(p))
	if err != nil {
		return "", "", loginUnreadable.Because(err)
	}
	user, password, _ = strings.Cut(string(plain), "\x00")
	return user, password, nil
}

// loginOf binds a login to its printer.
func loginOf(p release.PrinterID) string { return fmt.Sprintf("printer:%d", p) }

func printerLoginCommand() *cobra.Command {
	var user, path string
	var forget bool
	var in input
	cmd := printerCommand("login NUMBER", "Keep the user name and password that a printer wants of Inkwell",
		func(ctx context.Context, h *host, p release.Look) error {
			var login []byte
			var err error
			act, says := "printer-login-forgotten", "is told no user name"
			if !forget {
				if login, err = h.login(p.PrinterRecord, user, &in); err != nil {
					return err
				}
				act, says = "printer-login-set", "is told who we are, over TLS"
			}
			err = h.db.InTx(ctx, db.InSchool(p.School), func(ctx context.Context, tx *db.Tx) error {
				if err := release.SetPrinterLogin(ctx, tx, p.ID, login); err != nil {
					return err
				}
				return record(ctx, tx, audit.Entry{School: p.School, Act: act, Object: fmt.Sprintf("printer:%d", p.ID)})
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "printer %d, %s, %s\n", p.ID, p.Name, says)
			return err
		})
	cmd.Long = `Some printers take jobs only from somebody they know. The password is read from a file,
or from standard input for -, kept encrypted, and offered to this printer alone: by HTTP
Basic, over TLS, and only while it shows the key that it showed at its first contact. No
other password of Inkwell is ever offered to a printer.`
	cmd.Example = "  inkwell printer login 3 --username inkwell --password-file printer.password\n  inkwell printer login 3 --forget"
	cmd.Flags().StringVar(&user, "username", "", "the name that the printer knows us by")
	cmd.Flags().StringVar(&path, "password-file", "", "file with the password, or - for standard input")
	cmd.Flags().BoolVar(&forget, "forget", false, "forget them")
	cmd.MarkFlagsMutuallyExclusive("forget", "username")
	cmd.MarkFlagsOneRequired("forget", "username")
	cmd.MarkFlagsRequiredTogether("username", "password-file")
	in.flag(cmd, &path)
	return cmd
}

// mostLogin is how long a user name and a password may be together.
const mostLogin = 512

// login reads the password and seals both.
func (h *host) login(p release.PrinterRecord, user string, in *input) ([]byte, error) {
	if a, err := address.Parse(p.URI); err != nil || a.Scheme != address.IPPS {
		return nil, fault.New(fault.Invalid, "printer-no-tls", "Only a printer with an ipps:// address is given a password: without TLS others could read it on the way.")
	}
	raw, err := in.all()
	if err != nil {
		return nil, err
	}
	password := string(bytes.TrimRight(raw, "\r\n"))
	if odd := strings.ContainsFunc(user+password, func(r rune) bool { return r < ' ' }); odd || strings.Contains(user, ":") || password == "" || len(user)+len(password) > mostLogin {
		return nil, fault.New(fault.Invalid, "printer-login", "Give a user name without a colon, and a password of one line, of %d characters at most together.", mostLogin)
	}
	k, err := openKeys(h.config.folder("keys"), false)
	if err != nil {
		return nil, err
	}
	sealing, err := k.forLogins()
	if err != nil {
		return nil, err
	}
	return sealLogin(sealing, p.ID, user, password)
}
