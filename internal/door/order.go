package door

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/acme"
)

// The ways of showing that a name is ours: at a TLS door, which the authority looks
// for at port 443, and at the redirect door, port 80.
const (
	byTLS  = "tls-alpn-01"
	byHTTP = "http-01"
)

// order has one certificate made, by the way that worked last time or by either.
func (o *orders) order(ctx context.Context, state *Orders) error {
	client, err := o.client(ctx)
	if err != nil {
		return err
	}
	ways := []string{byTLS, byHTTP}
	if state.Way == byHTTP {
		slices.Reverse(ways)
	}
	var all []error
	for _, way := range ways {
		chain, key, err := o.attempt(ctx, client, way)
		if err == nil {
			state.Way = way
			return o.keep(chain, key)
		}
		all = append(all, fmt.Errorf("%s: %w", way, err))
		if !unproven(err) { // the other way would go the same way
			break
		}
	}
	return errors.Join(all...)
}

// client is known to the authority: its account is there, or has just been made.
func (o *orders) client(ctx context.Context) (*acme.Client, error) {
	key, err := o.account()
	if err != nil {
		return nil, fmt.Errorf("account key: %w", err)
	}
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout: 15 * time.Second,
		TLSClientConfig:     &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
	}
	context.AfterFunc(ctx, transport.CloseIdleConnections)
	client := &acme.Client{
		Key: key, DirectoryURL: o.Directory, UserAgent: "inkwell",
		HTTPClient: &http.Client{Transport: transport, Timeout: 30 * time.Second},
	}
	account := &acme.Account{}
	if o.Contact != "" {
		account.Contact = []string{"mailto:" + o.Contact}
	}
	if o.KeyID != "" {
		account.ExternalAccountBinding = &acme.ExternalAccountBinding{KID: o.KeyID, Key: o.MACKey}
	}
	if _, err := client.Register(ctx, account, acme.AcceptTOS); err != nil && !errors.Is(err, acme.ErrAccountAlreadyExists) {
		return nil, fmt.Errorf("register: %w", err)
	}
	return client, nil
}

// attempt orders, proves every name in one way, and fetches the certificate.
func (o *orders) attempt(ctx context.Context, client *acme.Client, way string) ([][]byte, *ecdsa.PrivateKey, error) {
	placed, err := client.AuthorizeOrder(ctx, acme.DomainIDs(o.Names...))
	if err != nil {
		return nil, nil, fmt.Errorf("place order: %w", err)
	}
	for _, url := range placed.AuthzURLs {
		if err := o.prove(ctx, client, url, way); err != nil {
			return nil, nil, err
		}
	}
	if placed, err = client.WaitOrder(ctx, placed.URI); err != nil {
		return nil, nil, fmt.Errorf("wait for order: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: o.Names}, key)
	if err != nil {
		return nil, nil, fmt.Errorf("make request: %w", err)
	}
	chain, _, err := client.CreateOrderCert(ctx, placed.FinalizeURL, request, true)
	if err != nil {
		return nil, nil, fmt.Errorf("fetch certificate: %w", err)
	}
	return chain, key, nil
}

// prove shows that one name is ours, unless the authority still knows.
func (o *orders) prove(ctx context.Context, client *acme.Client, url, way string) error {
	authorization, err := client.GetAuthorization(ctx, url)
	if err != nil {
		return fmt.Errorf("read what to prove: %w", err)
	}
	if authorization.Status == acme.StatusValid {
		return nil
	}
	name := authorization.Identifier.Value
	i := slices.IndexFunc(authorization.Challenges, func(c *acme.Challenge) bool { return c.Type == way })
	if i < 0 {
		return errWay
	}
	challenge := authorization.Challenges[i]
	end, err := o.answer(client, name, challenge)
	if err != nil {
		return fmt.Errorf("answer for %s: %w", name, err)
	}
	defer end()
	if _, err := client.Accept(ctx, challenge); err != nil {
		return fmt.Errorf("prove %s: %w", name, err)
	}
	if _, err := client.WaitAuthorization(ctx, url); err != nil {
		return fmt.Errorf("prove %s: %w", name, err)
	}
	return nil
}

var errWay = errors.New("the authority does not offer this way")

// answer puts the answer where the authority will look for it.
func (o *orders) answer(client *acme.Client, name string, c *acme.Challenge) (end func(), err error) {
	if c.Type == byHTTP {
		text, err := client.HTTP01ChallengeResponse(c.Token)
		return o.id.answers.say(client.HTTP01ChallengePath(c.Token), text), err
	}
	cert, err := client.TLSALPN01ChallengeCert(c.Token, name)
	if err != nil {
		return nil, err
	}
	return o.id.answers.show(lower(name), &cert), nil
}

// unproven says whether an attempt failed at showing that a name is ours.
func unproven(err error) bool {
	var refused *acme.AuthorizationError
	return errors.As(err, &refused) || errors.Is(err, errWay)
}

// plainly is why ordering failed, in a line: what the authority itself says of it,
// where it says something.
func plainly(err error) string {
	var refused *acme.AuthorizationError
	var problem *acme.Error
	if both, ok := err.(interface{ Unwrap() []error }); ok {
		var all []string
		for _, e := range both.Unwrap() {
			all = append(all, plainly(e))
		}
		return strings.Join(all, "; then ")
	}
	switch {
	case errors.As(err, &refused):
		var all []string
		for _, e := range refused.Errors {
			if errors.As(e, &problem) {
				all = append(all, problem.Detail)
			}
		}
		return "the authority could not see that " + refused.Identifier + " is this server: " + oneLine(strings.Join(all, "; "))
	case errors.As(err, &problem):
		return "the authority said: " + oneLine(problem.Detail)
	case errors.Is(err, context.DeadlineExceeded):
		return "the authority did not answer in time"
	}
	return oneLine(err.Error())
}

// oneLine is a text of others as part of a line, cut where it is very long.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)), " ")
	if runes := []rune(text); len(runes) > 400 {
		return string(runes[:400]) + "..."
	}
	return text
}
