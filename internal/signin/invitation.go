package signin

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
)

// Staff is a member of staff to be invited.
type Staff struct {
	School   school.ID
	Username string
	Given    string // needed only for somebody new
	Family   string
	Role     school.Role // of school.StaffRoles
}

// AddStaff invites a member of staff, whom it makes if nobody has that name, and
// returns the token of their one-use link. For somebody who is there already it
// makes a new link, and older ones end. It is called by the command on the host
// alone: whoever calls it can let anybody in.
func (s *SignIn) AddStaff(ctx context.Context, who Staff) (token string, err error) {
	if err := who.check(); err != nil {
		return "", err
	}
	if err := s.freeElsewhere(ctx, who); err != nil {
		return "", err
	}
	token, digest := newToken()
	err = s.db.InTx(ctx, db.InSchool(who.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := s.findOrMake(ctx, tx, who)
		if err != nil {
			return err
		}
		if err := endInvitations(ctx, tx, p.ID); err != nil {
			return err
		}
		if err := insertInvitation(ctx, tx, digest, who.School, p.ID, tx.Now.Add(s.limits.InvitationLife)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			School: who.School, Act: "staff-invited", Subject: p.Pseudonym, Facts: map[string]any{"role": string(who.Role)},
		})
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// check refuses what no account can be made of.
func (who Staff) check() error {
	if _, err := school.ParseStaffRole(string(who.Role)); err != nil {
		return err
	}
	name := strings.TrimSpace(who.Username)
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, func(r rune) bool { return sheet.Disturbs(r) || unicode.IsSpace(r) }) {
		return fault.New(fault.Invalid, "username-form", "A user name has 1 to 64 characters without spaces.")
	}
	return nil
}

// freeElsewhere refuses a name that is another one's of staff at another school: one name, one
// human, wherever it is us who give it.
func (s *SignIn) freeElsewhere(ctx context.Context, who Staff) error {
	homes, err := s.homes(ctx, school.UseConsole, who.Username)
	if err != nil {
		return err
	}
	var own []school.PersonID
	err = s.db.Look(ctx, db.System("staff"), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByUsername(ctx, tx, who.School, who.Username)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		if err == nil {
			own, err = school.SameHuman(ctx, tx, p.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range homes {
		if p.ID != 0 && p.School != who.School && !slices.Contains(own, p.ID) {
			return fault.New(fault.Conflict, "username-elsewhere", "Staff of another school have that user name.")
		}
	}
	return nil
}

func (s *SignIn) findOrMake(ctx context.Context, tx *db.Tx, who Staff) (school.Person, error) {
	p, err := school.PersonByUsername(ctx, tx, who.School, who.Username)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return s.make(ctx, tx, who)
	case err != nil:
		return p, err
	case p.Left:
		return p, fault.New(fault.Conflict, "person-left", "That person has left the school.")
	case !slices.Contains(p.Roles, who.Role):
		return p, fault.New(fault.Conflict, "role-differs", "That person is here with another role.")
	}
	return p, nil
}

func (s *SignIn) make(ctx context.Context, tx *db.Tx, who Staff) (school.Person, error) {
	given, family := strings.TrimSpace(who.Given), strings.TrimSpace(who.Family)
	for _, name := range []string{given, family} {
		if name == "" || len([]rune(name)) > 100 || strings.ContainsFunc(name, sheet.Disturbs) {
			return school.Person{}, fault.New(fault.Invalid, "name-missing", "Give the person's first and last name, in up to 100 letters each.")
		}
	}
	ids, err := s.directory.AddPeople(ctx, tx, who.School, []school.Newcomer{
		{Username: who.Username, Given: given, Family: family, Role: who.Role},
	})
	if err != nil {
		return school.Person{}, err
	}
	return school.PersonByID(ctx, tx, ids[0])
}

// unknownInvitation is the one answer to a link that was used, has expired or
// never was.
var unknownInvitation = fault.New(fault.NotFound, "invitation-unknown", "This link has been used or has expired. Ask IT for a new one.")

// Invitation is the user name that a link is for. Used, expired and unknown are
// all "invitation-unknown".
func (s *SignIn) Invitation(ctx context.Context, token string) (username string, err error) {
	p, _, err := s.whose(ctx, token)
	return p.Username, err
}

// whose is the person of a link that may still be used, and their school.
func (s *SignIn) whose(ctx context.Context, token string) (p school.Person, at school.School, err error) {
	digest := tokenDigest(token)
	if digest == nil {
		return p, at, unknownInvitation
	}
	err = s.db.InTx(ctx, db.System("invitation"), func(ctx context.Context, tx *db.Tx) error {
		id, found, err := openInvitation(ctx, tx, digest)
		if err == nil && !found {
			err = unknownInvitation
		}
		if err != nil {
			return err
		}
		if p, err = invited(ctx, tx, id); err != nil {
			return err
		}
		at, err = school.ByID(ctx, tx, p.School)
		return err
	})
	return p, at, err
}

// Accept uses a link up and gives its person the password, which ends every session
// they have. A password that the rule refuses leaves the link as it was.
func (s *SignIn) Accept(ctx context.Context, token, password string) error {
	p, at, err := s.whose(ctx, token)
	if err != nil {
		return err
	}
	if err := school.PasswordRule(password, p.Username, p.Given, p.Family, at.Name); err != nil {
		return err
	}
	hash, err := school.HashPassword(password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, db.System("invitation"), func(ctx context.Context, tx *db.Tx) error {
		p, err := takeInvitation(ctx, tx, token)
		if err != nil {
			return err
		}
		if err := school.SetPassword(ctx, tx, p.ID, hash); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "staff-password-set", Actor: p.Pseudonym, Subject: p.Pseudonym})
	})
}

// takeInvitation uses a link up and gives its person.
func takeInvitation(ctx context.Context, tx *db.Tx, token string) (school.Person, error) {
	id, found, err := useInvitation(ctx, tx, tokenDigest(token))
	if err == nil && !found {
		err = unknownInvitation
	}
	if err != nil {
		return school.Person{}, err
	}
	return invited(ctx, tx, id)
}

// invited is the person of an invitation, unless they have left.
func invited(ctx context.Context, tx *db.Tx, id school.PersonID) (school.Person, error) {
	p, err := school.PersonByID(ctx, tx, id)
	if err == nil && p.Left {
		return p, unknownInvitation
	}
	return p, err
}
