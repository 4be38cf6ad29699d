package kiosk

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"inkwell/release"
)

// ErrOver is DialDevice's error when the browser is paired no more, and is to forget its key.
var ErrOver = errors.New("this screen is not paired any more")

// DialDevice opens a socket like the page of a paired browser at a server's address, e.g.
// "https://print.school.example:8443", and proves the key. While it is not paired it pairs itself by the
// link, if there is one, or waits with a code on its screen.
func DialDevice(ctx context.Context, address string, trust *tls.Config, key *ecdsa.PrivateKey, link string) (*Client, error) {
	public, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	thumb := release.DeviceKey(public).Thumb()
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read kiosk address: %w", err)
	}
	u.Path = devicePage
	c, err := dial(ctx, u.String(), "/socket?key="+base64.RawURLEncoding.EncodeToString(thumb[:]), trust)
	if err != nil {
		return nil, err
	}
	if err := c.prove(ctx, u.Scheme+"://"+u.Host, key, public, link); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// prove answers the server's challenge.
func (c *Client) prove(ctx context.Context, origin string, key *ecdsa.PrivateKey, public []byte, link string) error {
	body, err := c.read(ctx)
	if err != nil {
		return err
	}
	var g greeting
	switch {
	case json.Unmarshal(body, &g) != nil || g.Challenge == nil && !g.Over:
		return errors.New("the kiosk asks for no proof")
	case g.Over:
		return ErrOver
	}
	p := proof{Link: link}
	if p.Proof, err = sign(key, g.Challenge.text(origin)); err != nil {
		return err
	}
	if g.Challenge.Station == "" {
		p.Key = public
	} else {
		p.Link = ""
	}
	return c.put("prove", p)
}

// sign is the signature of a text as WebCrypto writes it.
func sign(key *ecdsa.PrivateKey, text string) ([]byte, error) {
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return nil, fmt.Errorf("sign proof: %w", err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signature, nil
}

// ShownCode is the code on a screen that waits to be paired, or "".
func (v View) ShownCode() string {
	if v.Pair == nil {
		return ""
	}
	return strings.ReplaceAll(v.Pair.Code, " ", "")
}
