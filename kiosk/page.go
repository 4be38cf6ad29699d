package kiosk

import (
	"net/http"

	"inkwell/release"
)

// kioskPage is what kiosk.html is rendered with; everything else comes by socket.
type kioskPage struct {
	Station release.Station
	Build   string
}

// page shows the empty page of a station.
func (k *Kiosk) page(w http.ResponseWriter, r *http.Request) {
	st, err := k.desk.Station(r.Context(), r.PathValue("station"))
	if err != nil {
		k.pages.Error(w, r, err)
		return
	}
	k.pages.Show(w, r, http.StatusOK, "kiosk", kioskPage{Station: st, Build: k.build})
}
