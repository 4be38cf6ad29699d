package console

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/quota"
	"inkwell/release"
)

// pricesPath is what printing costs.
const pricesPath = "/staff/prices"

// pricesPage is what prices.html shows.
type pricesPage struct {
	visitor
	Since    string   // these prices, "" for the defaults
	Places   []string // the columns: everywhere, or elsewhere and each group with prices of its own
	Rows     []priceRow
	Versions []versionRow // the latest first
	Groups   []choice     // of printers, whose prices can be set
	Group    string       // whose prices the form has
	Form     boxes
	Finishes boxes
	Last     quota.TariffID // that the form was made from
	Money    bool
	Say      string
	Trial    *trialTable
}

// priceRow is one price, at each place.
type priceRow struct {
	What string
	At   []string
}

// versionRow is a tariff in the list of all.
type versionRow struct {
	ID          quota.TariffID
	From, Until string
	State, Look string
	MayWithdraw bool // has not begun
}

// choice is one of a list to choose from.
type choice struct {
	Value, Word string
	Chosen      bool
}

func (c *Console) pricesPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showPrices(w, r, v, http.StatusOK, nil)
}

// showPrices shows the page; fill may put into it what was typed and what came of it.
func (c *Console) showPrices(w http.ResponseWriter, r *http.Request, v visitor, status int, fill func(*pricesPage)) {
	page := pricesPage{visitor: v}
	err := c.db.Look(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		var err error
		page, err = v.prices(ctx, tx, numberOf[quota.GroupID](r.FormValue("group")))
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	if fill != nil {
		fill(&page)
	}
	c.pages.Show(w, r, status, "prices", page)
}

func (v visitor) prices(ctx context.Context, tx *db.Tx, of quota.GroupID) (pricesPage, error) {
	page := pricesPage{visitor: v}
	now, err := quota.TariffAt(ctx, tx, v.School, tx.Now)
	if err != nil {
		return page, err
	}
	names, err := release.GroupNames(ctx, tx, v.School)
	if err != nil {
		return page, err
	}
	all, err := quota.Tariffs(ctx, tx, v.School)
	if err != nil {
		return page, err
	}
	last := now
	for _, t := range all {
		page.Versions = append(page.Versions, v.versionRow(t, now.ID))
		if !t.Withdrawn && t.From.After(last.From) {
			last = t.Tariff
		}
	}
	slices.Reverse(page.Versions)
	if !now.From.IsZero() {
		page.Since = moment(now.From, v.Now)
	}
	page.Money, page.Last = !now.Unit.Counts(), last.ID
	page.table(now, names)
	page.choose(names, of)
	page.Form, page.Finishes = priceBoxes(last, of)
	return page, nil
}

func (v visitor) versionRow(t quota.Version, now quota.TariffID) versionRow {
	row := versionRow{ID: t.ID, From: moment(t.From, v.Now), State: "Past"}
	if !t.Until.IsZero() {
		row.Until = moment(t.Until, v.Now)
	}
	switch {
	case t.Withdrawn:
		row.State = "Withdrawn"
	case t.ID == now:
		row.State, row.Look = "In force", "badge--good"
	case t.From.After(v.Now):
		row.State, row.Look, row.MayWithdraw = "Planned", "badge--blue", true
	}
	return row
}

// table has the prices in force, a column for each group with its own.
func (p *pricesPage) table(t quota.Tariff, names map[quota.GroupID]string) {
	groups := append([]quota.GroupID{0}, slices.Sorted(maps.Keys(t.Groups))...)
	p.Places = []string{"Everywhere"}
	if len(groups) > 1 {
		p.Places[0] = "Elsewhere"
	}
	for _, g := range groups[1:] {
		p.Places = append(p.Places, names[g])
	}
	for _, line := range t.PriceList(groups) {
		p.Rows = append(p.Rows, priceRow{sentence(line.What), line.At})
	}
}

// choose offers the groups of printers.
func (p *pricesPage) choose(names map[quota.GroupID]string, of quota.GroupID) {
	ids := slices.SortedFunc(maps.Keys(names), func(a, b quota.GroupID) int {
		return strings.Compare(strings.ToLower(names[a]), strings.ToLower(names[b]))
	})
	for _, g := range ids {
		p.Groups = append(p.Groups, choice{fmt.Sprint(g), names[g], g == of})
		if g == of {
			p.Group = fmt.Sprint(g)
		}
	}
}

// setPrices saves what was typed, from a day on or from now.
func (c *Console) setPrices(w http.ResponseWriter, r *http.Request, v visitor) {
	form := readPrices(r)
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		from, err := form.from(v.Now.Location())
		if err != nil {
			return err
		}
		_, err = quota.SetTariff(ctx, tx, v.Pseudonym, v.School, from, func(t *quota.Tariff) error {
			if t.ID != form.last {
				return pricesChanged
			}
			return form.apply(ctx, tx, v, t)
		})
		return err
	})
	if err == nil {
		http.Redirect(w, r, pricesPath, http.StatusSeeOther)
		return
	}
	c.pricesRefused(w, r, v, form, err)
}

var pricesChanged = fault.New(fault.Conflict, "prices-changed", "Somebody else has changed the prices since you opened this page. Look at them again, then save yours.")

// pricesRefused shows the form as it was typed, with why it was not taken.
func (c *Console) pricesRefused(w http.ResponseWriter, r *http.Request, v visitor, form *pricesForm, err error) {
	status, say := correctable(err)
	if status == 0 {
		c.pages.Error(w, r, err)
		return
	}
	c.showPrices(w, r, v, status, func(p *pricesPage) {
		form.refuse(fault.As(err).Code, say)
		p.Form, p.Finishes = form.fields, form.finishes
		if !form.fields.Wrong() && !form.finishes.Wrong() {
			p.Say = say
		}
	})
}

// tryPrices works out what was typed on the past. Nothing is saved.
func (c *Console) tryPrices(w http.ResponseWriter, r *http.Request, v visitor) {
	form := readPrices(r)
	trial, err := c.trial(r, v, func(ctx context.Context, tx *db.Tx, p *release.Plan) error {
		if err := form.apply(ctx, tx, v, &p.Tariff); err != nil {
			return err
		}
		return p.Tariff.Check()
	})
	if err != nil {
		c.pricesRefused(w, r, v, form, err)
		return
	}
	c.showPrices(w, r, v, http.StatusOK, func(p *pricesPage) { p.Form, p.Finishes, p.Trial = form.fields, form.finishes, trial })
}

func (c *Console) withdrawPrices(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		return quota.WithdrawTariff(ctx, tx, v.Pseudonym, v.School, numberIn[quota.TariffID](r, "tariff"))
	})
	if fault.KindOf(err) == fault.NotFound {
		err = fault.New(fault.Conflict, "tariff-gone", "Those prices are not planned any more.")
	}
	if err == nil {
		http.Redirect(w, r, pricesPath, http.StatusSeeOther)
		return
	}
	status, say := correctable(err)
	if status == 0 {
		c.pages.Error(w, r, err)
		return
	}
	c.showPrices(w, r, v, status, func(p *pricesPage) { p.Say = say })
}

// dayFrom is the day that a field names, as the school's clock begins it; zero for a blank one.
func dayFrom(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return at, fault.New(fault.Invalid, "tariff-from", "Choose a day, or leave it empty for now.").Because(err)
	}
	return at, nil
}
