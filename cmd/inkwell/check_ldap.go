package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/ldap"
	"inkwell/internal/school"
)

// checkLDAP asks each server of the school's directory what a sign-in needs of it. One
// that works is enough to go on.
func checkLDAP(ctx context.Context, l LDAPConfig) (all []finding) {
	const what = "directory"
	server, err := openLDAP(l, slog.New(slog.DiscardHandler))
	if err != nil {
		return []finding{{bad, what, asPerson(err), ""}}
	}
	if server == nil {
		return nil
	}
	defer server.Close()
	works := -1
	for i, url := range l.URLs {
		n, err := server.Examine(ctx, i, l.Bases[0].DN)
		if err != nil {
			all = append(all, finding{look, what, asPerson(err), toMend(err)})
			continue
		}
		works = max(works, i)
		all = append(all, counted(url, l.Bases[0].DN, n))
	}
	if works < 0 {
		for i := range all {
			all[i].level = bad
		}
		return all
	}
	for _, b := range l.Bases[1:] {
		if n, err := server.Examine(ctx, works, b.DN); err != nil {
			all = append(all, finding{bad, what, asPerson(err), toMend(err)})
		} else {
			all = append(all, counted(l.URLs[works], b.DN, n))
		}
	}
	if lockout, err := server.Lockout(ctx, works); err == nil {
		all = append(all, checkLockout(l, lockout)...)
	}
	return all
}

// directoryOf is the directory as a school may know it.
func directoryOf(ctx context.Context, l LDAPConfig, d *db.DB, in school.ID) (own LDAPConfig, err error) {
	err = d.Look(ctx, db.System("directory"), func(ctx context.Context, tx *db.Tx) error {
		sc, err := school.ByID(ctx, tx, in)
		if err != nil {
			return err
		}
		all, err := school.All(ctx, tx)
		own = l.of(sc, len(all))
		return err
	})
	return own, err
}

// of is the directory with the people of one of so many schools alone, and none where they are not in it.
func (l LDAPConfig) of(s school.School, schools int) LDAPConfig {
	base := baseOf(l, s, schools)
	if base == "" {
		return LDAPConfig{}
	}
	l.Bases = []ldapBase{{s.Name, base}}
	return l
}

// checkLockout holds how much we pass on against what locks an account there.
func checkLockout(l LDAPConfig, there ldap.Lockout) []finding {
	if there.Tries == 0 || l.Tries < there.Tries && l.TriesPause >= there.Window {
		return nil
	}
	return []finding{{look, "directory", fmt.Sprintf("it locks accounts after %d wrong passwords, each within %s of the last", there.Tries, there.Window),
		"set ldap.tries to less than that and ldap.tries-pause to no less, or pupils can lock others out"}}
}

func counted(where, base string, people int) finding {
	f := finding{good, "directory", fmt.Sprintf("%s answers: %d people below %s", where, people, base), ""}
	if people == 0 {
		f.level, f.do = look, "see whether ldap.base and ldap.user-filter are right, and what that account may read"
	}
	return f
}

// toMend is what IT can do about a refusal of the directory.
func toMend(err error) string {
	switch fault.As(err).Code {
	case "ldap-connect":
		return "is it switched on, and do name and firewall let this server reach it?"
	case "ldap-tls":
		return "set ldap.ca to the certificate of the authority that signed the directory's own, and use the name that stands in it"
	case "ldap-bind":
		return "see ldap.bind-dn and ldap.password-file; restart the server after a correction in the directory itself"
	case "ldap-base":
		return "see ldap.base"
	}
	return ""
}

// checkSchoolNames finds schools that the configuration calls by another name.
func checkSchoolNames(ctx context.Context, c Config, d *db.DB) (all []finding) {
	if !slices.ContainsFunc(c.LDAP.Bases, func(b ldapBase) bool { return b.School != "" }) {
		return nil
	}
	people, err := (&host{config: c, db: d, log: slog.New(slog.DiscardHandler)}).directory()
	if err != nil {
		return nil // the keys' own line says so
	}
	schools, err := people.Schools(ctx)
	if err != nil {
		return []finding{{bad, "directory", asPerson(err), ""}}
	}
	var names []string
	for _, s := range schools {
		names = append(names, s.Name)
	}
	for _, b := range c.LDAP.Bases {
		if b.School != "" && !slices.Contains(names, b.School) {
			all = append(all, finding{look, "directory", fmt.Sprintf("ldap.base names %q, and there is no such school", b.School),
				"the schools are " + strings.Join(names, ", ")})
		}
	}
	return all
}
