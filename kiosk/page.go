package kiosk

import (
	"net/http"

	"inkwell/release"
)

// kioskPage is what kiosk.html is rendered with; everything else comes by socket.
type kioskPage struct {
	Station release.Station // none: the browser has a key, which says whose page it is
	Build   string
	Words   map[string]map[string]string // what stands in the page, by language and voice
}

// Title names the page in a window's list.
func (p kioskPage) Title() string {
	if p.Station.ID == 0 {
		return "Kiosk"
	}
	return p.Station.Name
}

// Socket is where the page is to be spoken to.
func (p kioskPage) Socket() string {
	if p.Station.ID == 0 {
		return devicePage + "/socket"
	}
	return "/kiosk/" + p.Station.Slug + "/socket"
}

func (k *Kiosk) emptyPage(st release.Station) kioskPage {
	e := k.edition.Load()
	return kioskPage{Station: st, Build: e.build, Words: e.words}
}

// devicePage shows the empty page of a browser that proves itself by its key.
func (k *Kiosk) devicePage(w http.ResponseWriter, r *http.Request) {
	k.pages.Show(w, r, http.StatusOK, "kiosk", k.emptyPage(release.Station{}))
}

// page shows the empty page of a station.
func (k *Kiosk) page(w http.ResponseWriter, r *http.Request) {
	st, err := k.desk.Station(r.Context(), r.PathValue("station"))
	if err != nil {
		k.pages.Error(w, r, err)
		return
	}
	k.pages.Show(w, r, http.StatusOK, "kiosk", k.emptyPage(st))
}
