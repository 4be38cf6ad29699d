package console

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// ClassRelease is the desk's part in what a teacher prints for the class in front of them.
type ClassRelease interface {
	ClassPrints(ctx context.Context, a school.Actor, class school.ClassID, at release.PrinterID) (release.ClassPrint, error)
	PrintForClass(ctx context.Context, a school.Actor, class school.ClassID, at release.PrinterID, jobs []release.JobID) ([]release.PupilPrinted, error)
}

// classPrintPage is what class-print.html shows: names and numbers, no title of anybody's.
type classPrintPage struct {
	visitor
	ID       school.ClassID
	Class    string
	Room     string
	Until    string
	Printers []classPrinter
	At       classPrinter
	Pupils   []pupilWaits
	Can      int // how many of them have something that comes out here
	Nothing  string
	Done     []pupilDone // what was just printed
	Say      string
}

// classPrinter is a printer of the room.
type classPrinter struct {
	ID      release.PrinterID
	Name    string
	Room    string
	Trouble string
	Here    bool
}

// pupilWaits is one pupil with something waiting.
type pupilWaits struct {
	ID   school.PersonID
	Name string
	Jobs []release.JobID
	What string // "2 jobs, 7 pages"; "" where nothing of it comes out here
	Else string // what does not come out here, in a few words
}

// pupilDone is what became of one pupil's jobs.
type pupilDone struct{ Name, What, Unnamed, Refused string }

func (c *Console) classPrintPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showClassPrint(w, r, v, http.StatusOK, printerIn(r), nil, "")
}

func (c *Console) showClassPrint(w http.ResponseWriter, r *http.Request, v visitor, status int, at release.PrinterID, done []release.PupilPrinted, say string) {
	all, err := c.desk.ClassPrints(r.Context(), v.Actor, classID(r), at)
	if err == nil {
		err = c.noteRead(r.Context(), v, "class-jobs-viewed", fmt.Sprintf("class:%d", classID(r)))
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page := classPrintPage{visitor: v, ID: classID(r), Class: all.Class, Room: all.Room, Say: say, At: classPrinterOf(all.At)}
	if !all.Until.IsZero() {
		page.Until = moment(all.Until, v.Now)
	}
	for _, p := range all.Printers {
		one := classPrinterOf(p)
		one.Here = p.ID == all.At.ID
		page.Printers = append(page.Printers, one)
	}
	for _, p := range all.Pupils {
		page.Pupils = append(page.Pupils, pupilOf(p))
		if len(p.Jobs) > 0 {
			page.Can++
		}
	}
	if all.Nothing > 0 {
		page.Nothing = counted(int64(all.Nothing), "pupil")
	}
	for _, p := range done {
		one := pupilDone{Name: p.Name, What: pages(int64(p.Pages)), Refused: p.Refused}
		if p.Unnamed > 0 {
			one.Unnamed = counted(int64(p.Unnamed), "job") + " without the name in the margin"
		}
		page.Done = append(page.Done, one)
	}
	c.pages.Show(w, r, status, "class-print", page)
}

func classPrinterOf(p release.PrinterRecord) classPrinter {
	return classPrinter{ID: p.ID, Name: p.Name, Room: p.Room, Trouble: p.Trouble()}
}

func pupilOf(p release.PupilWaiting) pupilWaits {
	w := pupilWaits{ID: p.Person, Name: p.Name, Jobs: p.Jobs}
	if len(p.Jobs) > 0 {
		w.What = counted(int64(len(p.Jobs)), "job") + ", " + pages(int64(p.Pages))
	}
	switch {
	case p.Kiosk > 0 && p.Lacking > 0:
		w.Else = fmt.Sprintf("%d for a kiosk, %d that this printer cannot print", p.Kiosk, p.Lacking)
	case p.Kiosk > 0:
		w.Else = fmt.Sprintf("%d that only they can print, at a kiosk", p.Kiosk)
	case p.Lacking > 0:
		w.Else = fmt.Sprintf("%d that this printer cannot print", p.Lacking)
	}
	return w
}

// printForClass prints what was on the page for the pupils chosen, and says whose did not. Sent
// again it finds those jobs released.
func (c *Console) printForClass(w http.ResponseWriter, r *http.Request, v visitor) {
	var jobs []release.JobID
	for _, chosen := range r.PostForm["pupil"] {
		for _, said := range r.PostForm["jobs-"+chosen] {
			id, _ := strconv.ParseInt(said, 10, 32) // 0 is nobody's job
			jobs = append(jobs, release.JobID(id))
		}
	}
	done, err := c.desk.PrintForClass(r.Context(), v.Actor, classID(r), printerIn(r), jobs)
	f := fault.As(err)
	switch {
	case err == nil:
		c.showClassPrint(w, r, v, http.StatusOK, printerIn(r), done, "")
	case f.Code == "class-print-chosen" || f.Code == "class-print-printer" || f.Code == "printer-stopped":
		c.showClassPrint(w, r, v, http.StatusConflict, 0, nil, f.Say)
	default:
		c.pages.Error(w, r, err)
	}
}

// printerIn is the printer that a form or an address names; 0, which is the first, for anything else.
func printerIn(r *http.Request) release.PrinterID {
	id, _ := strconv.ParseInt(r.FormValue("printer"), 10, 32)
	return release.PrinterID(id)
}
