package kiosk

import (
	"net/http"

	"inkwell/internal/fault"
)

const staticPrefix = "/kiosk/static/"

// routes is every address there is.
var routes = []struct {
	pattern string
	serve   func(k *Kiosk, w http.ResponseWriter, r *http.Request)
}{
	{"GET /{$}", (*Kiosk).leadAway},
	{"GET " + devicePage, (*Kiosk).devicePage},
	{"GET " + devicePage + "/socket", (*Kiosk).deviceSocket},
	{"POST " + devicePage + "/wipe", (*Kiosk).wipe},
	{"GET /kiosk/{station}", (*Kiosk).stationPage},
	{"GET /kiosk/{station}/socket", (*Kiosk).stationSocket},
	{"GET /kiosk/{station}/page/{loan}/{page}", (*Kiosk).picture},
	{"GET /kiosk/{station}/page/{loan}/of/{job}", (*Kiosk).thumbnail},
	{"GET " + staticPrefix + "{digest}/{name}", (*Kiosk).static},
}

// Patterns are the method and path of every address of these pages, as http.ServeMux reads them.
func Patterns() (all []string) {
	for _, r := range routes {
		all = append(all, r.pattern)
	}
	return all
}

// Handler serves the page of paired browsers at /kiosk, and with Options.Unpaired the stations' own pages to
// this machine. It knows no page of staff's.
func (k *Kiosk) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) { route.serve(k, w, r) })
	}
	mux.HandleFunc("/", k.nothing)
	return k.pages.Secure(mux)
}

func (k *Kiosk) nothing(w http.ResponseWriter, r *http.Request) {
	k.pages.Error(w, r, fault.New(fault.NotFound, "page-unknown", "There is no page at this address."))
}

func (k *Kiosk) static(w http.ResponseWriter, r *http.Request) { k.pages.Static().ServeHTTP(w, r) }
