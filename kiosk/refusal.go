package kiosk

import (
	"strings"

	"inkwell/internal/fault"
	"inkwell/release"
)

// cantSignIn is the one sentence for an unknown badge, an unknown name and a
// wrong code: which of them it was is nobody's business at a corridor screen.
const cantSignIn = "We can't sign you in. Try again, or see reception."

// notHere is what a suspended visitor reads first; the reason stands behind "Why?".
const notHere = "You can't print here today."

// said is what a kiosk says instead of a refusal's own sentence: shorter, and
// with what to do next.
var said = map[string]string{
	"not-enough":         "You don't have enough for that. Choose fewer, or ask for more.",
	"not-enough-colour":  "Not enough pages in colour are left. Send it in black and white.",
	"account-unknown":    "You can't use that account. Choose another one.",
	"printing-suspended": notHere,
	"agreement-unsigned": notHere,
	"badge-taken":        "That badge is somebody's already. Please take it to reception.",
	"badge-is-lost":      "That badge was reported lost. Please take it to reception.",
	"badge-collides":     "That badge does not work here. Please see reception.",
	"badges-full":        "You have five badges already. Please see reception.",
	"already-released":   "That is on its way to a printer already.",
	"job-ended":          "That one has ended already.",
	"job-printing":       "That one is at the printer. Use the printer's cancel button.",
	"job-unknown":        "That one is no longer here.",
	"job-password-wrong": "That is not this document's code. Try again.",
	"not-ready":          "That one is still getting ready. Wait a few seconds.",
	"database-away":      "Printing is paused for a moment. Your work is safe. Try again soon.",
	"keypad-paused":      "The keypad is resting for a few minutes. Badges still work.",
}

// saidAtPC is what the computer of a room says instead, which takes no badge.
var saidAtPC = map[string]string{
	"keypad-paused": "Nobody can sign in here for a few minutes. Your badge works at a kiosk.",
	"keypads-rest":  "Codes do not work at the moment. Your badge works at a kiosk. Please tell IT.",
}

// badgeAtOnce is what a wait for the next code ends with where badges are taken.
const badgeAtOnce = "A badge works at once."

// refusal is the one of its station.
func (s *Screen) refusal(err error) string {
	if s.station.Kind != release.PCStation {
		return s.tongue.refusal(err)
	}
	if f := fault.As(err); f != nil && saidAtPC[f.Code] != "" {
		return s.Say(saidAtPC[f.Code])
	}
	return strings.TrimSuffix(s.tongue.refusal(err), " "+s.Say(badgeAtOnce))
}

// refusal is where a fault becomes words at the kiosk: one sentence or two, never
// a hint whether somebody exists, never anything internal. Of a nil error it is "".
func (t tongue) refusal(err error) string {
	f := fault.As(err)
	switch {
	case f == nil:
		return ""
	case f.Kind == fault.Unauthenticated:
		return t.Say(cantSignIn)
	case f.Kind == fault.Internal:
		return t.Say(fault.Sorry)
	}
	if words, ok := said[f.Code]; ok {
		return t.Say(words)
	}
	if form, args := f.Sentence(); len(args) > 0 {
		return t.Format(form, args...)
	}
	return t.Told(f.Say)
}
