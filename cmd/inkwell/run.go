package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/door"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/ipp/announce"
	"inkwell/quota"
	"inkwell/quota/conduct"
	"inkwell/release"
	"inkwell/release/document"
	"inkwell/release/spool"
)

// stopWithin is how long everything together may take to end, and finishWithin
// how much of it goes to requests in flight.
const (
	stopWithin   = 9 * time.Second
	finishWithin = 4 * time.Second
)

// Main is the running program. Run starts it and returns when it has ended.
type Main struct {
	config Config
	log    *slog.Logger
	out    io.Writer
	life   *lifecycle

	house // what start fills in
}

// house is everything that runs, from the ground up.
type house struct {
	db        *db.DB
	made      db.Installation
	keys      *keys
	hub       *events.Hub
	directory *school.Directory
	conduct   *conduct.Conduct
	spool     *spool.Spool
	documents *document.Engine
	desk      *release.Desk
	printer   http.Handler // the printer that computers see
	web       http.Handler // staff pages, and kiosks unless they have a door of their own
	kiosks    http.Handler // kiosks alone
	announcer atomic.Pointer[announce.Announcer]
	identity  *door.Identity
	meter     *meter
	connected func() int // kiosks
	examined  examined   // lately

	// The addresses of the doors, once they are open.
	IPPAddr, WebAddr, KioskAddr, RedirectAddr, MetricsAddr net.Addr
}

// New makes a program that has done nothing yet. out takes the line that says it
// is ready.
func New(c Config, log *slog.Logger, out io.Writer) *Main {
	return &Main{config: c, log: log, out: out, life: newLifecycle(log)}
}

// Run starts everything, works until ctx ends or a part fails, and ends everything
// in order: it stops accepting, finishes what is in flight, and closes the
// database last.
func (m *Main) Run(ctx context.Context) error {
	began := time.Now()
	err := m.start(ctx)
	if err == nil {
		m.announce(time.Since(began))
		select {
		case <-ctx.Done():
		case err = <-m.life.failed:
		}
	}
	if ctx.Err() != nil { // whoever wanted the end is not told that it came
		m.log.Info("stopping")
		err = nil
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return errors.Join(err, m.life.stop(stopping))
}

// start goes up the house, floor by floor.
func (m *Main) start(ctx context.Context) error {
	for _, floor := range []func(context.Context) error{m.openGround, m.openDesk, m.fillDemo, m.watchRoster, m.openFaces, m.openDoors, m.openMetrics, m.openAnnouncer} {
		if err := floor(ctx); err != nil {
			return err
		}
	}
	return nil
}

// openGround opens what every room stands on: database, keys, events, audit.
func (m *Main) openGround(ctx context.Context) (err error) {
	if m.db, err = openDatabase(ctx, m.config, m.life, m.log); err != nil {
		return err
	}
	if m.made, m.keys, err = claim(ctx, m.config, m.db); err != nil {
		return err
	}
	sealer, err := audit.NewSealer(m.db, audit.SealerOptions{Heads: m.config.heads(m.keys), Log: m.log})
	if err != nil {
		return err
	}
	m.life.run("sealer", sealer.Run)
	m.hub = events.New(m.db, m.log)
	m.life.run("events", m.hub.Run)
	m.directory = school.New(m.db, m.keys.Badges.forSchool(), m.log)
	if err := m.consult(); err != nil {
		return err
	}
	m.conduct = conduct.New(m.db, m.hub, m.log)
	return nil
}

// heads is where the ends of the sealed chains are exported.
func (c Config) heads(k *keys) audit.Heads {
	return audit.Heads{File: c.folder("audit-heads"), Key: k.Seal.Secret}
}

// verifiedBy are the chores that recomputing a chain is, or a part of.
var verifiedBy = map[audit.Chain]release.Chore{audit.Acts: release.AuditVerified, audit.Transfers: release.LedgerVerified}

// verify recomputes both chains against the heads that were exported.
func (m *Main) verify(ctx context.Context) ([]audit.Report, error) {
	var all []audit.Report
	for _, chain := range []audit.Chain{audit.Acts, audit.Transfers} {
		r, err := audit.Verify(ctx, m.db, chain, m.config.heads(m.keys))
		if err != nil {
			return nil, err
		}
		// The ledger is more than its seals: that those are sound says nothing of its sums.
		if chain == audit.Acts || len(r.Problems) > 0 {
			if err := release.Tended(ctx, m.db, verifiedBy[chain], len(r.Problems)); err != nil {
				return nil, err
			}
		}
		all = append(all, r)
	}
	return all, nil
}

// openDesk opens the spool and the document engine, and the desk that uses them.
func (m *Main) openDesk(ctx context.Context) (err error) {
	if m.spool, err = openSpool(ctx, m.config, m.log); err != nil {
		return err
	}
	m.life.ends("spool", func(context.Context) error { return m.spool.Close() })
	m.documents, err = document.New(document.Options{CacheDir: m.config.folder("engine"), Spare: 2, Easels: 1, MaxBytes: 2 * m.config.Caps.MaxBytes, Log: m.log})
	if err != nil {
		return err
	}
	m.life.ends("document engine", func(context.Context) error { return m.documents.Close() })
	logins, err := m.keys.forLogins()
	if err != nil {
		return err
	}
	way := &dialler{guard: guardOf(m.config, m.made.Demo), community: m.config.Community, logins: logins}
	m.life.ends("raw printers", func(context.Context) error { way.close(); return nil })
	berth, err := takeBerth(m.config.DataDir)
	if err != nil {
		return err
	}
	m.life.ends("berth", func(context.Context) error { return berth.leave() })
	m.meter = newMeter()
	mails, err := m.config.Mail.openPost()
	if err != nil {
		return err
	}
	m.desk = release.New(release.Options{
		DB: m.db, Directory: m.directory, Hub: m.hub, Spool: m.spool, Documents: m.documents,
		Dial: way.dial, Log: m.log, Meter: m.meter, Post: mails, Caps: m.config.Caps, Ended: berth.past,
	})
	if err := berth.enter(m.desk.Node()); err != nil {
		return err
	}
	way.meet = m.desk.PinPrinter
	m.life.run("release desk", m.desk.Run)
	m.life.run("conduct", (&conduct.Watcher{DB: m.db, Hub: m.hub, Log: m.log, Post: mails}).Run)
	m.life.run("objections and matters", m.takeOn(mails))
	m.life.run("allowances", (&quota.Giver{DB: m.db, Log: m.log}).Run)
	m.life.run("usage", (&quota.Folder{DB: m.db, Log: m.log}).Run)
	return nil
}
