package sso

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"inkwell/internal/fault"
)

// Carried is what a browser takes along to the provider and back, besides our own checks.
type Carried struct {
	Invitation string `json:"i,omitempty"` // token of the link that is to be used up
	Session    string `json:"s,omitempty"` // token of the session that was in the browser before
	Own        bool   `json:"o,omitempty"` // it is a pupil's own page that they want
}

// carry is the text in the browser's cookie, sealed.
type carry struct {
	Carried
	Again    bool      `json:"a,omitempty"`
	State    string    `json:"t"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Until    time.Time `json:"u"`
}

const ofCarry = "sign-in under way"

// Identity is somebody whom the provider vouches for.
type Identity struct {
	Issuer, Subject string
	At              time.Time // when they proved it there; zero when the provider does not say
	Again           bool      // the provider was to ask them
	Address         string    // that the school gave the account, in small letters; "" unless pupils sign in there
}

// lost is the refusal of a way back that does not fit the way there: too late, in another
// browser, twice, or made up.
var lost = fault.New(fault.Unauthenticated, "sso-lost", "That took too long, or began in another window. Please sign in again.")

// denied is the refusal of whom the provider does not vouch for, or not for us.
var denied = fault.New(fault.Unauthenticated, "sso-denied", "The school's own sign-in did not let you in. Try again, or tell IT.")

// Begin is the address that leads a browser to the provider, and the text that it takes along.
// With again the person is asked there who they are, even if they are signed in.
func (s *Server) Begin(ctx context.Context, with Carried, again bool) (address, text string, err error) {
	config, err := s.config(ctx)
	if err != nil {
		return "", "", err
	}
	c := carry{Carried: with, Again: again, State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Until: s.o.Clock().Add(patience)}
	plain, err := json.Marshal(c)
	if err != nil {
		return "", "", err
	}
	sealed, err := s.o.Key.Seal(plain, ofCarry)
	if err != nil {
		return "", "", err
	}
	ask := []oauth2.AuthCodeOption{oidc.Nonce(c.Nonce), oauth2.S256ChallengeOption(c.Verifier)}
	if again {
		ask = append(ask, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	if s.o.Issuer == google {
		ask = append(ask, oauth2.SetAuthURLParam("hd", s.o.Domain))
	}
	return config.AuthCodeURL(c.State, ask...), base64.RawURLEncoding.EncodeToString(sealed), nil
}

func (s *Server) config(ctx context.Context) (*oauth2.Config, error) {
	provider, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	secret, err := s.secret()
	if err != nil {
		return nil, err
	}
	return &oauth2.Config{
		ClientID: s.o.ClientID, ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: s.o.Redirect,
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}, nil
}

// Finish is whom the provider vouches for, by the way back that it led the browser and the text
// that Begin gave it.
func (s *Server) Finish(ctx context.Context, text string, back url.Values) (Identity, Carried, error) {
	c, err := s.carried(text)
	if err != nil {
		return Identity{}, Carried{}, err
	}
	if subtle.ConstantTimeCompare([]byte(back.Get("state")), []byte(c.State)) != 1 || back.Has("iss") && back.Get("iss") != s.o.Issuer {
		return Identity{}, Carried{}, lost
	}
	if back.Get("code") == "" {
		return Identity{}, Carried{}, denied
	}
	config, err := s.config(ctx)
	if err != nil {
		return Identity{}, Carried{}, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, s.o.Client), answers)
	defer cancel()
	token, err := config.Exchange(ctx, back.Get("code"), oauth2.VerifierOption(c.Verifier))
	if err != nil {
		return Identity{}, Carried{}, notGiven(err)
	}
	who, err := s.vouched(ctx, token, c.Nonce)
	who.Again = c.Again
	return who, c.Carried, err
}

// notGiven tells a provider that says no from one that cannot be asked.
func notGiven(err error) error {
	if _, said := err.(*oauth2.RetrieveError); said { //nolint:errorlint // it is returned as it is
		return denied.Because(err)
	}
	return away.Because(err)
}

func (s *Server) carried(text string) (c carry, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return c, lost
	}
	plain, err := s.o.Key.Open(raw, ofCarry)
	if err != nil || json.Unmarshal(plain, &c) != nil || !s.o.Clock().Before(c.Until) {
		return carry{}, lost
	}
	return c, nil
}

// claims are what is looked at of an ID token, besides what its verification does.
type claims struct {
	Tenant   string `json:"tid"`
	Hosted   string `json:"hd"`
	Email    string `json:"email"`
	Name     string `json:"preferred_username"`
	Verified any    `json:"email_verified"` // true, or "true" from some
	Party    string `json:"azp"`
	AuthTime int64  `json:"auth_time"`
}

// vouched is whom an ID token is about: signed by the provider, for us, in time, for this sign-in.
func (s *Server) vouched(ctx context.Context, given *oauth2.Token, nonce string) (Identity, error) {
	provider, err := s.known(ctx)
	if err != nil {
		return Identity{}, err
	}
	raw, _ := given.Extra("id_token").(string)
	token, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: s.o.ClientID, Now: s.o.Clock}).Verify(ctx, raw)
	if err != nil {
		return Identity{}, denied.Because(err)
	}
	var has claims
	if err := token.Claims(&has); err != nil {
		return Identity{}, denied.Because(err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1 || token.Subject == "" ||
		len(token.Audience) > 1 && has.Party != s.o.ClientID {
		return Identity{}, denied
	}
	if has.Email == "" && s.o.Domain != "" && !s.entra() && s.o.Issuer != google {
		// Some keep the address out of the token and tell it to whoever holds the other one.
		info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(given))
		if err == nil && info.Subject == token.Subject {
			has.Email, has.Verified = info.Email, info.EmailVerified
		}
	}
	if err := s.ours(has); err != nil {
		return Identity{}, err
	}
	who := Identity{Issuer: token.Issuer, Subject: token.Subject, Address: s.addressOf(has)}
	if has.AuthTime > 0 {
		who.At = time.Unix(has.AuthTime, 0)
	}
	return who, nil
}

// stranger is the refusal of somebody whom the provider knows, and who is not of the school.
var stranger = fault.New(fault.Unauthenticated, "sso-stranger", "That account is not one of the school's. Sign in with the one that the school gave you.")

// addressOf is an account's address, where the school gives it and nobody else can: one of the school's domain that the
// provider has verified. Entra ID verifies none; there it is the name to sign in with, which the school's own tenant gives
// out of its own domains.
func (s *Server) addressOf(has claims) string {
	address, given := has.Email, has.verified()
	if s.entra() {
		address, given = has.Name, true
	}
	local, domain, _ := strings.Cut(address, "@")
	if !s.o.Pupils || !given || local == "" || !strings.EqualFold(domain, s.o.Domain) {
		return ""
	}
	return strings.ToLower(address)
}

func (c claims) verified() bool { return c.Verified == true || c.Verified == "true" }

func (s *Server) entra() bool { return strings.HasPrefix(s.o.Issuer, "https://"+entraHost+"/") }

// ours refuses accounts of other organisations.
func (s *Server) ours(has claims) error {
	verified := has.verified()
	switch _, domain, _ := strings.Cut(has.Email, "@"); {
	case s.entra():
		if has.Tenant != tenantOf(s.o.Issuer) {
			return stranger
		}
	case s.o.Issuer == google:
		if has.Hosted != s.o.Domain || !verified {
			return stranger
		}
	case s.o.Domain != "" && (!verified || !strings.EqualFold(domain, s.o.Domain)):
		return stranger
	}
	return nil
}
