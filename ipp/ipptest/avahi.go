package ipptest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <auth>ANONYMOUS</auth>
  <allow_anonymous/>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
`

const avahiConfig = `[server]
use-ipv4=yes
use-ipv6=no
allow-interfaces=%s
%s
enable-dbus=yes
disallow-other-stacks=no
[wide-area]
enable-wide-area=no
[publish]
publish-addresses=%s
publish-hinfo=no
publish-workstation=no
publish-domain=no
`

// avahiStart makes the parts of the machine that Avahi insists on, within a mount
// namespace: a /run of its own, for the process number that it keeps at a place
// fixed when it was built, and an account called avahi. $0 is a folder with its
// files.
const avahiStart = `set -e
mount -t tmpfs tmpfs /run
mkdir /run/avahi-daemon
mount --bind "$0/accounts" /etc/passwd
mount --bind "$0/accounts" /etc/group
exec avahi-daemon --file "$0/avahi.conf" --no-drop-root --no-chroot --no-rlimits
`

// Of /etc/passwd and /etc/group, Avahi reads the name and the number.
const avahiAccounts = "root:x:0:0::/:/bin/sh\navahi:x:0:0::/:/bin/false\n"

// avahi starts a message bus and an Avahi daemon and returns the bus's address.
// The network is the machine's, loopback only.
func avahi(t testing.TB) (bus string) {
	t.Helper()
	bus = Bus(t)
	Avahi(t, bus, AvahiOptions{})
	return bus
}

// Bus starts a message bus of its own and returns its address, as it stands in
// DBUS_SYSTEM_BUS_ADDRESS.
func Bus(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus") // short, for the socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // the program under test is another user
		t.Fatal(err)
	}
	socket, config := filepath.Join(dir, "socket"), filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, socket), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, &daemon{
		program: "dbus-daemon", pack: "dbus",
		args: []string{"--nofork", "--nopidfile", "--config-file", config},
		ready: func(string) bool {
			_, err := os.Stat(socket)
			return err == nil
		},
	})
	return "unix:path=" + socket
}

// AvahiOptions say where an Avahi works. The zero value is loopback, without
// addresses.
type AvahiOptions struct {
	In        []string // what goes before a command to run it on another machine, see Cable
	Interface string   // lo by default
	Host      string   // its host name; "" is the machine's own, which it then does not announce
}

// Avahi starts an Avahi daemon on a bus, which knows nothing of the machine's own.
// An ordinary user needs a user namespace for the mounts, and is then a stranger
// to the bus, which lets strangers in.
func Avahi(t testing.TB, bus string, o AvahiOptions) (stop func()) {
	t.Helper()
	name, interfaces, addresses := "", "lo", "no"
	if o.Interface != "" {
		interfaces = o.Interface
	}
	if o.Host != "" {
		name, addresses = "host-name="+o.Host, "yes"
	}
	dir := t.TempDir()
	for file, text := range map[string]string{"avahi.conf": fmt.Sprintf(avahiConfig, interfaces, name, addresses), "accounts": avahiAccounts} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := append(slices.Clone(o.In), "unshare", "--mount")
	if os.Geteuid() != 0 {
		command = append(command, "--map-root-user")
	}
	needs(t, "avahi-daemon", "avahi-daemon")
	return start(t, &daemon{
		program: command[0], pack: "util-linux", env: []string{"DBUS_SYSTEM_BUS_ADDRESS=" + bus},
		args:  append(command[1:], "--", "sh", "-c", avahiStart, dir),
		ready: func(log string) bool { return strings.Contains(log, "Server startup complete") },
	})
}
