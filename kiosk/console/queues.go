package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// queuesPath is the addresses that computers print to.
const queuesPath = "/staff/queues"

// queuesPage is what queues.html shows.
type queuesPage struct {
	visitor
	Rows []queueRow
	Form queueForm
}

// queuePage is what queue.html shows of one of them.
type queuePage struct {
	visitor
	Queue   queueRow
	Lines   []queueLine
	Form    queueForm
	Preview bool // Lines are how it would be
	Say     string
	Bad     bool
}

// queueRow is a queue in the list.
type queueRow struct {
	ID         release.QueueID
	Path, Name string
	State      stateWord
	Jobs, Who  string
}

// queueLine is one part of what a queue asks and does.
type queueLine struct {
	What, How string
	Was       string // where a preview changes it
}

// queueForm is what can be said of a queue, with what is chosen.
type queueForm struct {
	New      bool
	Wish     release.QueueWish
	Path     string
	Kind     string
	Printers []string
	Accounts []quota.Shared
	Say      string // why it was refused
}

// Is says whether a part of the form has a value.
func (f queueForm) Is(part, value string) bool { return slices.Contains(f.Wish[part], value) }

// Text is a part of the form as one types it.
func (f queueForm) Text(part string) string { return strings.Join(f.Wish[part], ", ") }

// onPages are the command's words in refusals, as the form calls them.
var onPages = strings.NewReplacer("--users", "“Who may use it”", "--colour-default", "“Colour, where a job does not say”", "--colour", "“Who may print in colour”", "--printer", "“Printers”",
	"--proof", "“How people prove who they are”", "--programs", "“PostScript and PCL”", "--kind", "“What becomes of jobs”", "--name", "“Name”", "inkwell queue set", "its page")

// choices fills in what there is to choose from.
func (f *queueForm) choices(ctx context.Context, tx *db.Tx, id school.ID) (err error) {
	names, err := release.PrinterNames(ctx, tx, id)
	if err != nil {
		return err
	}
	f.Printers = nil
	for _, name := range names {
		f.Printers = append(f.Printers, name)
	}
	slices.Sort(f.Printers)
	f.Accounts, err = quota.SharedAccounts(ctx, tx, id)
	return err
}

// wishOf reads the form.
func wishOf(r *http.Request) release.QueueWish {
	w := release.QueueWish{"printer": r.PostForm["printer"], "proof": r.PostForm["proof"]}
	if len(w["printer"]) == 0 {
		w["printer"] = []string{"any"}
	}
	for _, part := range []string{"name", "blocked", "generic", "sides", "colour-default", "account", "programs"} {
		w[part] = []string{strings.TrimSpace(r.PostFormValue(part))}
	}
	for _, part := range []string{"users", "colour"} {
		w[part] = nil
		for word := range strings.SplitSeq(r.PostFormValue(part), ",") {
			w[part] = append(w[part], strings.TrimSpace(word))
		}
	}
	return w
}

func (c *Console) queuesPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showQueues(w, r, http.StatusOK, queuesPage{visitor: v, Form: queueForm{Path: "/ipp/", Kind: string(release.Hold), Wish: release.QueueWish{
		"users": {"everybody"}, "colour": {"everybody"}, "sides": {"two-sided"}, "colour-default": {"mono"}, "blocked": {"hold"}, "generic": {"refuse"},
		"proof": {"password", "address", "server", "devices"}, "printer": {"any"}, "programs": {"0"}, "account": {"none"}}}})
}

func (c *Console) showQueues(w http.ResponseWriter, r *http.Request, status int, page queuesPage) {
	page.Form.New = true
	err := c.db.Look(r.Context(), db.InSchool(page.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := release.QueuesOf(ctx, tx, page.School)
		if err != nil {
			return err
		}
		page.Rows = nil
		for _, q := range all {
			lines, err := release.QueueInWords(ctx, tx, q)
			if err != nil {
				return err
			}
			page.Rows = append(page.Rows, rowOfQueue(q, lines))
		}
		return page.Form.choices(ctx, tx, page.School)
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "queues", page)
}

func rowOfQueue(q release.Queue, lines [][2]string) queueRow {
	row := queueRow{ID: q.ID, Path: q.Path, Name: q.Name, State: stateWord{"Open", "badge--good"}, Jobs: sentence(lines[0][1]), Who: sentence(lines[1][1])}
	switch {
	case q.Closed:
		row.State = stateWord{"Closed", "badge--bad"}
	case q.Paused:
		row.State = stateWord{"Paused", "badge--warn"}
	}
	return row
}

var (
	errPreview   = errors.New("a preview changes nothing")
	queueMissing = fault.New(fault.NotFound, "page-unknown", "There is no page at this address.")
)

// ownQueue is the school's queue of the address.
func ownQueue(ctx context.Context, tx *db.Tx, r *http.Request, id school.ID) (release.Queue, error) {
	all, err := release.QueuesOf(ctx, tx, id)
	if err != nil {
		return release.Queue{}, err
	}
	wanted := numberIn[release.QueueID](r, "queue")
	if i := slices.IndexFunc(all, func(q release.Queue) bool { return q.ID == wanted }); i >= 0 {
		return all[i], nil
	}
	return release.Queue{}, queueMissing
}

func (c *Console) queuePage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showQueue(w, r, http.StatusOK, queuePage{visitor: v, Say: map[string]string{"saved": "Saved. It counts at once, for jobs that wait as well.", "added": "Made. Computers can print to it now."}[r.URL.Query().Get("done")]})
}

// showQueue fills in what the page has not been given.
func (c *Console) showQueue(w http.ResponseWriter, r *http.Request, status int, page queuePage) {
	err := c.db.Look(r.Context(), db.InSchool(page.School), func(ctx context.Context, tx *db.Tx) error {
		q, err := ownQueue(ctx, tx, r, page.School)
		if err != nil {
			return err
		}
		lines, err := release.QueueInWords(ctx, tx, q)
		if err != nil {
			return err
		}
		page.Queue = rowOfQueue(q, lines)
		if page.Lines == nil {
			page.Lines = changedLines(lines, lines)
		}
		if page.Form.Wish == nil {
			if page.Form.Wish, err = release.WishOf(ctx, tx, q); err != nil {
				return err
			}
		}
		return page.Form.choices(ctx, tx, page.School)
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "queue", page)
}

// changedLines are the parts of a queue with what they were.
func changedLines(was, now [][2]string) []queueLine {
	all := make([]queueLine, 0, len(now))
	for i, line := range now {
		l := queueLine{What: sentence(line[0]), How: sentence(line[1])}
		if was[i][1] != line[1] {
			l.Was = sentence(was[i][1])
		}
		all = append(all, l)
	}
	return all
}

// setQueue changes a queue, or says how it would be.
func (c *Console) setQueue(w http.ResponseWriter, r *http.Request, v visitor) {
	page := queuePage{visitor: v, Form: queueForm{Wish: wishOf(r)}}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		q, err := ownQueue(ctx, tx, r, v.School)
		if err != nil {
			return err
		}
		was, err := release.QueueInWords(ctx, tx, q)
		if err != nil {
			return err
		}
		var facts map[string]any
		q, err = release.SetQueue(ctx, tx, q.Path, func(q *release.Queue) (err error) {
			facts, err = page.Form.Wish.Apply(ctx, tx, q)
			return err
		})
		if err != nil {
			return err
		}
		now, err := release.QueueInWords(ctx, tx, q)
		if err != nil {
			return err
		}
		if page.Lines = changedLines(was, now); r.PostFormValue("do") != "save" {
			return errPreview
		}
		return recordQueue(ctx, tx, v, q, "queue-set", facts)
	})
	switch {
	case errors.Is(err, errPreview):
		page.Preview = true
		c.showQueue(w, r, http.StatusOK, page)
	case err != nil && fault.KindOf(err) != fault.Internal && !errors.Is(err, queueMissing):
		page.Say, page.Bad, page.Lines = onPages.Replace(fault.As(err).Say), true, nil
		c.showQueue(w, r, http.StatusConflict, page)
	case err != nil:
		c.pages.Error(w, r, err)
	default:
		http.Redirect(w, r, fmt.Sprintf("%s/%d?done=saved", queuesPath, numberIn[release.QueueID](r, "queue")), http.StatusSeeOther)
	}
}

// recordQueue keeps the act, with the facts that the command keeps.
func recordQueue(ctx context.Context, tx *db.Tx, v visitor, q release.Queue, act string, facts map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{School: v.School, Act: act, Actor: v.Pseudonym, Object: fmt.Sprintf("queue:%d", q.ID), Facts: facts, Note: q.Path + " " + q.Name})
}

// addQueue makes a queue.
func (c *Console) addQueue(w http.ResponseWriter, r *http.Request, v visitor) {
	form := queueForm{Wish: wishOf(r), Path: strings.TrimSpace(r.PostFormValue("path")), Kind: r.PostFormValue("kind")}
	q := release.Queue{School: v.School, Path: form.Path, Kind: release.QueueKind(form.Kind), Proof: school.ByPassword}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		facts, err := form.Wish.Apply(ctx, tx, &q)
		if err != nil {
			return err
		}
		facts["kind"] = form.Kind
		if q.ID, err = release.AddQueue(ctx, tx, q); err != nil {
			return err
		}
		return recordQueue(ctx, tx, v, q, "queue-added", facts)
	})
	switch {
	case err != nil && fault.KindOf(err) != fault.Internal:
		form.Say = onPages.Replace(fault.As(err).Say)
		c.showQueues(w, r, http.StatusConflict, queuesPage{visitor: v, Form: form})
	case err != nil:
		c.pages.Error(w, r, err)
	default:
		http.Redirect(w, r, fmt.Sprintf("%s/%d?done=added", queuesPath, q.ID), http.StatusSeeOther)
	}
}

// removeQueue ends a queue that no job is left of.
func (c *Console) removeQueue(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		q, err := ownQueue(ctx, tx, r, v.School)
		if err == nil {
			q, err = release.RemoveQueue(ctx, tx, q.Path)
		}
		if err != nil {
			return err
		}
		return recordQueue(ctx, tx, v, q, "queue-removed", nil)
	})
	if f := fault.As(err); f != nil && f.Code == "queue-busy" {
		c.showQueue(w, r, http.StatusConflict, queuePage{visitor: v, Say: f.Say, Bad: true})
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, queuesPath, http.StatusSeeOther)
}
