package words

import "inkwell/internal/fault"

// What a screen says where more would tell too much.
const (
	// CantSignIn is the one sentence for an unknown badge, an unknown name and a
	// wrong code: which of them it was is nobody's business at a corridor screen.
	CantSignIn = "We can't sign you in. Try again, or see reception."
	// NotHere is what a suspended visitor reads first; the reason stands behind "Why?".
	NotHere = "You can't print here today."
)

// Brief are what a screen says instead of a refusal's own sentence, by its code: shorter, and
// with what to do next.
var Brief = map[string]string{
	"not-enough":         "You don't have enough for that. Choose fewer, or ask for more.",
	"not-enough-colour":  "Not enough pages in colour are left. Send it in black and white.",
	"account-unknown":    "You can't use that account. Choose another one.",
	"printing-suspended": NotHere,
	"agreement-unsigned": NotHere,
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

// Refusal is where a fault becomes words on a screen: one sentence or two, never
// a hint whether somebody exists, never anything internal. Of a nil error it is "".
func (t Tongue) Refusal(err error) string {
	f := fault.As(err)
	switch {
	case f == nil:
		return ""
	case f.Kind == fault.Unauthenticated:
		return t.Say(CantSignIn)
	case f.Kind == fault.Internal:
		return t.Say(fault.Sorry)
	}
	if words, ok := Brief[f.Code]; ok {
		return t.Say(words)
	}
	return t.Own(f)
}

// Own is a refusal's own sentence.
func (t Tongue) Own(f *fault.Error) string {
	if form, args := f.Sentence(); len(args) > 0 {
		return t.Format(form, args...)
	}
	return t.Told(f.Say)
}
