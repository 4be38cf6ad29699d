package console

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
)

// printersPath is where printers are looked after.
const printersPath = "/staff/printers"

// printersPage is what printers.html shows.
type printersPage struct {
	visitor
	Ready  string
	Faults []faultRow
	Rows   []printerRow
}

// printerPage is what printer.html shows.
type printerPage struct {
	visitor
	Printer printerRow
	Paused  bool
	Address string
	Says    string // printer-state-reasons as they stand
	Can     string
	Faults  []faultRow
	Past    []faultRow
	Nights  []nightRow
	Today   []sentRow
	Pages   int       // of ours that came out today
	Test    stateWord // what became of the test page of just now; zero without one
	Say     string
}

// printerRow is a printer in the list.
type printerRow struct {
	ID          release.PrinterID
	Name        string
	Place       string // room and asset tag
	OnlyBeside  bool   // released to from beside it alone
	State       stateWord
	Supplies    []supplyBar
	Waiting     int
	Wrong       int    // open faults
	Unaccounted string // pages of a week, or why they cannot be said
	Much        bool   // that somebody should ask
	Seen        string
}

// supplyBar is how full a supply is.
type supplyBar struct {
	Name  string
	Say   string
	Width int    // of 100; -1 where it is not known
	Tint  string // black, cyan, magenta, yellow or none
	Low   bool
}

// faultRow is something that is wrong.
type faultRow struct {
	ID      release.FaultID
	Printer release.PrinterID
	Name    string
	Place   string
	Kind    string
	Since   string
	Until   string
	Who     string
	Ours    bool // IT may say that it is mended
}

// nightRow is one reading of the counter.
type nightRow struct{ Day, Unaccounted, Ours, Note string }

// sentRow is a delivery of today.
type sentRow struct {
	Time  string
	Test  bool
	Job   release.JobID
	State stateWord
	Pages string
}

// muchUnaccounted is how many pages of a week beside ours are marked.
const muchUnaccounted = 50

func (c *Console) printersPage(w http.ResponseWriter, r *http.Request, v visitor) {
	all, err := c.desk.Cares(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page := printersPage{visitor: v}
	ready := 0
	for _, p := range all {
		page.Rows = append(page.Rows, v.printerRow(p))
		for _, f := range p.Faults {
			page.Faults = append(page.Faults, v.faultRow(f))
		}
		if p.Ready(v.Now) {
			ready++
		}
	}
	slices.SortStableFunc(page.Rows, func(a, b printerRow) int { return cmp.Compare(b.State.rank(), a.State.rank()) })
	page.Ready = fmt.Sprintf("%d of %d are ready", ready, len(all))
	c.pages.Show(w, r, http.StatusOK, "printers", page)
}

// rank has what is red come first.
func (s stateWord) rank() int {
	return slices.Index([]string{"badge--good", "badge--blue", "badge--warn", "badge--bad"}, s.Look)
}

func (v visitor) printerRow(p release.Care) printerRow {
	row := printerRow{ID: p.ID, Name: p.Name, Place: place(p.PrinterRecord), OnlyBeside: p.OnlyBeside, State: v.printerState(p.PrinterRecord), Waiting: p.Waiting, Wrong: len(p.Faults),
		Unaccounted: strconv.FormatInt(p.Week, 10), Much: p.Week >= muchUnaccounted, Seen: lastSeen(p.Seen, v.Now)}
	if p.Night.Unaccounted < 0 && p.Week == 0 {
		row.Unaccounted = ""
	}
	for _, s := range p.Can.Supplies {
		row.Supplies = append(row.Supplies, barOf(s))
	}
	return row
}

// place is where a printer stands and what the inventory calls it.
func place(p release.PrinterRecord) string {
	return joined(p.Room, p.Asset)
}

// joined has what is not empty stand beside one another.
func joined(all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), " · ")
}

func (v visitor) printerState(p release.PrinterRecord) stateWord {
	look := "badge--bad"
	switch {
	case !p.Paused.IsZero():
		look = "badge--warn"
	case p.Ready(v.Now) && p.State == release.PrinterProcessing:
		look = "badge--blue"
	case p.Ready(v.Now):
		look = "badge--good"
	}
	return stateWord{p.StateInWords(v.Now), look}
}

// tints are the colours of supplies that have a colour here.
var tints = []string{"black", "cyan", "magenta", "yellow"}

func barOf(s release.Supply) supplyBar {
	bar := supplyBar{Name: s.Words(), Say: s.LevelInWords(), Width: -1, Tint: "none", Low: s.Low()}
	if percent, known := s.Percent(); known {
		bar.Width = percent
	}
	for _, tint := range tints {
		if !s.Waste() && strings.Contains(strings.ToLower(s.Color+" "+s.Name), tint) {
			bar.Tint = tint
		}
	}
	return bar
}

func (v visitor) faultRow(f release.Fault) faultRow {
	row := faultRow{ID: f.ID, Printer: f.Printer.ID, Name: f.Printer.Name, Place: place(f.Printer), Kind: f.Kind.Words(), Since: moment(f.First, v.Now), Who: f.Who(), Ours: !f.Alert}
	if !f.Ended.IsZero() {
		row.Until = moment(f.Ended, v.Now)
		row.Who += ", ended by itself"
		if f.ByHand {
			row.Who = strings.TrimSuffix(row.Who, ", ended by itself") + ", mended"
		}
	}
	return row
}

func (c *Console) printerPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showPrinter(w, r, v, http.StatusOK, "")
}

func (c *Console) showPrinter(w http.ResponseWriter, r *http.Request, v visitor, status int, say string) {
	l, err := c.desk.LookAt(r.Context(), v.Actor, numberIn[release.PrinterID](r, "printer"))
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page := printerPage{visitor: v, Printer: v.printerRow(l.Care), Paused: !l.Paused.IsZero(), Address: l.URI, Says: strings.Join(l.Reasons, ", "), Can: canInWords(l.Can), Say: say}
	for _, f := range l.Faults {
		page.Faults = append(page.Faults, v.faultRow(f))
	}
	for _, f := range l.Past {
		if !f.Ended.IsZero() {
			page.Past = append(page.Past, v.faultRow(f))
		}
	}
	for _, n := range l.Nights {
		page.Nights = append(page.Nights, v.nightRow(n))
	}
	for _, s := range l.Today {
		page.Pages += s.Printed
		page.Today = append(page.Today, v.sentRow(s))
		if s.Test && page.Test == (stateWord{}) && v.Now.Sub(s.Reserved) < testIsNews {
			page.Test = testWords[s.State]
		}
	}
	c.pages.Show(w, r, status, "printer", page)
}

func (v visitor) nightRow(n release.Night) nightRow {
	row := nightRow{Day: n.Day.Time().Format("Mon 2 January")}
	if n.Note != "" {
		row.Note = n.InWords()
		return row
	}
	row.Unaccounted, row.Ours = strconv.FormatInt(n.Unaccounted, 10), strconv.FormatInt(n.Ours, 10)
	return row
}

var sentWords = map[release.DeliveryState]stateWord{
	release.Reserved: {"Waits", ""}, release.Sending: {"Being sent", "badge--blue"}, release.Printing: {"Printing", "badge--blue"},
	release.Settled: {"Printed", "badge--good"}, release.Void: {"Nothing came out", ""}, release.Unclear: {"Unclear", "badge--warn"},
}

// testIsNews is how long the page of a printer speaks of its test page.
const testIsNews = 10 * time.Minute

var testWords = map[release.DeliveryState]stateWord{
	release.Reserved: {"A test page is on its way.", ""}, release.Sending: {"A test page is on its way.", ""},
	release.Printing: {"The test page is printing.", ""}, release.Settled: {"The test page has come out.", "notice--good"},
	release.Void:    {"The test page did not come out. Nothing was charged.", "notice--warn"},
	release.Unclear: {"The printer was lost while it printed the test page. Is it there?", "notice--warn"},
}

func (v visitor) sentRow(s release.Sent) sentRow {
	return sentRow{Time: moment(s.Reserved, v.Now), Test: s.Test, Job: s.Job, State: sentWords[s.State], Pages: fmt.Sprintf("%d of %d", s.Printed, s.Of)}
}

// canInWords is what a printer can do, as far as people ask.
func canInWords(can release.Capabilities) string {
	if !can.Asked {
		return "Not known yet"
	}
	all := []string{"black and white", "one-sided"}
	if can.Color() {
		all[0] = "colour"
	}
	if can.Duplex() {
		all[1] = "both sides"
	}
	if slices.ContainsFunc(can.Media, func(m string) bool { return strings.HasPrefix(m, "iso_a3_") }) {
		all = append(all, "A3")
	}
	if slices.Contains(can.Finishings, 4) || slices.ContainsFunc(can.Finishings, func(n int) bool { return n >= 20 && n <= 31 }) {
		all = append(all, "staples")
	}
	if can.Speed > 0 {
		all = append(all, fmt.Sprintf("%d pages a minute", can.Speed))
	}
	say := strings.Join(all, ", ")
	return strings.ToUpper(say[:1]) + say[1:]
}

func (c *Console) pausePrinter(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.desk.PausePrinter(r.Context(), v.Actor, numberIn[release.PrinterID](r, "printer"), r.PostFormValue("pause") == "yes")
	c.lookedAfter(w, r, v, err)
}

func (c *Console) printTestPage(w http.ResponseWriter, r *http.Request, v visitor) {
	_, err := c.desk.PrintTestPage(r.Context(), v.Actor, numberIn[release.PrinterID](r, "printer"))
	c.lookedAfter(w, r, v, err)
}

func (c *Console) mendPrinter(w http.ResponseWriter, r *http.Request, v visitor) {
	id, err := strconv.ParseInt(r.PostFormValue("fault"), 10, 64)
	if err != nil {
		id = 0 // which no fault has
	}
	c.lookedAfter(w, r, v, c.desk.Mend(r.Context(), v.Actor, release.FaultID(id)))
}

// lookedAfter shows the printer again. What a colleague has mended already is mended.
func (c *Console) lookedAfter(w http.ResponseWriter, r *http.Request, v visitor, err error) {
	f := fault.As(err)
	switch {
	case err == nil, f != nil && f.Code == "fault-unknown":
		http.Redirect(w, r, fmt.Sprintf("%s/%d", printersPath, numberIn[release.PrinterID](r, "printer")), http.StatusSeeOther)
	case f != nil && (f.Kind == fault.Conflict || f.Kind == fault.Suspended || f.Code == "printer-stopped"):
		c.showPrinter(w, r, v, http.StatusConflict, f.Say)
	default:
		c.pages.Error(w, r, err)
	}
}
