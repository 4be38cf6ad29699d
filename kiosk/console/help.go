package console

import (
	"net/http"
	"strings"
)

// helpPath is what each part of the pages is for, to who may open it.
const helpPath = "/staff/help"

// firstHelp is what first screens are for, by their words.
var firstHelp = map[string]string{
	"To decide":    "What waits for you, in the order in which you decide: pupils who object, whose printing is withdrawn, who is let off a rule, and whether the rules treat year groups alike. A blue edge means that somebody waits.",
	"Today":        "What is red comes first: printers that cannot print, and why. Then the day in numbers, who cannot print, and the day's jobs. Titles of documents never show. Find a person in the box at the top.",
	"My class now": "The class in front of you, by timetable and cover. What it printed this week and this term, what waits for your yes and to be printed here, what is left to each pupil, and who cannot print just now: why is theirs to tell. A lesson that you cover is yours until its bell, without its past. With no lesson on you see all of your classes.",
	"This month":   "What departments printed and paid this month, pages that printers counted and nobody released here, and the same as files for a spreadsheet.",
}

// partHelp is what parts are for, by their address.
var partHelp = map[string]string{
	todayPath:         "The school's day as IT sees it: printers that cannot print, the day in numbers, and its jobs, without titles.",
	livePath:          "What is happening at the school, as it happens: jobs that arrive and come out page by page, printers, kiosks, and how many people came to each in a quarter of an hour. Titles never show, and nobody is named who came to a kiosk.",
	healthPath:        "How the installation is: database, servers, documents, printers, queues, kiosks, certificate, mail, backups and more, what is not well first, each with what to do next.",
	queuesPath:        "The addresses that computers print to: who may use each, who may print in colour, where jobs come out, and what holds where a job does not say. A preview shows what would change.",
	waitingPath:       "Large jobs and jobs in colour that wait for your yes. The pupil reads your answer when they next touch their badge. A job that changed since is asked for again.",
	mattersPath:       "Matters of safeguarding that are with you. Nobody else sees them, and each look is recorded. Acknowledge one within two school hours, or it goes to the next in line.",
	reviewsPath:       "Pupils who say that a withdrawal was wrong, and flags that wait for a person. Nobody decides about what they did themselves.",
	refundsPath:       "Prints that went wrong. The page says what the printer reported; give all pages back, some, or none with a reason.",
	classesPath:       "The classes that you teach by today's list, and one that you cover until its bell: what they printed, what you can give them, and who cannot print.",
	tutorPath:         "Your registration class: a lost badge stops at once, and the pupil gets a pass for today.",
	"/staff/people":   "Find anybody by a part of their name or user name. A person's page has what is left to them, their jobs, badges and what was done about them lately. Opening it is recorded.",
	flagPath:          "Tell of misuse that you saw: the pupil, a category and your words. It stops nobody; a colleague decides what comes of it, and a matter of safeguarding goes to its lead alone.",
	rightsPath:        "Withdraw printing from one, a class or a year group, from a time until a time, for a reason that they read. One press gives it back to all whom a decision met.",
	rostersPath:       "What the last imports of the school's own system changed, in numbers, and why one stopped. Nothing is applied that would remove too many at once.",
	"/staff/guests":   "Visitors under the head's dated authority. Each gets a pass for the day and some pages.",
	"/staff/mine":     "Your own jobs, by title. Take out pages, print two on a side, hand one to the print room, or make a slip for a pupil to collect one job at one printer within 20 minutes.",
	roomPath:          "What colleagues hand to the print room, by the time that it is due: late is red. Print releases it to a printer that you choose, for the account that they named. Done tells them that it is ready; Send back gives it back, with a reason. You see the title and the first page, until it is printed.",
	printersPath:      "Every printer, what is wrong with it and who mends it, its paper and toner, and the pages that it counted beyond ours. Pause one, or print a test page.",
	kiosksPath:        "The screens beside printers. Pair one by the code that it shows, and see which are on.",
	examsPath:         "Exam windows: open now, to come, and of the last seven days how many have printed and how much. A receipt names nobody. The examinations officer and IT open a window, end it early and take one back; what its people print there in it uses nobody's pages.",
	"/staff/roll-out": "What to put on the school's computers, telephones and tablets so that they print here, ready made for each kind.",
	usagePath:         "What the school printed between two days, by year group, department, class, printer or week. The table that may leave the school hides what fewer than 5 people printed.",
	trustPath:         "What each school of the trust printed, in sums alone.",
	classUsagePath:    "What the pupils of one of your classes printed, in any week, month, term or year, with what is left to each; as CSV and as a workbook. Looking is recorded.",
	accountsPath:      "Shared accounts of departments, classes, events and exams: who may charge them, and what is left. A class's budget is what its teacher gives from.",
	schoolsPath:       "Each school where you have an account: what is not well there, worst first, and where to do something about it. One click takes you there without signing in again.",
	holdsPath:         "About whom nothing is purged, why, since when, and when somebody looks at it again. Place one, keep it on until another day, or end it.",
	requestsPath:      "Who asked to see what is kept about them, until when they are to be answered, and the file to hand over. And who read whose record.",
	pricesPath:        "What a side, a sheet and a finish cost, since when, and what is planned. Try other prices on what was printed last term before you save them from a day on. What was printed keeps the prices of its time.",
	allowancesPath:    "Who gets how much, how often, and what becomes of the rest. Try a change on what was printed last term: how many would have run out, by year group.",
	fairnessPath:      "Flags and withdrawals by year group, with the range that chance allows. Small numbers are hidden.",
	"/staff/calendar": "Terms, days off, bells and cover. Closing a day keeps what waits until the school opens again.",
	colleaguesPath:    "Who of the staff may sign in, who has a second factor, and who is signed in just now. Sign somebody out everywhere, reset a second factor, or shut them out; and read whom a review of access wants gone.",
	recordPath:        "Who changed what and when, what changed since you were last here, and who holds which role. Verify recomputes every seal: what was changed or taken out afterwards is found.",
	accessPath:        "Everybody who may use these pages: roles, since when and given by what, the last sign-in and the ways in, what is unused first. Mark what is to go, and sign that you looked: the record keeps it with a digest of the list, and the next review says what changed since.",
	rulesPath:         "The school's rules of printing, and who is let off them, which a second officer records.",
	policyPath:        "The rules of conduct and what follows from them. A rule reports for four weeks before it acts; one switch stops them all.",
}

// helpPage is what help.html shows.
type helpPage struct {
	visitor
	Topics []topic
}

// topic is one part, with what it is for.
type topic struct{ ID, Word, Path, Say string }

// helpPage explains the parts that the visitor may open, in their order.
func (c *Console) helpPage(w http.ResponseWriter, r *http.Request, v visitor) {
	page := helpPage{visitor: v}
	for _, p := range v.Parts {
		page.Topics = append(page.Topics, topic{topicOf(p.Path), p.Word, p.Path, p.help()})
	}
	c.pages.Show(w, r, http.StatusOK, "help", page)
}

func (p part) help() string {
	if p.Path == firstPath {
		return firstHelp[p.Word]
	}
	return partHelp[p.Path]
}

func topicOf(path string) string { return strings.ReplaceAll(strings.Trim(path, "/"), "/", "-") }

// Help is where the page asked for is explained.
func (v visitor) Help() string {
	for _, p := range v.Parts {
		if p.Here {
			return helpPath + "#" + topicOf(p.Path)
		}
	}
	return helpPath
}
