package console

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
)

// mostPast is how many lines one page of somebody's timeline has.
const mostPast = 25

// past is what became of somebody, on their page: one page of it.
type past struct {
	Rows    []pastRow
	Kinds   []preset
	Earlier string // the address of the page before it in time, or ""
	Later   string // of the latest one, on any other
}

// pastRow is one line: what was done, where, by whom, when, and what it took or gave. It has
// neither a title nor why somebody decided.
type pastRow struct {
	When, What, Where, Who, Charged string
	State                           stateWord // of a job
	Why                             string    // where a job is explained

	at   time.Time
	part pastPart
	id   int64
}

// pastPart is where the lines of one kind stand.
type pastPart int

const (
	ofJobs pastPart = iota
	ofPages
	ofActs
	pastParts
)

// pastKind is what the timeline can be narrowed to.
type pastKind struct {
	key, word string
	parts     []pastPart
	acts      []string // by their keys
}

var pastKinds = []pastKind{
	{"", "Everything", []pastPart{ofJobs, ofPages, ofActs}, slices.Concat(actsOfPages, actsOfRights, actsOfBadges)},
	{"prints", "Prints", []pastPart{ofJobs}, nil},
	{"pages", "Pages", []pastPart{ofPages, ofActs}, actsOfPages},
	{"rights", "Rights", []pastPart{ofActs}, actsOfRights},
	{"badges", "Badges and sign-in", []pastPart{ofActs}, actsOfBadges},
}

// The acts that a person's page tells of, and by their kind: no other is told, and so none of
// safeguarding, and nobody's reading.
var (
	actsOfPages  = []string{"refund-asked", "refund-declined"}
	actsOfRights = []string{
		"printing-suspended", "suspension-lifted", "step-taken", "agreement-recorded", "objection-made", "approval-asked", "approval-approved", "approval-returned",
		"person-left", "person-relinked", "guest-admitted", "guest-left",
	}
	actsOfBadges = []string{
		"pass-issued", "badge-linked", "badge-revoked", "code-issued", "codes-resumed", "address-issued", "address-revoked", "staff-invited", "staff-password-set", "staff-factor-set",
		"staff-codes-guessed", "staff-recovery-code-used", "staff-recovery-codes-made", "staff-sso-bound", "pupil-sso-bound", "staff-sessions-ended",
	}
)

// pastWords are those in words; pages that were given back stand in the ledger.
var pastWords = map[string]string{
	"printing-suspended": "Printing withdrawn", "suspension-lifted": "Printing given back", "step-taken": "A rule's step was taken",
	"pass-issued": "Day pass issued", "badge-linked": "Badge linked", "badge-revoked": "Badge taken back", "code-issued": "Code issued", "codes-resumed": "Codes work again",
	"address-issued": "Printing address issued", "address-revoked": "Printing address taken back", "agreement-recorded": "Agreement recorded",
	"refund-asked": "Asked for pages back", "refund-granted": "Pages given back", "refund-declined": "Pages back declined",
	"approval-asked": "Asked for a yes", "approval-approved": "A job was allowed", "approval-returned": "A job was returned",
	"objection-made": "Objected", "person-left": "Left the school", "person-relinked": "Linked to the roster anew",
	"guest-admitted": "Admitted as a guest", "guest-left": "The visit ended",
	"staff-invited": "Invited to sign in", "staff-password-set": "Password set", "staff-factor-set": "Second factor set up", "staff-codes-guessed": "Wrong codes at sign-in",
	"staff-recovery-code-used": "Signed in by a recovery code", "staff-recovery-codes-made": "New recovery codes", "staff-sso-bound": "Bound to the school's sign-in", "pupil-sso-bound": "Bound to the school's sign-in", "staff-sessions-ended": "Signed out everywhere",
}

// pastFrom is where a page of it begins: before a job, a transfer and an act, 0 for the very latest.
type pastFrom [pastParts]int64

func pastFromText(text string) (from pastFrom) {
	all := strings.Split(text, ".")
	if len(all) != len(from) {
		return from
	}
	for i, one := range all {
		from[i] = max(0, numberOf[int64](one))
	}
	from[ofJobs] = min(from[ofJobs], math.MaxInt32)
	return from
}

func (from pastFrom) String() string {
	return fmt.Sprintf("%d.%d.%d", from[ofJobs], from[ofPages], from[ofActs])
}

// timeline is what became of somebody, for those who see the school: the page of it, and of the
// kind, that the request names.
func (c *Console) timeline(ctx context.Context, v visitor, id school.PersonID, asked url.Values) (p past, err error) {
	kind := pastKinds[max(0, slices.IndexFunc(pastKinds, func(k pastKind) bool { return k.key == asked.Get("of") }))]
	from := pastFromText(asked.Get("before"))
	address := func(k pastKind, before string) string {
		q := url.Values{}
		if k.key != "" {
			q.Set("of", k.key)
		}
		if before != "" {
			q.Set("before", before)
		}
		if len(q) == 0 {
			return fmt.Sprintf("/staff/people/%d#past", id)
		}
		return fmt.Sprintf("/staff/people/%d?%s#past", id, q.Encode())
	}
	for _, k := range pastKinds {
		p.Kinds = append(p.Kinds, preset{Word: k.word, Href: address(k, ""), Chosen: k.key == kind.key})
	}
	if p.Rows, err = c.pastRows(ctx, v, id, kind, from); err != nil {
		return p, err
	}
	if from != (pastFrom{}) {
		p.Later = address(kind, "")
	}
	if len(p.Rows) > mostPast {
		p.Rows = p.Rows[:mostPast]
		for _, row := range p.Rows {
			from[row.part] = row.id
		}
		p.Earlier = address(kind, from.String())
	}
	return p, nil
}

// pastRows are the lines of a kind from a place on, the latest first: one more than a page has of
// each part at most. Each part keeps its own order, so that a page goes on where the one before ended.
func (c *Console) pastRows(ctx context.Context, v visitor, id school.PersonID, kind pastKind, from pastFrom) ([]pastRow, error) {
	var parts [pastParts][]pastRow
	err := c.db.Look(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) (err error) {
		parts = [pastParts][]pastRow{}
		p, err := school.PersonByID(ctx, tx, id)
		if err != nil {
			return err
		}
		unit, err := quota.UnitOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		for _, part := range kind.parts {
			switch part {
			case ofJobs:
				parts[part], err = v.pastJobs(ctx, tx, id, unit, from[part])
			case ofPages:
				parts[part], err = v.pastPages(ctx, tx, id, unit, from[part])
			case ofActs:
				parts[part], err = v.pastActs(ctx, tx, p, kind.acts, from[part])
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	var rows []pastRow
	for err == nil && len(rows) <= mostPast {
		var latest *[]pastRow
		for i := range parts {
			if part := &parts[i]; len(*part) > 0 && (latest == nil || (*part)[0].at.After((*latest)[0].at)) {
				latest = part
			}
		}
		if latest == nil {
			break
		}
		rows, *latest = append(rows, (*latest)[0]), (*latest)[1:]
	}
	return rows, err
}
