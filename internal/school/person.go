package school

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// Person is a pupil or a member of staff.
type Person struct {
	ID        PersonID
	School    ID
	Pseudonym Pseudonym
	Username  string
	Given     string // preferred given name
	Family    string
	Year      int // year group, 0 for staff
	Roles     []Role
	Version   int  // of the credentials: raised whenever a password changes
	Left      bool // has left the school: nothing proves them any more

	passwordHash string
	badges       int // version of badges, passes and codes
}

// HasPassword says whether the person can sign in by password.
func (p Person) HasPassword() bool { return p.passwordHash != "" }

// Newcomer is a person to be added. Password, Badge and Code may each be blank:
// the person then has none.
type Newcomer struct {
	Username     string
	Given        string
	Family       string
	Year         int
	Role         Role
	PasswordHash string // of HashPassword
	Badge        string // as a reader of the school sends it
	CodeHash     string // of Directory.HashCode
}

// unknownPerson is the refusal for a missing and a foreign person alike.
var unknownPerson = fault.New(fault.NotFound, "person-unknown", "There is nobody of that name here.")

// PersonByID finds a person of the transaction's scope, also one who has left.
func PersonByID(ctx context.Context, tx *db.Tx, id PersonID) (Person, error) {
	return person(ctx, tx, "p.person_id = $1", id)
}

// PersonAt finds somebody who is at the school now, in a transaction that may see others.
func PersonAt(ctx context.Context, tx *db.Tx, school ID, id PersonID) (Person, error) {
	return person(ctx, tx, "p.person_id = $1 AND p.school_id = $2 AND p.left_at IS NULL", id, school)
}

// PersonByUsername finds a person of a school, also one who has left. Case and
// surrounding space do not matter.
func PersonByUsername(ctx context.Context, tx *db.Tx, school ID, username string) (Person, error) {
	return person(ctx, tx, "p.school_id = $1 AND p.username = $2", school, normalName(username))
}

// PupilNamed finds a pupil who is at a school now by their user name and family name, which have to be the same one's, so
// that a slip of the finger finds nobody else ("pupil-unnamed"). Case, accents and apostrophes of the family name do not matter.
func PupilNamed(ctx context.Context, tx *db.Tx, school ID, username, family string) (Person, error) {
	p, err := person(ctx, tx, `p.school_id = $1 AND p.username = $2 AND p.left_at IS NULL AND `+folded("p.family_name")+` = `+folded("$3::text"),
		school, normalName(username), strings.TrimSpace(family))
	if fault.KindOf(err) == fault.NotFound || err == nil && !slices.Contains(p.Roles, Pupil) {
		return Person{}, pupilUnnamed
	}
	return p, err
}

var pupilUnnamed = fault.New(fault.Invalid, "pupil-unnamed", "No pupil here has that user name and that family name. Check both.")

// Selves are the people whom one human is at the schools of an installation, themselves among them, without those who
// have left. It is asked across schools.
func Selves(ctx context.Context, tx *db.Tx, of PersonID) ([]Person, error) {
	return people(ctx, tx, "p.left_at IS NULL AND p."+ofTheSameHuman, 1000, of)
}

// Opened are those of Selves whom the credentials of one of them open: that one, and the others of which it was said (OpenBy).
// Each school gives its staff's credentials out, so being one human opens nothing.
func Opened(ctx context.Context, tx *db.Tx, by PersonID) ([]Person, error) {
	return people(ctx, tx, "p.left_at IS NULL AND p."+ofTheSameHuman+" AND $1 IN (p.person_id, p.opened_by)", 1000, by)
}

// OpenBy has the credentials of one account of a human open another, at another school, and no other's besides its own.
func OpenBy(ctx context.Context, tx *db.Tx, there, by PersonID) error {
	return updateOpenedBy(ctx, tx, there, by)
}

// SearchPeople finds people of a school in whose user name or name each word of the text is, at most
// limit of them, by user name. Case, accents, hyphens, dots and apostrophes do not matter: people type
// "obrien sian" for Siân O'Brien.
func SearchPeople(ctx context.Context, tx *db.Tx, school ID, text string, limit int) ([]Person, error) {
	return people(ctx, tx, `p.school_id = $1 AND NOT EXISTS (SELECT FROM unnest(string_to_array(`+folded("$2::text")+`, ' ')) AS w (word)
		WHERE strpos(`+folded("p.username || ' ' || p.given_name || ' ' || p.family_name")+`, w.word) = 0)`, limit, school, text)
}

// mostStaff is how many members of staff a list holds.
const mostStaff = 2000

// Staff are a school's members of staff who have not left, by family name.
func Staff(ctx context.Context, tx *db.Tx, school ID) ([]Person, error) {
	all, err := people(ctx, tx, `p.school_id = $1 AND p.left_at IS NULL
		AND EXISTS (SELECT FROM person_role r WHERE r.person_id = p.person_id AND r.school_id = $1 AND r.role NOT IN ('pupil', 'guest'))`, mostStaff, school)
	slices.SortFunc(all, func(a, b Person) int {
		return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.Given, b.Given), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

// AddPeople adds newcomers with what proves them, and returns their ids in the
// same order. A user name or badge already in force fails the transaction.
func (d *Directory) AddPeople(ctx context.Context, tx *db.Tx, school ID, all []Newcomer) ([]PersonID, error) {
	profile, err := profileAt(ctx, tx, school, "")
	if err != nil {
		return nil, err
	}
	ids, err := insertPeople(ctx, tx, school, all)
	if err != nil {
		return nil, err
	}
	var badges []newBadge
	var codes []newCode
	for i, n := range all {
		if n.Badge != "" {
			b, err := d.readBadge(ids[i], profile, n.Badge)
			if err != nil {
				return nil, err
			}
			badges = append(badges, b)
		}
		if n.CodeHash != "" {
			codes = append(codes, newCode{person: ids[i], hash: n.CodeHash})
		}
	}
	if err := insertBadges(ctx, tx, school, d.keys.ID, badges); err != nil {
		return nil, err
	}
	return ids, putCodes(ctx, tx, school, d.keys.ID, codes)
}

// SetPassword gives a person a new password and ends every sign-in made with the
// old one. hash is of HashPassword.
func SetPassword(ctx context.Context, tx *db.Tx, id PersonID, hash string) error {
	return updatePassword(ctx, tx, id, hash)
}

// Add makes a school and returns its id.
func Add(ctx context.Context, tx *db.Tx, name string, zone *time.Location) (ID, error) {
	return insertSchool(ctx, tx, name, zone.String())
}

func normalName(username string) string { return strings.ToLower(strings.TrimSpace(username)) }

var (
	joinTaken = fault.New(fault.Conflict, "username-taken", "Somebody else has that user name there. Give another one with --as.")
	joinThere = fault.New(fault.Conflict, "already-there", "They have that role there already.")
)

// JoinAnother makes a member of staff staff of another school, too, in a role and under a user name there: a person of that school,
// who is the same human, and is opened by what opens p. Staff of the same name who have the user name there are them. It is the
// host's to say who is one human, across schools ("username-taken", "already-there").
func JoinAnother(ctx context.Context, tx *db.Tx, p Person, at ID, username string, role Role) (Person, error) {
	there, err := PersonByUsername(ctx, tx, at, username)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		err = insertSelf(ctx, tx, p, at, normalName(username))
	case err != nil:
		return there, err
	case there.Left || there.Given != p.Given || there.Family != p.Family || slices.Contains(there.Roles, Pupil) || slices.Contains(there.Roles, Guest):
		return there, joinTaken
	case slices.Contains(there.Roles, role):
		if same, err := sameHuman(ctx, tx, p.ID); err != nil || slices.Contains(same, there.ID) {
			return there, cmp.Or(err, error(joinThere))
		}
		err = updateSelf(ctx, tx, p, there.ID)
	default:
		err = updateSelf(ctx, tx, p, there.ID)
	}
	if err != nil {
		return there, err
	}
	if there, err = PersonByUsername(ctx, tx, at, username); err != nil {
		return there, err
	}
	if err := insertRole(ctx, tx, there, role); err != nil {
		return there, err
	}
	if err := OpenBy(ctx, tx, there.ID, p.ID); err != nil {
		return there, err
	}
	if there, err = PersonByID(ctx, tx, there.ID); err != nil {
		return there, err
	}
	return there, audit.Record(ctx, tx, audit.Entry{School: at, Act: "staff-joined", Subject: there.Pseudonym, Facts: map[string]any{"role": string(role), "from_school": int(p.School)}})
}
