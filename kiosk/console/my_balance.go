package console

import (
	"context"
	"fmt"
	"net/http"

	"inkwell/internal/db"
	"inkwell/quota"
)

// myBalancePage is what my-balance.html shows: how a pupil's pages came and went, one page of it.
type myBalancePage struct {
	visitor
	ownStanding
	Rows    []balanceRow
	Earlier string // the address of the page before it in time, or ""
	Later   string // of the latest one, on any other
}

// balanceRow is one movement, and what was left after it.
type balanceRow struct {
	When, What, Who string // Who of the staff did it, or ""
	Moved, After    string
	In              bool
}

// ownBookings are the kinds that a person's own account has.
var ownBookings = append(quota.Given(), quota.Reserved, quota.Returned, quota.Voided)

func (c *Console) myBalancePage(w http.ResponseWriter, r *http.Request, v visitor) {
	page := myBalancePage{visitor: v}
	o, err := c.desk.Own(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page.ownStanding = v.standing(o)
	before := max(0, numberOf[int64](r.FormValue("before")))
	var all []booking
	err = c.db.Look(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = bookingsOf(ctx, tx, v.School, v.Person, ownBookings, before, mostPast+1)
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	if before > 0 {
		page.Later = myBalancePath
	}
	if len(all) > mostPast {
		all = all[:mostPast]
		page.Earlier = fmt.Sprintf("%s?before=%d", myBalancePath, all[mostPast-1].ID)
	}
	for _, b := range all {
		page.Rows = append(page.Rows, balanceRow{When: v.lately(b.At), What: b.what(), Who: b.who, Moved: signed(o.Left.Unit, b.Amount), After: o.Left.Unit.Say(b.After), In: b.Amount > 0})
	}
	c.pages.Show(w, r, http.StatusOK, "my-balance", page)
}
