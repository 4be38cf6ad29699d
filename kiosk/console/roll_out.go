package console

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/ipp/rollout"
	"inkwell/release"
)

// rollOutPage is what roll-out.html shows: what one kind of computer is set up with.
type rollOutPage struct {
	visitor
	Systems []*rollout.System
	Chosen  *rollout.System
	Sheet   rollout.Sheet
	Cannot  string // why there is nothing to download, or ""
	Queues  []uploadChoice
}

// uploadChoice is a queue that documents from pupils' own page can go to.
type uploadChoice struct {
	Path, Name string
	Chosen     bool
}

// uploadChoices are a school's.
func (c *Console) uploadChoices(ctx context.Context, v visitor) (all []uploadChoice, err error) {
	err = c.db.Look(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		queues, err := release.HoldQueues(ctx, tx, v.School)
		if err != nil {
			return err
		}
		now, err := release.Uploads(ctx, tx, v.School)
		all = nil
		for _, q := range queues {
			all = append(all, uploadChoice{q.Path, q.Name, q.ID == now.ID})
		}
		return err
	})
	return all, err
}

func (c *Console) rollOutPage(w http.ResponseWriter, r *http.Request, v visitor) {
	page := rollOutPage{visitor: v, Systems: rollout.Systems, Chosen: rollout.Systems[0]}
	if s, err := rollout.SystemByName(r.FormValue("for")); err == nil {
		page.Chosen = s
	}
	var err error
	if page.Queues, err = c.uploadChoices(r.Context(), v); err != nil {
		c.pages.Error(w, r, err)
		return
	}
	plan, err := c.rollOut(r.Context(), v.School)
	if err == nil {
		page.Sheet, err = page.Chosen.Sheet(plan)
	}
	if f := fault.As(err); err != nil && f.Kind == fault.Internal {
		c.pages.Error(w, r, err)
		return
	} else if err != nil {
		page.Cannot = f.Say
	}
	c.pages.Show(w, r, http.StatusOK, "roll-out", page)
}

// rollOutArchive sends all files for a system as one.
func (c *Console) rollOutArchive(w http.ResponseWriter, r *http.Request, v visitor) {
	name, archive, err := c.archive(r, v)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="inkwell-`+name+`.zip"`)
	_, _ = w.Write(archive) // a visitor who has gone is no error of ours
}

func (c *Console) archive(r *http.Request, v visitor) (name string, archive []byte, err error) {
	system, err := rollout.SystemByName(r.PathValue("name"))
	if err != nil {
		return "", nil, err
	}
	plan, err := c.rollOut(r.Context(), v.School)
	if err != nil {
		return "", nil, err
	}
	files, err := system.Export(plan)
	if err != nil {
		return "", nil, err
	}
	var b bytes.Buffer
	if err := rollout.Zip(&b, files, plan.Made); err != nil {
		return "", nil, fmt.Errorf("send roll-out: %w", err)
	}
	return system.Name, b.Bytes(), nil
}
