package signin

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// UnusedFor is how long nobody has come in by an account that is told of as unused.
const UnusedFor = 90 * 24 * time.Hour

// Account is somebody who may use a school's staff pages, as a review of access sees them.
type Account struct {
	Person    school.PersonID
	Pseudonym school.Pseudonym
	Username  string
	Name      string
	Roles     []Held
	Ways      []string  // keywords in their order: WayPassword and what follows it
	Entered   time.Time // of the last sign-in; zero where none is on record
	By        Way       // of the last sign-in
	Factored  bool      // the last sign-in had a second factor, or whoever vouched for them asked for one
	Sponsor   string    // name of who entered supply staff, or ""
	Elsewhere []string  // names of the other schools that somebody who is IT here is IT of
}

// Held is a role of somebody's, since the start of a day and by what: "roster", "server" of a command there, or "sponsor" of who
// admitted them as supply staff. Zero and "" are not on record.
type Held struct {
	Role  school.Role
	Since time.Time
	By    string
}

// What an account can be got into by, and what else stands beside that.
const (
	WayPassword = "password"  // one that is kept here
	WaySSO      = "sso"       // an identity of single sign-on means them
	WayOpened   = "elsewhere" // the same human's account at another school opens it
	WayFactor   = "factor"    // an authenticator app
	WayAlso     = "also-it"   // no way in: they are IT of another school, too
	WayBarred   = "barred"    // no way in: IT has shut them out
)

// Unused says whether nobody has come in by the account for so long, or ever.
func (a Account) Unused(now time.Time) bool { return now.Sub(a.Entered) >= UnusedFor }

// String is the role as a signed list has it.
func (h Held) String() string {
	if h.Since.IsZero() {
		return string(h.Role)
	}
	return strings.TrimSpace(string(h.Role) + " " + h.Since.Format(time.DateOnly) + " " + h.By)
}

func readHeld(text string) (h Held) {
	role, rest, _ := strings.Cut(text, " ")
	day, by, _ := strings.Cut(rest, " ")
	h.Role, h.By = school.Role(role), by
	h.Since, _ = time.Parse(time.DateOnly, day)
	return h
}

// Accounts are everybody who may use the pages of the school of whoever asks: those nobody has come in by for UnusedFor
// first, the longest first, then the others by family name. It needs ReviewAccess.
func Accounts(ctx context.Context, d *db.DB, by school.Actor) (all []Account, err error) {
	if !by.May(school.ReviewAccess) {
		return nil, school.NotAllowed
	}
	also, err := elsewhere(ctx, d, by.School)
	if err != nil {
		return nil, err
	}
	err = d.Look(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		all, err = accountsAt(ctx, tx, by.School, also)
		return err
	})
	return all, err
}

// elsewhere are the other schools of those who are IT of this one and of them. It is asked across schools.
func elsewhere(ctx context.Context, d *db.DB, id school.ID) (also map[school.PersonID][]string, err error) {
	err = d.Look(ctx, db.System("access-review"), func(ctx context.Context, tx *db.Tx) error {
		also, err = alsoIT(ctx, tx, id)
		return err
	})
	return also, err
}

func accountsAt(ctx context.Context, tx *db.Tx, id school.ID, also map[school.PersonID][]string) ([]Account, error) {
	all, err := accounts(ctx, tx, id, pageRoles())
	for i := range all {
		if all[i].Elsewhere = also[all[i].Person]; len(all[i].Elsewhere) > 0 {
			all[i].Ways = append(all[i].Ways, WayAlso)
		}
	}
	slices.SortStableFunc(all, func(a, b Account) int {
		switch x, y := a.Unused(tx.Now), b.Unused(tx.Now); {
		case x && y:
			return a.Entered.Compare(b.Entered)
		case x:
			return -1
		case y:
			return 1
		}
		return 0
	})
	return all, err
}

// pageRoles are the roles that open the staff pages.
func pageRoles() []school.Role {
	return slices.DeleteFunc(school.StaffRoles(), func(r school.Role) bool {
		return !school.Actor{Roles: []school.Role{r}, Proof: school.BySession}.May(school.UseConsole)
	})
}

// Shown is the digest of a list as somebody looks at it: who may use the pages, as what, since when and by which ways in. Who came
// in meanwhile does not change it.
func Shown(all []Account) string {
	lines := make([]string, len(all))
	for i, a := range all {
		lines[i] = line(a.Pseudonym, a.Roles, a.Ways)
	}
	return hex.EncodeToString(sum(lines))
}

// line is an account in what is digested. No name is in it: those can be erased.
func line(who school.Pseudonym, roles []Held, ways []string) string {
	return who + "\t" + strings.Join(heldTexts(roles), ",") + "\t" + strings.Join(ways, ",")
}

// sum is the digest of lines, whatever their order.
func sum(lines []string) []byte {
	digest := sha256.Sum256([]byte(strings.Join(slices.Sorted(slices.Values(lines)), "\n")))
	return digest[:]
}

func heldTexts(roles []Held) []string {
	all := make([]string, len(roles))
	for i, h := range roles {
		all[i] = h.String()
	}
	return all
}

// Change is how an account differs from the one that was signed.
type Change struct {
	Name, Username     string
	New, Gone          bool
	Gained, Lost       []school.Role
	GainedWay, LostWay []string
}

// Changes are what is different now from what a review signed, by name.
func Changes(last Review, now []Account) (all []Change) {
	was := map[school.PersonID]Entry{}
	for _, e := range last.Entries {
		was[e.Person] = e
	}
	for _, a := range now {
		e, had := was[a.Person]
		delete(was, a.Person)
		c := Change{Name: a.Name, Username: a.Username, New: !had}
		if had {
			before, after := rolesOf(e.Roles), rolesOf(a.Roles)
			c.Gained, c.Lost = without(after, before), without(before, after)
			c.GainedWay, c.LostWay = without(a.Ways, e.Ways), without(e.Ways, a.Ways)
		} else {
			c.Gained = rolesOf(a.Roles)
		}
		if c.New || len(c.Gained)+len(c.Lost)+len(c.GainedWay)+len(c.LostWay) > 0 {
			all = append(all, c)
		}
	}
	for _, e := range was {
		all = append(all, Change{Name: e.Name, Username: e.Username, Gone: true, Lost: rolesOf(e.Roles)})
	}
	slices.SortFunc(all, func(a, b Change) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Username, b.Username)) })
	return all
}

func rolesOf(all []Held) []school.Role {
	roles := make([]school.Role, len(all))
	for i, h := range all {
		roles[i] = h.Role
	}
	return roles
}

// without are those of all that others have not.
func without[T comparable](all, others []T) (left []T) {
	for _, one := range all {
		if !slices.Contains(others, one) {
			left = append(left, one)
		}
	}
	return left
}
