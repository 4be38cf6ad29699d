package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// tokenSize is 256 bits: nobody guesses one, so it is kept as a plain digest.
const tokenSize = 32

// newToken is a secret for a cookie or a link, and the digest that is stored.
func newToken() (token string, digest []byte) {
	secret := make([]byte, tokenSize)
	_, _ = rand.Read(secret) // never fails
	return base64.RawURLEncoding.EncodeToString(secret), digestOf(secret)
}

// tokenDigest is the digest of a token, or nil for what cannot be one.
func tokenDigest(token string) []byte {
	secret, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(secret) != tokenSize {
		return nil
	}
	return digestOf(secret)
}

func digestOf(secret []byte) []byte {
	sum := sha256.Sum256(secret)
	return sum[:]
}
