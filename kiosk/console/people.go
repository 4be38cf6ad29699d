package console

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
)

// found is how many people one search shows.
const found = 50

// peoplePage is what people.html shows.
type peoplePage struct {
	visitor
	People []personRow
	More   bool // there are more than the page shows
}

// personRow is one person of a list.
type personRow struct {
	ID        school.PersonID
	Name      string
	User      string
	Role      string
	Balance   string
	Left      bool
	Suspended string // until when, or ""
}

func (c *Console) peoplePage(w http.ResponseWriter, r *http.Request, v visitor) {
	page, err := c.people(r.Context(), v, queryOf(r.FormValue("q")))
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "people", page)
}

// queryOf is what somebody typed into a search box, made fit for the database.
func queryOf(typed string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, typed)
	return strings.Join(strings.Fields(clean[:min(len(clean), 100)]), " ")
}

func (c *Console) people(ctx context.Context, v visitor, query string) (peoplePage, error) {
	v.Sought = query
	page := peoplePage{visitor: v}
	barred, err := c.inForce(ctx, v)
	if err != nil {
		return page, err
	}
	err = c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := school.SearchPeople(ctx, tx, v.School, query, found+1)
		if err != nil {
			return err
		}
		page.More = len(all) > found
		all = all[:min(len(all), found)]
		ids := idsOf(all)
		balances, err := quota.Balances(ctx, tx, ids)
		if err != nil {
			return err
		}
		unit, err := quota.UnitOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		page.People = make([]personRow, len(all))
		for i, p := range all {
			page.People[i] = personRow{ID: p.ID, Name: p.Given + " " + p.Family, User: p.Username, Role: role(p), Balance: unit.Say(balances[p.ID]), Left: p.Left}
			if s, ok := barred[p.ID]; ok {
				page.People[i].Suspended = moment(s.Ends, v.Now)
			}
		}
		return nil
	})
	return page, err
}

// inForce is who may not print, and why, for those who may know.
func (c *Console) inForce(ctx context.Context, v visitor) (map[school.PersonID]conduct.Suspension, error) {
	if !v.MaySeeSchool() {
		return nil, nil
	}
	all, err := c.conduct.InForce(ctx, v.Actor)
	if err != nil {
		return nil, err
	}
	barred := make(map[school.PersonID]conduct.Suspension, len(all))
	for _, s := range all {
		barred[s.Person] = s
	}
	return barred, nil
}
