package console

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// rulesPath is the table of the school's rules, and who is let off them.
const rulesPath = "/staff/rules"

// rulesPage is what rules.html shows.
type rulesPage struct {
	visitor
	Since  string // "" for the defaults
	Rules  []quota.RuleRow
	Exempt []exemptionRow
	Form   exemptionForm
	Most   string // the last day that an exemption can have
}

// exemptionRow is an exemption as officers read it.
type exemptionRow struct {
	ID                             quota.ExemptionID
	Who, Off, Until, Reason, State string
	MadeBy, RecordedBy             string
	Look                           string // of the state's badge
	MayRecord                      bool
	Over                           bool
}

// exemptionForm is what somebody typed to let a person or a class off, and why it was not
// taken.
type exemptionForm struct {
	Whom, Rule, Until, Reason, Say string
}

// MayExempt says whether to offer to let people off rules.
func (v visitor) MayExempt() bool { return v.May(school.ExemptFromRules) }

func (c *Console) rulesPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showRules(w, r, v, http.StatusOK, exemptionForm{})
}

func (c *Console) showRules(w http.ResponseWriter, r *http.Request, v visitor, status int, form exemptionForm) {
	if !c.readAgain(w, r, v, status, rulesPath) {
		return
	}
	page := rulesPage{visitor: v, Form: form, Most: v.Now.AddDate(0, 0, 365).Format(time.DateOnly)}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		rules, rows, err := release.RuleTable(ctx, tx, v.School)
		if err != nil {
			return err
		}
		page.Rules = rows
		if rules.Set != 0 {
			page.Since = moment(rules.Since, v.Now)
		}
		if !v.MayExempt() {
			return nil
		}
		all, err := release.ExemptionReport(ctx, tx, v.School)
		page.Exempt = nil
		for _, e := range all {
			page.Exempt = append(page.Exempt, v.exemptionRow(e))
		}
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "rules", page)
}

func (v visitor) exemptionRow(e release.ExemptionRow) exemptionRow {
	row := exemptionRow{ID: e.ID, Who: e.Who, Off: e.Off, Until: moment(e.Ends, v.Now), Reason: e.Reason, State: e.State, MadeBy: e.MadeBy, RecordedBy: cmp.Or(e.RecordedBy, "–"),
		Over: e.State == "over", MayRecord: e.Open() && e.State != "over" && v.May(school.RecordExemption) && e.MadeBy != "" && e.Exemption.MadeBy != v.Person && e.Person != v.Person}
	switch {
	case e.Open() && !row.Over:
		row.Look = "badge--warn"
	case !row.Over:
		row.Look = "badge--good"
	}
	return row
}

func (c *Console) exempt(w http.ResponseWriter, r *http.Request, v visitor) {
	form := exemptionForm{Whom: strings.TrimSpace(r.PostFormValue("whom")), Rule: r.PostFormValue("rule"), Until: r.PostFormValue("until"), Reason: r.PostFormValue("reason")}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		e, err := form.read(ctx, tx, v)
		if err != nil {
			return err
		}
		_, err = quota.Exempt(ctx, tx, v.Actor, e)
		return err
	})
	c.exempted(w, r, v, form, err)
}

// read finds whom the form means: a user name, or else a class.
func (f exemptionForm) read(ctx context.Context, tx *db.Tx, v visitor) (e quota.Exemption, err error) {
	e.Reason = f.Reason
	if f.Rule != "" {
		n, err := strconv.ParseInt(f.Rule, 10, 32)
		if err != nil {
			return e, fault.New(fault.Invalid, "exemption-rule", "Choose one of the rules, or all.").Because(err)
		}
		e.Rule = quota.RuleNumber(n)
	}
	last, err := time.ParseInLocation(time.DateOnly, f.Until, v.Now.Location())
	if err != nil {
		return e, fault.New(fault.Invalid, "exemption-ends", "Choose the last day.").Because(err)
	}
	e.Ends = last.AddDate(0, 0, 1)
	p, err := school.PersonByUsername(ctx, tx, v.School, f.Whom)
	if err == nil && !p.Left {
		e.Person = p.ID
		return e, nil
	}
	if e.Class, err = school.ClassByName(ctx, tx, v.School, f.Whom); fault.KindOf(err) == fault.NotFound {
		err = fault.New(fault.Invalid, "exemption-whom", "There is nobody with this user name, and no such class.")
	}
	return e, err
}

// exemptionID is the exemption of the address; 0, which is none, where that is no number.
func exemptionID(r *http.Request) quota.ExemptionID { return numberIn[quota.ExemptionID](r, "id") }

func (c *Console) recordExemption(w http.ResponseWriter, r *http.Request, v visitor) {
	c.exempted(w, r, v, exemptionForm{}, c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		return quota.RecordExemption(ctx, tx, v.Actor, exemptionID(r))
	}))
}

func (c *Console) endExemption(w http.ResponseWriter, r *http.Request, v visitor) {
	c.exempted(w, r, v, exemptionForm{}, c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		return quota.EndExemption(ctx, tx, v.Actor, exemptionID(r))
	}))
}

// exempted shows the page again, with why an act was not taken.
func (c *Console) exempted(w http.ResponseWriter, r *http.Request, v visitor, form exemptionForm, err error) {
	f := fault.As(err)
	switch {
	case err == nil:
		http.Redirect(w, r, rulesPath, http.StatusSeeOther)
	case f.Kind == fault.Internal || f.Kind == fault.Unavailable:
		c.pages.Error(w, r, err)
	default:
		form.Say = f.Say
		c.showRules(w, r, v, http.StatusConflict, form)
	}
}
