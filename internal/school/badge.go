package school

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school/reader"
)

// typedForm is a badge number as readers type it, with their framing off. Digests of the
// text itself are found as well: they are from before badges were kept by their bytes.
var typedForm = regexp.MustCompile(`^[0-9a-f]{4,32}$`)

// ByBadge proves a person by the number a badge reader sent, wherever in the trust the
// badge was issued. A badge of somebody who is not at this school, a revoked one and one
// of somebody who has left are all unknown; so is one that two people's badges fit. Where the school
// has kiosks link them the refusal is "badge-new"; of staff who have to give their code as
// well it is "badge-code".
func (d *Directory) ByBadge(ctx context.Context, school ID, badge, place string) (Actor, error) {
	var found held
	unknown := "badge-unknown"
	err := d.db.InTx(ctx, db.System("badge"), func(ctx context.Context, tx *db.Tx) (err error) {
		if found, err = d.tapped(ctx, tx, school, badge, place); err != nil {
			return err
		}
		proofs, err := readProofs(ctx, tx, school)
		switch {
		case err != nil:
			return err
		case found.person.ID != 0:
			return d.enough(ctx, tx, proofs, found.person)
		case proofs.Enrol:
			unknown = "badge-new"
		}
		return nil
	})
	if err != nil {
		return Actor{}, err
	}
	if found.person.ID == 0 {
		return Actor{}, d.wrong(ctx, school, 0, place, unknown)
	}
	if err := d.keepUp(ctx, found); err != nil {
		d.log.Warn("digest badge anew", "badge", found.badge, "error", err)
	}
	return found.person.actor(ByBadge), nil
}

// CodeToo is the refusal of a badge that is right, but not enough.
var CodeToo = fault.New(fault.Unauthenticated, "badge-code", "Now type your code.")

// enough says whether a badge alone proves somebody, and ends the delays of their code if
// it does.
func (d *Directory) enough(ctx context.Context, tx *db.Tx, proofs Proofs, p Person) error {
	asks, err := asksForCode(ctx, tx, proofs, p)
	if err != nil {
		return err
	}
	if asks {
		return CodeToo
	}
	return d.clearTries(ctx, tx, p)
}

// asksForCode says whether a badge or a pass of somebody's is good with their own code alone:
// staff who have one give it as well where the school wants that. What proves them opens more
// than their own work, badges can be copied, and passes are handed out by others.
func asksForCode(ctx context.Context, tx *db.Tx, proofs Proofs, p Person) (bool, error) {
	if !proofs.StaffCode || slices.Contains(p.Roles, Pupil) || slices.Contains(p.Roles, Guest) {
		return false, nil
	}
	own, err := codeOf(ctx, tx, p.School, p.Username)
	return own.hash != "", err
}

// ByBadgeAndCode proves somebody whose badge or pass asks for their code: ByBadge or ByPass has
// refused it as "badge-code". The code counts as one that was typed with their name.
func (d *Directory) ByBadgeAndCode(ctx context.Context, school ID, badge, code, place string) (Actor, error) {
	var found held
	err := d.db.InTx(ctx, db.System("badge"), func(ctx context.Context, tx *db.Tx) (err error) {
		if IsPass(badge) {
			found.person, _, err = personByPass(ctx, tx, school, d.keys.Digests("pass", []byte(passText(badge))))
			return err
		}
		found, err = d.tapped(ctx, tx, school, badge, place)
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	if found.person.ID == 0 {
		return Actor{}, d.wrong(ctx, school, 0, place, "badge-unknown")
	}
	return d.ByCode(ctx, school, found.person.Username, code, place)
}

// tapped finds the badge that a station's reader typed, or nobody's.
func (d *Directory) tapped(ctx context.Context, tx *db.Tx, school ID, badge, place string) (held, error) {
	profile, err := profileAt(ctx, tx, school, stationOf(place))
	if err != nil {
		return held{}, err
	}
	readings, err := profile.Read(badge)
	if err != nil {
		return held{}, notYou("badge-unknown")
	}
	return d.holder(ctx, tx, school, readings, badge)
}

// stationOf is the station of a place of guessing, "" for any other.
func stationOf(place string) string {
	station, _ := strings.CutPrefix(place, "kiosk:")
	return station
}

// held is a badge and who holds it, at one school.
type held struct {
	badge   int64
	digest  []byte
	person  Person
	reading reader.Reading // that it was found by
}

// lookup is one digest that a badge may be found by.
type lookup struct {
	digest  []byte
	reading reader.Reading
	direct  bool        // of the number as it was read, ...
	part    reader.Part // ... or of this part of it
}

// lookups are all digests that a badge with one of these readings may be kept under, of
// all keys.
func (d *Directory) lookups(readings []reader.Reading, typed string) []lookup {
	var all []lookup
	for _, k := range d.keys.all() {
		for _, r := range readings {
			all = append(all, lookup{k.digest("card", r.Sight()), r, true, r.Part})
			for _, part := range r.Parts() { // of badges that a list gave in part only
				all = append(all, lookup{k.digest("card", part.Sight()), r, false, part.Part})
			}
		}
		if text := strings.ToLower(strings.Trim(typed, " ;?%\r\n\t")); typedForm.MatchString(text) {
			all = append(all, lookup{k.digest("badge", []byte(text)), readings[0], true, reader.AsText})
		}
	}
	return all
}

// holder finds whose badge it is: the one person at the school whose badge fits whole,
// or else the one whose badge fits as far as it is known.
func (d *Directory) holder(ctx context.Context, tx *db.Tx, school ID, readings []reader.Reading, typed string) (held, error) {
	keys := d.lookups(readings, typed)
	digests := make([][]byte, len(keys))
	for i, k := range keys {
		digests[i] = k.digest
	}
	rows, err := badgesByDigest(ctx, tx, school, digests, readings[0].Part != reader.Whole, false)
	if err != nil {
		return held{}, fmt.Errorf("find badge: %w", err)
	}
	for _, direct := range []bool{true, false} {
		var fit []held
		for _, row := range rows {
			for _, k := range keys {
				if k.direct == direct && bytes.Equal(k.digest, row.found) {
					fit = append(fit, held{row.badge, row.digest, row.person, k.reading})
					break
				}
			}
		}
		if len(fit) > 0 {
			return d.onlyOne(school, fit), nil
		}
	}
	return held{}, nil
}

// onlyOne is the first of badges that are all one person's, or none.
func (d *Directory) onlyOne(school ID, fit []held) held {
	for _, f := range fit[1:] {
		if f.person.ID != fit[0].person.ID {
			d.log.Warn("a badge fits two people; set the profiles of the readers", "school", school, "one", fit[0].badge, "other", f.badge)
			return held{}
		}
	}
	return fit[0]
}

// keepUp keeps a badge by what is now known of it, under the newest key.
func (d *Directory) keepUp(ctx context.Context, h held) error {
	b := d.newBadge(h.person.ID, h.reading)
	if bytes.Equal(b.digest, h.digest) || h.reading.Part != reader.Whole && h.reading.Part != reader.AsText {
		return nil
	}
	return d.db.InTx(ctx, db.System("badge"), func(ctx context.Context, tx *db.Tx) error {
		return replaceBadge(ctx, tx, h.badge, h.digest, d.keys.ID, b)
	})
}

// newBadge is how a badge is kept.
func (d *Directory) newBadge(person PersonID, r reader.Reading) newBadge {
	b := newBadge{person: person, digest: d.keys.digest("card", r.Sight()), part: string(r.Part), length: r.Length(), last4: r.Last4()}
	for _, part := range r.Parts() {
		b.parts = append(b.parts, badgePart{string(part.Part), d.keys.digest("card", part.Sight())})
	}
	return b
}

// readBadge is how a badge is kept whose number is known as a reader of the school would
// type it: by the likeliest number where it may be several.
func (d *Directory) readBadge(person PersonID, p reader.Profile, number string) (newBadge, error) {
	readings, err := p.Read(number)
	if err != nil {
		return newBadge{}, err
	}
	return d.newBadge(person, readings[0]), nil
}
