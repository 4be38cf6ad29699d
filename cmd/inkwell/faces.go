package main

import (
	"context"
	"net/http"

	"inkwell/internal/signin"
	language "inkwell/internal/words"
	"inkwell/ipp"
	"inkwell/kiosk"
	"inkwell/kiosk/console"
)

// openFaces makes what is behind the doors. ctx ends when the program is to end.
func (m *Main) openFaces(ctx context.Context) (err error) {
	m.printer, err = ipp.New(ipp.Options{
		Desk: m.desk, Directory: m.directory, Log: m.log, Installation: m.made.ID,
		Host: addresses{Names: m.config.TLSNames}.reachable(everywhere(m.config.IPPListen)), MaxBytes: m.config.Caps.MaxBytes,
		Ending: ctx.Done(), Announced: m.announced,
	})
	if err != nil {
		return err
	}
	languages, err := language.Open(m.config.Languages)
	if err != nil {
		return err
	}
	stations, err := kiosk.New(kiosk.Options{
		Words: languages, Desk: m.desk, Subscribe: m.subscribe, Log: m.log, Unpaired: m.config.Unpaired || m.config.Demo,
	})
	if err != nil {
		return err
	}
	m.life.run("kiosks", stations.Run)
	m.connected = stations.Connected
	factors, err := m.keys.forFactors()
	if err != nil {
		return err
	}
	single, err := m.openSSO()
	if err != nil {
		return err
	}
	staff := signin.New(m.db, m.directory, m.log, signin.Options{Key: factors})
	m.life.run("sign-in", staff.Run)
	pages, err := console.New(console.Options{
		Words: languages,
		SSO:   single,
		DB:    m.db, SignIn: staff, Desk: m.desk, Conduct: m.conduct,
		Holder: m.directory, RollOut: m.rollOut, Verify: m.verify, OwnPrinter: m.ownPrinter, Log: m.log, Subscribe: m.subscribe, Health: m.health,
	})
	if err != nil {
		return err
	}
	m.life.run("live pages", pages.Run)
	m.kiosks = stations.Handler()
	m.web = webRoutes(m.kiosks, pages.Handler(), m.config.KioskListen != "")
	return nil
}

// webRoutes are the faces of the web door. Whoever comes without an address is
// staff: a kiosk knows its own, and is not here where kiosks have a door apart.
func webRoutes(kiosks, staff http.Handler, apart bool) http.Handler {
	mux := http.NewServeMux()
	if !apart {
		mux.Handle("/kiosk", kiosks)
		mux.Handle("/kiosk/", kiosks)
	}
	mux.Handle("/", staff)
	mux.Handle("GET /{$}", http.RedirectHandler("/staff", http.StatusSeeOther))
	return mux
}

// subscribe is the hub's bell as the kiosks take it.
func (m *Main) subscribe(topics ...string) (bell <-chan struct{}, stop func()) {
	s := m.hub.Subscribe(topics...)
	return s.C, s.Close
}
