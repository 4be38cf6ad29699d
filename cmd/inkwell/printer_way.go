package main

import (
	"context"
	"net"
	"sync"

	"inkwell/internal/sealed"
	"inkwell/ipp/device"
	"inkwell/ipp/device/address"
	"inkwell/ipp/device/raw"
	"inkwell/release"
)

// dialler makes the clients of printers, whatever they speak. All their connections go
// through one guard.
type dialler struct {
	guard     address.Guard
	community string // for SNMP
	meet      func(context.Context, release.PrinterRecord, []byte) ([]byte, error)
	logins    sealed.Key // that printers' credentials are sealed with

	mu   sync.Mutex
	raws map[release.PrinterID]rawPrinter
}

// guardOf is who may be dialled. A demo's printers are on its own machine.
func guardOf(c Config, demo bool) address.Guard { return address.Guard{Loopback: c.Loopback || demo} }

// guard is whom commands on this host may dial.
func (h *host) guard(ctx context.Context) (address.Guard, error) {
	made, _, err := h.db.Installation(ctx)
	return guardOf(h.config, made.Demo), err
}

// dial makes the client of a printer; of one without a list of jobs it is the same each
// time, which remembers the job that is under way.
func (d *dialler) dial(p release.PrinterRecord) (release.Printer, error) {
	a, err := address.Parse(p.URI)
	if err != nil {
		return nil, err
	}
	if a.Scheme == address.Socket {
		return d.raw(p, a), nil
	}
	o := device.Options{URI: p.URI, Dial: d.guard.Dial, Community: d.community}
	if a.Scheme == address.IPPS {
		o.Pin = p.Pin
		o.Meet = func(ctx context.Context, pin []byte) ([]byte, error) { return d.meet(ctx, p, pin) }
		if o.User, o.Password, err = openLogin(d.logins, p.ID, p.Login); err != nil {
			return nil, err
		}
	}
	return device.New(o)
}

// rawPrinter is a raw printer, and what it was made of.
type rawPrinter struct {
	*raw.Printer
	uri       string
	can       release.Capabilities
	dial      func(ctx context.Context, network, address string) (net.Conn, error)
	community string
}

// Counts asks by SNMP for what the printer has counted in its life.
func (r rawPrinter) Counts(ctx context.Context) (release.Counts, error) {
	return device.CountsBySNMP(ctx, r.dial, r.uri, r.community)
}

func (d *dialler) raw(p release.PrinterRecord, a address.Address) release.Printer {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r, ok := d.raws[p.ID]; ok && r.uri == p.URI && r.can.Same(p.Told) {
		return r
	}
	r := rawPrinter{
		Printer: raw.New(raw.Options{Address: a.HostPort(), Dial: d.guard.Dial, Can: p.Told}),
		uri:     p.URI, can: p.Told, dial: d.guard.Dial, community: d.community,
	}
	if d.raws == nil {
		d.raws = map[release.PrinterID]rawPrinter{}
	}
	d.raws[p.ID] = r
	return r
}

// close ends what raw printers have under way.
func (d *dialler) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.raws {
		_ = r.Close()
	}
}
