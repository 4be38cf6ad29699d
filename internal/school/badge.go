package school

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"regexp"
	"strings"

	"inkwell/internal/db"
)

// badgeForm is a badge number as readers type it, with their framing off.
var badgeForm = regexp.MustCompile(`^[0-9a-f]{4,32}$`)

// badgeDigest is the keyed digest a badge is known by. The key is outside the
// database: without it a stolen table of 32-bit card numbers is worth nothing.
func (d *Directory) badgeDigest(badge string) ([]byte, error) {
	number := strings.ToLower(strings.Trim(badge, " ;?%\r\n\t"))
	if !badgeForm.MatchString(number) {
		return nil, notYou("badge-unknown")
	}
	mac := hmac.New(sha256.New, d.keys.Secret)
	mac.Write([]byte("badge\x00" + number))
	return mac.Sum(nil), nil
}

// ByBadge proves a person by the number a badge reader sent, wherever in the trust the
// badge was issued. A badge of somebody who is not at this school, a revoked one and one
// of somebody who has left are all unknown.
func (d *Directory) ByBadge(ctx context.Context, school ID, badge, place string) (Actor, error) {
	digest, err := d.badgeDigest(badge)
	if err != nil {
		return Actor{}, err
	}
	var p Person
	err = d.db.InTx(ctx, db.System("badge"), func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = personByBadge(ctx, tx, school, digest)
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	if p.ID == 0 {
		return Actor{}, d.wrong(ctx, school, 0, place, "badge-unknown")
	}
	return p.actor(ByBadge), nil
}
