package kiosk

import (
	"net/http"

	"inkwell/internal/fault"
)

const staticPrefix = "/kiosk/static/"

// Handler serves everything under /kiosk/, to this machine alone.
func (k *Kiosk) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range []struct {
		pattern string
		serve   http.Handler
	}{
		{"GET /kiosk/{station}", http.HandlerFunc(k.page)},
		{"GET /kiosk/{station}/socket", http.HandlerFunc(k.socket)},
		{"GET " + staticPrefix + "{digest}/{name}", k.pages.Static()},
		{"/", http.HandlerFunc(k.nothing)},
	} {
		mux.Handle(r.pattern, r.serve)
	}
	return k.pages.Secure(k.localOnly(mux))
}

func (k *Kiosk) nothing(w http.ResponseWriter, r *http.Request) {
	k.pages.Error(w, r, fault.New(fault.NotFound, "page-unknown", "There is no page at this address."))
}
