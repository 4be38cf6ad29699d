package announce

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/godbus/dbus/v5"
	"github.com/miekg/dns"
)

// group is a service at Avahi.
type group struct {
	entry  entry
	number int // of its name, see numbered
	object dbus.BusObject
}

// set makes the group of an entry say what the entry says.
func (a *avahi) set(ctx context.Context, e entry, collided map[dbus.ObjectPath]bool) error {
	g := a.groups[e.key]
	switch {
	case g == nil:
		g = &group{entry: e, number: 1}
		a.groups[e.key] = g
		return a.add(ctx, g)
	case collided[g.object.Path()]:
		g.entry = e
		g.number++
		return a.renew(ctx, g)
	case g.entry.name != e.name || g.entry.port != e.port:
		g.entry, g.number = e, 1
		return a.renew(ctx, g)
	case !slices.Equal(g.entry.text, e.text):
		g.entry = e
		return a.update(ctx, g)
	}
	return nil
}

func (a *avahi) renew(ctx context.Context, g *group) error {
	if err := a.free(ctx, g); err != nil {
		return err
	}
	return a.add(ctx, g)
}

// add hands a service to Avahi, under the first name that nobody on this machine
// has. What others on the network have shows later, as a collision.
func (a *avahi) add(ctx context.Context, g *group) error {
	for {
		err := a.try(ctx, g)
		var refusal dbus.Error
		if err == nil || !errors.As(err, &refusal) || refusal.Name != avahiName+".CollisionError" || g.number >= 100 {
			return err
		}
		if err := a.free(ctx, g); err != nil {
			return err
		}
		g.number++
	}
}

func (a *avahi) try(ctx context.Context, g *group) error {
	var path dbus.ObjectPath
	if err := a.server.CallWithContext(ctx, avahiServer+".EntryGroupNew", 0).Store(&path); err != nil {
		return fmt.Errorf("announce through Avahi: %w", err)
	}
	g.object = a.conn.Object(avahiName, path)
	defend, err := serviceLocation(a.host, 0)
	if err != nil {
		return err
	}
	name := g.name()
	for _, i := range a.interfaces {
		if err := g.call(ctx, "AddService", i, a.protocol, uint32(noFlags), name, kind, local, "", g.entry.port, octets(g.entry.text)); err != nil {
			return err
		}
		for _, sub := range subtypes {
			if err := g.call(ctx, "AddServiceSubtype", i, a.protocol, uint32(noFlags), name, kind, local, sub+"._sub."+kind); err != nil {
				return err
			}
		}
		err := g.call(ctx, "AddRecord", i, a.protocol, uint32(uniqueRecord), escape(name)+"."+flagship+"."+local,
			uint16(dns.ClassINET), dns.TypeSRV, uint32(ttlHost), defend)
		if err != nil {
			return err
		}
	}
	if err := g.call(ctx, "Commit"); err != nil {
		return err
	}
	a.names.set(g.entry.key, name)
	return nil
}

// free has Avahi forget a service.
func (a *avahi) free(ctx context.Context, g *group) error {
	a.names.set(g.entry.key, "")
	return g.call(ctx, "Free")
}

// update tells Avahi a new TXT record, which needs no new name.
func (a *avahi) update(ctx context.Context, g *group) error {
	for _, i := range a.interfaces {
		if err := g.call(ctx, "UpdateServiceTxt", i, a.protocol, uint32(noFlags), g.name(), kind, local, octets(g.entry.text)); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) name() string { return numbered(g.entry.name, g.number) }

// call calls a method of the group.
func (g *group) call(ctx context.Context, method string, args ...any) error {
	if err := g.object.CallWithContext(ctx, avahiGroup+"."+method, 0, args...).Err; err != nil {
		return fmt.Errorf("announce through Avahi: %s: %w", method, err)
	}
	return nil
}

func octets(text []string) (all [][]byte) {
	for _, line := range text {
		all = append(all, []byte(line))
	}
	return all
}
