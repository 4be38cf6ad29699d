package main

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// newSchool is what a command was told about its school.
type newSchool struct{ name, zone string }

// directory is who is who, with the installation's own keys.
func (h *host) directory() (*school.Directory, error) {
	keys, err := openKeys(h.config.folder("keys"), false)
	if err != nil {
		return nil, err
	}
	return school.New(h.db, keys.Badges.forSchool(), h.log), nil
}

// school is the one of that name, or the only one when there is no name.
func (h *host) school(ctx context.Context, name string) (school.School, error) {
	people, err := h.directory()
	if err != nil {
		return school.School{}, err
	}
	all, err := people.Schools(ctx)
	if err != nil {
		return school.School{}, err
	}
	for _, s := range all {
		if s.Name == name || name == "" && len(all) == 1 {
			return s, nil
		}
	}
	if len(all) == 0 {
		return school.School{}, schoolMissing
	}
	return school.School{}, fault.New(fault.NotFound, "school-unknown", "Say which school is meant: --school with its name as it was given.")
}

var schoolMissing = fault.New(fault.NotFound, "school-missing",
	"There is no school here yet. The first account names it: inkwell staff add USERNAME --given Jo --family Doe --school \"Hill Road School\"")

// schoolOrFirst is school, and makes an installation's first one.
func (h *host) schoolOrFirst(ctx context.Context, n newSchool) (school.School, error) {
	s, err := h.school(ctx, n.name)
	if n.name == "" || fault.As(err) == nil || fault.As(err).Code != schoolMissing.Code {
		return s, err
	}
	zone, err := time.LoadLocation(n.zone)
	if err != nil {
		return s, fault.New(fault.Invalid, "zone-unknown", "There is no time zone %q. It looks like Europe/London.", n.zone).Because(err)
	}
	s = school.School{Name: n.name, Zone: zone}
	err = h.db.InTx(ctx, db.System("first-school"), func(ctx context.Context, tx *db.Tx) (err error) {
		if s.ID, err = school.Add(ctx, tx, s.Name, zone); err != nil {
			return err
		}
		hold := release.Queue{School: s.ID, Path: "/ipp/print", Name: "Print", Kind: release.Hold, Proof: school.ByPassword}
		if _, err := release.AddQueue(ctx, tx, hold); err != nil {
			return err
		}
		return record(ctx, tx, audit.Entry{School: s.ID, Act: "school-added", Object: fmt.Sprintf("school:%d", s.ID)})
	})
	return s, err
}
