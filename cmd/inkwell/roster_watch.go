package main

import (
	"context"
	"fmt"

	"inkwell/internal/roster"
)

// RosterConfig is where people come from by themselves.
type RosterConfig struct {
	Folder  string // roster.folder: looked at on a schedule; "" is off
	When    string // roster.when: every so often, or a time of day
	Source  string // roster.source: whose ids these are
	Mapping string // roster.mapping: how the columns are read; "" for OneRoster and UK CSV
	School  string // roster.school: the school that the files are for; "" when they say
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
}

// watchRoster looks at the folder of the settings while the server runs.
func (m *Main) watchRoster(ctx context.Context) error {
	c := m.config.Roster
	if c.Folder == "" {
		return nil
	}
	when, err := roster.ParseSchedule(c.When)
	if err != nil {
		return err
	}
	all, err := m.directory.Schools(ctx)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		when.Zone = all[0].Zone
	}
	importer := roster.New(roster.Options{DB: m.db, Hub: m.hub, Keys: m.keys.Badges.forSchool(), Log: m.log, Opened: openQueue})
	m.life.run("roster", func(ctx context.Context) error {
		return importer.Watch(ctx, c.Folder, when, roster.Wish{Source: c.Source, Mapping: c.Mapping, School: c.School})
	})
	return nil
}

func isSchedule(text string) error {
	if _, err := roster.ParseSchedule(text); err != nil {
		return fmt.Errorf("write 15m (from 1m to 24h), or a time of day like 02:30")
	}
	return nil
}
