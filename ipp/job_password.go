package ipp

import (
	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// password reads job-password and job-password-encryption (PWG 5100.11); nil
// when there is none. It is never ignored: the desk refuses what could not be given at
// a station, so that no job prints with one lock less than its owner thinks.
func (c *call) password() (*release.Password, error) {
	value, given, err := wire.Optional(c.op().Octets("job-password"))
	if err != nil || !given || len(value) == 0 {
		return nil, err
	}
	scheme, given, err := wire.Optional(c.op().String("job-password-encryption", goipp.TagKeyword))
	if err != nil {
		return nil, err
	}
	if !given {
		scheme = "none"
	}
	return &release.Password{Scheme: scheme, Value: value}, nil
}

// aboutPasswords is what a client has to know to ask its user for digits that a
// station's keypad has.
func aboutPasswords() []wire.Attribute {
	return []wire.Attribute{
		wire.Integer("job-password-supported", release.PasswordMax),
		wire.Range("job-password-length-supported", wire.IntRange{Lower: release.PasswordMin, Upper: release.PasswordMax}),
		wire.Keyword("job-password-encryption-supported", release.PasswordSchemes()...),
		wire.Keyword("job-password-repertoire-configured", "iana_us-ascii_digits"),
		wire.Keyword("job-password-repertoire-supported", "iana_us-ascii_digits"),
	}
}
