package console

import (
	"context"
	"net/http"
)

// deskPage is what desk.html shows: the first screen of roles that decide or pay, as the few
// things that they look at, in their order.
type deskPage struct {
	visitor
	Title string
	Cards []deskCard
}

// deskCard is one of those things.
type deskCard struct {
	Title   string
	Figure  string
	Label   string
	Urgent  bool // somebody waits
	Lines   []deskLine
	Nothing string // where there are no lines
	Links   []deskLink
}

type deskLine struct{ Text, Aside, Link string }

type deskLink struct{ Word, Path string }

// mostLines is how many lines a card has; the page that it leads to has them all.
const mostLines = 6

func (c *deskCard) line(text, aside, link string) {
	if len(c.Lines) < mostLines {
		c.Lines = append(c.Lines, deskLine{text, aside, link})
	}
}

// showDesk shows the cards, each of which is read in turn.
func (c *Console) showDesk(w http.ResponseWriter, r *http.Request, v visitor, title string, cards ...func(context.Context, visitor) (deskCard, error)) {
	page := deskPage{visitor: v, Title: title}
	for _, read := range cards {
		card, err := read(r.Context(), v)
		if err != nil {
			c.pages.Error(w, r, err)
			return
		}
		page.Cards = append(page.Cards, card)
	}
	c.pages.Show(w, r, http.StatusOK, "desk", page)
}
