package console

import (
	"bytes"
	"fmt"
	"net/http"

	"inkwell/internal/fault"
	"inkwell/ipp/rollout"
)

// rollOutPage is what roll-out.html shows: what one kind of computer is set up with.
type rollOutPage struct {
	visitor
	Systems []*rollout.System
	Chosen  *rollout.System
	Sheet   rollout.Sheet
	Cannot  string // why there is nothing to download, or ""
}

func (c *Console) rollOutPage(w http.ResponseWriter, r *http.Request, v visitor) {
	page := rollOutPage{visitor: v, Systems: rollout.Systems, Chosen: rollout.Systems[0]}
	if s, err := rollout.SystemByName(r.FormValue("for")); err == nil {
		page.Chosen = s
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
