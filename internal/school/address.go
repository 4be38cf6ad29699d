package school

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// AddressID names a personal address.
type AddressID int64

// Address is a printer address of one person's one device: whoever has it prints
// as that person, and may do nothing else. It is for devices that cannot ask for a
// password.
type Address struct {
	ID     AddressID
	Person PersonID
	Device string // as its owner calls it, 1-60 characters
	Issued time.Time
	Seen   time.Time // the day it was last used, or zero
}

// maxAddresses is how many a person has in force.
const maxAddresses = 10

var (
	tokenEncoding = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)
	tokenForm     = regexp.MustCompile(`^[a-km-np-z2-9]{26}$`)
	deviceForm    = regexp.MustCompile(`^\S(.{0,58}\S)?$`)

	// AddressUnknown is the answer to an address that was never given, was revoked, or
	// is of somebody who has left: it looks like any other path that leads nowhere.
	AddressUnknown   = fault.New(fault.NotFound, "queue-unknown", "There is no such printer.")
	deviceName       = fault.New(fault.Invalid, "device-name", "Name the device in 1 to 60 characters, such as Sam's Chromebook.")
	tooManyAddresses = fault.New(fault.TooMany, "addresses-full", "This person has ten printer addresses already. Revoke one first.")
)

// AddressMark stands between a queue's path and a token.
const AddressMark = "/u/"

// AddressPath is the path of a personal address on a queue's.
func AddressPath(queue, token string) string { return queue + AddressMark + token }

// NewAddress gives a person an address for a device and returns its token, 26
// letters and digits of 128 random bits. It is shown once: only a digest is kept.
// by is whose act it is, "" for the host's.
func (d *Directory) NewAddress(ctx context.Context, tx *db.Tx, by Pseudonym, p Person, device string) (token string, err error) {
	device = strings.TrimSpace(device)
	if !deviceForm.MatchString(device) {
		return "", deviceName
	}
	all, err := addressesOf(ctx, tx, p.ID)
	if err != nil {
		return "", err
	}
	if len(all) >= maxAddresses {
		return "", tooManyAddresses
	}
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails: the runtime ends the process first
	token = tokenEncoding.EncodeToString(random[:])
	id, err := insertAddress(ctx, tx, p, device, tokenDigest(token))
	if err != nil {
		return "", fmt.Errorf("add address: %w", err)
	}
	return token, audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "address-issued", Actor: by, Subject: p.Pseudonym, Object: addressObject(id), Note: device})
}

// Addresses are a person's addresses in force, oldest first.
func (d *Directory) Addresses(ctx context.Context, tx *db.Tx, p PersonID) ([]Address, error) {
	return addressesOf(ctx, tx, p)
}

// RevokeAddress ends one of a person's addresses. Every node refuses it from the end
// of the transaction on.
func (d *Directory) RevokeAddress(ctx context.Context, tx *db.Tx, by Pseudonym, p Person, id AddressID) error {
	found, err := revokeAddress(ctx, tx, p.ID, id)
	if err != nil {
		return fmt.Errorf("revoke address %d: %w", id, err)
	}
	if !found {
		return fault.New(fault.NotFound, "address-unknown", "This person has no such printer address.")
	}
	return audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "address-revoked", Actor: by, Subject: p.Pseudonym, Object: addressObject(id)})
}

// ByAddress proves a person by the token of their personal address.
func (d *Directory) ByAddress(ctx context.Context, school ID, token string) (Actor, error) {
	if !tokenForm.MatchString(token) {
		return Actor{}, AddressUnknown
	}
	var p Person
	err := d.db.InTx(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = personByAddress(ctx, tx, school, tokenDigest(token))
		return err
	})
	if err == nil && p.ID == 0 {
		err = AddressUnknown
	}
	if err != nil {
		return Actor{}, err
	}
	return p.actor(ByAddress), nil
}

// tokenDigest needs no key: nobody guesses 128 random bits.
func tokenDigest(token string) []byte {
	sum := sha256.Sum256([]byte("address\x00" + token))
	return sum[:]
}

func addressObject(id AddressID) string { return fmt.Sprintf("address:%d", id) }
