package console

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// A pupil's own page, its parts, and the way in.
const (
	myPath        = "/my"
	mySignInPath  = myPath + "/sign-in"
	myJobsPath    = myPath + "/jobs"
	myNewsPath    = myPath + "/news"
	myPrintsPath  = myPath + "/prints"
	myBalancePath = myPath + "/balance"
	myPrinterPath = myPath + "/printer"
	myBadgePath   = myPath + "/badge"
)

// myParts are the parts of it.
var myParts = []part{
	{Path: myPath, Word: "Waiting"},
	{Path: myPrintsPath, Word: "Printed"},
	{Path: messagesPath, Word: "Messages"},
	{Path: myPrinterPath, Word: "Printers"},
	{Path: myBadgePath, Word: "Badge"},
}

// myPartsFor are the parts, on a page of the path.
func myPartsFor(path string) []part {
	all := slices.Clone(myParts)
	for i := range all {
		all[i].Here = all[i].Path == path || all[i].Path == myPrintsPath && path == myBalancePath
	}
	return all
}

// isOwn says whether a path is one of a pupil's own pages.
func isOwn(path string) bool { return path == myPath || strings.HasPrefix(path, myPath+"/") }

// at is a path of one's own pages: a pupil's under /my, or that of staff.
func (v visitor) at(own, staff string) string {
	if v.Own {
		return own
	}
	return staff
}

// Home is the page of the visitor's own jobs.
func (v visitor) Home() string { return v.at(myPath, "/staff/mine") }

// Jobs is what the addresses of the visitor's own jobs begin with.
func (v visitor) Jobs() string { return v.at(myJobsPath, "/staff/mine") }

// Prints is the page of what the visitor has printed.
func (v visitor) Prints() string { return v.at(myPrintsPath, "/staff/mine") }

// PrintActs is what the addresses of acts about them begin with.
func (v visitor) PrintActs() string { return v.at(myPrintsPath, "/staff/mine/prints") }

// OwnPage is the desk's part in pupils' own page.
type OwnPage interface {
	Own(ctx context.Context, a school.Actor) (release.OwnStanding, error)
	History(ctx context.Context, a school.Actor) ([]release.Print, error)
	DeleteOwn(ctx context.Context, a school.Actor, id release.JobID) error
	LoseOwnBadge(ctx context.Context, a school.Actor) (int, error)
	Speak(ctx context.Context, v release.Visitor, language string) error
	Upload(ctx context.Context, a school.Actor, u release.Upload, body io.Reader) (release.Job, error)
}

// myPage is what my.html shows: what waits for a pupil, and what they have left.
type myPage struct {
	visitor
	ownStanding
	Waiting []ownJob
	Ended   []ownJob // today
	Total   string   // what all that waits costs, with more than one job
	News    string   // what myNews says of it
	Working bool     // something is being looked at
	Sent    bool     // a document has just come from here
	Say     string   // why something was not done
}

// ownStanding is how a pupil stands, in words.
type ownStanding struct {
	Given    string
	Young    bool   // Year 6 or below: fewer and simpler words
	Left     string // "88 pages"
	Colour   string // "10 of them in colour", or ""
	None     bool   // nothing left
	Barred   string // why they cannot print at all, or ""
	Unsigned bool
	NewBadge string
	Spared   string // until when they are let off rules, or ""
	Uploads  bool
	Most     string // how large a document may be
	badges   school.BadgeState
	codes    bool
}

// youngest is the last year group that reads the simpler words.
const youngest = 6

func (v visitor) standing(o release.OwnStanding) ownStanding {
	s := ownStanding{Given: o.Given, Young: o.Year > 0 && o.Year <= youngest, Left: o.Left.Unit.Say(o.Left.Units), None: o.Left.Units <= 0,
		Unsigned: o.Unsigned, NewBadge: o.NewBadge, Uploads: o.Uploads, Most: megabytes(o.MostBytes), badges: o.Badges, codes: o.Codes}
	if o.Left.Ceiling {
		s.Colour = fmt.Sprintf("%d in colour", max(0, o.Left.Colour))
	}
	if f := fault.As(o.Barred); f != nil {
		s.Barred = f.Say
	}
	var until time.Time
	for _, e := range o.Spared {
		if e.Ends.After(until) {
			until = e.Ends
		}
	}
	if !until.IsZero() {
		s.Spared = moment(until, v.Now)
	}
	return s
}

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n>>20) }

func (c *Console) myPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showMy(w, r, v, http.StatusOK, myPage{Sent: r.FormValue("sent") != ""})
}

func (c *Console) showMy(w http.ResponseWriter, r *http.Request, v visitor, status int, page myPage) {
	o, all, err := c.mine(r.Context(), v)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	tongue, _, err := c.reads(r.Context(), v)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page.visitor, page.ownStanding, page.News = v, v.standing(o), newsOf(all)
	var due int64
	for _, j := range all {
		row := v.ownJob(j, o.Left.Unit, tongue)
		if j.State.Ended() {
			page.Ended = append(page.Ended, row)
			continue
		}
		page.Waiting = append(page.Waiting, row)
		page.Working = page.Working || row.Working
		due += j.Due()
	}
	if len(page.Waiting) > 1 && due > 0 {
		page.Total = afterwards(o.Left, due)
	}
	c.pages.Show(w, r, status, "my", page)
}

// mine is how a pupil stands, and what is theirs.
func (c *Console) mine(ctx context.Context, v visitor) (o release.OwnStanding, all []release.MyJob, err error) {
	if o, err = c.desk.Own(ctx, v.Actor); err == nil {
		all, err = c.desk.Mine(ctx, v.Actor)
	}
	return o, all, err
}

// afterwards is what everything that waits costs, and what is left then.
func afterwards(left quota.Left, due int64) string {
	say := "All of it costs " + left.Unit.Say(due)
	if due > left.Units {
		return say + ": more than you have left."
	}
	return say + ". " + left.Unit.Say(left.Units-due) + " left afterwards."
}

// myNews is a short text that is another one once something has become of the pupil's jobs: their
// page asks for it while one is being looked at.
func (c *Console) myNews(w http.ResponseWriter, r *http.Request, v visitor) {
	all, err := c.desk.Mine(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	writeNews(w, newsOf(all))
}

// writeNews answers a page that looks by itself whether something on it has changed.
func writeNews(w http.ResponseWriter, news string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, news) // whoever hangs up asks again
}

func newsOf(all []release.MyJob) string {
	words := make([]string, len(all))
	for i, j := range all {
		words[i] = fmt.Sprintf("%d:%s:%d", j.ID, j.State, j.Edition)
	}
	return cmp.Or(strings.Join(words, " "), "none")
}
