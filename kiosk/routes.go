package kiosk

import (
	"net/http"

	"inkwell/internal/fault"
)

const staticPrefix = "/kiosk/static/"

// Handler serves everything under /kiosk/: the stations' pages to this machine, and to browsers that
// are paired.
func (k *Kiosk) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range []struct {
		pattern string
		serve   http.Handler
	}{
		{"GET /kiosk/{station}", k.admitted(k.page)},
		{"GET /kiosk/{station}/socket", k.admitted(k.socket)},
		{"GET /kiosk/{station}/page/{loan}/{page}", k.admitted(k.picture)},
		{"GET /kiosk/pair/with/{token}", http.HandlerFunc(k.pairPage)},
		{"POST /kiosk/pair/with/{token}", http.HandlerFunc(k.pair)},
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
