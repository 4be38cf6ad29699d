package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/ipp/announce"
)

// announceOff is the value of announce that switches it off.
const announceOff = "off"

// openAnnouncer lets computers find the printers, unless that is switched off or no
// other computer could reach them.
func (m *Main) openAnnouncer(context.Context) error {
	at, err := netip.ParseAddrPort(m.IPPAddr.String())
	if err != nil {
		return fmt.Errorf("announce printers: %w", err)
	}
	if m.config.Announce == announceOff || at.Addr().IsLoopback() && len(m.config.AnnounceOn) == 0 {
		return nil
	}
	bell := m.hub.Subscribe(events.Printers)
	a, err := announce.New(announce.Options{
		Way: announce.Way(m.config.Announce), Listen: at, Interfaces: m.config.AnnounceOn,
		Services: m.services, Changed: bell.C, Log: m.log,
	})
	if err != nil {
		return err
	}
	m.life.ends("announcer's bell", func(context.Context) error { bell.Close(); return nil })
	m.announcer.Store(a)
	m.life.run("announcer", a.Run)
	return nil
}

// announced is the name under which the queue at a path is found, "" if it is not.
func (m *Main) announced(path string) string {
	if a := m.announcer.Load(); a != nil {
		return a.Name(path)
	}
	return ""
}

// services are the queues that may be found: those that take jobs from anybody who
// proves who they are. A queue that believes names serves this machine alone, and
// a person's own address is told to that person.
func (m *Main) services(ctx context.Context) ([]announce.Service, error) {
	schools, err := m.directory.Schools(ctx)
	if err != nil {
		return nil, err
	}
	names := map[school.ID]string{}
	for _, s := range schools {
		names[s.ID] = s.Name
	}
	queues, err := m.desk.Queues(ctx)
	if err != nil {
		return nil, err
	}
	a := m.addresses()
	page := ""
	if web, err := netip.ParseAddrPort(a.Web); err == nil && !web.Addr().IsLoopback() {
		page = "https://" + nearby(a.reachable(a.Web)) + "/"
	}
	var all []announce.Service
	for _, q := range queues {
		if q.Closed || q.Proof != school.ByPassword || !q.Policy.Takes(school.ByPassword) {
			continue
		}
		says, err := announce.Ask(ctx, m.printer, nearby(a.reachable(a.IPP)), q.Path)
		if err != nil {
			return nil, err
		}
		all = append(all, announce.Service{Name: q.Name, School: names[q.School], Path: q.Path, Page: page, Says: says})
	}
	return all, nil
}

// nearby is an address whose host, if it is a bare name, others on the network find by
// multicast DNS.
func nearby(address string) string {
	host, port, err := net.SplitHostPort(address)
	if _, isIP := netip.ParseAddr(host); err != nil || isIP == nil || strings.Contains(host, ".") || host == "localhost" {
		return address
	}
	return net.JoinHostPort(host+".local", port)
}
