package console

import (
	"context"
	"net/http"
	"slices"

	"inkwell/release"
)

// shown is how many of the day's jobs one page has, and told how many the desk
// tells of at most.
const (
	shown = 100
	told  = 500
)

// todayPath is the school's day for those whose first screen is another.
const todayPath = "/staff/today"

// todayPage is what today.html shows.
type todayPage struct {
	visitor
	Reds      []red
	Ready     int
	Jobs      []jobRow
	Left      int // jobs of this kind that the page leaves out
	Kinds     []kind
	Figures   figures
	Suspended []suspended
	Disowned  []disowned
}

// disowned is a job that somebody turned down as not theirs.
type disowned struct{ Sent, Group, Device string }

func (c *Console) disowned(ctx context.Context, v visitor) (rows []disowned, err error) {
	all, err := c.desk.Disowned(ctx, v.Actor)
	for _, j := range all {
		rows = append(rows, disowned{moment(j.Sent, v.Now), j.Group, j.Device.String()})
	}
	return rows, err
}

// kind is one choice of jobs to look at.
type kind struct {
	Key, Word string
	Count     int
	Chosen    bool
}

// figures are the day in numbers.
type figures struct {
	Jobs, Waiting, Pages int
	More                 bool // there were more jobs than the desk tells of
}

// waiting are the states of a job that can still be printed and is not.
var waiting = []release.JobState{release.Receiving, release.Counting, release.Held}

type choosableKind struct {
	key, word string
	states    []release.JobState
}

// choosable are the kinds, each with the states it covers; the first covers all.
var choosable = []choosableKind{
	{"", "All", nil},
	{"waiting", "Waiting", waiting},
	{"printing", "Printing", []release.JobState{release.Released}},
	{"printed", "Printed", []release.JobState{release.Done}},
	{"refused", "Refused", []release.JobState{release.Refused}},
	{"gone", "Gone", []release.JobState{release.Cancelled, release.Expired}},
}

func (c *Console) todayPage(w http.ResponseWriter, r *http.Request, v visitor) {
	page, err := c.today(r.Context(), v, r.FormValue("jobs"))
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "today", page)
}

func (c *Console) today(ctx context.Context, v visitor, chosen string) (page todayPage, err error) {
	page.visitor = v
	if page.Reds, page.Ready, err = c.printers(ctx, v); err != nil {
		return page, err
	}
	stopped, err := c.stoppedRules(ctx, v)
	if err != nil {
		return page, err
	}
	page.Reds = append(stopped, page.Reds...)
	if page.Suspended, err = c.suspended(ctx, v); err != nil {
		return page, err
	}
	if page.Disowned, err = c.disowned(ctx, v); err != nil {
		return page, err
	}
	jobs, err := c.desk.Today(ctx, v.Actor, 0)
	if err != nil {
		return page, err
	}
	page.Figures = figuresOf(jobs)
	jobs, page.Kinds = sorted(jobs, chosen)
	page.Left = max(0, len(jobs)-shown)
	page.Jobs = rowsOf(jobs[:len(jobs)-page.Left], v.Now)
	return page, nil
}

// figuresOf counts the day.
func figuresOf(jobs []release.TodayJob) figures {
	f := figures{Jobs: len(jobs), More: len(jobs) >= told}
	for _, j := range jobs {
		f.Pages += j.Printed
		if slices.Contains(waiting, j.State) {
			f.Waiting++
		}
	}
	return f
}

// sorted counts the jobs of each kind and picks those of the chosen one; all when
// there is no such kind.
func sorted(jobs []release.TodayJob, chosen string) (picked []release.TodayJob, choices []kind) {
	if !slices.ContainsFunc(choosable, func(k choosableKind) bool { return k.key == chosen }) {
		chosen = ""
	}
	for _, k := range choosable {
		choice := kind{Key: k.key, Word: k.word, Chosen: k.key == chosen}
		for _, j := range jobs {
			if k.states != nil && !slices.Contains(k.states, j.State) {
				continue
			}
			choice.Count++
			if choice.Chosen {
				picked = append(picked, j)
			}
		}
		choices = append(choices, choice)
	}
	return picked, choices
}
