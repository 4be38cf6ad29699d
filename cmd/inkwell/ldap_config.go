package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// LDAPConfig is the school's own directory, where passwords of people are that have
// none here. Without URLs there is none.
type LDAPConfig struct {
	URLs          []string // ldap.urls: tried in this order
	Plain         bool     // ldap.plain: no TLS, on this machine alone
	CA            string   // ldap.ca: file of its authorities; "" is the system's
	BindDN        string   // ldap.bind-dn: whom it is read as
	PasswordFile  string   // ldap.password-file: whose password this is
	Bases         []ldapBase
	GroupBase     string        // ldap.group-base: "" is where the people are
	UserAttribute string        // ldap.user-attribute: "" is what fits
	UserFilter    string        // ldap.user-filter: the same
	Tries         int           // ldap.tries: wrong passwords of one name that are passed on in a run
	TriesPause    time.Duration // ldap.tries-pause: what ends a run
}

// ldapBase is where the people of a school are; of every school when none is named.
type ldapBase struct{ School, DN string }

var ldapSettings = []setting{
	{
		key: "ldap.urls", usage: "the school's directory, such as ldaps://dc1.school.example,ldaps://dc2.school.example", byDefault: fixed(""),
		read: func(c *Config, text string) error { c.LDAP.URLs = words(text); return nil },
		show: func(c *Config) string { return strings.Join(c.LDAP.URLs, ",") },
	},
	text("ldap.ca", "file of the authorities that vouch for the directory; empty is the system's", fixed(""),
		func(c *Config) *string { return &c.LDAP.CA }, isPathOrNone),
	text("ldap.bind-dn", "the account to read the directory as", fixed(""), func(c *Config) *string { return &c.LDAP.BindDN }, anything),
	text("ldap.password-file", "file with that account's password, readable by the server alone", fixed(""),
		func(c *Config) *string { return &c.LDAP.PasswordFile }, isPathOrNone),
	{
		key: "ldap.base", usage: "where people are: OU=People,DC=school,DC=example; or for each school \"Name: OU=...; Other name: OU=...\"", byDefault: fixed(""),
		read: func(c *Config, text string) (err error) { c.LDAP.Bases, err = readBases(text); return err },
		show: func(c *Config) string { return showBases(c.LDAP.Bases) },
	},
	text("ldap.group-base", "where groups are; empty is where the people are", fixed(""), func(c *Config) *string { return &c.LDAP.GroupBase }, anything),
	text("ldap.user-attribute", "holds the user name; empty is sAMAccountName in Active Directory, uid elsewhere", fixed(""),
		func(c *Config) *string { return &c.LDAP.UserAttribute }, isAttribute),
	text("ldap.user-filter", "which entries are people; empty is what fits the directory", fixed(""), func(c *Config) *string { return &c.LDAP.UserFilter }, anything),
	{
		key: "ldap.tries", usage: "wrong passwords of one name that are passed on; fewer than lock an account there", byDefault: fixed("3"),
		read: func(c *Config, text string) (err error) {
			if c.LDAP.Tries, err = strconv.Atoi(text); err != nil || c.LDAP.Tries < 1 || c.LDAP.Tries > 100 {
				return fmt.Errorf("write a number from 1 to 100")
			}
			return nil
		},
		show: func(c *Config) string { return strconv.Itoa(c.LDAP.Tries) },
	},
	{
		key: "ldap.tries-pause", usage: "how long without a try until that many are passed on again; as long as the directory counts", byDefault: fixed("30m0s"),
		read: func(c *Config, text string) (err error) {
			if c.LDAP.TriesPause, err = time.ParseDuration(text); err != nil || c.LDAP.TriesPause < time.Minute || c.LDAP.TriesPause > 24*time.Hour {
				return fmt.Errorf("write a time from 1m to 24h, such as 30m")
			}
			return nil
		},
		show: func(c *Config) string { return c.LDAP.TriesPause.String() },
	},
	{
		key: "ldap.plain", usage: "ask ldap:// without TLS; a directory on this machine alone", byDefault: fixed("false"),
		read: func(c *Config, text string) (err error) { c.LDAP.Plain, err = isBool(text); return err },
		show: func(c *Config) string { return strconv.FormatBool(c.LDAP.Plain) },
	},
}

// readBases reads "DN" or "School: DN; School: DN".
func readBases(text string) (all []ldapBase, err error) {
	seen := map[string]bool{}
	for item := range strings.SplitSeq(text, ";") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		b := ldapBase{DN: item}
		if name, dn, ok := strings.Cut(item, ": "); ok && !strings.Contains(name, "=") {
			b = ldapBase{strings.TrimSpace(name), strings.TrimSpace(dn)}
		}
		if !strings.Contains(b.DN, "=") || seen[b.School] {
			return nil, fmt.Errorf("write OU=People,DC=school,DC=example, or a school's name before each: \"Hill Road: OU=...; Harbour: OU=...\"")
		}
		seen[b.School] = true
		all = append(all, b)
	}
	return all, nil
}

func showBases(all []ldapBase) string {
	items := make([]string, len(all))
	for i, b := range all {
		if items[i] = b.DN; b.School != "" {
			items[i] = b.School + ": " + b.DN
		}
	}
	return strings.Join(items, "; ")
}

func isPathOrNone(text string) error {
	if text != "" && !filepath.IsAbs(text) {
		return fmt.Errorf("write a whole path, such as /etc/inkwell/ldap.password")
	}
	return nil
}

func isAttribute(text string) error {
	for _, r := range text {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.' {
			return fmt.Errorf("write one attribute, such as sAMAccountName, uid or userPrincipalName")
		}
	}
	return nil
}
