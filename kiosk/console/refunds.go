package console

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"inkwell/internal/fault"
	"inkwell/release"
)

// refundsPath is where those are answered who ask for pages back.
const refundsPath = "/staff/refunds"

// refundsPage is what refunds.html shows.
type refundsPage struct {
	visitor
	Open []refundRow
	Say  string // why an answer was not taken
	Of   release.RefundID
	Why  string // what was typed then
}

// refundRow is a request, without a title.
type refundRow struct {
	ID      release.RefundID
	Name    string
	Who     string // year group and classes
	Asks    string
	Pages   int
	All     bool // they ask for all of it
	Printed string
	Said    string // what the printer said
	Times   string
	Often   bool
}

// wrongs are the reasons in words.
var wrongs = map[release.RefundReason]string{
	release.NothingCame: "It did not come out", release.BadQuality: "Bad quality", release.WrongPrinter: "Wrong printer", release.Twice: "Printed twice", release.OtherReason: "Something else",
}

func (c *Console) refundsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showRefunds(w, r, v, http.StatusOK, refundsPage{})
}

func (c *Console) showRefunds(w http.ResponseWriter, r *http.Request, v visitor, status int, page refundsPage) {
	if !c.readAgain(w, r, v, status, refundsPath) {
		return
	}
	page.visitor = v
	all, err := c.desk.Refunds(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	for _, f := range all {
		page.Open = append(page.Open, v.refundRow(f))
	}
	c.pages.Show(w, r, status, "refunds", page)
}

func (v visitor) refundRow(f release.Refund) refundRow {
	row := refundRow{ID: f.ID, Name: f.Name, Who: yearAndClasses(f.Year, f.Classes), Pages: f.Pages, All: f.Pages == f.Printed, Often: f.Times >= 3,
		Asks:    fmt.Sprintf("%s: asks for %d of %s", wrongs[f.Reason], f.Pages, pages(int64(f.Printed))),
		Printed: fmt.Sprintf("%s, %s", named(f.Printer, "printer"), moment(f.When, v.Now)),
		Said:    reportedInWords(f),
		Times:   "First time this term",
	}
	if f.Times > 1 {
		row.Times = fmt.Sprintf("%d times this term", f.Times)
	}
	return row
}

// reportedInWords is how far the printer says it came, and how it was by then.
func reportedInWords(f release.Refund) string {
	say := fmt.Sprintf("%d of %s came out", f.Printed, pages(int64(f.Of)))
	if f.Printed == f.Of {
		say = "All of it came out"
	}
	for _, keyword := range f.Reported {
		if keyword != "" && keyword != "none" {
			say += "; " + strings.ToLower(troubleInWords(keyword))
		}
	}
	return say
}

// troubles are printer-state-reasons as staff read them beside a refund.
var troubles = []struct{ keyword, say string }{
	{"media-jam", "Paper jam"},
	{"media-empty", "Out of paper"},
	{"media-needed", "Needs paper"},
	{"toner-empty", "Out of toner"},
	{"marker-supply-empty", "Out of ink"},
	{"cover-open", "A cover is open"},
	{"door-open", "A door is open"},
	{"output-area-full", "The output tray is full"},
	{"paused", "Paused at the printer"},
}

// troubleInWords is one of printer-state-reasons: by our words, or as it stands.
func troubleInWords(keyword string) string {
	for _, t := range troubles {
		if strings.HasPrefix(keyword, t.keyword) {
			return t.say
		}
	}
	for _, severity := range []string{"-report", "-warning", "-error"} {
		keyword = strings.TrimSuffix(keyword, severity)
	}
	return strings.ReplaceAll(keyword, "-", " ")
}

// refundID is the request of the address; 0, which is none, where that is no number.
func refundID(r *http.Request) release.RefundID { return numberIn[release.RefundID](r, "id") }

func (c *Console) grantRefund(w http.ResponseWriter, r *http.Request, v visitor) {
	n, err := strconv.Atoi(r.PostFormValue("pages"))
	if err != nil {
		n = 0 // which is refused
	}
	c.answered(w, r, v, c.desk.Grant(r.Context(), v.Actor, refundID(r), n))
}

func (c *Console) declineRefund(w http.ResponseWriter, r *http.Request, v visitor) {
	c.answered(w, r, v, c.desk.Decline(r.Context(), v.Actor, refundID(r), r.PostFormValue("why")))
}

// answered shows the list again, with why an answer was not taken.
func (c *Console) answered(w http.ResponseWriter, r *http.Request, v visitor, err error) {
	f := fault.As(err)
	switch {
	case err == nil:
		http.Redirect(w, r, refundsPath, http.StatusSeeOther)
	case f != nil && (f.Kind == fault.Invalid || f.Kind == fault.Conflict || f.Code == "refund-done" || f.Code == "own-account"):
		c.showRefunds(w, r, v, http.StatusConflict, refundsPage{Say: f.Say, Of: refundID(r), Why: r.PostFormValue("why")})
	default:
		c.pages.Error(w, r, err)
	}
}

// myPrint is something that the visitor had printed lately.
type myPrint struct {
	ID     release.DeliveryID
	What   string
	Action string // where asking for pages back goes
	State  string // what became of asking for pages back, or ""
	Pages  int
	Reason []reasonChoice
}

type reasonChoice struct {
	Key  release.RefundReason
	Word string
}

func (v visitor) myPrints(all []release.Print) (rows []myPrint) {
	for _, p := range all {
		row := myPrint{ID: p.Delivery, Pages: p.Pages, Action: fmt.Sprintf("%s/%d/refund", v.PrintActs(), p.Delivery), What: fmt.Sprintf("%s, %s, %s", pages(int64(p.Pages)), named(p.Printer, "printer"), moment(p.When, v.Now)), State: refundInWords(p)}
		for _, reason := range release.RefundReasons() {
			row.Reason = append(row.Reason, reasonChoice{reason, wrongs[reason]})
		}
		rows = append(rows, row)
	}
	return rows
}

func refundInWords(p release.Print) string {
	switch {
	case !p.Asked:
		return ""
	case !p.Answered:
		return "You asked for pages back"
	case p.Granted == 0:
		return "No pages back: " + p.Why
	}
	return pages(int64(p.Granted)) + " back"
}

func (c *Console) askRefund(w http.ResponseWriter, r *http.Request, v visitor) {
	n, err := strconv.Atoi(r.PostFormValue("pages"))
	if err != nil {
		n = 0 // which is refused
	}
	id := numberIn[release.DeliveryID](r, "id")
	err = c.desk.AskRefund(r.Context(), v.Actor, id, release.RefundReason(r.PostFormValue("reason")), n)
	if f := fault.As(err); f != nil && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
		c.showPrints(w, r, v, http.StatusConflict, f.Say)
		return
	}
	c.backTo(w, r, v.Prints(), err)
}
