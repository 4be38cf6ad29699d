package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"

	"inkwell/internal/fault"
)

// addresses are where a running server really listens. It leaves them in its data
// folder for the commands beside it, which may not have been told the same flags.
type addresses struct {
	IPP      string   `json:"ipp"`
	Web      string   `json:"web"`
	Kiosk    string   `json:"kiosk,omitempty"` // "" where kiosks have no door of their own
	Redirect string   `json:"redirect,omitempty"`
	Names    []string `json:"names,omitempty"` // tls.names and acme.names
}

// addresses of the doors that are open now.
func (m *Main) addresses() addresses {
	a := addresses{IPP: m.IPPAddr.String(), Web: m.WebAddr.String(), Names: m.config.names()}
	if m.KioskAddr != nil {
		a.Kiosk = m.KioskAddr.String()
	}
	if m.RedirectAddr != nil {
		a.Redirect = m.RedirectAddr.String()
	}
	return a
}

// names are what the operator says that this server is called.
func (c Config) names() []string { return slices.Concat(c.TLSNames, c.ACMENames) }

// leaveAddresses writes the file, which goes when the server ends in order.
func (m *Main) leaveAddresses() error {
	path := m.config.folder("addresses.json")
	text, err := json.Marshal(m.addresses())
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("leave addresses: %w", err)
	}
	return nil
}

func (m *Main) takeAddresses() error { return os.Remove(m.config.folder("addresses.json")) }

// readAddresses is where the server of this data folder listens, or listened when
// it was killed.
func readAddresses(c Config) (a addresses, err error) {
	text, err := os.ReadFile(c.folder("addresses.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return a, fault.New(fault.Unavailable, "server-stopped", "The server of %s is not running. Start it with inkwell serve.", c.DataDir).Because(err)
	}
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		return a, fmt.Errorf("read addresses: %w", err)
	}
	return a, nil
}

// reachable is an address that a person can type: for a door that is open on all of
// the machine's addresses, the first name that the operator gave this server, or
// the machine's own.
func (a addresses) reachable(door string) string {
	host, port, err := net.SplitHostPort(door)
	if err != nil {
		return door
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsUnspecified() {
		return door
	}
	if len(a.Names) > 0 {
		return net.JoinHostPort(a.Names[0], port)
	}
	if host, err = os.Hostname(); err != nil {
		host = "localhost"
	}
	return net.JoinHostPort(strings.ToLower(host), port)
}

// here is the same door from this machine.
func here(door string) string {
	host, port, err := net.SplitHostPort(door)
	if err != nil {
		return door
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// everywhere is a listen address whose missing host is written out.
func everywhere(listen string) string {
	if host, port, err := net.SplitHostPort(listen); err == nil && host == "" {
		return net.JoinHostPort("0.0.0.0", port)
	}
	return listen
}
