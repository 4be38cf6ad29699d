package main

import (
	"context"
	"fmt"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/release"
)

// testPage puts a test page into the spool and releases it; the server sends it.
func (h *host) testPage(ctx context.Context, p release.Look, by string) error {
	var who school.Actor
	err := h.db.InTx(ctx, db.InSchool(p.School), func(ctx context.Context, tx *db.Tx) (err error) {
		who, err = named(ctx, tx, p.School, by)
		return err
	})
	if err != nil {
		return err
	}
	s, err := openSpool(ctx, h.config, h.log)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	desk := release.New(release.Options{DB: h.db, Hub: events.New(h.db, h.log), Spool: s, Log: h.log})
	job, err := desk.PrintTestPage(ctx, who, p.ID)
	if err == nil {
		_, err = fmt.Fprintf(h.out, "A test page is on its way: job %d. inkwell job show %d says what becomes of it.\n", job, job)
	}
	return err
}
