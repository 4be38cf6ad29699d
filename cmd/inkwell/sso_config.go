package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"inkwell/internal/sealed"
	"inkwell/internal/sso"
	"inkwell/kiosk/console"
)

// SSOConfig is the school's single sign-on. Without an issuer there is none.
type SSOConfig struct {
	Issuer     string // sso.issuer: who vouches for staff
	ClientID   string // sso.client-id: what we are called there
	SecretFile string // sso.client-secret-file: our secret there
	Name       string // sso.name: what staff call it
	Domain     string // sso.domain: whose accounts
	Address    string // sso.address: where browsers find this server; "" is its own name
	Pupils     bool   // sso.pupils: pupils sign in to their own page there, too
}

var ssoSettings = []setting{
	text("sso.issuer", "staff sign in there: https://login.microsoftonline.com/TENANT/v2.0, https://accounts.google.com, ...; empty is not to", fixed(""),
		func(c *Config) *string { return &c.SSO.Issuer }, isWebOrNone),
	text("sso.client-id", "what the provider calls this server", fixed(""), func(c *Config) *string { return &c.SSO.ClientID }, anything),
	text("sso.client-secret-file", "file with the secret that the provider gave it, readable by the server alone", fixed(""),
		func(c *Config) *string { return &c.SSO.SecretFile }, isPathOrNone),
	text("sso.name", "what staff call it: \"Sign in with ...\"", fixed("the school's account"), func(c *Config) *string { return &c.SSO.Name }, anything),
	text("sso.domain", "take accounts of this domain alone; Google needs it", fixed(""), func(c *Config) *string { return &c.SSO.Domain }, anything),
	text("sso.address", "where staff's browsers find this server, as the provider knows it; empty is https://NAME:PORT of this server", fixed(""),
		func(c *Config) *string { return &c.SSO.Address }, isWebOrNone),
	{
		key: "sso.pupils", usage: "pupils sign in to their own page there, too: the first time by an address of sso.domain that begins with their user name", byDefault: fixed("false"),
		read: func(c *Config, text string) (err error) { c.SSO.Pupils, err = isBool(text); return err },
		show: func(c *Config) string { return strconv.FormatBool(c.SSO.Pupils) },
	},
}

func isWebOrNone(text string) error {
	u, err := url.Parse(text)
	if text != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		return fmt.Errorf("write a web address, such as https://print.school.example")
	}
	return nil
}

// open makes the way there. It asks nothing of it yet.
func (c SSOConfig) open(key sealed.Key) (*sso.Server, error) {
	return sso.New(sso.Options{
		Issuer: c.Issuer, ClientID: c.ClientID, SecretFile: c.SecretFile, Name: c.Name, Domain: c.Domain, Pupils: c.Pupils,
		Redirect: strings.TrimSuffix(c.Address, "/") + "/staff/sso/callback", Key: key,
	})
}

// openSSO makes the way to the single sign-on that is set, or nil. It asks nothing of it yet.
func (m *Main) openSSO() (console.SSO, error) {
	c := m.config.SSO
	if c.Issuer == "" {
		return nil, nil
	}
	at, err := readAddresses(m.config)
	if err != nil {
		return nil, err
	}
	if c.Address == "" {
		c.Address = "https://" + at.reachable(at.Web)
	}
	key, err := m.keys.Seal.forSealing().For("inkwell single sign-on 1")
	if err != nil {
		return nil, err
	}
	server, err := c.open(key)
	if err != nil {
		return nil, err
	}
	return server, nil
}
