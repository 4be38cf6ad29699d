package roster

import (
	"time"

	"inkwell/internal/sheet"
)

// DefaultSource is whose ids a roster's are when nothing else is said: a school has one
// information system.
const DefaultSource = "mis"

// ReadOptions are what a file does not say itself.
type ReadOptions struct {
	Source    string
	Day       time.Time // today, as midnight UTC of its date
	Digest    Digest
	SchoolKey string   // tells the people of the school that the file is for from those of others
	Mapping   *Mapping // for one CSV with columns of its own
}

// Read reads a roster of any format. What is wrong with single rows is in its Bad.
func Read(p *Pack, o ReadOptions) (*Roster, error) {
	if o.Source == "" {
		o.Source = DefaultSource
	}
	names := p.Names()
	switch {
	case len(names) == 0:
		return nil, refuse("roster-nothing", "There is no CSV file in %s.", p.Name)
	case o.Mapping != nil && len(names) > 1:
		return nil, refuse("roster-mapping", "A mapping is for one CSV file, and here are %d.", len(names))
	case o.Mapping != nil:
		return readMapped(p, o, names[0], *o.Mapping)
	case p.has(orgsFile) || p.has(manifestFile) || p.has(usersFile) || p.has(enrolFile):
		return readOneRoster(p, o)
	case p.has(staffFile) || p.has(pupilsFile):
		files := map[string]string{}
		for _, name := range []string{staffFile, pupilsFile, classesFile} {
			if p.has(name) {
				files[name] = name
			}
		}
		return readPlain(p, o, files)
	case len(names) == 1:
		return readSingle(p, o, names[0])
	}
	return nil, refuse("roster-format", "%s is neither OneRoster (users.csv, orgs.csv, ...) nor a UK school's staff.csv, pupils.csv and classes.csv.", p.Name)
}

// readSingle reads one table by what its columns are.
func readSingle(p *Pack, o ReadOptions, name string) (*Roster, error) {
	f, err := p.open(name)
	if err != nil {
		return nil, err
	}
	s, err := sheet.Open(f)
	_ = f.Close() // only read
	if err != nil {
		return nil, inFile(name, err)
	}
	has := map[string]bool{}
	for field := range usual {
		for _, header := range usual[field] {
			has[field] = has[field] || s.Has(header)
		}
	}
	switch {
	case !has["username"] || !has["name"] && !has["family"]:
		return nil, refuse("roster-columns", "%s has no columns for a user name and a name that are known by their headers. Make a mapping: inkwell roster mapping add.", name)
	case has["upn"] || has["year"] || has["registration"]:
		return readPlain(p, o, map[string]string{pupilsFile: name})
	}
	return readPlain(p, o, map[string]string{staffFile: name})
}
