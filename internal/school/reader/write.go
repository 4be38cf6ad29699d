package reader

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Write is what a reader of the profile types for a card of these bytes, without a
// line's end. It is the other side of Read, for showing examples and for tests. A
// card of another length than the profile's is Unreadable; so is any by an automatic
// or a text profile, which name no form.
func (p Profile) Write(uid []byte) (string, error) {
	if p.Base == "" || p.Base == Text || (p.UID != 0 && len(uid) != p.UID) || len(uid) < max(1, p.width()) {
		return "", Unreadable
	}
	raw := p.turn(slices.Clone(uid))
	if w := p.width(); w != 0 {
		raw = raw[len(raw)-w:]
	}
	return p.Prefix + p.digits(raw) + p.Suffix, nil
}

func (p Profile) digits(raw []byte) string {
	switch n := new(big.Int).SetBytes(raw); p.Base {
	case Decimal:
		text := n.String()
		text = strings.Repeat("0", max(0, p.Digits-len(text))) + text
		if p.Digits != 0 {
			text = text[len(text)-p.Digits:]
		}
		return text
	case Facility:
		cardBits := 8*len(raw) - p.facilityBits()
		widest := func(bits int) int { return len(strconv.FormatUint(1<<bits-1, 10)) }
		v := n.Uint64()
		return fmt.Sprintf("%0*d-%0*d", widest(p.facilityBits()), v>>cardBits, widest(cardBits), v&(1<<cardBits-1))
	case ASCIIHex:
		return strings.ToUpper(hex.EncodeToString([]byte(strings.ToUpper(hex.EncodeToString(raw)))))
	}
	return strings.ToUpper(hex.EncodeToString(raw))
}
