package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// level is how a finding counts.
type level string

// The levels. Only a bad one makes the check fail.
const (
	good level = "good"
	look level = "look"
	bad  level = "BAD"
)

// finding is one line of the check: what was looked at, how it is in plain words,
// and what to do about it.
type finding struct {
	level         level
	what, say, do string
}

var errUnhealthy = errors.New("this installation needs attention: see the lines marked BAD")

func checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say whether this installation is healthy, and what to do if not",
		Long: `Look at the database, its schema and settings, the servers, the spool, the printers,
queues and kiosks, mail, the clock, the certificate, the school's own directory and single
sign-on, who has no second factor, when seals were verified and a backup was made, and the
doors of an installation that is running. The page Health of the staff pages and the metrics
tell the same. Ends with 0 when all is well enough to print, with 1 when something needs
attention.`,
		Example: "  inkwell check",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := load(cmd.Flags())
			if err != nil {
				return err
			}
			if err := visit(l.Config); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), 30*time.Second)
			defer cancel()
			return report(cmd.OutOrStdout(), examine(ctx, l.Config))
		},
	}
	addFlags(cmd.Flags(), "data-dir")
	return cmd
}

// examine looks at everything. What cannot be looked at because the database is
// away is left out: the database's own line says so.
func examine(ctx context.Context, c Config) []finding {
	d, err := joinDatabase(ctx, c)
	if err == nil {
		defer d.Close()
	}
	return append(inspectSchools(ctx, c, d, err, 0), inspectServer(ctx, c)...)
}

// inspectSchools looks at a database that is open, or has the reason why it is not; at what schools have in it, and where their people are. Of one
// school alone, what stands at others is left out: their printers, queues, kiosks, rosters, people and names.
func inspectSchools(ctx context.Context, c Config, d *db.DB, err error, in school.ID) []finding {
	var all []finding
	if err != nil {
		do := "start the server with inkwell serve, and read its log if it ends"
		if c.DatabaseURL != "" {
			do = "see to that PostgreSQL server; Inkwell goes on by itself when it answers again"
		}
		all = append(all, finding{bad, "database", asPerson(err), do})
	} else {
		all = append(all, checkDatabase(ctx, d)...)
		all = append(all, checkClock(ctx, d), checkPrinters(ctx, d, time.Now(), in), checkRoster(ctx, d, in), checkCodes(ctx, c, d, in))
		all = append(all, checkCondition(ctx, c, d, in)...)
		all = append(all, checkFactors(ctx, d, in), checkHolds(ctx, d, in), checkAccess(ctx, d, in))
		if in == 0 {
			all = append(all, checkSchoolNames(ctx, c, d)...)
		} else if c.LDAP, err = directoryOf(ctx, c.LDAP, d, in); err != nil {
			return append(all, finding{bad, "directory", asPerson(err), "look at the server's log"})
		}
	}
	return append(all, checkLDAP(ctx, c.LDAP)...)
}

// inspectServer looks at what all schools share: keys, spool, certificate, single sign-on and doors.
func inspectServer(ctx context.Context, c Config) []finding {
	all := checkKeysAndSpool(ctx, c)
	all = append(all, checkCertificate(c, time.Now()))
	all = append(all, checkSSO(ctx, c)...)
	at, err := readAddresses(c)
	if err != nil {
		return append(all, finding{bad, "server", asPerson(err), ""})
	}
	return append(all, checkDoor(ctx, "printing door", at.IPP), checkDoor(ctx, "web door", at.Web), finding{good, "version", version, ""})
}

// checkDatabase is about the server, its schema and its promises.
func checkDatabase(ctx context.Context, d *db.DB) []finding {
	have, want, err := d.SchemaVersions(ctx)
	switch {
	case err != nil:
		return []finding{{bad, "database", "it answers, but its schema cannot be read: " + asPerson(err), "start the server once; it makes the schema"}}
	case have != want:
		return []finding{{bad, "database", fmt.Sprintf("its schema is %d and this program's is %d", have, want), "run the same version of inkwell as the server"}}
	}
	all := []finding{{good, "database", fmt.Sprintf("it answers, with schema %d", have), ""}}
	if err := d.Durable(ctx); err != nil {
		return append(all, finding{bad, "durability", asPerson(err), "change postgresql.conf and restart the database"})
	}
	return append(all, finding{good, "durability", "what was acknowledged survives a power cut", ""})
}

// report prints the findings and fails when one is bad.
func report(to io.Writer, all []finding) (err error) {
	for _, f := range all {
		_, _ = fmt.Fprintf(to, "%-5s %-14s %s\n", f.level, f.what, f.say)
		if f.do != "" {
			_, _ = fmt.Fprintf(to, "%-5s %-14s what to do: %s\n", "", "", f.do)
		}
		if f.level == bad {
			err = errUnhealthy
		}
	}
	return err
}
