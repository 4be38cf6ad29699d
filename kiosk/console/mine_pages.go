package console

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// Previews is the desk's part in the pages of one's own job that waits, and in changing it.
type Previews interface {
	EditJob(ctx context.Context, v release.Visitor, id release.JobID, edition int, e release.Edit) error
	Picture(ctx context.Context, v release.Visitor, id release.JobID, page int) ([]byte, error)
	ForgetPictures(p school.PersonID)
}

// leavesShown is how many pages have a picture on the page of a job.
const leavesShown = 48

// jobPagesPage is what mine-pages.html shows: one job of the visitor's own.
type jobPagesPage struct {
	visitor
	Number  release.JobID
	Title   string
	Edition int
	Edit    release.Edit
	Leaves  []leaf
	Shown   []shownSide // as they print, where several pages go on one
	Of      int
	Long    bool   // more than have a picture: which stay is written
	Keep    string // the pages that stay, as one would write them
	Sum     string
	Price   string // what it costs, on a pupil's own page
	Came    string // what it was, where it is changed
	Colour  bool
	Both    bool
	Copies  int
	Say     string
}

// leaf is a page with its picture.
type leaf struct {
	Number int
	Kept   bool
}

func (c *Console) jobPages(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showJobPages(w, r, v, http.StatusOK, "")
}

// showJobPages shows a job; one that there is not and one that is not the visitor's look the same.
func (c *Console) showJobPages(w http.ResponseWriter, r *http.Request, v visitor, status int, say string) {
	all, err := c.desk.Mine(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	for _, j := range all {
		if j.ID == jobID(r) && j.Changeable() {
			page := jobPagesOf(j.Job)
			page.visitor, page.Say = v, say
			if page.Price, err = c.priceOf(r.Context(), v, j); err != nil {
				c.pages.Error(w, r, err)
				return
			}
			c.pages.Show(w, r, status, "mine-pages", page)
			return
		}
	}
	c.showOwnJobs(w, r, v, http.StatusNotFound, cmp.Or(say, "There is no such job, or its pages cannot be shown."))
}

// showOwnJobs is the page of the visitor's own jobs that they came from: a pupil's, or staff's.
func (c *Console) showOwnJobs(w http.ResponseWriter, r *http.Request, v visitor, status int, say string) {
	if v.Own {
		c.showMy(w, r, v, status, myPage{Say: say})
		return
	}
	c.showMine(w, r, v, status, say)
}

func jobPagesOf(j release.Job) jobPagesPage {
	was := j.AsItCame()
	p := jobPagesPage{Number: j.ID, Title: j.Title, Edition: j.Edition, Edit: j.Edit, Of: was.Pages, Keep: rangesOf(j.Edit.Pages),
		Sum: sumOf(j), Colour: was.ColourImpressions > 0, Both: j.Ticket.Sides != "one-sided", Copies: max(1, j.Ticket.Copies)}
	if p.Title == "" {
		p.Title = fmt.Sprintf("Job %d", j.ID)
	}
	if p.Keep == "" {
		p.Keep = rangesOf([]release.PageRange{{First: 1, Last: p.Of}})
	}
	if !j.Edit.Same(release.Edit{}) {
		p.Came = sumOf(was)
	}
	for page := 1; page <= min(p.Of, leavesShown); page++ {
		p.Leaves = append(p.Leaves, leaf{page, j.Edit.Keeps(page)})
	}
	p.Long = p.Of > leavesShown
	p.combine()
	return p
}

// shownSide is a side as it prints, with the pages on it.
type shownSide struct {
	Number int
	Pages  []int
}

// combine shows pages of a job together as they print: left to right and then down. Whether their sheet lies or stands
// the page's script knows, by the pictures.
func (p *jobPagesPage) combine() {
	up := p.Edit.NumberUp
	if up < 2 || p.Long {
		return
	}
	for _, l := range p.Leaves {
		if !l.Kept {
			continue
		}
		if n := len(p.Shown); n == 0 || len(p.Shown[n-1].Pages) == up {
			p.Shown = append(p.Shown, shownSide{Number: n + 1})
		}
		last := &p.Shown[len(p.Shown)-1]
		last.Pages = append(last.Pages, l.Number)
	}
}

func sumOf(j release.Job) string {
	return pages(int64(j.Impressions)) + " on " + counted(int64(j.Sheets), "sheet")
}

// rangesOf writes pages as people do: 1-3, 7.
func rangesOf(all []release.PageRange) string {
	var said []string
	for _, r := range all {
		one := strconv.Itoa(r.First)
		if r.Last > r.First {
			one += "-" + strconv.Itoa(r.Last)
		}
		said = append(said, one)
	}
	return strings.Join(said, ", ")
}

var rangeForm = regexp.MustCompile(`^([0-9]{1,6})(?:-([0-9]{1,6}))?$`)

// readRanges reads what rangesOf writes; false for anything else.
func readRanges(said string) (all []release.PageRange, ok bool) {
	for _, one := range strings.FieldsFunc(said, func(r rune) bool { return r == ',' || r == ';' }) {
		part := rangeForm.FindStringSubmatch(strings.NewReplacer(" ", "", "–", "-").Replace(one))
		if part == nil {
			return nil, false
		}
		first, _ := strconv.Atoi(part[1])
		last := first
		if part[2] != "" {
			last, _ = strconv.Atoi(part[2])
		}
		all = append(all, release.PageRange{First: first, Last: last})
	}
	return all, true
}

// changeJob changes a job as the form says, from what the visitor saw.
func (c *Console) changeJob(w http.ResponseWriter, r *http.Request, v visitor) {
	edition, _ := strconv.Atoi(r.PostFormValue("edition")) // 0 was never seen changed
	edit, ok := editIn(r)
	if !ok {
		c.showJobPages(w, r, v, http.StatusConflict, "Keep at least one page. Write pages like 1-3, 7.")
		return
	}
	err := c.desk.EditJob(r.Context(), release.Visitor{Actor: v.Actor}, jobID(r), edition, edit)
	if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		c.showJobPages(w, r, v, http.StatusConflict, f.Say)
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, fmt.Sprintf("%s/%d/pages", v.Jobs(), jobID(r)), http.StatusSeeOther)
}

// editIn is what a form asks for; false where it says of pages what nobody can read.
func editIn(r *http.Request) (e release.Edit, ok bool) {
	if r.PostFormValue("undo") != "" {
		return e, true
	}
	if r.PostForm.Has("pages") {
		e.Pages, ok = readRanges(r.PostFormValue("pages"))
	} else {
		e.Pages, ok = readRanges(strings.Join(r.PostForm["keep"], ","))
	}
	e.NumberUp, _ = strconv.Atoi(r.PostFormValue("up")) // what is none is refused by the desk
	e.Copies, _ = strconv.Atoi(r.PostFormValue("copies"))
	e.Sides, e.Grey = r.PostFormValue("sides"), r.PostFormValue("grey") != ""
	return e, ok && len(e.Pages) > 0
}

// pictureWait is how long somebody waits for a picture.
const pictureWait = 20 * time.Second

// pagePicture answers with the picture of a page of the visitor's own job. Whatever it is that
// there is not looks the same.
func (c *Console) pagePicture(w http.ResponseWriter, r *http.Request, v visitor) {
	ctx, cancel := context.WithTimeout(r.Context(), pictureWait)
	defer cancel()
	body, err := c.desk.Picture(ctx, release.Visitor{Actor: v.Actor}, jobID(r), int(numberIn[int32](r, "page")))
	c.sendPicture(w, r, body, err)
}

// sendPicture answers with a picture, or with nothing.
func (c *Console) sendPicture(w http.ResponseWriter, r *http.Request, body []byte, err error) {
	if err != nil {
		if f := fault.As(err); f.Kind == fault.Internal && r.Context().Err() == nil {
			c.log.Error("picture failed", "path", r.URL.Path, "error", err)
		}
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}
