package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/ipp/device/address"
	"inkwell/release"
)

var loginUnreadable = fault.New(fault.Conflict, "printer-login-unreadable",
	"The printer's user name and password were kept with another key. Set them again: inkwell printer login NUMBER")

// forLogins is the key that printers' passwords are encrypted with: made of the seals' key,
// which lasts as long as the installation, and good for nothing else.
func (k *keys) forLogins() (key, error) {
	secret, err := hkdf.Key(sha256.New, k.Seal.Secret, nil, "inkwell printer logins 1", 32)
	return key{ID: k.Seal.ID, Secret: secret}, err
}

// sealLogin encrypts what a printer wants of us: the key's id, a nonce, and user name and
// password, bound to the printer.
func sealLogin(k key, p release.PrinterID, user, password string) ([]byte, error) {
	id, err := hex.DecodeString(k.ID)
	if err != nil {
		return nil, err
	}
	aead, err := loginCipher(k)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	return aead.Seal(append(id, nonce...), nonce, []byte(user+"\x00"+password), loginOf(p)), nil
}

// openLogin is what sealLogin was given; nothing for nothing.
func openLogin(k key, p release.PrinterID, sealed []byte) (user, password string, err error) {
	if len(sealed) == 0 {
		return "", "", nil
	}
	aead, err := loginCipher(k)
	if err != nil {
		return "", "", err
	}
	const id = 4
	if len(sealed) < id+aead.NonceSize() || hex.EncodeToString(sealed[:id]) != k.ID {
		return "", "", loginUnreadable
	}
	nonce, text := sealed[id:id+aead.NonceSize()], sealed[id+aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, text, loginOf(p))
	if err != nil {
		return "", "", loginUnreadable.Because(err)
	}
	user, password, _ = strings.Cut(string(plain), "\x00")
	return user, password, nil
}

func loginCipher(k key) (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.Secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// loginOf binds a login to its printer.
func loginOf(p release.PrinterID) []byte { return fmt.Appendf(nil, "printer:%d", p) }

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
