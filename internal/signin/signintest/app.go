// Package signintest is an authenticator app, written apart from the server's own
// arithmetic. It is imported by tests alone.
package signintest

import (
	"crypto/hmac"
	"crypto/sha1" // #nosec G505 -- what authenticator apps do
	"encoding/base32"
	"fmt"
	"testing"
	"time"
)

// Code is what the app shows at a time for the secret that was typed into it.
func Code(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		t.Fatalf("the app does not take the secret %q: %v", secret, err)
	}
	counter := make([]byte, 8)
	for i, n := 7, at.Unix()/30; i >= 0; i, n = i-1, n>>8 {
		counter[i] = byte(n)
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(counter)
	sum := mac.Sum(nil)
	o := sum[19] & 15
	number := (int(sum[o]&127)<<24 | int(sum[o+1])<<16 | int(sum[o+2])<<8 | int(sum[o+3])) % 1_000_000
	return fmt.Sprintf("%06d", number)
}
