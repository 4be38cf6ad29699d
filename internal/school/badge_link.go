package school

import (
	"context"
	"fmt"
	"slices"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school/reader"
)

// BadgeID names a badge within the installation.
type BadgeID int64

// Badge is a badge in force, as far as anybody may see it.
type Badge struct {
	ID     BadgeID
	Last4  string // of the number in lower-case hex; "" when it is not known
	Issued time.Time
}

// maxBadges is how many a person has in force.
const maxBadges = 5

var (
	badgeTaken     = fault.New(fault.Conflict, "badge-taken", "This badge is somebody's already. Reception can say whose.")
	badgeIsLost    = fault.New(fault.Conflict, "badge-is-lost", "This badge was reported lost. Reception gives it back.")
	badgeCollides  = fault.New(fault.Conflict, "badge-collides", "A reader of the school could not tell this badge from another one.")
	tooManyBadges  = fault.New(fault.TooMany, "badges-full", "This person has five badges already. Revoke one first.")
	badgeNotTheirs = fault.New(fault.NotFound, "badge-not-theirs", "This person has no such badge.")
)

// claim is a badge that somebody says is a person's.
type claim struct {
	person   PersonID
	readings []reader.Reading // what it may be, the likeliest first
	typed    string
}

// LinkBadge gives a person the badge that the station's reader typed as number; a blank
// station means the school's usual reader. by is whose act it is, "" for the host's.
// It changes nothing, and says so, when the badge is theirs already, and refuses one that
// is anybody else's ("badge-taken"), one that a reader of the school cannot tell from
// another ("badge-collides"), and a sixth.
func (d *Directory) LinkBadge(ctx context.Context, tx *db.Tx, by Pseudonym, p Person, station, number string) (added bool, err error) {
	return d.link(ctx, tx, by, p, station, number, "")
}

// link is LinkBadge. place is the kiosk where the holder did it, or "".
func (d *Directory) link(ctx context.Context, tx *db.Tx, by Pseudonym, p Person, station, number, place string) (added bool, err error) {
	profile, err := profileAt(ctx, tx, p.School, station)
	if err != nil {
		return false, err
	}
	readings, err := profile.Read(number)
	if err != nil {
		return false, err
	}
	c := []claim{{p.ID, readings, number}}
	verdicts, err := d.judge(ctx, tx, p.School, c)
	if err != nil {
		return false, err
	}
	if verdicts[0].why != nil || verdicts[0].theirs {
		return false, faultOr(verdicts[0].why)
	}
	if err := d.singular(ctx, tx, p, readings[0]); err != nil {
		return false, err
	}
	all, err := badgesOf(ctx, tx, p.ID)
	if err != nil {
		return false, err
	}
	if len(all) >= maxBadges {
		return false, tooManyBadges
	}
	b := d.newBadge(p.ID, readings[0])
	if err := insertBadges(ctx, tx, p.School, d.keys.ID, []newBadge{b}); err != nil {
		return false, err
	}
	if place != "" {
		if err := placeBadge(ctx, tx, b.digest, place); err != nil {
			return false, err
		}
	}
	return true, audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "badge-linked", Actor: by, Subject: p.Pseudonym, Object: place, Facts: map[string]any{"badges": len(all) + 1}})
}

// singular refuses a number that automatic readers would take for another person's badge,
// or whose badge for it: with both in force neither would be anybody's, so that a number
// typed on purpose would take somebody's badge away.
func (d *Directory) singular(ctx context.Context, tx *db.Tx, p Person, r reader.Reading) error {
	readers, err := readersOf(ctx, tx, p.School)
	if err != nil {
		return err
	}
	named := func(r Reader) bool { return r.Station == "" && r.Profile.Base != "" }
	if slices.ContainsFunc(readers, named) && !slices.ContainsFunc(readers, func(r Reader) bool { return r.Profile.Base == "" }) {
		return nil // each reads a number in one way alone
	}
	var digests [][]byte
	for _, text := range r.Texts() {
		readings, err := reader.Profile{}.Read(text)
		if err != nil {
			continue // no reader types that
		}
		for _, k := range d.lookups(readings, text) {
			if k.direct {
				digests = append(digests, k.digest)
			}
		}
	}
	rows, err := badgesByDigest(ctx, tx, p.School, digests, false, true)
	if err != nil {
		return fmt.Errorf("find badges: %w", err)
	}
	if slices.ContainsFunc(rows, func(f foundBadge) bool { return f.person.ID != p.ID }) {
		return badgeCollides
	}
	return nil
}

// faultOr keeps a missing refusal a nil error.
func faultOr(f *fault.Error) error {
	if f == nil {
		return nil
	}
	return f
}

// Badges are a person's badges in force at all schools of the trust that the
// transaction sees, oldest first.
func (d *Directory) Badges(ctx context.Context, tx *db.Tx, p PersonID) ([]Badge, error) {
	return badgesOf(ctx, tx, p)
}

// RevokeBadge ends one of a person's badges, in force or lost, and their visits at
// stations. Every node refuses it from the end of the transaction on. A transaction of a
// school sees the badges that were given there.
func (d *Directory) RevokeBadge(ctx context.Context, tx *db.Tx, by Pseudonym, p Person, id BadgeID) error {
	found, err := revokeBadge(ctx, tx, p.ID, id)
	if err != nil {
		return fmt.Errorf("revoke badge %d: %w", id, err)
	}
	if !found {
		return badgeNotTheirs
	}
	rows, err := sameHuman(ctx, tx, p.ID)
	if err != nil {
		return fmt.Errorf("revoke badge %d: %w", id, err)
	}
	if err := signOut(ctx, tx, rows); err != nil {
		return fmt.Errorf("revoke badge %d: %w", id, err)
	}
	return audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "badge-revoked", Actor: by, Subject: p.Pseudonym, Object: fmt.Sprintf("badge:%d", id)})
}

// verdict is what stands against a claim, or that it is true already.
type verdict struct {
	why    *fault.Error
	theirs bool
	other  int // the claim it collides with, or -1
}

// judge holds claims against the badges in force at a school and against each other.
func (d *Directory) judge(ctx context.Context, tx *db.Tx, school ID, claims []claim) ([]verdict, error) {
	cut, err := partsInUse(ctx, tx, school)
	if err != nil {
		return nil, err
	}
	var digests [][]byte
	for _, c := range claims {
		for _, k := range d.lookups(c.readings, c.typed) {
			digests = append(digests, k.digest)
		}
	}
	rows, err := badgesByDigest(ctx, tx, school, digests, true, true)
	if err != nil {
		return nil, fmt.Errorf("find badges: %w", err)
	}
	j := judgement{d: d, cut: cut, whole: map[string]foundBadge{}, parts: map[string][]PersonID{}, sights: map[string]int{}, likely: map[string]int{}}
	for _, row := range rows {
		if string(row.found) == string(row.digest) {
			j.whole[string(row.found)] = row
		} else {
			j.parts[string(row.found)] = append(j.parts[string(row.found)], row.person.ID)
		}
	}
	if err := d.elsewhereHeld(ctx, tx, claims, j.whole); err != nil {
		return nil, err
	}
	verdicts := make([]verdict, len(claims))
	for i := range claims {
		verdicts[i] = j.of(claims, i)
	}
	return verdicts, nil
}

// elsewhereHeld adds the badges that the claims would be kept as and that are in force, or lost,
// of people who are not at the school: who has left, and those of other schools that the
// transaction sees. They prove nobody here, and can be nobody else's either.
func (d *Directory) elsewhereHeld(ctx context.Context, tx *db.Tx, claims []claim, whole map[string]foundBadge) error {
	var digests [][]byte
	for _, c := range claims {
		for _, k := range d.keys.all() {
			digests = append(digests, k.digest("card", c.readings[0].Sight()))
		}
	}
	all, err := badgesAnywhere(ctx, tx, digests)
	if err != nil {
		return fmt.Errorf("find badges: %w", err)
	}
	for _, b := range all {
		if _, here := whole[string(b.digest)]; !here {
			whole[string(b.digest)] = b
		}
	}
	return nil
}

// judgement is what is known when one claim after the other is judged.
type judgement struct {
	d      *Directory
	cut    map[reader.Part]bool  // what readers of the school leave of numbers
	whole  map[string]foundBadge // by a badge's own digest
	parts  map[string][]PersonID // by that of a part of it
	sights map[string]int        // claims so far, by everything they may be
	likely map[string]int        // and by what they would be kept as
}

func (j *judgement) of(claims []claim, i int) verdict {
	c := claims[i]
	v := verdict{other: -1}
	for _, k := range j.d.lookups(c.readings, c.typed) {
		switch holder, ok := j.whole[string(k.digest)]; {
		case !ok:
		case holder.person.ID != c.person:
			v.why = badgeTaken
		case holder.lost:
			v.why = badgeIsLost
		default:
			v.theirs = true
		}
		whole := c.readings[0].Part == reader.Whole
		for _, holder := range j.parts[string(k.digest)] {
			if holder == c.person {
				v.theirs = v.theirs || !whole // a list gives in part what is known whole
			} else if !whole || !k.direct && j.cut[k.part] {
				v.why = badgeCollides
			}
		}
	}
	for n, r := range c.readings {
		if other, ok := j.likely[sight(r)]; ok {
			v.meets(other, claims, c, badgeTaken)
		}
		if other, ok := j.sights[sight(r)]; ok && n == 0 {
			v.meets(other, claims, c, badgeTaken)
		}
	}
	for _, part := range c.readings[0].Parts() {
		if other, ok := j.sights[sight(part)]; ok && j.cut[part.Part] {
			v.meets(other, claims, c, badgeCollides)
		}
		j.see(sight(part), i)
	}
	for n, r := range c.readings {
		j.see(sight(r), i)
		if _, ok := j.likely[sight(r)]; !ok && n == 0 {
			j.likely[sight(r)] = i
		}
	}
	return v
}

func (j *judgement) see(sight string, claim int) {
	if _, ok := j.sights[sight]; !ok {
		j.sights[sight] = claim
	}
}

// meets records that an earlier claim is of the same number.
func (v *verdict) meets(other int, claims []claim, c claim, why *fault.Error) {
	if claims[other].person == c.person {
		v.theirs = v.theirs || why == badgeTaken
		return
	}
	v.why, v.other = why, other
}

func sight(r reader.Reading) string { return string(r.Sight()) }
