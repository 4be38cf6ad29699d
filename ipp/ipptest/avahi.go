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

// avahi starts a message bus and an Avahi daemon and returns the bus's address.
// Avahi keeps its process number under /run, at a place fixed when it was built;
// a mount namespace gives it a /run of its own, for which an ordinary user needs a
// user namespace as well. The network is the machine's, loopback only.
func avahi(t testing.TB) (bus string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus") // short, for the socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	socket := filepath.Join(dir, "socket")
	start(t, &daemon{
		program: "dbus-daemon", pack: "dbus",
		args: []string{"--nofork", "--nopidfile", "--config-file", write("bus.conf", fmt.Sprintf(busConfig, socket))},
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
		args: append(unshare, "--", "sh", "-c",
			`mount -t tmpfs tmpfs /run && mkdir /run/avahi-daemon && exec avahi-daemon --file "$0" --no-drop-root --no-chroot --no-rlimits`,
			write("avahi.conf", avahiConfig)),
		ready: func(log string) bool { return strings.Contains(log, "Server startup complete") },
	})
	return bus
}
