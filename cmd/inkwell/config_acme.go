package main

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"inkwell/internal/door"
	"inkwell/internal/fault"
)

// letsEncrypt is the authority when no other is named.
const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"

// acme is how to order a certificate, nil when none is wanted. It refuses what
// belongs together and is not.
func (c Config) acme() (*door.ACMEOptions, error) {
	if len(c.ACMENames) == 0 {
		return nil, nil
	}
	if !c.ACMEAgree {
		return nil, fault.New(fault.Invalid, "acme-terms", "acme.names has a certificate ordered of %s. Read its terms of service; if the school agrees to them, set acme.agree = true.", c.ACMEDirectory)
	}
	if (c.ACMEKeyID == "") != (c.ACMEMACKey == "") {
		return nil, fault.New(fault.Invalid, "acme-account", "acme.eab-kid and acme.eab-key belong together: set both, or neither.")
	}
	o := &door.ACMEOptions{Directory: c.ACMEDirectory, Names: c.ACMENames, Contact: c.ACMEContact, KeyID: c.ACMEKeyID}
	var err error
	if o.MACKey, err = macKey(c.ACMEMACKey); err != nil {
		return nil, err
	}
	if c.ACMERoots == "" {
		return o, nil
	}
	o.Roots = x509.NewCertPool()
	if text, err := os.ReadFile(c.ACMERoots); err != nil || !o.Roots.AppendCertsFromPEM(text) {
		return nil, fault.New(fault.Invalid, "acme-roots", "There is no certificate to be read in %s (acme.roots). It has to be a PEM file that the user Inkwell runs as may read.", c.ACMERoots).Because(err)
	}
	return o, nil
}

// arePublicNames refuses what no authority of the internet vouches for.
func arePublicNames(names []string) error {
	for _, name := range names {
		if _, err := netip.ParseAddr(name); err == nil || !door.PlainHost(name) || !strings.Contains(name, ".") || strings.HasSuffix(name, ".local") {
			return fmt.Errorf("write host names that are in the DNS, such as print.school.example")
		}
	}
	return nil
}

func isDirectory(text string) error {
	if u, err := url.Parse(text); err != nil || u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("write the authority's address, such as %s", letsEncrypt)
	}
	return nil
}

func isMailOrNone(text string) error {
	if a, err := mail.ParseAddress(text); text != "" && (err != nil || a.Address != text) {
		return fmt.Errorf("write a mail address, such as it@school.example")
	}
	return nil
}

func anything(string) error { return nil }

func isMACKey(text string) error {
	_, err := macKey(text)
	return err
}

// macKey is base64url, with or without padding (RFC 8555, 7.3.4).
func macKey(text string) ([]byte, error) {
	key, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil, fmt.Errorf("write the key as the authority gave it: letters, digits, - and _")
	}
	return key, nil
}
