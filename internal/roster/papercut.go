package roster

import (
	"regexp"
	"slices"
	"strings"
)

// PaperCut is what another print server exported about its people and things.
type PaperCut struct {
	Users    []PaperCutUser
	Accounts []PaperCutAccount
	Printers []string
	Bad      Problems
}

// PaperCutUser is a person of the export. Balance is in millionths of its unit of money.
type PaperCutUser struct {
	At
	Username string
	Cards    []string // the first and the second, as they are written
	Balance  int64
}

// PaperCutAccount is a shared account of the export.
type PaperCutAccount struct {
	At
	Name    string
	Balance int64
}

// The headers by which columns are known; exports differ by version and language of the menu.
var (
	userHeaders    = []string{"username", "user name", "user"}
	balanceHeaders = []string{"balance", "account balance", "credit balance"}
	cardHeaders    = []string{"primary card number", "card number", "card/identity number", "card id", "card number 1"}
	secondHeaders  = []string{"secondary card number", "secondary card/identity number", "card number 2"}
	accountHeaders = []string{"account name", "shared account", "account", "full account name", "name"}
	printerHeaders = []string{"printer name", "printer", "name"}
)

// HasBalances says whether anybody, or any account, has something on it.
func (c *PaperCut) HasBalances() bool {
	return slices.ContainsFunc(c.Users, func(u PaperCutUser) bool { return u.Balance > 0 }) ||
		slices.ContainsFunc(c.Accounts, func(a PaperCutAccount) bool { return a.Balance > 0 })
}

// ReadPaperCut reads the lists that PaperCut exports: users, and the lists of shared
// accounts and of printers, each of which may be nil.
func ReadPaperCut(users, accounts, printers *Pack) (*PaperCut, error) {
	c := &PaperCut{}
	seen := map[string]At{}
	err := c.each(users, userHeaders, func(r *row) {
		u := PaperCutUser{At: r.at, Username: r.username("user name", firstHeader(r, userHeaders...)), Balance: r.money(firstHeader(r, balanceHeaders...))}
		for _, headers := range [][]string{cardHeaders, secondHeaders} {
			if card := r.fit("card number", firstHeader(r, headers...), 64, false); card != "" {
				u.Cards = append(u.Cards, card)
			}
		}
		if at, twice := seen[u.Username]; twice {
			r.wrong("the same user name is in line %d", at.Line)
		}
		seen[u.Username] = r.at
		if r.reason == "" {
			c.Users = append(c.Users, u)
		}
	})
	if err == nil {
		err = c.each(accounts, accountHeaders, func(r *row) {
			a := PaperCutAccount{At: r.at, Name: r.fit("account", firstHeader(r, accountHeaders...), 100, true), Balance: r.money(firstHeader(r, balanceHeaders...))}
			if r.reason == "" {
				c.Accounts = append(c.Accounts, a)
			}
		})
	}
	if err == nil {
		err = c.each(printers, printerHeaders, func(r *row) {
			if name := r.fit("printer", firstHeader(r, printerHeaders...), 100, true); r.reason == "" {
				c.Printers = append(c.Printers, name)
			}
		})
	}
	return c, err
}

// each reads the one table of a pack that has one of the headers.
func (c *PaperCut) each(p *Pack, headers []string, fn func(*row)) error {
	if p == nil {
		return nil
	}
	names := p.Names()
	if len(names) != 1 {
		return refuse("papercut-file", "Name one CSV file, not %s.", p.Name)
	}
	known := false
	err := p.each(names[0], &c.Bad, nil, func(r *row) {
		for _, h := range headers {
			known = known || r.Has(h)
		}
		if known {
			fn(r)
		}
	})
	if err == nil && !known {
		return refuse("papercut-columns", "%s has no column %q.", names[0], headers[0])
	}
	return err
}

var moneyForm = regexp.MustCompile(`^(-?)([0-9]{1,9})(?:\.([0-9]{1,6}))?$`)

// money is an amount in millionths; "" is none.
func (r *row) money(s string) int64 {
	s = strings.NewReplacer("£", "", "$", "", "€", "", ",", "", " ", "").Replace(s)
	if s == "" {
		return 0
	}
	n, ok := parseMoney(s)
	if !ok {
		r.wrong("the balance is no amount like 12.50")
	}
	return n
}

func parseMoney(s string) (millionths int64, ok bool) {
	m := moneyForm.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	for _, digit := range m[2] + (m[3] + "000000")[:6] {
		millionths = millionths*10 + int64(digit-'0')
	}
	if m[1] != "" {
		millionths = -millionths
	}
	return millionths, true
}

// Rate is what a page costs, in millionths of the unit of money.
type Rate int64

// ParseRate reads "0.05".
func ParseRate(s string) (Rate, error) {
	n, ok := parseMoney(strings.TrimSpace(s))
	if !ok || n <= 0 {
		return 0, refuse("papercut-rate", "Say what a page costs with --rate, such as --rate 0.05 for five pence.")
	}
	return Rate(n), nil
}

// Pages is how many whole pages an amount buys. A debt buys none.
func (r Rate) Pages(balance int64) int64 { return max(0, balance) / int64(r) }
