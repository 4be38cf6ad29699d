package kiosk

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
)

// browsers are the fake desk's: those that are paired with the library, and those that were.
type browsers struct {
	paired map[release.Thumb]release.Device
	over   map[release.Thumb]bool
	asking map[release.Thumb]release.DeviceKey
	unsure bool // StillPaired cannot say
	seen   []release.DeviceID
	left   []release.DeviceID
}

// theLink pairs any number of browsers; theCode is what every browser shows.
const (
	theLink = "5f0c"
	theCode = "ABCD2345"
)

func (d *fakeDesk) Device(_ context.Context, t release.Thumb) (release.Device, release.Station, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.browsers.over[t] {
		return release.Device{}, release.Station{}, fault.New(fault.Forbidden, "device-over", "This screen is not paired any more.")
	}
	if one, known := d.browsers.paired[t]; known {
		return one, d.station, nil
	}
	return release.Device{}, release.Station{}, fault.New(fault.NotFound, "device-unknown", "This screen is not paired yet.")
}

func (d *fakeDesk) StillPaired(_ context.Context, id release.DeviceID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.browsers.unsure {
		return errors.New("the database does not answer")
	}
	for _, one := range d.browsers.paired {
		if one.ID == id {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "device-over", "This screen is not paired any more.")
}

func (d *fakeDesk) SeenDevices(_ context.Context, ids []release.DeviceID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.browsers.seen = append(d.browsers.seen, ids...)
	return nil
}

func (d *fakeDesk) LeftDevices(_ context.Context, ids []release.DeviceID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.browsers.left = append(d.browsers.left, ids...)
	return nil
}

func (d *fakeDesk) AskToPair(_ context.Context, k release.DeviceKey, _ netip.Addr) (release.Asking, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.browsers.asking == nil {
		d.browsers.asking = map[release.Thumb]release.DeviceKey{}
	}
	d.browsers.asking[k.Thumb()] = k
	return release.Asking{Code: theCode, Until: time.Now().Add(release.CodeLife)}, nil
}

func (d *fakeDesk) Enrol(_ context.Context, k release.DeviceKey, token string, _ netip.Addr) error {
	if token != theLink {
		return fault.New(fault.NotFound, "link-unknown", "This link has been used.")
	}
	d.pair(k)
	return nil
}

// pair pairs a browser with the library and rings for it.
func (d *fakeDesk) pair(k release.DeviceKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.browsers.paired == nil {
		d.browsers.paired = map[release.Thumb]release.Device{}
	}
	id := release.DeviceID(len(d.browsers.paired) + 1)
	d.browsers.paired[k.Thumb()] = release.Device{ID: id, School: 1, Station: d.station.ID, Slug: d.station.Slug, Key: k}
	delete(d.browsers.asking, k.Thumb())
	d.ring(k.Thumb().Topic())
}

// unpair ends a browser and rings for it.
func (d *fakeDesk) unpair(k release.DeviceKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.browsers.paired, k.Thumb())
	if d.browsers.over == nil {
		d.browsers.over = map[release.Thumb]bool{}
	}
	d.browsers.over[k.Thumb()] = true
	d.ring(k.Thumb().Topic())
}
