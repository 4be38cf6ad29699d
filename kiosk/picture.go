package kiosk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// Previews is the desk's part in the pages of a job that waits, and in changing it.
type Previews interface {
	EditJob(ctx context.Context, v release.Visitor, id release.JobID, edition int, e release.Edit) error
	Picture(ctx context.Context, v release.Visitor, id release.JobID, page int) ([]byte, error)
	ForgetPictures(p school.PersonID)
}

// EditJob changes a job that waits.
type EditJob struct {
	Turn    int
	Visitor release.Visitor
	Job     release.JobID
	Edition int
	Edit    release.Edit
}

func (e EditJob) run(ctx context.Context, d Desk, _ string) Input {
	return Acted{Turn: e.Turn, Of: e, Err: d.EditJob(ctx, e.Visitor, e.Job, e.Edition, e.Edit)}
}

func (EditJob) lasting() bool { return true }

// pictureWait is how long somebody waits for a picture.
const pictureWait = 20 * time.Second

// loan lets whoever knows its name see the pages of one job, as long as the screen shows them.
type loan struct {
	slug    string
	visitor release.Visitor
	turn    int // of the screen, which names the visit
	job     release.JobID
}

// lend gives an address to the pictures of what the screen shows now, and takes back that of what
// it showed before. What was drawn for somebody goes with their visit.
func (l *line) lend() {
	v, job := l.screen.leafing()
	over := l.screen.visitor == nil || l.screen.turn != l.loan.turn
	if job != l.loan.job || over {
		l.takeBack()
	}
	if over && l.loan.job != 0 {
		l.k.desk.ForgetPictures(l.loan.visitor.Actor.Person)
		l.loan = loan{}
	}
	if job == 0 {
		return
	}
	if l.loan = (loan{l.slug, v, l.screen.turn, job}); l.lent == "" {
		var b [16]byte
		_, _ = rand.Read(b[:]) // never fails: the runtime ends the process first
		l.lent = hex.EncodeToString(b[:])
	}
	l.k.mu.Lock()
	defer l.k.mu.Unlock()
	l.k.loans[l.lent] = l.loan
}

func (l *line) takeBack() {
	l.k.mu.Lock()
	defer l.k.mu.Unlock()
	delete(l.k.loans, l.lent)
	l.lent = ""
}

// close takes back what was lent to a page that has gone.
func (l *line) close() {
	l.takeBack()
	if l.loan.job != 0 {
		l.k.desk.ForgetPictures(l.loan.visitor.Actor.Person)
	}
}

// address names the pictures in a view.
func (l *line) address(c *ChangeView) {
	if c == nil || l.lent == "" {
		return
	}
	for i := range c.Leaves {
		c.Leaves[i].Src = "/kiosk/" + l.slug + "/page/" + l.lent + "/" + strconv.Itoa(c.Leaves[i].ID)
	}
}

var noSuchPage = fault.New(fault.NotFound, "page-unknown", "There is no page at this address.")

// picture answers with the picture of a page, to whoever has its address while it is shown. What
// there is not and what is not theirs look the same.
func (k *Kiosk) picture(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	of, known := k.loans[r.PathValue("loan")]
	k.mu.Unlock()
	page, err := strconv.Atoi(r.PathValue("page"))
	if !known || err != nil || of.slug != r.PathValue("station") {
		k.pages.Error(w, r, noSuchPage)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pictureWait)
	defer cancel()
	body, err := k.desk.Picture(ctx, of.visitor, of.job, page)
	if err != nil {
		if f := fault.As(err); f.Kind == fault.Internal && r.Context().Err() == nil {
			k.log.Error("picture failed", "job", of.job, "error", err)
		}
		k.pages.Error(w, r, noSuchPage)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}
