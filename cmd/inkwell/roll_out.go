package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/door"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/ipp/rollout"
	"inkwell/release"
)

// public is where computers reach the printers. A machine's own name for itself is
// nothing to write into a hundred computers: the operator says the name.
func (a addresses) public() (string, error) {
	host, _, err := net.SplitHostPort(a.IPP)
	if err != nil {
		return "", fmt.Errorf("read address: %w", err)
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() && len(a.Names) == 0 {
		return "", fault.New(fault.Invalid, "server-nameless",
			"Say by which name computers reach this server: set tls.names, such as print.school.example, and start the server again.")
	}
	return a.reachable(a.IPP), nil
}

// rollOut is what an export needs of an installation.
type rollOut struct {
	db   *db.DB
	desk *release.Desk
	at   addresses
	tls  string // the folder of certificates
}

// queueOf is the school's queue of a path or, without one, its first that takes jobs
// from other machines.
func (r rollOut) queueOf(ctx context.Context, id school.ID, path string) (release.Queue, error) {
	all, err := r.desk.Queues(ctx)
	if err != nil {
		return release.Queue{}, err
	}
	i := slices.IndexFunc(all, func(q release.Queue) bool {
		return q.School == id && (q.Path == path || path == "" && q.Proof != school.ByLoopback)
	})
	if i < 0 {
		return release.Queue{}, fault.New(fault.NotFound, "queue-unknown", "The school has no queue %s. Give --queue one that inkwell queue list shows.", path)
	}
	return all[i], nil
}

// plan is all of a school's printers on one of its queues: those of its device groups,
// and the queue's own if it asks for a password, as far as the queue takes them.
func (r rollOut) plan(ctx context.Context, s school.School, queue string) (p rollout.Plan, err error) {
	q, err := r.queueOf(ctx, s.ID, queue)
	if err != nil {
		return p, err
	}
	made, _, err := r.db.Installation(ctx)
	if err != nil {
		return p, fmt.Errorf("read installation: %w", err)
	}
	p = rollout.Plan{School: s.Name, Installation: made.ID}
	if p.Server, err = r.at.public(); err != nil {
		return p, err
	}
	if p.CA, err = door.Trusted(r.tls); err != nil {
		return p, err
	}
	var groups []school.DeviceGroup
	err = r.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Made = tx.Now.In(orUTC(s.Zone))
		groups, err = school.Groups(ctx, tx, s.ID)
		return err
	})
	for _, g := range groups {
		if !q.Policy.Takes(g.Proof()) {
			continue
		}
		p.Printers = append(p.Printers, printerOf(q, g))
	}
	if q.Proof == school.ByPassword && q.Policy.Takes(q.Proof) {
		p.Printers = append(p.Printers, rollout.Printer{ID: rollout.PasswordID, Name: q.Name + " (" + s.Name + ")", Path: q.Path, Kind: rollout.Password})
	}
	return p, err
}

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

// printerOf is a device group's printer on a queue.
func printerOf(q release.Queue, g school.DeviceGroup) rollout.Printer {
	p := rollout.Printer{
		ID: g.Slug, Name: q.Name + " (" + g.Name + ")", Path: school.GroupPath(q.Path, g.Slug), Kind: rollout.Claim, Cards: len(g.Certificates) > 0,
	}
	if g.Trusted {
		p.Kind = rollout.Believed
	}
	for _, n := range g.Networks {
		p.Networks = append(p.Networks, n.String())
	}
	return p
}

// rollOut is what the running server rolls out to a school's computers.
func (m *Main) rollOut(ctx context.Context, id school.ID) (rollout.Plan, error) {
	var s school.School
	err := m.db.InTx(ctx, db.InSchool(id), func(ctx context.Context, tx *db.Tx) (err error) {
		s, err = school.ByID(ctx, tx, id)
		return err
	})
	if err != nil {
		return rollout.Plan{}, err
	}
	return m.rollsOut().plan(ctx, s, "")
}

func (m *Main) rollsOut() rollOut {
	return rollOut{db: m.db, desk: m.desk, at: m.addresses(), tls: m.config.folder("tls")}
}

// ownPrinter is the queue that pupils give their own devices an address on: the school's first that
// holds jobs and takes personal addresses.
func (m *Main) ownPrinter(ctx context.Context, id school.ID) (p rollout.Plan, err error) {
	all, err := m.desk.Queues(ctx)
	if err != nil {
		return p, err
	}
	i := slices.IndexFunc(all, func(q release.Queue) bool {
		return q.School == id && q.Kind == release.Hold && q.Proof != school.ByLoopback && q.Policy.Takes(school.ByAddress)
	})
	if i < 0 {
		return p, fault.New(fault.NotFound, "queue-unknown", "The school has no queue that takes personal addresses.")
	}
	if p, err = m.rollOut(ctx, id); err == nil {
		p.Printers = []rollout.Printer{{ID: rollout.PersonalID, Name: all[i].Name + " (" + p.School + ")", Path: all[i].Path, Kind: rollout.Personal}}
	}
	return p, err
}
