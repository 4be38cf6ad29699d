package console

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"inkwell/internal/db"
	"inkwell/release"
)

// headPage is the first screen of the head and of who acts for the head: reviews due, what is in
// force, exemptions, fairness.
func (c *Console) headPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showDesk(w, r, v, "To decide", c.reviewsCard, c.inForceCard, c.exemptionsCard, c.fairnessCard, c.reviewCard)
}

func (c *Console) reviewsCard(ctx context.Context, v visitor) (deskCard, error) {
	card := deskCard{Title: "Reviews due", Label: "wait for an answer", Nothing: "Nobody objects, and no flag waits.", Links: []deskLink{{"All reviews", reviewsPath}}}
	open, err := c.conduct.Reviews(ctx, v.Actor)
	if err != nil {
		return card, err
	}
	flagged, err := c.conduct.UndecidedCases(ctx, v.Actor)
	for _, one := range open {
		card.line(one.Name, "answer by "+moment(one.Objection.Due, v.Now), reviewsPath)
	}
	if flagged > 0 {
		card.line("Flags", counted(int64(flagged), "case")+" to decide", reviewsPath)
	}
	card.Figure, card.Urgent = strconv.Itoa(len(open)+flagged), len(open)+flagged > 0
	return card, err
}

func (c *Console) inForceCard(ctx context.Context, v visitor) (deskCard, error) {
	card := deskCard{Title: "In force", Label: "people cannot print", Nothing: "Everybody can print.", Links: []deskLink{{"The school today", todayPath}}}
	all, err := c.conduct.InForce(ctx, v.Actor)
	if err != nil {
		return card, err
	}
	card.Figure = strconv.Itoa(len(all))
	listed, err := c.suspended(ctx, v)
	for _, s := range listed {
		card.line(s.Name, "until "+s.Until, fmt.Sprintf("/staff/people/%d/conduct", s.Person))
	}
	if more := len(all) - len(listed); more > 0 {
		card.line(people(more)+" of a group", "by one decision", todayPath)
	}
	return card, err
}

func (c *Console) exemptionsCard(ctx context.Context, v visitor) (card deskCard, err error) {
	card = deskCard{Title: "Exemptions", Label: "wait for a second officer", Nothing: "Nobody is let off a rule.", Links: []deskLink{{"All exemptions", rulesPath}}}
	err = c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := release.ExemptionReport(ctx, tx, v.School)
		open := 0
		card.Lines = nil
		for _, e := range all {
			row := v.exemptionRow(e)
			if row.Over {
				continue
			}
			if e.Open() {
				open++
			}
			card.line(row.Who, row.State+", until "+row.Until, rulesPath)
		}
		card.Figure, card.Urgent = strconv.Itoa(open), open > 0
		return err
	})
	return card, err
}

func (c *Console) fairnessCard(ctx context.Context, v visitor) (deskCard, error) {
	card := deskCard{Title: "Fairness", Label: "withdrawn by rules alone this term", Nothing: "No rule has withdrawn anything.", Links: []deskLink{{"By year group", fairnessPath}}}
	f, err := c.conduct.FairnessOf(ctx, v.Actor)
	if err != nil {
		return card, err
	}
	card.Figure, card.Urgent = strconv.Itoa(f.Automatic), f.TooMany || f.Reviews.Late > 0
	if f.TooMany {
		card.line("That is too many: the rules are wrong, and not the pupils.", "", policyPath)
	}
	if f.Reviews.Late > 0 {
		card.line(counted(int64(f.Reviews.Late), "answer")+" late", "of "+strconv.Itoa(f.Reviews.Open)+" open", reviewsPath)
	}
	for _, rule := range f.Rules {
		card.line(rule.Rule, counted(int64(rule.Times), "time"), fairnessPath)
	}
	return card, nil
}
