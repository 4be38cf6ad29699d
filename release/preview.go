package release

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// How pages are shown to their owner.
const (
	pictureWidth   = 320 // pixels
	pictureQuality = 82  // of JPEG
	picturesAtOnce = 6   // pages that one child draws: what a screen shows first

	thumbWidth = 120             // pixels of one beside a job's line
	thumbWait  = 6 * time.Second // that somebody waits for one, its drawing included
	thumbStrip = -1              // the name of its strip
)

// noPicture is the answer where a page cannot be shown.
var noPicture = fault.New(fault.Unsupported, "picture-none", "There is no picture of this page.")

// Picture is a small picture of a page, from 1, of a held job of the visitor's, as it came: a
// JPEG. It is drawn when it is asked for, with those beside it, and kept in memory alone, until
// the visit or the job ends or nobody looks for a while.
//
// Nobody but the owner sees one. Refusals: "job-unknown" for what is missing, another's, not
// held, in a printer's own language or sent by a shared device; "job-password-needed";
// "picture-none" where it cannot be drawn.
func (d *Desk) Picture(ctx context.Context, v Visitor, id JobID, page int) ([]byte, error) {
	job, err := d.shown(ctx, v, id, page)
	if err != nil {
		return nil, err
	}
	k := pictured{job: id, owner: job.Person, strip: (page - 1) / picturesAtOnce}
	leave, err := d.pictures.turn(ctx, job.Person)
	if err != nil {
		return nil, err
	}
	defer leave()
	s, found := d.pictures.find(k, d.DB.Now())
	if !found {
		if s, err = d.draw(ctx, job.asItCame(), k.strip); err != nil {
			return nil, err
		}
		d.pictures.keep(k, s, d.DB.Now())
	}
	if at := (page - 1) % picturesAtOnce; at < len(s) {
		return s[at], nil
	}
	return nil, noPicture
}

// Thumbnail is a smaller one of the first page, to stand beside the job's line, by the same rules.
// One is drawn at a time for the whole program, so that no list of pictures takes the time of what
// somebody looks at or has counted; who waits too long has none ("pictures-many").
func (d *Desk) Thumbnail(ctx context.Context, v Visitor, id JobID) ([]byte, error) {
	job, err := d.shown(ctx, v, id, 1)
	if err != nil {
		return nil, err
	}
	return d.thumbnail(ctx, job)
}

// thumbnail is Thumbnail of a job that may be shown.
func (d *Desk) thumbnail(ctx context.Context, job Job) ([]byte, error) {
	k := pictured{job: job.ID, owner: job.Person, strip: thumbStrip}
	s, found := d.pictures.find(k, d.DB.Now())
	if !found {
		ctx, cancel := context.WithTimeoutCause(ctx, thumbWait, tooManyPictures)
		defer cancel()
		leave, err := d.pictures.thumbTurn(ctx)
		if err != nil {
			return nil, err
		}
		defer leave()
		if s, err = d.drawPages(ctx, job.asItCame(), 1, 1, thumbWidth); err != nil {
			return nil, err
		}
		d.pictures.keep(k, s, d.DB.Now())
	}
	if len(s) == 0 {
		return nil, noPicture
	}
	return s[0], nil
}

// shown is the visitor's job whose page is to be shown.
func (d *Desk) shown(ctx context.Context, v Visitor, id JobID, page int) (job Job, err error) {
	err = d.readSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := school.Stands(ctx, tx, v.Actor); err != nil {
			return err
		}
		job, err = jobByID(ctx, tx, id)
		return err
	})
	if err == nil {
		err = job.showable(v, page)
	}
	return job, err
}

// showable refuses pictures of what is not the visitor's to see.
func (j Job) showable(v Visitor, page int) error {
	switch {
	case !v.owns(j) || j.State != Held || j.Uncounted() || j.Claim():
		return jobUnknown
	case j.Locked && !v.Opened[j.ID]:
		return passwordNeeded
	case page < 1 || page > j.asItCame().Pages:
		return jobUnknown
	}
	return nil
}

// draw is a strip of pages, none where the document does not let itself be drawn.
func (d *Desk) draw(ctx context.Context, job Job, which int) (strip, error) {
	return d.drawPages(ctx, job, 1+which*picturesAtOnce, picturesAtOnce, pictureWidth)
}

func (d *Desk) drawPages(ctx context.Context, job Job, first, pages, width int) (s strip, err error) {
	in, err := d.Spool.Open(ctx, job.Document)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	all, err := d.Documents.Draw(ctx, in, first, pages, width)
	if f := fault.As(err); f != nil && (f.Kind == fault.Internal || f.Kind == fault.Unavailable) {
		return nil, fmt.Errorf("draw job %d: %w", job.ID, err)
	}
	for _, p := range all {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: pictureQuality}); err != nil {
			return nil, fmt.Errorf("encode picture: %w", err)
		}
		s = append(s, b.Bytes())
	}
	return s, nil
}

// ForgetPictures drops the pictures of somebody who has signed out.
func (d *Desk) ForgetPictures(p school.PersonID) {
	d.pictures.forget(func(k pictured) bool { return k.owner == p })
}
