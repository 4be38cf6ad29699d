package main

import (
	"context"
	"net/http"

	"inkwell/ipp"
	"inkwell/kiosk"
)

// openFaces makes what is behind the doors.
func (m *Main) openFaces(context.Context) (err error) {
	m.printer, err = ipp.New(ipp.Options{
		Desk: m.desk, Directory: m.directory, Log: m.log, Installation: m.made.ID,
		Host: hostOf(m.config.IPPListen), MaxBytes: m.config.MaxDocument,
	})
	if err != nil {
		return err
	}
	stations, err := kiosk.New(kiosk.Options{Desk: m.desk, Subscribe: m.subscribe, Log: m.log})
	if err != nil {
		return err
	}
	m.life.run("kiosks", stations.Run)
	mux := http.NewServeMux()
	mux.Handle("/kiosk/", stations.Handler())
	m.web = mux
	return nil
}

// subscribe is the hub's bell as the kiosks take it.
func (m *Main) subscribe(topics ...string) (bell <-chan struct{}, stop func()) {
	s := m.hub.Subscribe(topics...)
	return s.C, s.Close
}
