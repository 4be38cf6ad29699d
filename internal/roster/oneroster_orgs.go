package roster

import "strings"

// org is a line of orgs.csv.
type org struct {
	At
	name, kind, parent string
	gone               bool
}

// readOrgs reads the tree of organisations. Schools are kept; what is below one belongs
// to it, and what is above them all is an office of the trust.
func (r *oneRoster) readOrgs() error {
	err := r.each(orgsFile, []string{"name", "type"}, func(row *row, id string, gone bool) {
		o := org{At: row.at, name: row.text("name", 200, true), kind: strings.ToLower(row.Get("type")), parent: row.Get("parentSourcedId"), gone: gone}
		if row.reason != "" {
			return
		}
		r.orgs[id] = o
		if o.kind == "school" && !gone {
			r.Schools = append(r.Schools, School{At: row.at, ID: id, Name: o.name})
		}
	})
	if err != nil {
		return err
	}
	for id, o := range r.orgs {
		if r.circles(id) {
			r.Bad.add(o.At, "its parents go round in a circle")
		}
	}
	return nil
}

// circles says whether an organisation is its own ancestor.
func (r *oneRoster) circles(id string) bool {
	at := id
	for range len(r.orgs) {
		at = r.orgs[at].parent
		if at == id {
			return true
		}
		if at == "" {
			return false
		}
	}
	return false
}

// schoolOf is the school that an organisation is or belongs to: the organisation itself
// when there is none above it, and when the export does not tell.
func (r *oneRoster) schoolOf(row *row, id string) string {
	at := id
	for range len(r.orgs) {
		o, known := r.orgs[at]
		if !known {
			break
		}
		if o.kind == "school" {
			if o.gone {
				row.wrong("its school is tobedeleted")
			}
			return at
		}
		at = o.parent
	}
	if _, known := r.orgs[id]; !known && r.mode[orgsFile] == bulk {
		row.wrong("there is no organisation of this sourcedId in %s", orgsFile)
	}
	return id
}

// isSchool says whether people at it are at a school, as far as the export tells.
func (r *oneRoster) isSchool(id string) bool {
	o, known := r.orgs[id]
	return !known || o.kind == "school"
}

// office adds an organisation that is no school, once somebody works there.
func (r *oneRoster) office(id string) {
	for _, s := range r.Schools {
		if s.ID == id {
			return
		}
	}
	o := r.orgs[id]
	r.Schools = append(r.Schools, School{At: o.At, ID: id, Name: o.name, Office: true})
}
