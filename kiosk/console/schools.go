package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/signin"
)

// schoolsPath is what needs somebody at each school of theirs.
const schoolsPath = "/staff/schools"

// schoolsPage is what schools.html shows.
type schoolsPage struct {
	visitor
	Say  string
	Word string
	Look string
	All  []schoolCard
}

// schoolCard is a school of the visitor's.
type schoolCard struct {
	ID    school.ID
	Name  string
	This  bool
	As    string // roles there
	State stateWord
	Lines []schoolLine
	More  int  // findings that are not shown
	Blind bool // the role there does not look after machines
	Apart bool // what they signed in with does not open it
}

// schoolLine is one thing that is not well, and the page that is the next step.
type schoolLine struct {
	State    stateWord
	What     string
	Say      string
	Next     string // a path
	NextWord string
}

// mostFindings is how many findings a card has.
const mostFindings = 6

// nextPaths are the pages where something is done about a finding, by what it is about; the others are on Health.
var nextPaths = map[string]string{
	"printers": printersPath, "kiosks": kiosksPath, "queues": queuesPath, "roster": rostersPath, "second factor": colleaguesPath,
	"record": recordPath, "waiting jobs": livePath, "pages of nobody": usagePath,
}

// schoolsPage looks at each school of the visitor's as its own Health does, all of them at once. What is not well comes first.
func (c *Console) schoolsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showSchools(w, r, v, http.StatusOK, "")
}

func (c *Console) showSchools(w http.ResponseWriter, r *http.Request, v visitor, status int, say string) {
	all, err := c.signIn.Places(r.Context(), sessionToken(r))
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	cards, worst := make([]schoolCard, len(all)), make([]Level, len(all))
	errs := make([]error, len(all))
	var looking sync.WaitGroup
	for i, place := range all {
		looking.Go(func() { cards[i], worst[i], errs[i] = c.schoolCard(r.Context(), place) })
	}
	looking.Wait()
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
		if errs[i] != nil {
			c.pages.Error(w, r, errs[i])
			return
		}
	}
	slices.SortStableFunc(order, func(x, y int) int { return int(worst[y]) - int(worst[x]) })
	page := schoolsPage{visitor: v, Say: say, Word: "All is well at every school of yours", Look: "notice--good"}
	bad := 0
	for _, i := range order {
		page.All = append(page.All, cards[i])
		if worst[i] == Ill {
			bad++
		}
	}
	switch {
	case bad > 0:
		page.Word, page.Look = fmt.Sprintf("%d of %d schools need attention now", bad, len(all)), "notice--bad"
	case len(order) > 0 && worst[order[0]] == Look:
		page.Word, page.Look = "Nothing is broken, and something is worth a look", "notice--warn"
	}
	c.pages.Show(w, r, status, "schools", page)
}

// schoolCard is how a school is, as its own roles let the visitor know, and the worst of it.
func (c *Console) schoolCard(ctx context.Context, at signin.Place) (card schoolCard, worst Level, err error) {
	card = schoolCard{ID: at.School, Name: at.Name, This: at.This, Apart: at.Apart}
	for i, role := range at.Roles {
		if i > 0 {
			card.As += ", "
		}
		card.As += roleWords[role]
	}
	if at.Apart || !at.May(school.ManageFace) {
		card.Blind = !at.Apart
		return card, Well, nil
	}
	all, _ := c.health(ctx, at.School)
	if at.May(school.SeeUsage) {
		lost, err := c.desk.Unaccounted(ctx, at.Actor)
		if err != nil {
			return card, worst, err
		}
		var sum int64
		for _, one := range lost {
			sum += one.Pages
		}
		if sum > 0 {
			all = append(slices.Clone(all), Finding{Look, "pages of nobody", fmt.Sprintf("%s came out of %s within a week that nobody released here", pages(sum), lost[0].Name), ""})
		}
	}
	for _, level := range []Level{Ill, Look} {
		for _, f := range all {
			if f.Level == level {
				card.Lines = append(card.Lines, c.schoolLine(at, f))
				worst = max(worst, level)
			}
		}
	}
	card.State = levelWords[worst]
	if n := len(card.Lines); n > mostFindings {
		card.Lines, card.More = card.Lines[:mostFindings], n-mostFindings
	}
	return card, worst, nil
}

func (c *Console) schoolLine(at signin.Place, f Finding) schoolLine {
	next := nextPaths[f.What]
	i := slices.IndexFunc(parts, func(p part) bool { return p.Path == next && at.May(p.needs) })
	if i < 0 {
		next, i = healthPath, slices.IndexFunc(parts, func(p part) bool { return p.Path == healthPath })
	}
	return schoolLine{levelWords[f.Level], sentence(f.What), sentence(f.Say), next, parts[i].Word}
}

// switchSchool takes the session to another school of the visitor's, and on to one of its pages.
func (c *Console) switchSchool(w http.ResponseWriter, r *http.Request, v visitor) {
	to, next := numberIn[school.ID](r, "place"), r.PostFormValue("next")
	if !slices.ContainsFunc(parts, func(p part) bool { return p.Path == next }) {
		next = firstPath
	}
	in, err := c.signIn.Switch(r.Context(), sessionToken(r), to)
	if err != nil {
		if f := fault.As(err); f.Kind == fault.Forbidden {
			c.showSchools(w, r, v, http.StatusConflict, f.Say)
			return
		}
		c.pages.Error(w, r, err)
		return
	}
	keepSession(w, r, in.Token)
	http.Redirect(w, r, next, http.StatusSeeOther)
}
