package roster

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"inkwell/internal/db"
	"inkwell/internal/fault"
)

var nameForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// ParseMapping reads columns as "username=Login".
func ParseMapping(name, role string, columns []string) (Mapping, error) {
	m := Mapping{Name: name, Columns: map[string]string{}}
	if !nameForm.MatchString(name) || len(name) > 40 {
		return m, refuse("mapping-name", "A mapping's name has small letters, digits and hyphens, such as arbor-pupils.")
	}
	m.Role = roleNamed(role)
	if m.Role == "" {
		return m, refuse("mapping-role", "The role is pupil, teacher, assistant or cover.")
	}
	for _, c := range columns {
		field, column, ok := strings.Cut(c, "=")
		field, column = strings.ToLower(strings.TrimSpace(field)), strings.TrimSpace(column)
		if !ok || column == "" || utf8.RuneCountInString(column) > 100 {
			return m, refuse("mapping-column", "Write --column field=Header, such as --column username=Login.")
		}
		if !slices.Contains(Fields, field) {
			return m, refuse("mapping-field", "There is no field %q. The fields are %s.", firstOf(field, 30), strings.Join(Fields, ", "))
		}
		m.Columns[field] = column
	}
	if m.Columns["username"] == "" || m.Columns["name"] == "" && (m.Columns["given"] == "" || m.Columns["family"] == "") {
		return m, refuse("mapping-needs", "A mapping needs username, and name or both given and family.")
	}
	return m, nil
}

// SaveMapping keeps a mapping under its name, instead of an older one of it.
func (i *Importer) SaveMapping(ctx context.Context, m Mapping) error {
	return i.DB.InTx(ctx, db.System("roster"), func(ctx context.Context, tx *db.Tx) error { return upsertMapping(ctx, tx, m, tx.Now) })
}

// Mappings are all, by name.
func (i *Importer) Mappings(ctx context.Context) (all []Mapping, err error) {
	err = i.DB.InTx(ctx, db.System("roster"), func(ctx context.Context, tx *db.Tx) error {
		all, err = mappings(ctx, tx)
		return err
	})
	return all, err
}

// Mapping is the one of a name.
func (i *Importer) Mapping(ctx context.Context, name string) (Mapping, error) {
	all, err := i.Mappings(ctx)
	if err != nil {
		return Mapping{}, err
	}
	if at := slices.IndexFunc(all, func(m Mapping) bool { return m.Name == name }); at >= 0 {
		return all[at], nil
	}
	return Mapping{}, unknownMapping
}

// RemoveMapping forgets a mapping.
func (i *Importer) RemoveMapping(ctx context.Context, name string) error {
	return i.DB.InTx(ctx, db.System("roster"), func(ctx context.Context, tx *db.Tx) error {
		found, err := deleteMapping(ctx, tx, name)
		if err == nil && !found {
			err = unknownMapping
		}
		return err
	})
}

var unknownMapping = fault.New(fault.NotFound, "mapping-unknown", "There is no mapping of this name: inkwell roster mapping list.")
