package console

import (
	"net/http"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
)

// kiosksPath is where screens are paired with stations.
const kiosksPath = "/staff/kiosks"

// kiosksPage is what kiosks.html shows.
type kiosksPage struct {
	visitor
	Kiosks    []standRow
	Rooms     []standRow // computers of classrooms
	Languages []languageRow
}

// kioskPage is what kiosk.html shows of one of them.
type kioskPage struct {
	visitor
	Stand standRow
	Code  string // as it was typed, where it was wrong
	Say   string // what came of the last act
	Bad   bool
}

// standRow is a station with its screens.
type standRow struct {
	Slug, Name, Printer, Room string
	PC                        bool
	State                     stateWord
	Seen                      string
	Screens                   []screenRow
	Links                     int
}

// screenRow is a browser that is paired.
type screenRow struct {
	ID     release.DeviceID
	State  stateWord
	Since  string
	ByLink bool
}

func (c *Console) kiosksPage(w http.ResponseWriter, r *http.Request, v visitor) {
	all, err := c.desk.Stands(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page := kiosksPage{visitor: v}
	if page.Languages, err = c.kioskLanguages(r.Context(), v); err != nil {
		c.pages.Error(w, r, err)
		return
	}
	for _, s := range all {
		if row := v.standRow(s); row.PC {
			page.Rooms = append(page.Rooms, row)
		} else {
			page.Kiosks = append(page.Kiosks, row)
		}
	}
	c.pages.Show(w, r, http.StatusOK, "kiosks", page)
}

func (v visitor) standRow(s release.Stand) standRow {
	row := standRow{Slug: s.Slug, Name: s.Name, Printer: s.Printer, Room: s.Room, PC: s.Kind == release.PCStation, Links: s.Links, State: stateWord{"No screen yet", "badge--warn"}}
	var newest time.Time
	for _, d := range s.Devices {
		row.Screens = append(row.Screens, screenRow{ID: d.ID, State: v.screenState(d), Since: moment(d.Paired, v.Now), ByLink: d.ByLink})
		if d.Seen.After(newest) {
			newest, row.State = d.Seen, v.screenState(d)
		}
	}
	return row
}

func (v visitor) screenState(d release.Device) stateWord {
	if d.Connected(v.Now) {
		return stateWord{"Connected", "badge--good"}
	}
	return stateWord{"Last seen " + moment(d.Seen, v.Now), "badge--bad"}
}

// kioskPage asks for the code that a screen shows, and lists the screens.
func (c *Console) kioskPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showKiosk(w, r, http.StatusOK, kioskPage{visitor: v, Say: map[string]string{
		"paired":   "Paired. Its screen shows the name of this station now.",
		"unpaired": "Unpaired. Its page has closed, and forgets its key.",
		"retired":  "All its screens and links have ended. Pair a screen to use it again.",
	}[r.URL.Query().Get("done")]})
}

func (c *Console) showKiosk(w http.ResponseWriter, r *http.Request, status int, page kioskPage) {
	all, err := c.desk.Stands(r.Context(), page.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	for _, s := range all {
		if s.Slug == r.PathValue("kiosk") {
			page.Stand = page.standRow(s)
			c.pages.Show(w, r, status, "kiosk", page)
			return
		}
	}
	c.nothing(w, r)
}

func (c *Console) pairKiosk(w http.ResponseWriter, r *http.Request, v visitor) {
	code := r.PostFormValue("code")
	_, err := c.desk.PairDevice(r.Context(), v.School, v.Pseudonym, r.PathValue("kiosk"), code)
	if f := fault.As(err); f != nil && f.Code == "device-code" {
		c.showKiosk(w, r, http.StatusConflict, kioskPage{visitor: v, Code: code, Say: f.Say, Bad: true})
		return
	}
	c.kioskDone(w, r, "paired", err)
}

func (c *Console) retireKiosk(w http.ResponseWriter, r *http.Request, v visitor) {
	_, err := c.desk.RetireStation(r.Context(), v.School, v.Pseudonym, r.PathValue("kiosk"))
	c.kioskDone(w, r, "retired", err)
}

func (c *Console) unpairScreen(w http.ResponseWriter, r *http.Request, v visitor) {
	_, err := c.desk.EndDevice(r.Context(), v.School, v.Pseudonym, numberIn[release.DeviceID](r, "screen"))
	if f := fault.As(err); f != nil && f.Code == "device-missing" {
		err = nil // a colleague has done it already
	}
	c.kioskDone(w, r, "unpaired", err)
}

// kioskDone shows the station again, and what was done.
func (c *Console) kioskDone(w http.ResponseWriter, r *http.Request, what string, err error) {
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, kiosksPath+"/"+r.PathValue("kiosk")+"?done="+what, http.StatusSeeOther)
}
