package console

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/sheet"
	"inkwell/release"
)

// uploadRoute takes a document from a pupil's own page.
const uploadRoute = "POST " + myPath + "/upload"

// The bounds of what comes beside a document, and of what is still read once it is refused, so that
// the browser hears why.
const (
	mostUploadFields = 10
	mostUploadField  = 1 << 10 // bytes
	mostDrained      = 64 << 20
)

var (
	uploadNone   = fault.New(fault.Invalid, "upload-none", "Choose a document first: a PDF, or a JPEG or PNG picture.")
	uploadBroken = fault.New(fault.Invalid, "upload-broken", "The document did not arrive whole. Please send it again.")
)

// declaredAs are names for what we take that browsers have and nobody registered.
var declaredAs = map[string]string{"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png", "application/x-pdf": "application/pdf"}

// upload takes in a document as it arrives; the fields of the form come before it.
func (c *Console) upload(w http.ResponseWriter, r *http.Request, v visitor) {
	_, err := c.takeUpload(r, v)
	if f := fault.As(err); f != nil && f.Kind != fault.Internal {
		_, _ = io.CopyN(io.Discard, r.Body, mostDrained)
	}
	if wantsJSON(r) {
		c.tellUpload(w, r, err)
		return
	}
	if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		c.showMy(w, r, v, http.StatusConflict, myPage{Say: f.Say})
		return
	}
	c.backTo(w, r, myPath+"?sent=1", err)
}

func wantsJSON(r *http.Request) bool { return r.Header.Get("Accept") == "application/json" }

// tellUpload answers the page's own script.
func (c *Console) tellUpload(w http.ResponseWriter, r *http.Request, err error) {
	answer, status := map[string]string{"to": myPath + "?sent=1"}, http.StatusOK
	if err != nil {
		f := fault.As(err)
		if f.Kind == fault.Internal {
			c.log.ErrorContext(r.Context(), "upload failed", "error", err)
		}
		answer, status = map[string]string{"say": f.Say}, http.StatusConflict
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		c.log.DebugContext(r.Context(), "the visitor has gone", "error", err)
	}
}

func (c *Console) takeUpload(r *http.Request, v visitor) (job release.Job, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return job, uploadNone.Because(err)
	}
	u := release.Upload{}
	for range mostUploadFields {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return job, uploadNone
		case err != nil:
			return job, uploadBroken.Because(err)
		case part.FormName() != "document":
			if err := readField(part, &u.Ticket); err != nil {
				return job, err
			}
			continue
		case part.FileName() == "":
			return job, uploadNone
		}
		u.Title, u.Declared = titleOf(part.FileName()), part.Header.Get("Content-Type")
		if known := declaredAs[u.Declared]; known != "" {
			u.Declared = known
		}
		return c.desk.Upload(r.Context(), v.Actor, u, part)
	}
	return job, uploadNone
}

// readField fills in what a field of the form says of how to print.
func readField(part *multipart.Part, t *release.Ticket) error {
	text, err := io.ReadAll(io.LimitReader(part, mostUploadField+1))
	if err != nil || len(text) > mostUploadField {
		return uploadBroken.Because(err)
	}
	switch value := string(text); part.FormName() {
	case "colour":
		if value == "color" {
			t.ColorMode = value
		}
	case "sides":
		if value == "one-sided" {
			t.Sides = value
		}
	}
	return nil
}

// titleOf is what a document is called by the name of its file.
func titleOf(file string) string {
	file = strings.Map(func(r rune) rune {
		if sheet.Disturbs(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(file, "?"))
	name := path.Base(strings.ReplaceAll(file, `\`, "/"))
	if short := strings.TrimSuffix(name, path.Ext(name)); strings.TrimSpace(short) != "" {
		name = short
	}
	return name
}

// setUploads has documents from pupils' own page go to a queue, or takes none any more.
func (c *Console) setUploads(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		return release.SetUploads(ctx, tx, v.Pseudonym, v.School, r.PostFormValue("queue"))
	})
	c.backTo(w, r, "/staff/roll-out#own-page", err)
}
