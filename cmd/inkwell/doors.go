package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"syscall"
	"time"

	"inkwell/internal/door"
)

// openDoors comes last: once it has returned, everything behind the doors is ready.
func (m *Main) openDoors(context.Context) (err error) {
	orders, err := m.config.acme()
	if err != nil {
		return err
	}
	if m.identity, err = door.OpenIdentity(door.IdentityOptions{Dir: m.config.folder("tls"), Names: m.config.names(), ACME: orders, Log: m.log}); err != nil {
		return err
	}
	var doors doors
	defer func() {
		if err != nil {
			err = errors.Join(err, doors.close())
		}
	}()
	o := door.Options{Identity: m.identity, Limits: door.NewLimits(0, m.roomFor(openFiles())), Log: m.log}
	o.Address, o.Handler, o.AskCard = m.config.IPPListen, m.printer, m.directory.AsksForCards
	if m.IPPAddr, err = doors.add(door.Open(o)); err != nil {
		return err
	}
	o.Address, o.Handler, o.AskCard, o.HTTP2 = m.config.WebListen, m.web, nil, true
	if m.WebAddr, err = doors.add(door.Open(o)); err != nil {
		return err
	}
	if m.config.KioskListen != "" {
		k := o
		k.Address, k.Handler, k.HTTP2 = m.config.KioskListen, m.kiosks, false
		k.Limits = door.NewLimits(0, m.roomForKiosks(openFiles())) // nobody who prints or signs in can keep kiosks out
		if m.KioskAddr, err = doors.add(door.Open(k)); err != nil {
			return err
		}
	}
	if o.Address = m.config.RedirectListen; o.Address != "" {
		if m.RedirectAddr, err = doors.add(door.OpenRedirect(o, m.WebAddr)); err != nil {
			return err
		}
	}
	m.life.run("doors", doors.serve)
	m.life.run("certificate", m.identity.Keep)
	m.life.ends("addresses", func(context.Context) error { return m.takeAddresses() })
	return m.leaveAddresses()
}

// mostKiosks is how many connections a door of kiosks alone has room for.
const mostKiosks = 12_288

// keptFiles are those of the open files that are not for connections: the database,
// printers, the log.
const keptFiles = 512

// openFiles is how many this process may have; the runtime has raised the soft limit
// to the hard one.
func openFiles() uint64 {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return math.MaxInt32
	}
	return limit.Cur
}

// roomFor is how many connections can be open with so many files: each may be sending
// a document, which is a file too.
func (m *Main) roomFor(files uint64) int {
	room := int(max(min(files, 1<<20), keptFiles+2*door.MostPerAddress)-keptFiles) / 2 // #nosec G115 -- at most 1<<20
	if room < door.MostConns {
		m.log.Warn("few open files are allowed, and so few connections; with systemd set LimitNOFILE=16384", "files", files, "connections", room)
	}
	return min(room, door.MostConns)
}

// roomForKiosks is how many connections a door of kiosks can have of what roomFor leaves: each
// is one file.
func (m *Main) roomForKiosks(files uint64) int {
	left := int(min(files, 1<<20)) - keptFiles - 2*m.roomFor(files) // #nosec G115 -- at most 1<<20
	return max(min(left, mostKiosks), door.MostPerAddress)
}

// doors are served and shut together.
type doors []*door.Door

func (all *doors) add(d *door.Door, err error) (net.Addr, error) {
	if err != nil {
		return nil, err
	}
	*all = append(*all, d)
	return d.Addr(), nil
}

func (all doors) close() (err error) {
	for _, d := range all {
		err = errors.Join(err, d.Close())
	}
	return err
}

// serve answers until ctx ends; then it stops accepting at all doors at once and
// finishes what is in flight. A door that fails ends the others.
func (all doors) serve(ctx context.Context) error {
	ended := make(chan error, len(all))
	for _, d := range all {
		go func() { ended <- d.Serve() }()
	}
	var err error
	left := len(all)
	select {
	case <-ctx.Done():
	case err = <-ended:
		left--
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishWithin)
	defer cancel()
	shut := make(chan error, len(all))
	for _, d := range all {
		go func() { shut <- d.Shutdown(finish) }()
	}
	for range all {
		err = errors.Join(err, <-shut)
	}
	for range left {
		err = errors.Join(err, <-ended)
	}
	return err
}

// announce says, for a person and for scripts that wait for it, that all is up.
func (m *Main) announce(took time.Duration) {
	a := m.addresses()
	line := fmt.Sprintf("ready in %s: print to ipps://%s/ipp/print, web https://%s/", took.Round(10*time.Millisecond), a.reachable(a.IPP), a.reachable(a.Web))
	if a.Redirect != "" && m.identity.Authority() != nil {
		line += fmt.Sprintf(", CA certificate http://%s/ca.crt", a.reachable(a.Redirect))
	}
	if m.KioskAddr != nil {
		line += fmt.Sprintf(", kiosks https://%s/kiosk", a.reachable(a.Kiosk))
	}
	if m.MetricsAddr != nil {
		line += fmt.Sprintf(", figures http://%s/metrics", m.MetricsAddr)
	}
	_, _ = fmt.Fprintln(m.out, line)
	m.log.Info("ready", "took", took.Round(time.Millisecond), "data", m.config.DataDir, "user", os.Getuid(), "demo", m.made.Demo)
}
