package ipptest

import (
	"bytes"
	"context"
	"flag"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// apart names the test that runs in a network of its own.
const apart = "INKWELL_TEST_APART"

// Apart runs the calling test once more, as root of a network and a mount namespace
// of its own, and says whether this is that second run. In the first run it has
// then passed or failed with it, beside other tests, and has nothing more to do. It
// needs the package util-linux, and either root or user namespaces that anybody may
// make. env is what else the second run has in its environment.
func Apart(t *testing.T, env ...string) bool {
	t.Helper()
	if os.Getenv(apart) == t.Name() {
		return true
	}
	t.Parallel()
	args := []string{"--net", "--mount", "--fork", "--kill-child"}
	if os.Geteuid() != 0 {
		args = append(args, "--map-root-user")
	}
	run := "^" + t.Name() + "$"
	if _, part, has := strings.Cut(flag.Lookup("test.run").Value.String(), "/"); has {
		run += "/" + part // only so much of this test was asked for
	}
	args = append(args, "--", os.Args[0], "-test.v", "-test.run", run)                  // the same binary
	cmd := exec.CommandContext(t.Context(), needs(t, "unshare", "util-linux"), args...) //nolint:gosec // this test again
	cmd.Env = append(append(os.Environ(), apart+"="+t.Name()), env...)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("in a network of its own (%v):\n%s", err, out)
	}
	if testing.Verbose() {
		t.Logf("in a network of its own:\n%s", out)
	}
	return false
}

// Ordinary is what goes before a command that must not be root: in the network of an
// ordinary user's test there is nobody else whom root could become.
func Ordinary(t testing.TB) []string {
	t.Helper()
	users, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 || len(strings.Fields(string(users))) == 3 && strings.Fields(string(users))[2] != "1" {
		return nil
	}
	return []string{"unshare", "--user", "--map-user=1000", "--map-group=1000", "--"}
}

// Machine is another machine, which is another network namespace, on a cable to this
// one, which is to be Apart.
type Machine struct {
	t    *testing.T
	Near string   // this machine's address on the cable
	Far  string   // its own
	Bus  string   // where an Avahi of its own listens; "" for none
	In   []string // what goes before a command to run it there
	Home string   // of whoever runs commands there
	pid  string   // of a process that has its network
}

// Cable is a Machine with an Avahi, on a cable with nothing else.
type Cable struct{ *Machine }

// The names and addresses of the cable's ends.
const (
	NearEnd     = "near"
	FarEnd      = "far"
	NearAddress = "10.77.0.1"
	FarAddress  = "10.77.0.2"
)

// NewCable makes the far machine, with an Avahi of the given host name.
func NewCable(t *testing.T, far string) *Cable {
	t.Helper()
	m := newMachine(t)
	m.lay(NearEnd, NearAddress, FarAddress)
	m.Bus = Bus(t)
	Avahi(t, m.Bus, AvahiOptions{In: m.In, Interface: FarEnd, Host: far})
	return &Cable{m}
}

// NewMachine makes a machine on a network /24 of its own: this machine has the
// network's address 1, and the machine 2. name is that of this machine's end, 15
// characters at most.
func NewMachine(t *testing.T, name, network string) *Machine {
	t.Helper()
	prefix, ok := strings.CutSuffix(network, ".0")
	if !ok {
		t.Fatalf("%s is no network", network)
	}
	m := newMachine(t)
	m.lay(name, prefix+".1", prefix+".2")
	return m
}

func newMachine(t *testing.T) *Machine {
	t.Helper()
	holder := exec.CommandContext(t.Context(), needs(t, "unshare", "util-linux"), "--net", "--", "cat") //nolint:gosec // a process that has the namespace
	hold, err := holder.StdinPipe()
	if err == nil {
		err = holder.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = hold.Close()
		_ = holder.Wait()
	})
	pid := strconv.Itoa(holder.Process.Pid)
	here, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) { // between two looks
		if there, err := os.Readlink(filepath.Join("/proc", pid, "ns/net")); err == nil && there != here {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the far machine's network never came")
		}
	}
	return &Machine{t: t, In: []string{"nsenter", "--target", pid, "--net", "--"}, Home: t.TempDir(), pid: pid}
}

// lay lays the cable. There are no addresses but those given, which are good at once.
func (m *Machine) lay(name, near, far string) {
	m.t.Helper()
	m.Near, m.Far = near, far
	ip := func(in []string, args string) {
		m.t.Helper()
		command := append(append([]string{}, in...), needs(m.t, "ip", "iproute2"))
		command = append(command, strings.Fields(args)...)
		if out, err := exec.CommandContext(m.t.Context(), command[0], command[1:]...).CombinedOutput(); err != nil { //nolint:gosec // the words below
			m.t.Fatalf("ip %s: %v: %s", args, err, out)
		}
	}
	ip(nil, "link add "+name+" type veth peer name "+FarEnd+" netns "+m.pid)
	for _, end := range []struct {
		in            []string
		name, address string
	}{{nil, name, near}, {m.In, FarEnd, far}} {
		ip(end.in, "link set lo up")
		ip(end.in, "link set "+end.name+" addrgenmode none")
		ip(end.in, "addr add "+end.address+"/24 dev "+end.name)
		ip(end.in, "link set "+end.name+" up")
	}
}

// Dial is net.Dialer.DialContext on that machine, for a host that is an address.
func (m *Machine) Dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	there, err := os.Open(filepath.Join("/proc", m.pid, "ns/net"))
	if err != nil {
		return nil, err
	}
	defer there.Close()
	done := make(chan struct{})
	go func() { // a thread that ends with it: it is never unlocked
		defer close(done)
		runtime.LockOSThread()
		if err = unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err == nil { //nolint:gosec // a file's number is small
			conn, err = new(net.Dialer).DialContext(ctx, network, address)
		}
	}()
	<-done
	return conn, err
}

// Command is a program to run on the far machine.
func (m *Machine) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	command := append(append([]string{}, m.In...), name)
	command = append(command, args...)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // a real client
	cmd.Env = append(os.Environ(), "DBUS_SYSTEM_BUS_ADDRESS="+m.Bus, "HOME="+m.Home, "LC_ALL=C.UTF-8")
	return cmd
}

// Known is what the far machine's Avahi knows now of a type of service that somebody
// there browses for: by name, a line with host, address, port and the strings of the
// TXT record among its fields, which semicolons part.
func (c *Cable) Known(kind string) map[string]string {
	c.t.Helper()
	out, ok := c.look(kind)
	for end := time.Now().Add(patience); !ok; out, ok = c.look(kind) {
		if time.Now().After(end) {
			c.t.Fatal("avahi-browse never came to an end")
		}
	}
	found := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if fields := strings.Split(line, ";"); fields[0] == "=" && len(fields) > 3 {
			found[unescaper.Replace(fields[3])] = strings.TrimSpace(line)
		}
	}
	return found
}

// look has avahi-browse say what is known. It waits for ever for a service that goes
// while it looks it up: then it is to be asked again.
func (c *Cable) look(kind string) (out []byte, ok bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 2*time.Second)
	defer cancel()
	cmd := c.Command(ctx, needs(c.t, "avahi-browse", "avahi-utils"), "--resolve", "--parsable", "--cache", kind)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil && ctx.Err() == nil {
		c.t.Fatalf("avahi-browse: %v: %s", err, said.Bytes())
	}
	return out, err == nil
}

// CommandKnowing is a program to run on the far machine that knows the address of a
// host, as its resolver would with nss-mdns.
func (c *Cable) CommandKnowing(ctx context.Context, host, address, name string, args ...string) *exec.Cmd {
	c.t.Helper()
	hosts := filepath.Join(c.t.TempDir(), "hosts")
	if err := os.WriteFile(hosts, []byte(address+" "+host+"\n"), 0o644); err != nil { //nolint:gosec // it stands for /etc/hosts
		c.t.Fatal(err)
	}
	const script = `mount --bind "$0" /etc/hosts && exec "$@"`
	return c.Command(ctx, "unshare", append([]string{"--mount", "--", "sh", "-c", script, hosts, name}, args...)...)
}

var unescaper = strings.NewReplacer(`\032`, " ", `\035`, "#", `\039`, "'", `\040`, "(", `\041`, ")", `\.`, ".")

// Publish has the far machine's Avahi announce a service, all test long.
func (c *Cable) Publish(name, kind string, port int) {
	c.t.Helper()
	c.keep(c.Command(c.t.Context(), needs(c.t, "avahi-publish", "avahi-utils"), "--service", name, kind, strconv.Itoa(port)))
}

// Browse has the far machine look for a type of service, all test long.
func (c *Cable) Browse(kind string) {
	c.t.Helper()
	c.keep(c.Command(c.t.Context(), needs(c.t, "avahi-browse", "avahi-utils"), "--parsable", kind))
}

// keep runs a program as long as the test.
func (c *Cable) keep(cmd *exec.Cmd) {
	c.t.Helper()
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = cmd.Wait() }) // the context has ended it
}
