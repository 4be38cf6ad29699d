package kiosk

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"inkwell/internal/fault"
	"inkwell/release"
)

// badgeShape is what a reader can send: card numbers, UIDs and magnetic stripes.
// Everything else is no badge and is dropped without a word.
var badgeShape = regexp.MustCompile(`^[0-9A-Za-z;=?:-]{4,32}$`)

const (
	nameLimit = 64 // runes of a user name
	codeLimit = 16 // digits of a code
)

func (t Tap) apply(s *Screen, now time.Time) []Effect {
	if t.ID != "" && t.ID == s.tap {
		return nil
	}
	s.tap = t.ID
	if !badgeShape.MatchString(t.Badge) || (s.visitor == nil && s.face == FaceBusy) {
		return nil
	}
	if s.station.Kind == release.PCStation { // it has no reader: somebody typed the number of a badge
		return nil
	}
	echo := s.hash(t.Badge)
	if echo == s.echo && now.Before(s.echoEnd) {
		s.echoEnd = now.Add(echoFor)
		return nil
	}
	if pays := s.sponsoring(); pays != nil {
		if pays.ready() { // one that comes too early counts when it is held up again
			s.echo, s.echoEnd = echo, now.Add(echoFor)
		}
		return s.sponsorTap(t.Badge)
	}
	effects := s.leave(FaceBusy)
	s.badge = t.Badge
	s.echo, s.echoEnd = echo, now.Add(echoFor)
	s.until = now.Add(s.idleFor)
	return append(effects, SignIn{Turn: s.turn, Key: release.Key{Badge: t.Badge}, Tap: t.ID})
}

// more is what a badge that is not enough leads to: an unknown one to the question whose
// it is, one of staff to their code. It is "" for any other refusal.
func more(err error) (face string) {
	switch f := fault.As(err); {
	case f == nil:
		return ""
	case f.Code == "badge-new":
		return FaceNewBadge
	case f.Code == "badge-code":
		return FaceTheirCode
	}
	return ""
}

// goOn shows a face that is about the badge which was just tapped.
func (s *Screen) goOn(face string, now time.Time) []Effect {
	badge := s.badge
	effects := s.leave(face)
	s.badge, s.until = badge, now.Add(s.idleFor)
	return effects
}

func (Mine) apply(s *Screen, now time.Time) []Effect {
	if s.visitor != nil || s.face != FaceNewBadge {
		return nil
	}
	return s.goOn(FaceKeypad, now)
}

func (OpenKeypad) apply(s *Screen, now time.Time) []Effect {
	if p := s.sponsoring(); p != nil && p.ready() {
		p.form, p.until = FaceKeypad, now.Add(s.patience())
		return nil
	}
	if s.visitor != nil || s.face == FaceBusy {
		return nil
	}
	effects := s.leave(FaceKeypad)
	s.until = now.Add(s.idleFor)
	return effects
}

func (in Submit) apply(s *Screen, _ time.Time) []Effect {
	if s.sponsoring() != nil {
		return s.sponsorSubmit(in.Name, in.Code)
	}
	if s.visitor != nil || !s.typing() || s.busy {
		return nil
	}
	name, code := strings.TrimSpace(in.Name), strings.TrimSpace(in.Code)
	nameless := s.station.CodeAlone || s.face == FaceTheirCode
	if name == "" && !nameless || code == "" || utf8.RuneCountInString(name) > nameLimit || len(code) > codeLimit {
		s.note = s.Say(cantSignIn)
		return nil
	}
	s.note, s.busy = "", true
	switch {
	case s.face == FaceTheirCode:
		return []Effect{SignIn{Turn: s.turn, Key: release.Key{Badge: s.badge, Code: code}}}
	case s.badge != "":
		return []Effect{LinkBadge{Turn: s.turn, Badge: s.badge, Name: name, Code: code}}
	}
	return []Effect{SignIn{Turn: s.turn, Key: release.Key{Name: name, Code: code}}}
}

// typing says whether a form for a code is shown.
func (s *Screen) typing() bool { return s.face == FaceKeypad || s.face == FaceTheirCode }

func (r SignedIn) apply(s *Screen, now time.Time) []Effect {
	if r.Turn != s.turn || s.visitor != nil {
		return nil
	}
	if face := more(r.Err); face != "" && s.face == FaceBusy {
		return s.goOn(face, now)
	}
	if r.Err != nil && s.typing() && fault.KindOf(r.Err) != fault.Conflict {
		s.busy, s.note = false, s.refusal(r.Err)
		return nil
	}
	tapped := s.face == FaceBusy
	effects := s.leave(FaceMessage)
	if r.Err != nil {
		s.note = s.refusal(r.Err)
		if tapped && s.Young() && fault.KindOf(r.Err) == fault.Unauthenticated {
			s.note = s.Say("I don't know this card. Ask a grown-up.")
		}
		s.until = now.Add(messageFor)
		if fault.KindOf(r.Err) != fault.Unauthenticated {
			s.echoEnd = time.Time{} // our fault, not the badge's: the next try counts at once
		}
		return effects
	}
	s.face = FaceIdle
	s.visitor = &r.Visitor
	s.until = now.Add(s.idleFor)
	return append(effects, s.look()...)
}
