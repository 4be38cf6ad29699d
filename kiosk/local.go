package kiosk

import (
	"net"
	"net/netip"
	"strings"

	"inkwell/internal/fault"
)

var notLocal = fault.New(fault.Forbidden, "kiosk-not-local", "This kiosk opens on the print server itself only, until it has been paired with a station.")

// isLocal says whether a host, with or without port, is one of this machine's
// loopback addresses.
func isLocal(hostport string) bool {
	addr, err := netip.ParseAddr(hostname(hostport))
	return err == nil && addr.Unmap().IsLoopback()
}

func hostname(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	return host
}
