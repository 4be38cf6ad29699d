package console

import (
	"net/http"
	"slices"
	"strings"

	"inkwell/internal/school"
)

// firstPath is everybody's first screen.
const firstPath = "/staff"

// part is one of the parts that the pages have.
type part struct {
	Path, Word string
	Count      int  // of what waits there
	Here       bool // the page asked for is in it
	group      string
	needs      school.Capability
}

// The groups of the menu, in its order.
const (
	forNow    = "Now"
	forPeople = "People"
	forPaper  = "Printing"
	forSums   = "Figures"
	forSchool = "School"
)

var groups = []string{forNow, forPeople, forPaper, forSums, forSchool}

// parts are all of them, in the order of the menu.
var parts = []part{
	{Path: todayPath, Word: "School today", group: forNow, needs: school.ReviewAnyone},
	{Path: livePath, Word: "Now", group: forNow, needs: school.ManageFace},
	{Path: schoolsPath, Word: "Your schools", group: forNow, needs: school.UseConsole},
	{Path: waitingPath, Word: "Waiting for you", group: forNow, needs: school.ApprovePupils},
	{Path: mattersPath, Word: "Safeguarding", group: forNow, needs: school.SeeMatters},
	{Path: reviewsPath, Word: "Reviews", group: forNow, needs: school.ReviewConduct},
	{Path: refundsPath, Word: "Pages back", group: forNow, needs: school.RefundPupils},
	{Path: classesPath, Word: "My classes", group: forPeople, needs: school.GrantFromClass},
	{Path: tutorPath, Word: "My tutor group", group: forPeople, needs: school.PassOwnClass},
	{Path: "/staff/people", Word: "People", group: forPeople, needs: school.FindPeople},
	{Path: flagPath, Word: "Flag a pupil", group: forPeople, needs: school.FlagByName},
	{Path: rightsPath, Word: "Printing rights", group: forPeople, needs: school.Suspend},
	{Path: "/staff/guests", Word: "Guests", group: forPeople, needs: school.SponsorGuest},
	{Path: "/staff/mine", Word: "My jobs", group: forPaper, needs: school.AskPrintRoom},
	{Path: roomPath, Word: "Print room", group: forPaper, needs: school.RunPrintRoom},
	{Path: printersPath, Word: "Printers", group: forPaper, needs: school.ManageFace},
	{Path: kiosksPath, Word: "Kiosks", group: forPaper, needs: school.ManageFace},
	{Path: queuesPath, Word: "Queues", group: forPaper, needs: school.ManageFace},
	{Path: examsPath, Word: "Exams", group: forPaper, needs: school.SeeExams},
	{Path: rostersPath, Word: "Rosters", group: forPeople, needs: school.ManageRoster},
	{Path: "/staff/roll-out", Word: "Roll-out", group: forPaper, needs: school.ManageFace},
	{Path: usagePath, Word: "Usage", group: forSums, needs: school.SeeUsage},
	{Path: trustPath, Word: "The trust", group: forSums, needs: school.SeeTrust},
	{Path: classUsagePath, Word: "Class usage", group: forSums, needs: school.SeeClassUsage},
	{Path: accountsPath, Word: "Accounts", group: forSums, needs: school.TopUp},
	{Path: pricesPath, Word: "Prices", group: forSums, needs: school.SetPrices},
	{Path: allowancesPath, Word: "Allowances", group: forSums, needs: school.SetPrices},
	{Path: fairnessPath, Word: "Fairness", group: forSums, needs: school.SeeFairness},
	{Path: "/staff/calendar", Word: "Calendar", group: forSchool, needs: school.ArrangeCover},
	{Path: healthPath, Word: "Health", group: forSchool, needs: school.ManageFace},
	{Path: requestsPath, Word: "Requests", group: forSchool, needs: school.AnswerRequests},
	{Path: holdsPath, Word: "Legal holds", group: forSchool, needs: school.AnswerRequests},
	{Path: recordPath, Word: "Audit", group: forSchool, needs: school.SeeRecord},
	{Path: accessPath, Word: "Access", group: forSchool, needs: school.ReviewAccess},
	{Path: rulesPath, Word: "Rules", group: forSchool, needs: school.ExemptFromRules},
	{Path: policyPath, Word: "Conduct", group: forSchool, needs: school.SetConduct},
	{Path: colleaguesPath, Word: "Sign-ins", group: forSchool, needs: school.ManageRoster},
}

// first is a first screen of its own kind, for whoever may do something.
type first struct {
	needs school.Capability
	word  string
	serve func(c *Console, w http.ResponseWriter, r *http.Request, v visitor)
}

// firsts are those there are; the first that somebody may have is theirs.
var firsts = []first{
	{school.ReviewAnyone, "To decide", (*Console).headPage},
	{school.SeeSchool, "Today", (*Console).todayPage},
	{school.GrantFromClass, "My class now", (*Console).nowPage},
	{school.TopUp, "This month", (*Console).bursarPage},
}

// leads are the parts that a role looks at first, in its own order, after its first screen.
// They stand beside one another; all the rest is in the menu. Who holds several roles has
// those of the first role here.
var leads = []struct {
	role  school.Role
	paths []string
}{
	{school.IT, []string{schoolsPath, "/staff/people", livePath, printersPath, waitingPath, rightsPath}},
	{school.Head, []string{reviewsPath, todayPath, rulesPath, fairnessPath, "/staff/people"}},
	{school.COO, []string{trustPath, usagePath, fairnessPath, rulesPath}},
	{school.Exams, []string{examsPath}},
	{school.Auditor, []string{recordPath, accessPath}},
	{school.PrintRoom, []string{roomPath}},
	{school.Safeguarding, []string{mattersPath, flagPath}},
	{school.Teacher, []string{waitingPath, classesPath, classUsagePath, "/staff/mine"}},
	{school.Assistant, []string{"/staff/mine", flagPath}},
	{school.Cover, []string{waitingPath, "/staff/mine"}},
	{school.Reception, []string{"/staff/people", "/staff/guests", "/staff/calendar"}},
	{school.Finance, []string{accountsPath, usagePath, pricesPath, allowancesPath, "/staff/people"}},
	{school.Provider, []string{schoolsPath, livePath, printersPath, kiosksPath, "/staff/roll-out"}},
	{school.DataProtection, []string{requestsPath, holdsPath, accessPath, "/staff/people", recordPath}},
}

// most is how many parts stand beside one another for whom nothing is said.
const mostLeads = 5

// partsFor are those that somebody may open, on a page of the path: what they look at first
// in its order, then the rest in the menu's.
func partsFor(a school.Actor, path string) (open []part) {
	if f, has := firstFor(a); has {
		open = append(open, part{Path: firstPath, Word: f.word, Here: path == firstPath, group: forNow})
	}
	for _, p := range parts {
		if a.May(p.needs) {
			p.Here = path == p.Path || strings.HasPrefix(path, p.Path+"/")
			open = append(open, p)
		}
	}
	order := leadsFor(a)
	slices.SortStableFunc(open, func(x, y part) int { return rank(order, x) - rank(order, y) })
	return open
}

// rank is where a part comes among those that are looked at first, or after them.
func rank(order []string, p part) int {
	if p.Path == firstPath {
		return -1
	}
	if i := slices.Index(order, p.Path); i >= 0 {
		return i
	}
	return len(order)
}

func leadsFor(a school.Actor) []string {
	for _, l := range leads {
		if slices.Contains(a.Roles, l.role) {
			return l.paths
		}
	}
	return nil
}

func firstFor(a school.Actor) (first, bool) {
	i := slices.IndexFunc(firsts, func(f first) bool { return a.May(f.needs) })
	if i < 0 {
		return first{}, false
	}
	return firsts[i], true
}

// Leads are the parts that stand beside one another.
func (v visitor) Leads() []part {
	order, n := leadsFor(v.Actor), 0
	for _, p := range v.Parts {
		if p.Path == firstPath || order == nil || slices.Contains(order, p.Path) {
			n++
		}
	}
	return v.Parts[:min(n, mostLeads+1)]
}

// group is a part of the menu.
type group struct {
	Word  string
	Parts []part
}

// Menu is every part, by its group.
func (v visitor) Menu() (all []group) {
	for _, word := range groups {
		g := group{Word: word}
		for _, p := range v.Parts {
			if p.group == word {
				g.Parts = append(g.Parts, p)
			}
		}
		if len(g.Parts) > 0 {
			all = append(all, g)
		}
	}
	return all
}

// InMenu is how much waits in parts that only the menu has.
func (v visitor) InMenu() (n int) {
	for _, p := range v.Parts[len(v.Leads()):] {
		n += p.Count
	}
	return n
}

// Place is the word of the part that the page is in, or "".
func (v visitor) Place() string {
	for _, p := range v.Parts {
		if p.Here {
			return p.Word
		}
	}
	return ""
}

// waits is how much waits in a part.
func (v visitor) waits(path string) int {
	if i := slices.IndexFunc(v.Parts, func(p part) bool { return p.Path == path }); i >= 0 {
		return v.Parts[i].Count
	}
	return 0
}

// Waits is how much waits anywhere.
func (v visitor) Waits() (n int) {
	for _, p := range v.Parts {
		n += p.Count
	}
	return n
}

// firstPage is what somebody looks at first, and for whom there is nothing of its own kind the
// first part that they may open.
func (c *Console) firstPage(w http.ResponseWriter, r *http.Request, v visitor) {
	if f, has := firstFor(v.Actor); has {
		f.serve(c, w, r, v)
		return
	}
	if len(v.Parts) == 0 {
		c.nothing(w, r)
		return
	}
	http.Redirect(w, r, v.Parts[0].Path, http.StatusSeeOther)
}
