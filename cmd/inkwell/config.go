package main

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"inkwell/internal/door"
	"inkwell/ipp/announce"
	"inkwell/release"
)

// Config is everything an operator can choose. The table settings says for each
// value its key, its default and what it may be.
type Config struct {
	DataDir        string   // data-dir: all of the installation's own files
	IPPListen      string   // ipp-listen: where computers print to
	WebListen      string   // web-listen: where kiosks and staff connect
	KioskListen    string   // kiosk-listen: where kiosks alone connect; "" is web-listen
	Unpaired       bool     // kiosk-unpaired: browsers on this machine open kiosks without being paired
	Languages      string   // languages: folder of languages that kiosks are read in; "" is those that are shipped
	RedirectListen string   // redirect-listen: sends browsers to web-listen; "" is off
	MetricsListen  string   // metrics-listen: figures for Prometheus, on loopback; "" is off
	Announce       string   // announce: how computers find our printers: auto, avahi, own or off
	AnnounceOn     []string // announce-on: the names of interfaces; none is all but loopback
	Demo           bool     // demo: a generated school, on loopback only
	User           string   // user: whom to run as when started by root; "" chooses
	DatabaseURL    string   // database.url: a PostgreSQL server; "" runs a private one
	OwnerURL       string   // database.owner-url: the same database as the schema's owner; "" is DatabaseURL
	TLSNames       []string // tls.names: names of this server that it does not know by itself
	ACMENames      []string // acme.names: names to order a certificate for; none is not to
	ACMEDirectory  string   // acme.directory: of whom
	ACMEContact    string   // acme.contact: mail address that the authority may write to
	ACMEAgree      bool     // acme.agree: to the authority's terms
	ACMERoots      string   // acme.roots: file of whom to trust for its address; "" is the system's
	ACMEKeyID      string   // acme.eab-kid: external account binding; "" without
	ACMEMACKey     string   // acme.eab-key: its key, base64url
	Caps           release.Caps
	Headroom       int64 // spool.headroom: bytes of the disk left to others
	Spool          SpoolConfig
	Community      string // snmp.community: what printers without a counter in IPP are asked with; "" is not to ask
	Loopback       bool   // printers.loopback: printers may be on this machine
	LogLevel       slog.Level
	LogFormat      string // log.format: text or json
	LDAP           LDAPConfig
	Roster         RosterConfig
	Mail           MailConfig
	SSO            SSOConfig
}

// setting is one key. read parses a value into the Config and its error is the
// hint that the operator is given; show is the effective value as text.
type setting struct {
	key, usage string
	byDefault  func(demo bool) string
	secret     bool // never shown and never a flag: a command line is public
	read       func(c *Config, text string) error
	show       func(c *Config) string
}

// settings are all keys, as they are listed and explained.
var settings = slices.Concat(ownSettings, spoolSettings, ldapSettings, rosterSettings, mailSettings, ssoSettings)

var ownSettings = []setting{
	text("data-dir", "folder of all the installation's own files", defaultDataDir,
		func(c *Config) *string { return &c.DataDir }, isFolder),
	text("ipp-listen", "address that computers print to", fixed(":8631"),
		func(c *Config) *string { return &c.IPPListen }, isAddress),
	text("web-listen", "address of kiosks and staff pages", fixed(":8443"),
		func(c *Config) *string { return &c.WebListen }, isAddress),
	text("kiosk-listen", "address of kiosks alone, without any staff page; empty is web-listen", fixed(""),
		func(c *Config) *string { return &c.KioskListen }, isAddressOrOff),
	{
		key: "kiosk-unpaired", usage: "open kiosks on this machine without pairing, for tests; a demo always does", byDefault: fixed("false"),
		read: func(c *Config, text string) (err error) { c.Unpaired, err = isBool(text); return err },
		show: func(c *Config) string { return strconv.FormatBool(c.Unpaired) },
	},
	text("languages", "folder of languages that kiosks are read in besides those that are shipped; empty is none", fixed(""),
		func(c *Config) *string { return &c.Languages }, anything),
	text("redirect-listen", "address that sends browsers to https and hands out the CA certificate; empty is off", fixed(":8080"),
		func(c *Config) *string { return &c.RedirectListen }, isAddressOrOff),
	text("metrics-listen", "address on this machine that figures for Prometheus are read at; empty is off", fixed(""),
		func(c *Config) *string { return &c.MetricsListen }, isLoopbackOrOff),
	text("announce", "how computers find printers by themselves: auto, avahi, own or off", fixed("auto"),
		func(c *Config) *string { return &c.Announce }, isAnnounce),
	{
		key: "announce-on", usage: "interfaces to announce printers on, such as eth0; empty is all but loopback", byDefault: fixed(""),
		read: func(c *Config, text string) error { c.AnnounceOn = words(text); return nil },
		show: func(c *Config) string { return strings.Join(c.AnnounceOn, ",") },
	},
	{
		key: "demo", usage: "a generated school on loopback only", byDefault: fixed("false"),
		read: func(c *Config, text string) (err error) { c.Demo, err = isBool(text); return err },
		show: func(c *Config) string { return strconv.FormatBool(c.Demo) },
	},
	text("user", "user to run as when started by root (inkwell, else postgres, else nobody)", fixed(""),
		func(c *Config) *string { return &c.User }, isUserName),
	secret(text("database.url", "PostgreSQL to use instead of a private one", fixed(""),
		func(c *Config) *string { return &c.DatabaseURL }, isDatabaseURL)),
	secret(text("database.owner-url", "the same database as the owner of its schema, for migrations", fixed(""),
		func(c *Config) *string { return &c.OwnerURL }, isDatabaseURL)),
	{
		key: "tls.names", usage: "further names and addresses of this server, for its certificate", byDefault: fixed(""),
		read: func(c *Config, text string) error {
			c.TLSNames = words(text)
			return areNames(c.TLSNames)
		},
		show: func(c *Config) string { return strings.Join(c.TLSNames, ",") },
	},
	{
		key: "acme.names", usage: "public names of this server to order a certificate for by ACME; empty is not to", byDefault: fixed(""),
		read: func(c *Config, text string) error { c.ACMENames = words(text); return arePublicNames(c.ACMENames) },
		show: func(c *Config) string { return strings.Join(c.ACMENames, ",") },
	},
	text("acme.directory", "address of the authority that makes the certificate", fixed(letsEncrypt),
		func(c *Config) *string { return &c.ACMEDirectory }, isDirectory),
	text("acme.contact", "mail address that the authority may write to", fixed(""),
		func(c *Config) *string { return &c.ACMEContact }, isMailOrNone),
	{
		key: "acme.agree", usage: "true: the school has read the authority's terms and agrees to them", byDefault: fixed("false"),
		read: func(c *Config, text string) (err error) { c.ACMEAgree, err = isBool(text); return err },
		show: func(c *Config) string { return strconv.FormatBool(c.ACMEAgree) },
	},
	text("acme.roots", "PEM file of whom to trust for a private authority's address", fixed(""),
		func(c *Config) *string { return &c.ACMERoots }, anything),
	text("acme.eab-kid", "key identifier of the external account, where the authority gave one", fixed(""),
		func(c *Config) *string { return &c.ACMEKeyID }, anything),
	secret(text("acme.eab-key", "its key, as the authority gave it", fixed(""),
		func(c *Config) *string { return &c.ACMEMACKey }, isMACKey)),
	size("document.max-bytes", "largest document taken", "256MiB", func(c *Config) *int64 { return &c.Caps.MaxBytes }),
	count("jobs.per-person", "jobs that one person may have waiting", 50, func(c *Config) *int { return &c.Caps.MaxHeld }),
	size("jobs.bytes-per-person", "how large these may be together", "1GiB", func(c *Config) *int64 { return &c.Caps.MaxHeldBytes }),
	count("jobs.per-hour", "jobs that one person may send in an hour", 200, func(c *Config) *int { return &c.Caps.MaxHourly }),
	count("jobs.per-school", "jobs that one school may have waiting", 50_000, func(c *Config) *int { return &c.Caps.MaxSchoolHeld }),
	size("jobs.bytes-per-school", "how large these may be together", "100GiB", func(c *Config) *int64 { return &c.Caps.MaxSchoolBytes }),
	size("spool.headroom", "room on the disk that documents leave to others", "1GiB", func(c *Config) *int64 { return &c.Headroom }),
	secret(text("snmp.community", "what printers are asked with by SNMP that tell no counter by IPP; empty is not to ask", fixed("public"),
		func(c *Config) *string { return &c.Community }, isCommunity)),
	{
		key: "printers.loopback", usage: "take this machine's own addresses for printers, such as those of CUPS queues", byDefault: fixed("false"),
		read: func(c *Config, text string) (err error) { c.Loopback, err = isBool(text); return err },
		show: func(c *Config) string { return strconv.FormatBool(c.Loopback) },
	},
	{
		key: "log.level", usage: "debug, info, warn or error", byDefault: fixed("info"),
		read: func(c *Config, text string) error {
			if c.LogLevel.UnmarshalText([]byte(text)) != nil {
				return fmt.Errorf("write debug, info, warn or error")
			}
			return nil
		},
		show: func(c *Config) string { return strings.ToLower(c.LogLevel.String()) },
	},
	text("log.format", "text or json", fixed("text"),
		func(c *Config) *string { return &c.LogFormat }, isLogFormat),
}

// words are the items of a list in one text.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// flagName is the setting's flag; "" for a secret.
func (s setting) flagName() string {
	if s.secret {
		return ""
	}
	return strings.ReplaceAll(s.key, ".", "-")
}

// envName is the setting's environment variable.
func (s setting) envName() string { return envName(s.key) }

func envName(key string) string {
	return envPrefix + "_" + strings.ToUpper(envReplacer.Replace(key))
}

func fixed(value string) func(bool) string { return func(bool) string { return value } }

func text(key, usage string, byDefault func(bool) string, field func(*Config) *string, check func(string) error) setting {
	return setting{
		key: key, usage: usage, byDefault: byDefault,
		read: func(c *Config, text string) error { *field(c) = text; return check(text) },
		show: func(c *Config) string { return *field(c) },
	}
}

func secret(s setting) setting {
	s.secret = true
	return s
}

func size(key, usage, byDefault string, field func(*Config) *int64) setting {
	return setting{
		key: key, usage: usage, byDefault: fixed(byDefault),
		read: func(c *Config, text string) (err error) { *field(c), err = isSize(text); return err },
		show: func(c *Config) string { return sizeText(*field(c)) },
	}
}

// count is a number of things, at least one.
func count(key, usage string, byDefault int, field func(*Config) *int) setting {
	return setting{
		key: key, usage: usage, byDefault: fixed(strconv.Itoa(byDefault)),
		read: func(c *Config, text string) error {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > math.MaxInt32 {
				return errors.New("write a whole number, such as 50")
			}
			*field(c) = n
			return nil
		},
		show: func(c *Config) string { return strconv.Itoa(*field(c)) },
	}
}

// defaultDataDir is the data folder when none is named; a demo has its own, so
// that trying it never touches an installation.
func defaultDataDir(demo bool) string {
	name := "inkwell"
	if demo {
		name = "inkwell-demo"
	}
	if os.Geteuid() == 0 {
		return filepath.Join("/var/lib", name)
	}
	home := os.Getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(home) { // the XDG specification ignores a relative one
		user, err := os.UserHomeDir()
		if err != nil {
			return "" // refused by isFolder, with what to do
		}
		home = filepath.Join(user, ".local", "share")
	}
	return filepath.Join(home, name)
}

// loopbackOnly gives listen addresses without a host this machine's own, and
// refuses any other host: a demo's passwords are printed on the screen.
func (c *Config) loopbackOnly() error {
	for _, field := range []*string{&c.IPPListen, &c.WebListen, &c.KioskListen, &c.RedirectListen} {
		if *field == "" {
			continue
		}
		host, port, err := net.SplitHostPort(*field)
		if err != nil {
			return err
		}
		if host == "" {
			*field = net.JoinHostPort("127.0.0.1", port)
		} else if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return fmt.Errorf("a demo listens on this machine alone: %s is open to others; write 127.0.0.1:%s", *field, port)
		}
	}
	return nil
}

// The checks of single values. Their errors are hints: what to write instead.

func isFolder(text string) error {
	if text == "" {
		return fmt.Errorf("name a folder")
	}
	return nil
}

func isAddress(text string) error {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("write host:port, or :port for every address of this machine")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n > 65535 {
		return fmt.Errorf("the port is a number from 0 to 65535")
	}
	return nil
}

func isAddressOrOff(text string) error {
	if text == "" {
		return nil
	}
	return isAddress(text)
}

func isLoopbackOrOff(text string) error {
	if text == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(text)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("write an address of this machine alone, such as 127.0.0.1:9631")
	}
	return isAddress(text)
}

func isAnnounce(text string) error {
	if !slices.Contains([]string{string(announce.Auto), string(announce.Avahi), string(announce.Own), announceOff}, text) {
		return fmt.Errorf("write auto, avahi, own or off")
	}
	return nil
}

func isBool(text string) (bool, error) {
	b, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("write true or false")
	}
	return b, nil
}

func isUserName(text string) error {
	if text == "root" || text == "0" {
		return fmt.Errorf("name an ordinary user; nothing here needs root once it has started")
	}
	return nil
}

func isDatabaseURL(text string) error {
	if text == "" || strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://") {
		return nil
	}
	return fmt.Errorf("write postgres://user:password@host:5432/database")
}

func areNames(names []string) error {
	for _, name := range names {
		if !door.PlainHost(name) {
			return fmt.Errorf("write host names or addresses, without port or https://")
		}
	}
	return nil
}

func isCommunity(text string) error {
	if len(text) > 64 {
		return fmt.Errorf("write at most 64 characters")
	}
	return nil
}

func isLogFormat(text string) error {
	if text != "text" && text != "json" {
		return fmt.Errorf("write text or json")
	}
	return nil
}
