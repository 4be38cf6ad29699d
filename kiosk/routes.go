package kiosk

import (
	"net/http"

	"inkwell/internal/fault"
)

const staticPrefix = "/kiosk/static/"

// Handler serves the page of paired browsers at /kiosk, and with Options.Unpaired the stations' own pages to
// this machine. It knows no page of staff's.
func (k *Kiosk) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range []struct {
		pattern string
		serve   http.Handler
	}{
		{"GET /{$}", http.HandlerFunc(leadAway)},
		{"GET " + devicePage, http.HandlerFunc(k.devicePage)},
		{"GET " + devicePage + "/socket", http.HandlerFunc(k.deviceSocket)},
		{"POST " + devicePage + "/wipe", http.HandlerFunc(wipe)},
		{"GET /kiosk/{station}", k.unpaired(k.page, leadAway)},
		{"GET /kiosk/{station}/socket", k.unpaired(k.socket, k.refuse)},
		{"GET /kiosk/{station}/page/{loan}/{page}", http.HandlerFunc(k.picture)},
		{"GET /kiosk/{station}/page/{loan}/of/{job}", http.HandlerFunc(k.thumbnail)},
		{"GET " + staticPrefix + "{digest}/{name}", k.pages.Static()},
		{"/", http.HandlerFunc(k.nothing)},
	} {
		mux.Handle(r.pattern, r.serve)
	}
	return k.pages.Secure(mux)
}

func (k *Kiosk) nothing(w http.ResponseWriter, r *http.Request) {
	k.pages.Error(w, r, fault.New(fault.NotFound, "page-unknown", "There is no page at this address."))
}
