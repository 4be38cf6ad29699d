package ipptest

import (
	"fmt"
	"os"
	"path/filepath"
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
allow-interfaces=lo
enable-dbus=yes
disallow-other-stacks=no
[wide-area]
enable-wide-area=no
[publish]
publish-addresses=no
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
// An ordinary user needs a user namespace for the mounts, and is then a stranger
// to the bus, which lets strangers in. The network is the machine's, loopback
// only.
func avahi(t testing.TB) (bus string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus") // short, for the socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "socket")
	for name, text := range map[string]string{
		"bus.conf": fmt.Sprintf(busConfig, socket), "avahi.conf": avahiConfig, "accounts": avahiAccounts,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	start(t, &daemon{
		program: "dbus-daemon", pack: "dbus",
		args: []string{"--nofork", "--nopidfile", "--config-file", filepath.Join(dir, "bus.conf")},
		ready: func(string) bool {
			_, err := os.Stat(socket)
			return err == nil
		},
	})
	bus = "unix:path=" + socket
	unshare := []string{"--mount"}
	if os.Geteuid() != 0 {
		unshare = append(unshare, "--map-root-user")
	}
	needs(t, "avahi-daemon", "avahi-daemon")
	start(t, &daemon{
		program: "unshare", pack: "util-linux", env: []string{"DBUS_SYSTEM_BUS_ADDRESS=" + bus},
		args:  append(unshare, "--", "sh", "-c", avahiStart, dir),
		ready: func(log string) bool { return strings.Contains(log, "Server startup complete") },
	})
	return bus
}
