package kiosk

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"inkwell/internal/school"
	"inkwell/release"
)

// FaceSponsor asks an adult for their badge once more: the account of the class pays for a child.
const FaceSponsor = "sponsor"

// sponsorFor is how long it waits for a badge, and then for its code: children stand at the list, and
// what one of them pressed is over by itself.
const sponsorFor = 30 * time.Second

// The acts on it.
type (
	// Sponsor asks to have the class's account pay for the child that the screen asks.
	Sponsor struct{}
	// SponsorJob has one of the child's jobs paid, or not.
	SponsorJob struct {
		Job release.JobID
		On  bool
	}
)

// LookAtSponsorship reads what it would cost, and what the account has.
type LookAtSponsorship struct {
	Turn    int
	Visitor release.Visitor
	Class   school.ClassID
	Pupil   school.PersonID
}

// SponsorPupil has the class's account pay for jobs, and prints them. Key is of the adult who says so.
type SponsorPupil struct {
	Turn    int
	Visitor release.Visitor
	Class   school.ClassID
	Key     release.Key
	Due     map[release.JobID]int64
}

// The results of these.
type (
	// SponsorshipLooked is the result of LookAtSponsorship.
	SponsorshipLooked struct {
		Turn int
		Cost release.Sponsorship
		Err  error
	}
	// PupilSponsored is the result of SponsorPupil.
	PupilSponsored struct {
		Turn int
		Done release.Sponsored
		Err  error
	}
)

func (e LookAtSponsorship) run(ctx context.Context, d Desk, _ string) Input {
	c, err := d.Sponsorship(ctx, e.Visitor, e.Class, e.Pupil)
	return SponsorshipLooked{Turn: e.Turn, Cost: c, Err: err}
}

func (e SponsorPupil) run(ctx context.Context, d Desk, _ string) Input {
	done, err := d.Sponsor(ctx, e.Visitor, e.Class, e.Key, e.Due)
	return PupilSponsored{Turn: e.Turn, Done: done, Err: err}
}

func (LookAtSponsorship) lasting() bool { return false }
func (SponsorPupil) lasting() bool      { return true }

// sponsoring is a child whose class is asked to pay.
type sponsoring struct {
	child  school.PersonID
	cost   *release.Sponsorship // nil until it was read
	off    map[release.JobID]bool
	until  time.Time
	form   string // for a code: FaceKeypad, FaceTheirCode, or ""
	badge  string // whose code is asked for
	asking bool   // a call is under way
}

// sponsoring is what is asked of an adult now, or nil.
func (s *Screen) sponsoring() *sponsoring {
	if s.class == nil {
		return nil
	}
	return s.class.pays
}

func (s *sponsoring) face() string {
	switch {
	case s.cost == nil:
		return FaceBusy
	case s.form != "":
		return s.form
	}
	return FaceSponsor
}

// due is what the chosen jobs cost, each and together.
func (s *sponsoring) due() (each map[release.JobID]int64, sum int64) {
	each = map[release.JobID]int64{}
	for _, j := range s.cost.Jobs {
		if !s.off[j.ID] {
			each[j.ID], sum = j.Due, sum+j.Due
		}
	}
	return each, sum
}

// rests says whether all that is chosen is what a printer left of something.
func (s *sponsoring) rests() bool {
	each, _ := s.due()
	return len(each) > 0 && !slices.ContainsFunc(s.cost.Jobs, func(j release.SponsoredJob) bool { return !s.off[j.ID] && !j.Rest })
}

// ready says whether a badge would do anything now.
func (s *sponsoring) ready() bool {
	if s.asking || s.cost == nil {
		return false
	}
	each, sum := s.due()
	return len(each) > 0 && sum <= s.cost.Balance
}

// patience is how long an adult has for the next step.
func (s *Screen) patience() time.Duration {
	if s.visit.MoreTime {
		return 3 * sponsorFor
	}
	return sponsorFor
}

func (Sponsor) apply(s *Screen, now time.Time) []Effect {
	if s.Face() != FacePupil || s.busy || s.class.list.Account == "" {
		return nil
	}
	s.note, s.class.pays = "", &sponsoring{child: s.class.child, off: map[release.JobID]bool{}, until: now.Add(s.patience()), asking: true}
	return []Effect{LookAtSponsorship{Turn: s.turn, Visitor: *s.visitor, Class: s.class.id, Pupil: s.class.child}}
}

func (r SponsorshipLooked) apply(s *Screen, _ time.Time) []Effect {
	p := s.sponsoring()
	if r.Turn != s.turn || p == nil {
		return nil
	}
	p.asking = false
	if r.Err != nil {
		s.class.pays, s.note = nil, s.refusal(r.Err)
		return nil
	}
	p.cost = &r.Cost
	return nil
}

func (in SponsorJob) apply(s *Screen, _ time.Time) []Effect {
	if s.Face() == FaceSponsor && !s.class.pays.asking {
		s.note, s.class.pays.off[in.Job] = "", !in.On
	}
	return nil
}

// sponsorTap is the badge of the adult who has the class pay.
func (s *Screen) sponsorTap(badge string) []Effect {
	if !s.class.pays.ready() {
		return nil
	}
	s.class.pays.badge, s.class.pays.form = badge, ""
	return s.sponsor(release.Key{Badge: badge})
}

// sponsorSubmit is their code, with their name or for the badge that was tapped.
func (s *Screen) sponsorSubmit(name, code string) []Effect {
	p := s.class.pays
	if p.form == "" || !p.ready() {
		return nil
	}
	name, code = strings.TrimSpace(name), strings.TrimSpace(code)
	if code == "" || utf8.RuneCountInString(name) > nameLimit || len(code) > codeLimit {
		s.note = s.Say(cantSignIn)
		return nil
	}
	if p.form == FaceTheirCode {
		return s.sponsor(release.Key{Badge: p.badge, Code: code})
	}
	return s.sponsor(release.Key{Name: name, Code: code})
}

func (s *Screen) sponsor(k release.Key) []Effect {
	p := s.class.pays
	due, _ := p.due()
	p.asking, s.note = true, ""
	return []Effect{SponsorPupil{Turn: s.turn, Visitor: *s.visitor, Class: s.class.id, Key: k, Due: due}}
}

// apply shows the list to whoever is next, and what was paid; or asks for the code that the badge alone
// is not enough for.
func (r PupilSponsored) apply(s *Screen, now time.Time) []Effect {
	p := s.sponsoring()
	if r.Turn != s.turn || p == nil {
		return nil
	}
	p.asking = false
	if r.Err != nil {
		p.until = now.Add(s.patience())
		if more(r.Err) == FaceTheirCode && p.form == "" {
			p.form = FaceTheirCode
			return nil
		}
		s.note = s.refusal(r.Err)
		return s.look()
	}
	s.class.pays, s.class.child, s.class.done = nil, 0, []release.PupilPrinted{r.Done.PupilPrinted}
	if r.Done.Refused == "" {
		s.class.paid = &r.Done
	}
	return s.look()
}

// nobodyPays ends the question that no adult has answered in time.
func (s *Screen) nobodyPays(now time.Time) {
	if p := s.sponsoring(); p != nil && !p.asking && !now.Before(p.until) {
		s.class.pays, s.class.child, s.note = nil, 0, s.Say("Nobody tapped a badge. Nothing was paid.")
	}
}

func (s *Screen) backFromSponsor() {
	switch p := s.class.pays; {
	case p.asking:
	case p.form != "":
		p.form, s.note = "", ""
	default:
		s.class.pays, s.note = nil, ""
	}
}

// SponsorView is what the account of a class would pay for a child.
type SponsorView struct {
	Jobs  []SponsorLine `json:"jobs,omitempty"` // to choose from, where there are several
	Costs string        `json:"costs"`          // "It costs 9 pages."
	After string        `json:"after"`          // "3K budget: 20 pages now, 11 pages afterwards."
	Short string        `json:"short,omitempty"`
	Reads bool          `json:"reads,omitempty"` // there is a reader for the badge
	Ready bool          `json:"ready,omitempty"`
}

// SponsorLine is one of the child's jobs: no title.
type SponsorLine struct {
	ID      release.JobID `json:"id"`
	Words   string        `json:"words"` // "9 pages, 5 min ago"
	Pressed string        `json:"pressed"`
	Flip    bool          `json:"flip"` // what a press makes of it
}

func (s *Screen) viewSponsor(v *View, now time.Time) {
	p := s.class.pays
	v.Busy = v.Busy || p.asking
	v.Idle = countdown(now, p.until, s.patience())
	account := plain(p.cost.Account, nameShown)
	if v.Face != FaceSponsor {
		v.Alone = s.station.CodeAlone
		if v.Note == "" {
			v.Text = s.Say("{account} pays as soon as your code is right.", "account", account)
		}
		return
	}
	each, sum := p.due()
	u := p.cost.Unit
	w := &SponsorView{Reads: s.station.Kind != release.PCStation, Ready: p.ready()}
	v.Class = &ClassView{Name: plain(s.class.list.Class, nameShown), Sponsor: w}
	v.Title = s.Say("{account} pays for {name}?", "account", account, "name", s.childName(p.child))
	w.Costs = s.Say("It costs {amount}.", "amount", s.amount(u, sum))
	w.After = s.Say("{account}: {before} now, {after} afterwards.", "account", account, "before", s.amount(u, p.cost.Balance), "after", s.amount(u, p.cost.Balance-sum))
	if p.rests() {
		w.Costs = s.Say("The rest costs {amount}.", "amount", s.amount(u, sum))
	}
	switch {
	case len(each) == 0:
		w.Short = s.Say("Choose what it pays for.")
	case sum > p.cost.Balance:
		w.Short = s.Say("Too little: {account} has {left} left.", "account", account, "left", s.amount(u, p.cost.Balance))
	case w.Reads:
		v.Text = s.Say("Teacher of this class: tap your badge now.")
	default:
		v.Text = s.Say("Teacher of this class: type your name and code.")
	}
	if w.Short != "" {
		w.After = ""
	}
	if len(p.cost.Jobs) < 2 {
		return
	}
	for _, j := range p.cost.Jobs {
		on := !p.off[j.ID]
		words := s.pages(j.Pages)
		if j.Rest {
			words = s.Say("the other {pages}", "pages", words)
		}
		words += " · " + s.tongue.sent(now, j.Submitted)
		w.Jobs = append(w.Jobs, SponsorLine{ID: j.ID, Words: words, Pressed: pressed(on), Flip: !on})
	}
}

// childName is what a child of the list is called.
func (s *Screen) childName(who school.PersonID) string {
	for _, p := range s.class.list.Pupils {
		if p.Person == who {
			return firstName(p, s.class.list.Pupils)
		}
	}
	return ""
}

// sayPaid is what the account paid, after who printed how many pages was said.
func (s *Screen) sayPaid(d *release.Sponsored) string {
	account, amount, left := plain(d.Account, nameShown), s.amount(d.Unit, d.Paid), s.amount(d.Unit, d.Left)
	if amount == s.pages(d.Pages) {
		return s.Say("{account} paid. It has {left} left.", "account", account, "left", left)
	}
	return s.Say("{account} paid {amount}. It has {left} left.", "account", account, "amount", amount, "left", left)
}
