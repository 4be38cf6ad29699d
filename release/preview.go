package release

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// How pages are shown to their owner.
const (
	pictureWidth   = 320 // pixels
	pictureQuality = 82  // of JPEG
	picturesAtOnce = 6   // pages that one child draws: what a screen shows first
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
	var job Job
	err := d.readSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := school.Stands(ctx, tx, v.Actor); err != nil {
			return err
		}
		job, err = jobByID(ctx, tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := job.showable(v, page); err != nil {
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
func (d *Desk) draw(ctx context.Context, job Job, which int) (s strip, err error) {
	in, err := d.Spool.Open(ctx, job.Document)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	all, err := d.Documents.Draw(ctx, in, 1+which*picturesAtOnce, picturesAtOnce, pictureWidth)
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
