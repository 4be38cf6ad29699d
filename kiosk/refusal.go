package kiosk

import (
	"strings"

	"inkwell/internal/fault"
	"inkwell/internal/words"
	"inkwell/release"
)

// What a screen in a corridor says where more would tell too much.
const (
	cantSignIn = words.CantSignIn
	notHere    = words.NotHere
)

// saidAtPC is what the computer of a room says instead of a refusal's sentence: it takes no badge.
var saidAtPC = map[string]string{
	"keypad-paused": "Nobody can sign in here for a few minutes. Your badge works at a kiosk.",
	"keypads-rest":  "Codes do not work at the moment. Your badge works at a kiosk. Please tell IT.",
}

// badgeAtOnce is what a wait for the next code ends with where badges are taken.
const badgeAtOnce = "A badge works at once."

// refusal is where a fault becomes words at the kiosk of its station.
func (s *Screen) refusal(err error) string {
	if s.station.Kind != release.PCStation {
		return s.Refusal(err)
	}
	if f := fault.As(err); f != nil && saidAtPC[f.Code] != "" {
		return s.Say(saidAtPC[f.Code])
	}
	return strings.TrimSuffix(s.Refusal(err), " "+s.Say(badgeAtOnce))
}
