package console

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
	"inkwell/quota"
	"inkwell/release"
)

// roomPath is the print room's first screen.
const roomPath = "/staff/print-room"

// PrintRoom is the desk's part in what staff hand to the print room.
type PrintRoom interface {
	RoomOwner
	Room(ctx context.Context, a school.Actor) (release.Room, error)
	RoomPrint(ctx context.Context, a school.Actor, id release.RoomTicketID, at release.PrinterID, shown int64) error
	RoomDone(ctx context.Context, a school.Actor, id release.RoomTicketID) error
	SendBack(ctx context.Context, a school.Actor, id release.RoomTicketID, reason string) error
	RoomPicture(ctx context.Context, a school.Actor, id release.RoomTicketID) ([]byte, error)
}

// RoomOwner is that part for who hands something over.
type RoomOwner interface {
	RoomOffer(ctx context.Context, a school.Actor, id release.JobID) (release.RoomOffer, error)
	HandOver(ctx context.Context, a school.Actor, id release.JobID, w release.RoomWish) error
	TakeBack(ctx context.Context, a school.Actor, id release.JobID) error
	RoomTickets(ctx context.Context, a school.Actor) (map[release.JobID]release.RoomTicket, []release.RoomTicket, error)
	RoomNews(ctx context.Context, a school.Actor) (int, error)
	RoomSeen(ctx context.Context, a school.Actor) error
}

// roomPage is what print-room.html shows: titles, too, for whoever prints a document sees it.
type roomPage struct {
	visitor
	News  string // as roomNews
	Open  []roomRow
	Late  int
	Today int
	Ended []roomRow
	Say   string // why something was not done
	Of    release.RoomTicketID
	Why   string // what was typed then
}

// roomRow is a ticket.
type roomRow struct {
	ID      release.RoomTicketID
	Title   string
	Who     string
	Due     string
	When    string // "late", "today" or ""
	Copies  string
	Sum     string // "60 pages on 30 sheets"
	Price   string
	Sides   string
	Finish  string
	Paper   string
	Payer   string
	Note    string
	State   string // where it stands, beyond that it waits
	Gone    bool   // there is nothing of it to print, and nothing came out
	Picture bool
	Prints  bool         // it can be released
	At      []roomChoice // the printers, each with what it costs there where that differs
	Done    bool         // all of it came out
	Returns bool
	Ended   string
	As      stateWord
	Reason  string
}

func (c *Console) roomPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showRoom(w, r, v, http.StatusOK, roomPage{})
}

func (c *Console) showRoom(w http.ResponseWriter, r *http.Request, v visitor, status int, page roomPage) {
	if !c.readAgain(w, r, v, status, roomPath) {
		return
	}
	page.visitor = v
	if err := c.readRoom(r.Context(), &page); err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "print-room", page)
}

// readRoom fills in what was handed over.
func (c *Console) readRoom(ctx context.Context, page *roomPage) error {
	room, err := c.desk.Room(ctx, page.Actor)
	if err != nil {
		return err
	}
	for _, t := range room.Open {
		row := page.roomRow(t, room.Unit)
		row.At = roomPrinters(room, t)
		switch row.When {
		case "late":
			page.Late++
		case "today":
			page.Today++
		}
		page.Open = append(page.Open, row)
	}
	for _, t := range room.Ended {
		page.Ended = append(page.Ended, page.roomRow(t, room.Unit))
	}
	sum := fnv.New64a()
	_, _ = fmt.Fprintf(sum, "%+v %+v", page.Open, page.Ended) // a hash takes all
	page.News = strconv.FormatUint(sum.Sum64(), 36)
	return nil
}

// roomNews is a short text that is another one once the page would show something else: it asks.
func (c *Console) roomNews(w http.ResponseWriter, r *http.Request, v visitor) {
	page := roomPage{visitor: v}
	if err := c.readRoom(r.Context(), &page); err != nil {
		c.pages.Error(w, r, err)
		return
	}
	writeNews(w, page.News)
}

// roomPrinters are what a ticket can be printed at. What it costs there is said where it is not the same everywhere, and goes
// with the choice, so that no more is charged than was read.
func roomPrinters(room release.Room, t release.RoomTicket) (all []roomChoice) {
	differs := slices.ContainsFunc(room.Printers, func(p release.PrinterRecord) bool { return t.Costs[p.ID] != t.Job.Due() })
	for _, p := range room.Printers {
		choice := roomChoice{Key: fmt.Sprintf("%d:%d", p.ID, t.Costs[p.ID]), Word: p.Name, Chosen: p.ID == room.Last}
		if differs {
			choice.Word += ", " + room.Unit.Say(t.Costs[p.ID])
		}
		all = append(all, choice)
	}
	return all
}

var roomEnds = map[release.RoomEnd]stateWord{release.RoomDone: {"Done", "badge--good"}, release.RoomReturned: {"Sent back", "badge--bad"}}

func (v visitor) roomRow(t release.RoomTicket, unit quota.Unit) roomRow {
	j := t.Job
	row := roomRow{ID: t.ID, Title: j.Title, Who: t.Who, Due: moment(t.Due, v.Now), Copies: copiesInWords(t.Copies), Sum: sumOf(j), Price: unit.Say(j.Due()),
		Sides: "Both sides", Finish: strings.Join(t.Finish, ", "), Paper: t.Paper, Payer: t.Payer, Note: t.Note, Reason: t.Reason, As: roomEnds[t.As]}
	if row.Title == "" {
		row.Title = fmt.Sprintf("Job %d", j.ID)
	}
	if j.Ticket.Sides == "one-sided" {
		row.Sides = "One side"
	}
	if t.As != "" {
		row.Ended, row.Sum, row.Price = moment(t.Ended, v.Now), pages(int64(j.Printed)), unit.Say(t.Units)
		return row
	}
	finished := j.State == release.Done
	row.Prints, row.Done, row.Returns = j.State == release.Held, finished, j.State != release.Released && !finished
	row.Gone = j.State.Ended() && !finished
	row.Picture = row.Prints && j.Printed == 0
	switch {
	case t.Lost:
		row.State = fmt.Sprintf("We lost sight of %s. %s says at a kiosk, with their badge, what came out.", named(t.At, "printer"), t.Who)
	case j.State == release.Released:
		row.State = "Printing: " + named(t.At, "printer")
	case finished:
		row.State, row.Price = fmt.Sprintf("%s came out of %s. Finish it, then press Done.", pages(int64(j.Printed)), named(t.At, "printer")), unit.Say(t.Units)
	case row.Gone:
		row.State = "The document is gone: " + strings.ToLower(stateWords[j.State].Word) + ". Send the ticket back."
	case j.Printed > 0:
		row.State = fmt.Sprintf("%d of %s came out of %s. Print sends the rest.", j.Printed, pages(int64(j.Impressions)), named(t.At, "printer"))
	}
	switch today := v.Now.Format(time.DateOnly) == t.Due.In(v.Now.Location()).Format(time.DateOnly); {
	case finished: // only the finish is missing
	case t.Due.Before(v.Now):
		row.When = "late"
	case today:
		row.When = "today"
	}
	return row
}

func copiesInWords(n int) string {
	if n == 1 {
		return "1 copy"
	}
	return fmt.Sprintf("%d copies", n)
}

func ticketID(r *http.Request) release.RoomTicketID {
	return numberIn[release.RoomTicketID](r, "ticket")
}

func (c *Console) roomPrint(w http.ResponseWriter, r *http.Request, v visitor) {
	printer, costs, _ := strings.Cut(r.PostFormValue("printer"), ":") // what cannot be read is no printer, and costs nothing
	at, _ := strconv.ParseInt(printer, 10, 32)
	shown, _ := strconv.ParseInt(costs, 10, 64)
	c.roomDid(w, r, v, c.desk.RoomPrint(r.Context(), v.Actor, ticketID(r), release.PrinterID(at), shown))
}

func (c *Console) roomDone(w http.ResponseWriter, r *http.Request, v visitor) {
	c.roomDid(w, r, v, c.desk.RoomDone(r.Context(), v.Actor, ticketID(r)))
}

func (c *Console) roomReturn(w http.ResponseWriter, r *http.Request, v visitor) {
	c.roomDid(w, r, v, c.desk.SendBack(r.Context(), v.Actor, ticketID(r), r.PostFormValue("why")))
}

// roomDid shows the list again, with why something was not done.
func (c *Console) roomDid(w http.ResponseWriter, r *http.Request, v visitor, err error) {
	f := fault.As(err)
	switch {
	case err == nil:
		http.Redirect(w, r, roomPath, http.StatusSeeOther)
	case f.Kind == fault.Internal || f.Kind == fault.NotFound && f.Code != "printer-unknown":
		c.pages.Error(w, r, err)
	default:
		c.showRoom(w, r, v, http.StatusConflict, roomPage{Say: f.Say, Of: ticketID(r), Why: r.PostFormValue("why")})
	}
}

// roomPicture answers with the picture of the first page of what waits.
func (c *Console) roomPicture(w http.ResponseWriter, r *http.Request, v visitor) {
	ctx, cancel := context.WithTimeout(r.Context(), pictureWait)
	defer cancel()
	body, err := c.desk.RoomPicture(ctx, v.Actor, ticketID(r))
	c.sendPicture(w, r, body, err)
}

// roomTable is what the print room is done with, as a file.
func (c *Console) roomTable(w http.ResponseWriter, r *http.Request, v visitor) {
	room, err := c.desk.Room(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	stamp := func(t time.Time) string { return t.In(v.Now.Location()).Format("2006-01-02 15:04") }
	c.download(w, r, "print-room", func(as sheet.Kind) error {
		t, err := as.New(w, "ended", "how", "due", "asked by", "copies", "pages printed", "charged", "account", "finish", "paper", "reason")
		if err != nil {
			return err
		}
		for _, one := range room.Ended {
			if err := t.Row(stamp(one.Ended), roomEnds[one.As].Word, stamp(one.Due), one.Who, strconv.Itoa(one.Copies), strconv.Itoa(one.Job.Printed), room.Unit.Figure(one.Units),
				one.Payer, strings.Join(one.Finish, ", "), one.Paper, one.Reason); err != nil {
				return err
			}
		}
		return t.Close()
	})
}

// handOverPage is what hand-over.html shows: one's own document on its way to the print room.
type handOverPage struct {
	visitor
	Number   release.JobID
	Title    string
	Sum      string
	Price    string
	Finishes []roomChoice
	Payers   []roomChoice
	Sides    []roomChoice
	Due      string // as datetime-local writes it
	Least    string
	Most     string
	Copies   string
	Paper    string
	Note     string
	Say      string // why it was not taken
}

// roomChoice is one of a list.
type roomChoice struct {
	Key, Word string
	Chosen    bool
}

func (c *Console) handOverPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showHandOver(w, r, v, http.StatusOK, "")
}

func (c *Console) showHandOver(w http.ResponseWriter, r *http.Request, v visitor, status int, say string) {
	o, err := c.desk.RoomOffer(r.Context(), v.Actor, jobID(r))
	if f := fault.As(err); f != nil && f.Kind == fault.Conflict {
		c.showMine(w, r, v, http.StatusConflict, f.Say)
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page := handOverPage{visitor: v, Number: o.Job.ID, Title: o.Job.Title, Sum: sumOf(o.Job), Price: o.Unit.Say(o.Job.Due()), Say: say,
		Due: o.Due.In(v.Now.Location()).Format(untilForm), Least: v.Now.Format(untilForm), Most: v.Now.Add(release.RoomAhead).Format(untilForm), Copies: strconv.Itoa(max(1, o.Job.Ticket.Copies))}
	if page.Title == "" {
		page.Title = fmt.Sprintf("Job %d", o.Job.ID)
	}
	payer, sides := o.Default, o.Job.Ticket.Sides
	if r.Method == http.MethodPost { // nothing that was typed is lost
		page.Due, page.Copies, page.Paper, page.Note = r.PostFormValue("due"), r.PostFormValue("copies"), r.PostFormValue("paper"), r.PostFormValue("note")
		payer, sides = r.PostFormValue("payer"), r.PostFormValue("sides")
	}
	chosen := map[string]bool{}
	for _, f := range r.PostForm["finish"] {
		chosen[f] = true
	}
	for _, f := range o.Finishes {
		page.Finishes = append(page.Finishes, roomChoice{f, sentence(f), chosen[f]})
	}
	for _, p := range o.Payers.All {
		name := p.Name
		if p.Limited {
			name += ": " + p.Left.Unit.Say(p.Left.Units) + " left"
		}
		page.Payers = append(page.Payers, roomChoice{p.Code, name, p.Code == payer})
	}
	for _, s := range []roomChoice{{Key: "two-sided-long-edge", Word: "Both sides"}, {Key: "two-sided-short-edge", Word: "Both sides, turned at the short edge"}, {Key: "one-sided", Word: "One side"}} {
		s.Chosen = s.Key == sides
		page.Sides = append(page.Sides, s)
	}
	c.pages.Show(w, r, status, "hand-over", page)
}

func (c *Console) handOver(w http.ResponseWriter, r *http.Request, v visitor) {
	wish := release.RoomWish{Finish: r.PostForm["finish"], Paper: r.PostFormValue("paper"), Payer: r.PostFormValue("payer"), Note: r.PostFormValue("note"), Sides: r.PostFormValue("sides")}
	wish.Due, _ = time.ParseInLocation(untilForm, r.PostFormValue("due"), v.Now.Location()) // what is none is refused
	wish.Copies, _ = strconv.Atoi(r.PostFormValue("copies"))
	err := c.desk.HandOver(r.Context(), v.Actor, jobID(r), wish)
	f := fault.As(err)
	switch {
	case err == nil:
		http.Redirect(w, r, "/staff/mine", http.StatusSeeOther)
	case f.Kind == fault.Invalid || f.Kind == fault.Forbidden:
		c.showHandOver(w, r, v, http.StatusConflict, f.Say)
	case f.Kind == fault.Conflict:
		c.showMine(w, r, v, http.StatusConflict, f.Say)
	default:
		c.pages.Error(w, r, err)
	}
}

func (c *Console) takeBack(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.desk.TakeBack(r.Context(), v.Actor, jobID(r))
	if f := fault.As(err); f != nil && f.Kind == fault.Conflict {
		c.showMine(w, r, v, http.StatusConflict, f.Say)
		return
	}
	c.backTo(w, r, "/staff/mine", err)
}

// roomNote is a ticket of one's own that has ended.
type roomNote struct {
	What string
	New  bool
	As   stateWord
}

func roomNoteOf(t release.RoomTicket, now time.Time) roomNote {
	n := roomNote{New: !t.Told, As: roomEnds[t.As]}
	about := fmt.Sprintf("job %d, %s, %s", t.Job.ID, copiesInWords(t.Copies), moment(t.Ended, now))
	if t.As == release.RoomDone {
		n.As.Word, n.What = "Ready", "Collect it from the print room: "+about
	} else {
		n.What = sentence(about) + ": " + t.Reason
	}
	return n
}
