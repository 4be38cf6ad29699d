package signin

import (
	"crypto/hmac"
	"crypto/sha1" // #nosec G505 -- what authenticator apps know; HMAC with it is sound (RFC 6238, 1.2)
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

const (
	step       = 30 // seconds that a code is for (RFC 6238, 5.2)
	codeDigits = 6
	secretSize = 20 // bytes, as long as the digest (RFC 4226, 4)
	drift      = 1  // steps that the clocks of app and server may differ
)

// stepAt is the step of a time.
func stepAt(t time.Time) int64 { return t.Unix() / step }

// codeAt is the code of a step (RFC 4226, 5.3).
func codeAt(secret []byte, at int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, at) // a hash takes everything
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0xf
	number := binary.BigEndian.Uint32(sum[from:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", codeDigits, number%1_000_000)
}

// stepOf is the step that a code is of, near now and after the last one that was used;
// 0 for a code that is not right. It looks at every step, whichever is right.
func stepOf(secret []byte, code string, now time.Time, last int64) (at int64) {
	for s := stepAt(now) - drift; s <= stepAt(now)+drift; s++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(secret, s)), []byte(code)) == 1 && s > last {
			at = s
		}
	}
	return at
}

// written is a secret as a person types it into an app.
func written(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// appAddress is what an app reads from the QR code.
func appAddress(secret []byte, schoolName, username string) string {
	q := url.Values{"secret": {written(secret)}, "issuer": {"Inkwell " + schoolName}, "digits": {fmt.Sprint(codeDigits)}, "period": {fmt.Sprint(step)}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Inkwell " + schoolName + ":" + username, RawQuery: q.Encode()}
	return u.String()
}
