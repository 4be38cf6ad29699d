package release

import (
	"context"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// pupils are those whose requests somebody may answer: of the classes they teach now, or
// anybody's.
type pupils struct {
	classes []school.ClassID
	anyone  bool
}

// pupilsOf is whose requests of a kind the actor may answer: everybody's by the wider
// capability, those of pupils they teach by the narrower one, none with neither.
func pupilsOf(ctx context.Context, tx *db.Tx, a school.Actor, wider, narrower school.Capability) (p pupils, err error) {
	p.anyone = a.May(wider)
	if !p.anyone && !a.May(narrower) {
		return p, school.NotAllowed
	}
	taught, err := school.TaughtBy(ctx, tx, a)
	for _, t := range taught {
		p.classes = append(p.classes, t.Class)
	}
	return p, err
}

// answerReason is why a request was not granted, as its pupil reads it: on one line, and
// fits if it has 1 to 200 letters.
func answerReason(typed string) (reason string, fits bool) {
	reason = strings.Join(strings.Fields(strings.ToValidUTF8(typed, "")), " ")
	n := len([]rune(reason))
	return reason, n > 0 && n <= 200
}
