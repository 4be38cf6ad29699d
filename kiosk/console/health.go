package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"inkwell/internal/school"
)

// healthPath is how the installation is.
const healthPath = "/staff/health"

// Level is how a finding counts.
type Level int

// The levels, worst last.
const (
	Well Level = iota // nothing to do
	Look              // somebody should look
	Ill               // something does not work
)

// Finding is one thing that was looked at: how it is, and what to do next.
type Finding struct {
	Level         Level
	What, Say, Do string
}

// Health looks at everything that inkwell check looks at, as a school may know it, and says when
// that was.
type Health func(ctx context.Context, in school.ID) ([]Finding, time.Time)

// healthPage is what health.html shows.
type healthPage struct {
	visitor
	At    string
	Word  string
	Look  string
	Parts []healthGroup
}

// healthGroup are findings of one level.
type healthGroup struct {
	Word string
	All  []healthRow
}

type healthRow struct {
	What  string
	State stateWord
	Say   string
	Do    string
}

var levelWords = map[Level]stateWord{Well: {"Well", "badge--good"}, Look: {"Look at it", "badge--warn"}, Ill: {"Not well", "badge--bad"}}

// healthPage shows what is not well first.
func (c *Console) healthPage(w http.ResponseWriter, r *http.Request, v visitor) {
	all, at := c.health(r.Context(), v.School)
	page := healthPage{visitor: v, At: at.In(v.Now.Location()).Format("15:04:05"), Word: "Everything is well", Look: "notice--good"}
	for _, g := range []struct {
		level      Level
		word, sums string
		look       string
	}{{Ill, "Needs attention now", "Something needs attention now", "notice--bad"}, {Look, "Worth a look", "Nothing is broken, and something is worth a look", "notice--warn"}, {Well, "Well", "", ""}} {
		group := healthGroup{Word: g.word}
		for _, f := range all {
			if f.Level == g.level {
				group.All = append(group.All, healthRow{sentence(f.What), levelWords[f.Level], sentence(f.Say), f.next()})
			}
		}
		if len(group.All) == 0 {
			continue
		}
		if g.sums != "" && len(page.Parts) == 0 {
			page.Word, page.Look = g.sums, g.look
		}
		page.Parts = append(page.Parts, group)
	}
	c.pages.Show(w, r, http.StatusOK, "health", page)
}

// next is what to do about a finding, as a sentence begins.
func (f Finding) next() string {
	if f.Do == "" || strings.HasPrefix(f.Do, "inkwell ") { // a command stands as it is typed
		return f.Do
	}
	return sentence(f.Do)
}
