package kiosk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"slices"
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
	Thumbnail(ctx context.Context, v release.Visitor, id release.JobID) ([]byte, error)
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

// loan lets whoever knows its name see the pages of one job, or the first ones of several, as long
// as the screen shows them.
type loan struct {
	slug    string
	visitor release.Visitor
	turn    int // of the screen, which names the visit
	job     release.JobID
	firsts  []release.JobID // of these, the first page alone
}

// lend gives an address to the pictures of what the screen shows now, and takes back that of what
// it showed before. What was drawn for somebody goes with their visit.
func (l *line) lend() {
	v, job := l.screen.leafing()
	var firsts []release.JobID
	if job == 0 {
		v, firsts = l.screen.firsts()
	}
	over := l.screen.visitor == nil || l.screen.turn != l.loan.turn
	if job != l.loan.job || (len(firsts) == 0) != (len(l.loan.firsts) == 0) || over {
		l.takeBack()
	}
	if over && l.drawn {
		l.k.desk.ForgetPictures(l.loan.visitor.Actor.Person)
		l.loan, l.drawn = loan{}, false
	}
	if job == 0 && len(firsts) == 0 {
		l.loan.job, l.loan.firsts = 0, nil
		return
	}
	l.drawn = true
	if l.loan = (loan{l.slug, v, l.screen.turn, job, firsts}); l.lent == "" {
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
	if l.drawn {
		l.k.desk.ForgetPictures(l.loan.visitor.Actor.Person)
	}
}

// address names the pictures in a view.
func (l *line) address(v *View) {
	if l.lent == "" {
		return
	}
	at := "/kiosk/" + l.slug + "/page/" + l.lent + "/"
	if v.Change != nil {
		for i := range v.Change.Leaves {
			v.Change.Leaves[i].Src = at + strconv.Itoa(v.Change.Leaves[i].ID)
		}
		return
	}
	for i, j := range v.Jobs {
		if slices.Contains(l.loan.firsts, j.ID) {
			v.Jobs[i].Src = at + "of/" + strconv.Itoa(int(j.ID))
		}
	}
}

var noSuchPage = fault.New(fault.NotFound, "page-unknown", "There is no page at this address.")

// picture answers with the picture of a page, to whoever has its address while it is shown. What
// there is not and what is not theirs look the same.
func (k *Kiosk) picture(w http.ResponseWriter, r *http.Request) {
	k.draw(w, r, "page", func(ctx context.Context, of loan, page int32) ([]byte, error) {
		if of.job == 0 {
			return nil, noSuchPage
		}
		return k.desk.Picture(ctx, of.visitor, of.job, int(page))
	})
}

// thumbnail answers with that of a job's first page, in the same way.
func (k *Kiosk) thumbnail(w http.ResponseWriter, r *http.Request) {
	k.draw(w, r, "job", func(ctx context.Context, of loan, job int32) ([]byte, error) {
		if !slices.Contains(of.firsts, release.JobID(job)) {
			return nil, noSuchPage
		}
		return k.desk.Thumbnail(ctx, of.visitor, release.JobID(job))
	})
}

// lends says whether a loan is still good.
func (k *Kiosk) lends(name string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, good := k.loans[name]
	return good
}

// draw answers with what is drawn for a number in the address, under a loan that is still good.
func (k *Kiosk) draw(w http.ResponseWriter, r *http.Request, named string, draws func(ctx context.Context, of loan, n int32) ([]byte, error)) {
	k.mu.Lock()
	of, known := k.loans[r.PathValue("loan")]
	k.mu.Unlock()
	n, err := strconv.ParseInt(r.PathValue(named), 10, 32)
	if !known || err != nil || of.slug != r.PathValue("station") {
		k.pages.Error(w, r, noSuchPage)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pictureWait)
	defer cancel()
	body, err := draws(ctx, of, int32(n))
	if !k.lends(r.PathValue("loan")) { // they signed out while it was drawn: it is kept nowhere
		k.desk.ForgetPictures(of.visitor.Actor.Person)
		k.pages.Error(w, r, noSuchPage)
		return
	}
	if err != nil {
		if f := fault.As(err); f.Kind == fault.Internal && r.Context().Err() == nil {
			k.log.Error("picture failed", "error", err)
		}
		k.pages.Error(w, r, noSuchPage)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}
