package main

import (
	"context"
	"log/slog"
	"sync"

	"inkwell/internal/fault"
	"inkwell/internal/ldap"
	"inkwell/internal/school"
)

// outside is the school's own directory as the school asks it: each school with the
// base of its people.
type outside struct {
	server  *ldap.Server
	bases   []ldapBase
	schools func(context.Context) ([]school.School, error)

	mu    sync.Mutex
	names map[school.ID]string
}

// openLDAP makes the configured directory's client; nil when none is configured.
func openLDAP(l LDAPConfig, log *slog.Logger) (*ldap.Server, error) {
	switch {
	case len(l.URLs) == 0 && len(l.Bases) == 0:
		return nil, nil
	case len(l.Bases) == 0:
		return nil, fault.New(fault.Invalid, "ldap-base-missing", "Say in ldap.base where people are in the directory, such as OU=People,DC=school,DC=example.")
	}
	return ldap.New(ldap.Options{
		URLs: l.URLs, Plain: l.Plain, CA: l.CA, BindDN: l.BindDN, PasswordFile: l.PasswordFile,
		GroupBase: l.GroupBase, UserAttribute: l.UserAttribute, UserFilter: l.UserFilter, Log: log,
	})
}

// consult has the directory asked for passwords, if there is one.
func (m *Main) consult() error {
	l := m.config.LDAP
	server, err := openLDAP(l, m.log)
	if err != nil || server == nil {
		return err
	}
	m.life.ends("directory connections", func(context.Context) error { server.Close(); return nil })
	o := &outside{server: server, bases: l.Bases, schools: m.directory.Schools, names: map[school.ID]string{}}
	m.directory.Consult(o, school.Tries{Most: l.Tries, Pause: l.TriesPause})
	return nil
}

// Has says whether the school's people are in the directory.
func (o *outside) Has(ctx context.Context, id school.ID) (bool, error) {
	base, err := o.base(ctx, id)
	return base != "", err
}

// Check asks whether the password is that person's.
func (o *outside) Check(ctx context.Context, id school.ID, username, password string) error {
	base, err := o.base(ctx, id)
	if err != nil {
		return err
	}
	return o.server.Check(ctx, base, username, password)
}

// base is where a school's people are, or "".
func (o *outside) base(ctx context.Context, id school.ID) (string, error) {
	name, err := o.name(ctx, id)
	if err != nil {
		return "", err
	}
	rest := ""
	for _, b := range o.bases {
		switch b.School {
		case name:
			return b.DN, nil
		case "":
			rest = b.DN
		}
	}
	return rest, nil
}

// name is a school's name. Schools may come while we run.
func (o *outside) name(ctx context.Context, id school.ID) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if name, ok := o.names[id]; ok {
		return name, nil
	}
	all, err := o.schools(ctx)
	if err != nil {
		return "", err
	}
	for _, s := range all {
		o.names[s.ID] = s.Name
	}
	return o.names[id], nil
}
