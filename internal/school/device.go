package school

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// GroupID names a device group.
type GroupID int32

// DeviceGroup is devices that print to one address of their own: the computers of a
// room, a cart, or a print server. Pupils share them, so what they say of whose a job is
// proves nothing: it is a claim, which the person named takes or turns down at a
// station. Only of a trusted server it is believed.
type DeviceGroup struct {
	ID           GroupID
	School       ID
	Slug         string         // last part of its address: lower case, digits and hyphens, 40 at most
	Name         string         // as pupils know it, such as "Room 12"
	Trusted      bool           // a print server that asked for the password itself
	Networks     []netip.Prefix // where its devices are; ...
	Certificates [][32]byte     // ... or SHA-256 of the certificates they show. Either will do
}

// Device is where a request comes from.
type Device struct {
	Address     netip.Addr
	Certificate []byte // DER of the certificate whose key it has proven to have, or nil
}

// host is the address as it is kept: without the interface by which it was reached.
func (d Device) host() netip.Addr { return d.Address.Unmap().WithZone("") }

// Proof is how somebody whom a device of the group names is proven.
func (g DeviceGroup) Proof() Proof {
	if g.Trusted {
		return ByServer
	}
	return ByVouch
}

// GroupMark stands between a queue's path and a group's slug.
const GroupMark = "/g/"

// GroupPath is the path of a group's address on a queue's.
func GroupPath(queue, slug string) string { return queue + GroupMark + slug }

var (
	slugForm     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	groupSlug    = fault.New(fault.Invalid, "group-slug", "The group's short name is made of small letters, digits and hyphens, 40 at most, such as room-12.")
	groupName    = fault.New(fault.Invalid, "group-name", "Name the group in 1 to 60 characters, as pupils know it, such as Room 12.")
	groupPlace   = fault.New(fault.Invalid, "group-place", "Say where the devices are, such as 10.1.12.0/24, or give their certificates.")
	groupWide    = fault.New(fault.Invalid, "group-wide", "A trusted server is one machine or a few: name at most 16 addresses, such as 10.1.1.7/32.")
	groupTaken   = fault.New(fault.Conflict, "group-taken", "There is a group of that short name already. Remove it first.")
	groupUnknown = fault.New(fault.NotFound, "group-unknown", "There is no device group of that short name.")
	notFromGroup = fault.New(fault.Forbidden, "not-from-group", "This printer address works on the school's own devices only. Please use the one for your device.")

	// NameUnknown is the answer to a name that says nothing of who is printing: it is
	// nobody's, or everybody's.
	NameUnknown = fault.New(fault.Forbidden, "name-unknown", "This computer does not say who you are. Sign in to it with your school account, then print again.")
)

// trustedBits is how wide a trusted server's network may be: 16 addresses.
const trustedBits = 4

// check refuses a group that could let in nobody, or far too many.
func (g DeviceGroup) check() error {
	switch {
	case !slugForm.MatchString(g.Slug) || len(g.Slug) > 40:
		return groupSlug
	case g.Name == "" || len([]rune(g.Name)) > 60:
		return groupName
	case len(g.Networks)+len(g.Certificates) == 0 || len(g.Networks)+len(g.Certificates) > 100:
		return groupPlace
	case g.Trusted && slices.ContainsFunc(g.Networks, func(p netip.Prefix) bool { return p.Addr().BitLen()-p.Bits() > trustedBits }):
		return groupWide
	}
	return nil
}

// has says whether a device is one of the group's.
func (g DeviceGroup) has(d Device) bool {
	if d.Certificate != nil && slices.Contains(g.Certificates, sha256.Sum256(d.Certificate)) {
		return true
	}
	return slices.ContainsFunc(g.Networks, func(p netip.Prefix) bool { return p.Contains(d.host()) })
}

// AddGroup makes a device group known.
func AddGroup(ctx context.Context, tx *db.Tx, by Pseudonym, g DeviceGroup) error {
	g.Name = strings.TrimSpace(g.Name)
	if err := g.check(); err != nil {
		return err
	}
	for i, p := range g.Networks {
		g.Networks[i] = p.Masked()
	}
	id, err := insertGroup(ctx, tx, g)
	if err != nil {
		return fmt.Errorf("add device group: %w", err)
	}
	if id == 0 {
		return groupTaken
	}
	return audit.Record(ctx, tx, audit.Entry{School: g.School, Act: "device-group-added", Actor: by, Object: groupObject(id),
		Facts: map[string]any{"trusted": g.Trusted, "networks": len(g.Networks), "certificates": len(g.Certificates)}, Note: g.Name})
}

// RemoveGroup ends a group's address at once. What its devices have sent stays.
func RemoveGroup(ctx context.Context, tx *db.Tx, by Pseudonym, school ID, slug string) error {
	id, err := removeGroup(ctx, tx, school, slug)
	if err != nil {
		return fmt.Errorf("remove device group: %w", err)
	}
	if id == 0 {
		return groupUnknown
	}
	return audit.Record(ctx, tx, audit.Entry{School: school, Act: "device-group-removed", Actor: by, Object: groupObject(id)})
}

// Groups are a school's device groups by slug.
func Groups(ctx context.Context, tx *db.Tx, school ID) ([]DeviceGroup, error) {
	return groups(ctx, tx, school)
}

func groupObject(id GroupID) string { return fmt.Sprintf("group:%d", id) }

// Group finds the group that a device belongs to by the last part of the address
// it used. An unknown group is no printer at all (AddressUnknown); a device from
// elsewhere is refused as "not-from-group".
func (d *Directory) Group(ctx context.Context, school ID, slug string, from Device) (g DeviceGroup, err error) {
	if !slugForm.MatchString(slug) {
		return g, AddressUnknown
	}
	err = d.db.Look(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) (err error) {
		g, err = groupBySlug(ctx, tx, school, slug)
		return err
	})
	switch {
	case err != nil:
		return g, err
	case g.ID == 0:
		return g, AddressUnknown
	case !g.has(from):
		d.log.Debug("proof refused", "school", school, "group", g.ID, "reason", notFromGroup.Code)
		return g, notFromGroup
	}
	return g, nil
}

// GroupsOf are the groups that a device belongs to, by slug. Print servers are left
// out: an address at which names are believed is told to whoever set the server up.
func (d *Directory) GroupsOf(ctx context.Context, school ID, from Device) (all []DeviceGroup, err error) {
	err = d.db.Look(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = groups(ctx, tx, school)
		return err
	})
	return slices.DeleteFunc(all, func(g DeviceGroup) bool { return g.Trusted || !g.has(from) }), err
}

// ByGroup is the person whom a device of the group names. Unless the group is
// trusted nothing is proven by it: the actor may submit in that name, and the job is
// a claim (ByVouch). A name that is nobody's at the school, as of a guest session, is
// refused as "name-unknown".
func (d *Directory) ByGroup(ctx context.Context, g DeviceGroup, from Device, username string) (Actor, error) {
	var p Person
	err := d.db.Look(ctx, db.InSchool(g.School), func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = present(ctx, tx, g.School, localName(username))
		return err
	})
	switch {
	case err != nil:
		return Actor{}, err
	case p.ID == 0:
		return Actor{}, NameUnknown
	}
	a := p.actor(g.Proof())
	a.Group, a.Device = g.ID, from.host()
	return a, nil
}

// localName is the user name in what a device of a domain says: HARBOUR\sam,
// sam@harbour.example.
func localName(name string) string {
	if _, user, ok := strings.Cut(name, `\`); ok {
		name = user
	}
	user, _, _ := strings.Cut(name, "@")
	return user
}
