package console

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/release"
)

// mattersPath is where matters of safeguarding are, for those whom they are with.
const mattersPath = "/staff/safeguarding"

// mattersPage is what safeguarding.html shows.
type mattersPage struct {
	visitor
	Open []matterRow
	Say  string // why an act was not taken
}

// matterRow is a matter, and what can be done about it.
type matterRow struct {
	conduct.Matter
	Who, When, With, Seen string
	Kept                  string // until when the document is
	LookUntil             string
	MaySeal, MayAsk       bool
	MayWitness, MayLook   bool
	Waits                 bool // for a witness, who is not the visitor
}

// stageWords say with whom a matter is.
var stageWords = map[conduct.Stage]string{conduct.Untold: "New", conduct.WithLead: "With the lead", conduct.WithDeputy: "With the deputies", conduct.WithHead: "With the head"}

func (c *Console) mattersPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showMatters(w, r, v, http.StatusOK, "")
}

func (c *Console) showMatters(w http.ResponseWriter, r *http.Request, v visitor, status int, say string) {
	all, err := c.conduct.Matters(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page := mattersPage{visitor: v, Say: say}
	for _, m := range all {
		page.Open = append(page.Open, v.matterRow(m))
	}
	w.Header().Set("Cache-Control", "no-store")
	c.pages.Show(w, r, status, "safeguarding", page)
}

func (v visitor) matterRow(m conduct.Matter) matterRow {
	row := matterRow{Matter: m, Who: yearAndClasses(m.Year, nil), When: moment(m.Opened, v.Now), With: stageWords[m.Stage], MaySeal: m.Job != 0 && m.Held && m.Sealed.IsZero()}
	if m.Rule == "" {
		row.Category = "Raised by staff"
	}
	if !m.Acknowledged.IsZero() {
		row.Seen = moment(m.Acknowledged, v.Now)
	}
	if m.Sealed.IsZero() {
		return row
	}
	row.Kept = moment(m.Sealed, v.Now)
	mine, waits := m.Look.AskedBy == v.Person, m.Look.AskedBy != 0 && !m.Look.Open
	row.MayAsk, row.MayWitness, row.Waits, row.MayLook = m.Look.AskedBy == 0, waits && !mine, waits && mine, m.Look.Open
	if m.Look.AskedBy != 0 {
		row.LookUntil = moment(m.Look.Until, v.Now)
	}
	return row
}

// matterID is the matter of the address; 0, which is none, where that is no number.
func matterID(r *http.Request) conduct.MatterID { return numberIn[conduct.MatterID](r, "matter") }

// actOnMatter does what the address says about a matter.
func (c *Console) actOnMatter(w http.ResponseWriter, r *http.Request, v visitor) {
	id, do := matterID(r), c.conduct.Acknowledge
	switch r.PathValue("act") {
	case "acknowledge":
	case "seal":
		do = c.conduct.Seal
	case "look":
		do = c.conduct.AskToLook
	case "witness":
		do = c.conduct.Witness
	case "close":
		do = func(ctx context.Context, by school.Actor, id conduct.MatterID) error {
			to := strings.TrimSpace(r.PostFormValue("to"))
			if to == "" && r.PostFormValue("none") == "" {
				return fault.New(fault.Invalid, "hand-over-to", "Say where it went, or that it is no concern.")
			}
			return c.conduct.HandOver(ctx, by, id, to)
		}
	default:
		c.nothing(w, r)
		return
	}
	err := do(r.Context(), v.Actor, id)
	if status, say := correctable(err); status != 0 {
		c.showMatters(w, r, v, status, say)
		return
	}
	c.backTo(w, r, mattersPath, err)
}

// sealedDocument sends the document to one of two who look together. It is kept by no browser.
func (c *Console) sealedDocument(w http.ResponseWriter, r *http.Request, v visitor) {
	job, err := c.conduct.LookedAt(r.Context(), v.Actor, matterID(r))
	var in io.ReadCloser
	if err == nil {
		in, err = c.desk.SealedDocument(r.Context(), v.School, release.JobID(job))
	}
	if f := fault.As(err); f != nil && f.Code == "matter-unknown" {
		c.showMatters(w, r, v, http.StatusNotFound, f.Say)
		return
	}
	if status, say := correctable(err); status != 0 {
		c.showMatters(w, r, v, status, say)
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	defer in.Close()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `inline; filename="sealed.pdf"`)
	if _, err := io.Copy(w, in); err != nil {
		c.log.Debug("send a document", "error", err) // whoever asked has gone
	}
}

// referFlag hands a flag to the safeguarding lead.
func (c *Console) referFlag(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.conduct.Refer(r.Context(), v.Actor, numberIn[conduct.FlagID](r, "flag"), r.PostFormValue("why"))
	to := numberOf[school.PersonID](r.PostFormValue("person"))
	c.backTo(w, r, fmt.Sprintf("/staff/people/%d/conduct", to), err)
}

// told is who is told of matters, as the form has it.
func (c *Console) told(ctx context.Context, v visitor) (text string, err error) {
	err = c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := conduct.Keepers(ctx, tx, v.School)
		text = ""
		for _, k := range all {
			p, err := school.PersonByID(ctx, tx, k.Person)
			if err != nil {
				return err
			}
			text += strings.TrimSpace(fmt.Sprintf("%s %s %s", k.Rank, p.Username, k.Mail)) + "\n"
		}
		return err
	})
	return text, err
}

// nameKeepers takes a line for each who is told of matters.
func (c *Console) nameKeepers(w http.ResponseWriter, r *http.Request, v visitor) {
	form := namingForm{Names: r.PostFormValue("line")}
	all, err := c.keepersIn(r.Context(), v, form.Names)
	if err == nil {
		err = c.conduct.NameKeepers(r.Context(), v.Actor, all)
	}
	if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		form.Say = f.Say
		c.showReviews(w, r, v, http.StatusConflict, reviewsPage{Line: form})
		return
	}
	c.backTo(w, r, reviewsPath, err)
}

func (c *Console) keepersIn(ctx context.Context, v visitor, text string) (all []conduct.Keeper, err error) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		rank := conduct.Rank(strings.ToLower(words[0]))
		if len(words) > 3 || len(words) < 2 || rank != conduct.Lead && rank != conduct.Deputy && rank != conduct.LastHead {
			return nil, fault.New(fault.Invalid, "keeper-line", "Write lead, deputy or head, then a user name, then a mail address if there is one.")
		}
		who, err := c.staffNamed(ctx, v, words[1:2])
		if err != nil {
			return nil, err
		}
		all = append(all, conduct.Keeper{Rank: rank, Person: who[0], Mail: strings.Join(words[2:], "")})
	}
	return all, nil
}
