package kiosk

import (
	"context"
	"slices"
	"time"

	"inkwell/internal/words"
	"inkwell/release"
)

// Speak has the screen speak another of the school's languages. Pressed while nobody is signed in, it is for the
// next visit and ends with it: nobody knows yet whose finger it was. Pressed in one's account, it is
// remembered for whoever signed in.
type Speak struct{ Language string }

// RememberLanguage remembers which language the visitor reads.
type RememberLanguage struct {
	Turn     int
	Visitor  release.Visitor
	Language string
}

func (e RememberLanguage) run(ctx context.Context, d Desk, _ string) Input {
	return Acted{Turn: e.Turn, Of: e, Err: d.Speak(ctx, e.Visitor, e.Language)}
}

func (RememberLanguage) lasting() bool { return true }

// TongueView is a language to choose.
type TongueView struct {
	ID      string `json:"id"`      // as the lang attribute names it
	Name    string `json:"name"`    // what it calls itself
	Pressed string `json:"pressed"` // "true" for the one that is spoken now, or "false"
}

func (in Speak) apply(s *Screen, now time.Time) []Effect {
	switch {
	case !slices.Contains(s.offered(), in.Language):
	case s.visitor == nil && s.face == FaceIdle:
		s.spoken, s.until = in.Language, now.Add(s.idleFor)
		s.tongue = s.speaks(in.Language, s.station.Languages.Young)
	case s.Face() == FaceAccount:
		s.spoken, s.tongue = in.Language, s.speaks(in.Language, s.visit.Young)
		return []Effect{RememberLanguage{Turn: s.turn, Visitor: *s.visitor, Language: in.Language}}
	}
	return nil
}

// shipped are the languages that a screen knows before it is told of others.
var shipped = words.Shipped()

// read has the screen be read in the languages of a catalogue.
func (s *Screen) read(c *words.Catalogue) {
	s.catalogue = c
	s.tongue = s.home()
}

// offered are the languages of the school that there are, the first while nobody has chosen.
func (s *Screen) offered() []string {
	all := slices.DeleteFunc(slices.Clone(s.station.Languages.Offered), func(tag string) bool { return !s.catalogue.Has(tag) })
	if len(all) == 0 {
		return []string{words.English}
	}
	return all
}

func (s *Screen) speaks(tag string, young bool) tongue {
	return tongue{s.catalogue.Tongue(tag, young)}
}

// home is what the screen speaks to nobody in particular.
func (s *Screen) home() tongue { return s.speaks(s.offered()[0], s.station.Languages.Young) }

// speakTo has the screen speak the visitor's language, in the voice of their age, from their first
// look on, or for this visit what was pressed before it.
func (s *Screen) speakTo() {
	tag, young := s.visit.Language, s.visit.Young
	if s.spoken != "" {
		tag = s.spoken
	}
	if !slices.Contains(s.offered(), tag) {
		tag = s.offered()[0]
	}
	if s.runner() { // whose hand holds the slip is not known
		young = s.station.Languages.Young
	}
	s.tongue = s.speaks(tag, young)
}

// tongues are the languages to choose from, where there is a choice.
func (s *Screen) tongues() (all []TongueView) {
	for _, tag := range s.offered() {
		all = append(all, TongueView{ID: tag, Name: s.catalogue.Name(tag), Pressed: pressed(tag == s.Tag())})
	}
	if len(all) < 2 {
		return nil
	}
	return all
}
