package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/fault"
	"inkwell/internal/ldap"
	"inkwell/internal/roster"
	"inkwell/internal/school"
)

// RosterConfig is where people come from by themselves.
type RosterConfig struct {
	Folder  string // roster.folder: looked at on a schedule; "" is off
	When    string // roster.when: every so often, or a time of day
	Source  string // roster.source: whose ids these are
	Mapping string // roster.mapping: how the columns are read; "" for OneRoster and UK CSV
	School  string // roster.school: the school that the files are for; "" when they say

	Directory string             // roster.directory: when the directory is read; "" is never
	Groups    []roster.GroupRule // roster.groups: what the directory's groups mean
	groups    string
}

var rosterSettings = []setting{
	text("roster.folder", "folder where a school's system puts its lists of people; empty is none", fixed(""),
		func(c *Config) *string { return &c.Roster.Folder }, isPathOrNone),
	text("roster.when", "when it is looked at: every 15m (from 1m to 24h), or at a time of day like 02:30", fixed("15m"),
		func(c *Config) *string { return &c.Roster.When }, isSchedule),
	text("roster.source", "whose ids the lists have", fixed(roster.DefaultSource),
		func(c *Config) *string { return &c.Roster.Source }, anything),
	text("roster.mapping", "the mapping by which their columns are read; empty for OneRoster and UK CSV", fixed(""),
		func(c *Config) *string { return &c.Roster.Mapping }, anything),
	text("roster.school", "the school that they are for; empty when there is one only, or they say", fixed(""),
		func(c *Config) *string { return &c.Roster.School }, anything),
	text("roster.directory", "when people are read from the directory of the ldap settings: 1h, or a time of day; empty is never", fixed(""),
		func(c *Config) *string { return &c.Roster.Directory }, func(text string) error {
			if text == "" {
				return nil
			}
			return isSchedule(text)
		}),
	{
		key: "roster.groups", usage: "what its groups and units are: \"Pupils: pupil; Staff: teacher; Year 7: year 7; Form *: form; Set *: class\"", byDefault: fixed(""),
		read: func(c *Config, text string) (err error) {
			c.Roster.groups = text
			if c.Roster.Groups, err = roster.ParseGroupRules(text); err != nil {
				return errors.New(asPerson(err))
			}
			return nil
		},
		show: func(c *Config) string { return c.Roster.groups },
	},
}

// watchRoster looks at the folder and the directory of the settings while the server runs.
func (m *Main) watchRoster(ctx context.Context) error {
	c := m.config.Roster
	if c.Folder == "" && c.Directory == "" {
		return nil
	}
	all, err := m.directory.Schools(ctx)
	if err != nil {
		return err
	}
	zone := time.UTC
	if len(all) > 0 {
		zone = all[0].Zone
	}
	importer := roster.New(roster.Options{DB: m.db, Hub: m.hub, Keys: m.keys.Badges.forSchool(), Log: m.log, Opened: openQueue})
	if c.Folder != "" {
		when, err := roster.ParseSchedule(c.When)
		if err != nil {
			return err
		}
		when.Zone = zone
		m.life.run("roster", func(ctx context.Context) error {
			return importer.Watch(ctx, c.Folder, when, roster.Wish{Source: c.Source, Mapping: c.Mapping, School: c.School})
		})
	}
	if c.Directory != "" {
		return m.readDirectory(importer, zone)
	}
	return nil
}

// readDirectory reads people from the directory on its schedule.
func (m *Main) readDirectory(importer *roster.Importer, zone *time.Location) error {
	when, err := roster.ParseSchedule(m.config.Roster.Directory)
	if err != nil {
		return err
	}
	when.Zone = zone
	server, err := directoryServer(m.config, m.log)
	if err != nil {
		return err
	}
	m.life.ends("directory's people", func(context.Context) error { server.Close(); return nil })
	m.life.run("directory's people", func(ctx context.Context) error {
		return importer.Keep(ctx, when, func(ctx context.Context) (bool, error) {
			all, err := m.directory.Schools(ctx)
			for _, s := range all {
				if base := baseOf(m.config.LDAP, s, len(all)); base != "" {
					err = errors.Join(err, importer.LookAt(ctx, s.ID, server.People(ctx, base), m.config.Roster.Groups))
				}
			}
			return true, err
		})
	})
	return nil
}

// directoryServer is the configured directory, for reading people.
func directoryServer(c Config, log *slog.Logger) (*ldap.Server, error) {
	server, err := openLDAP(c.LDAP, log)
	switch {
	case err != nil:
		return nil, err
	case server == nil:
		return nil, fault.New(fault.Invalid, "directory-missing", "There is no directory in the settings: ldap.urls and ldap.base.")
	case len(c.Roster.Groups) == 0:
		server.Close()
		return nil, fault.New(fault.Invalid, "directory-groups", "Say in roster.groups what the directory's groups are, such as \"Pupils: pupil; Staff: teacher\".")
	}
	return server, nil
}

// baseOf is where a school's people are in the directory: under its own name, or in the
// one place when it is the only school.
func baseOf(l LDAPConfig, s school.School, schools int) string {
	for _, b := range l.Bases {
		if b.School == s.Name || b.School == "" && schools == 1 {
			return b.DN
		}
	}
	return ""
}

func rosterDirectoryCommand() *cobra.Command {
	var w rosterWishes
	cmd := schoolCommand("directory", "Bring people in from the school's directory", cobra.NoArgs, func(ctx context.Context, h *host, s school.School, _ []string) error {
		people, err := h.directory()
		if err != nil {
			return err
		}
		all, err := people.Schools(ctx)
		if err != nil {
			return err
		}
		base := baseOf(h.config.LDAP, s, len(all))
		if base == "" {
			return fault.New(fault.NotFound, "directory-base", "ldap.base does not say where the people of %s are.", s.Name)
		}
		server, err := directoryServer(h.config, h.log)
		if err != nil {
			return err
		}
		defer server.Close()
		r, err := roster.ReadDirectory(server.People(ctx, base), h.config.Roster.Groups)
		if err != nil {
			return err
		}
		importer, err := h.rosterImporter()
		if err != nil {
			return err
		}
		return h.applyRoster(ctx, importer, roster.Request{Roster: r, Origin: fmt.Sprintf("directory of school %d", s.ID), Digest: r.Digest(), By: roster.ByCommand, School: s.ID,
			DryRun: w.dry, ApplyGood: w.good, AllowLeavers: w.leavers}, w)
	})
	cmd.Long = `Read the people of the directory that the ldap settings name, with what roster.groups
says of its groups and units, and show and apply the difference as inkwell roster import
does. Who is in no group that gives a role is nobody here; who is switched off in the
directory leaves. People whom a list of the school's system keeps are left to it.`
	cmd.Example = `  inkwell roster directory --dry-run
  inkwell roster directory --school "Hill Road School"`
	w.applyFlags(cmd)
	return cmd
}

func isSchedule(text string) error {
	if _, err := roster.ParseSchedule(text); err != nil {
		return fmt.Errorf("write 15m (from 1m to 24h), or a time of day like 02:30")
	}
	return nil
}
