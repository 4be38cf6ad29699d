package quota_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	_ "inkwell/internal/propertytest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota"
)

// machine is the ledger beside a book kept by hand: plain sums in maps, which share nothing
// with the ledger but the rules.
type machine struct {
	house
	clock *dbtest.Clock
	book
	past []moment
}

// book is what each account should hold, and what should have come of each delivery.
type book struct {
	pages, colour            map[school.PersonID]quota.AccountID
	personal, shared, centre quota.AccountID
	has                      map[quota.AccountID]int64
	done                     map[string]bool
	sent                     []*sent
}

// sent is a delivery: what was set aside, and once it has ended, what was paid.
type sent struct {
	id       quota.DeliveryID
	payer    quota.AccountID
	tint     quota.AccountID // 0 where no ceiling counts its colour
	units    int64
	colour   int64
	paid     int64
	inColour int64
	ended    bool
}

// moment is what the accounts held before an instant.
type moment struct {
	at  time.Time
	has map[quota.AccountID]int64
}

func newMachine(t *testing.T) *machine {
	clock := dbtest.NewClock(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))
	d := dbtest.New(t, dbtest.At(clock))
	m := &machine{house: house{schooltest.New(t, d, "Harbour"), t, d}, clock: clock}
	open := func(kind, purse string, person any) quota.AccountID {
		return dbtest.Value[quota.AccountID](t, d, `
			INSERT INTO account (school_id, kind, purse, person_id, name) VALUES ($1, $2, $3, $4, CASE WHEN $2 IN ('shared', 'centre') THEN $2 END)
			    ON CONFLICT (person_id, kind, purse) WHERE person_id IS NOT NULL DO UPDATE SET name = account.name RETURNING account_id`, m.School, kind, purse, person)
	}
	sam, mia := m.Sam.Person, m.Mia.Person
	m.book = book{done: map[string]bool{}, has: map[quota.AccountID]int64{},
		pages:    map[school.PersonID]quota.AccountID{sam: open("person", "pages", sam), mia: open("person", "pages", mia)},
		colour:   map[school.PersonID]quota.AccountID{sam: open("person", "colour", sam)},
		personal: open("personal", "pages", m.Teacher.Person), shared: open("shared", "pages", nil), centre: open("centre", "pages", nil)}
	for _, id := range append(slices.Collect(maps.Values(m.pages)), m.colour[sam], m.personal, m.shared, m.centre) {
		m.has[id] = 0
	}
	return m
}

// floors are the accounts of one purse that have a floor, by number.
func (b book) floors(colour bool) (all []quota.AccountID) {
	for _, p := range b.colour {
		if colour {
			return []quota.AccountID{p}
		}
	}
	all = append(slices.Collect(maps.Values(b.pages)), b.personal, b.shared)
	slices.Sort(all)
	return all
}

// moves makes one transfer, and holds the answer against the book's.
func (m *machine) moves(t *rapid.T, tr quota.Transfer) {
	made := 0
	err := m.in(func(ctx context.Context, tx *db.Tx) (err error) {
		made, err = quota.Move(ctx, tx, m.IT, "because", tr)
		return err
	})
	_, floored := m.has[tr.From]
	switch {
	case m.done[tr.Key]:
		if err != nil || made != 0 {
			t.Fatalf("%+v again: %d, %v", tr, made, err)
		}
		return
	case floored && tr.From != m.centre && m.has[tr.From] < tr.Amount:
		if f := fault.As(err); f == nil || f.Code != "account-short" {
			t.Fatalf("%+v of %d: %v", tr, m.has[tr.From], err)
		}
		return
	case err != nil || made != 1:
		t.Fatalf("%+v: %d, %v", tr, made, err)
	}
	m.done[tr.Key] = true
	for id, units := range map[quota.AccountID]int64{tr.From: -tr.Amount, tr.To: tr.Amount} {
		if _, kept := m.has[id]; kept {
			m.has[id] += units
		}
	}
}

// reserve sets aside for one to three deliveries of a pupil.
func (m *machine) reserve(t *rapid.T) {
	who := rapid.SampledFrom([]school.Actor{m.Sam, m.Mia}).Draw(t, "who")
	need := map[quota.AccountID]int64{}
	var all []quota.Reservation
	var made []*sent
	for range rapid.IntRange(1, 3).Draw(t, "deliveries") {
		r := quota.Reservation{Payer: rapid.SampledFrom([]quota.AccountID{0, 0, m.shared, m.centre, m.personal}).Draw(t, "payer"),
			Amount: rapid.Int64Range(0, 12).Draw(t, "units"), Colour: rapid.Int64Range(0, 4).Draw(t, "colour")}
		r.Delivery = m.delivery(who, r.Amount)
		s := &sent{id: r.Delivery, payer: r.Payer, units: r.Amount}
		if r.Payer == 0 {
			s.payer = m.pages[who.Person]
			if s.tint = m.book.colour[who.Person]; s.tint != 0 {
				s.colour = r.Colour
				need[s.tint] += r.Colour
			}
		}
		need[s.payer] += r.Amount
		all, made = append(all, r), append(made, s)
	}
	err := m.house.reserve(who, all...)
	for id, units := range need {
		if id != m.centre && units > m.has[id] {
			if fault.KindOf(err) != fault.Unpaid {
				t.Fatalf("%+v with %v: %v", all, m.has, err)
			}
			return
		}
	}
	if err != nil {
		t.Fatalf("%+v with %v: %v", all, m.has, err)
	}
	for id, units := range need {
		m.has[id] -= units
	}
	m.sent = append(m.sent, made...)
}

// ends settles or voids a delivery, perhaps one that has ended.
func (m *machine) ends(t *rapid.T, void bool) {
	if len(m.sent) == 0 {
		return
	}
	s := rapid.SampledFrom(m.sent).Draw(t, "delivery")
	if open := slices.DeleteFunc(slices.Clone(m.sent), func(s *sent) bool { return s.ended || s.units < 2 }); len(open) > 0 && rapid.Bool().Draw(t, "an open one") {
		s = rapid.SampledFrom(open).Draw(t, "open")
	}
	units, colour := rapid.Int64Range(0, s.units+1).Draw(t, "printed"), rapid.Int64Range(0, s.colour+1).Draw(t, "in colour")
	if void {
		units, colour = 0, 0
	}
	err := m.in(func(ctx context.Context, tx *db.Tx) error {
		if void {
			return quota.Void(ctx, tx, s.id)
		}
		return quota.Settle(ctx, tx, s.id, units, quota.Use{School: m.School, Person: m.Sam.Person, Day: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), Colour: int(colour)})
	})
	if s.units == 0 && s.colour == 0 {
		if err != nil {
			t.Fatalf("what cost nothing: %v", err)
		}
		return
	}
	if s.ended || s.units > 0 && units > s.units {
		if err == nil {
			t.Fatalf("%+v ended with %d", *s, units)
		}
		return
	}
	if err != nil {
		t.Fatalf("%+v with %d: %v", *s, units, err)
	}
	s.ended, s.paid, s.inColour = true, min(units, s.units), min(colour, s.colour)
	m.has[s.payer] += s.units - s.paid
	if s.tint != 0 {
		m.has[s.tint] += s.colour - s.inColour
	}
}

// refund gives back for a delivery, perhaps too much, perhaps again.
func (m *machine) refund(t *rapid.T) {
	if len(m.sent) == 0 {
		return
	}
	s := rapid.SampledFrom(m.sent).Draw(t, "delivery")
	if paid := slices.DeleteFunc(slices.Clone(m.sent), func(s *sent) bool { return s.paid == 0 }); len(paid) > 0 {
		s = rapid.SampledFrom(paid).Draw(t, "paid one")
	}
	units, colour := rapid.Int64Range(0, s.paid+1).Draw(t, "units"), rapid.Int64Range(0, s.inColour+1).Draw(t, "in colour")
	made := false
	err := m.in(func(ctx context.Context, tx *db.Tx) (err error) {
		made, err = quota.Refund(ctx, tx, m.IT, s.id, units, colour, "it was torn")
		return err
	})
	if units > s.paid || colour > s.inColour {
		if f := fault.As(err); f == nil || f.Code != "refund-too-much" {
			t.Fatalf("%+v: %d and %d came back: %v", *s, units, colour, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	again := true
	for key, back := range map[string]struct {
		to    quota.AccountID
		units int64
	}{fmt.Sprintf("refund:%d", s.id): {s.payer, units}, fmt.Sprintf("refund:%d:colour", s.id): {s.tint, colour}} {
		if back.units > 0 && !m.done[key] {
			m.done[key], again = true, false
			m.has[back.to] += back.units
		}
	}
	if made == again {
		t.Fatalf("%+v: %d and %d came back: %v, though that was done: %v", *s, units, colour, made, again)
	}
}

// agree holds the ledger against the book: what is kept, what is recomputed for now and for
// a moment that is past, and what verify says.
func (m *machine) agree(t *rapid.T) {
	m.clock.Advance(time.Second)
	now := moment{m.clock.Now(), maps.Clone(m.has)}
	m.past = append(m.past, now)
	then := rapid.SampledFrom(m.past).Draw(t, "then")
	err := m.in(func(ctx context.Context, tx *db.Tx) error {
		for _, at := range []moment{now, then} {
			for id, want := range at.has {
				if got, err := quota.BalanceAt(ctx, tx, id, at.at); err != nil || got != want {
					t.Fatalf("account %d held %d before %v, not %d (%v)", id, got, at.at, want, err)
				}
			}
		}
		id := rapid.SampledFrom(m.floors(false)).Draw(t, "statement of")
		s, err := quota.StatementOf(ctx, tx, id, then.at, now.at)
		if err != nil || s.Opening != then.has[id] || s.Closing != now.has[id] || s.Account.Balance != now.has[id] {
			t.Fatalf("statement from %d to %d, cached %d: %+v, %v", then.has[id], now.has[id], s.Account.Balance, s, err)
		}
		for _, l := range s.Lines {
			if l.After < 0 {
				t.Fatalf("below its floor: %+v", l)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m.clock.Advance(time.Second)
	if r := m.sound(); len(r.Problems) > 0 {
		t.Fatal(r.Problems)
	}
}

// TestTheLedgerIsTheBook: whatever happens in whatever order, and however often, between
// pupils with and without a ceiling, a member of staff's own, a shared account and one
// without a limit, every balance is that of a book kept by hand, at any instant.
func TestTheLedgerIsTheBook(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	most := 12
	if os.Getenv("INKWELL_PROVE") != "" {
		most = 1 << 30
	}
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		if runs++; runs > most {
			return
		}
		key := func() string { return fmt.Sprintf("key:%d", rapid.IntRange(1, 20*runs).Draw(t, "key")) }
		units := func() int64 { return rapid.Int64Range(1, 30).Draw(t, "units") }
		account := func() quota.AccountID { return rapid.SampledFrom(m.floors(false)).Draw(t, "account") }
		t.Repeat(map[string]func(*rapid.T){
			"grant": func(t *rapid.T) {
				m.moves(t, quota.Transfer{Kind: quota.Granted, To: account(), Amount: units(), Key: key()})
			},
			"grant colour": func(t *rapid.T) {
				m.moves(t, quota.Transfer{Kind: quota.Granted, To: m.floors(true)[0], Amount: units(), Key: key()})
			},
			"pass on": func(t *rapid.T) {
				m.moves(t, quota.Transfer{Kind: quota.Granted, From: m.shared, To: rapid.SampledFrom([]quota.AccountID{m.pages[m.Sam.Person], m.personal}).Draw(t, "to"), Amount: units(), Key: key()})
			},
			"charge": func(t *rapid.T) {
				m.moves(t, quota.Transfer{Kind: quota.Charged, From: account(), Amount: units(), Key: key()})
			},
			"expire": func(t *rapid.T) {
				m.moves(t, quota.Transfer{Kind: quota.Expired, From: rapid.SampledFrom([]quota.AccountID{m.pages[m.Mia.Person], m.shared, m.floors(true)[0]}).Draw(t, "from"), Amount: units(), Key: key()})
			},
			"reserve": m.reserve,
			"settle":  func(t *rapid.T) { m.ends(t, false) },
			"void":    func(t *rapid.T) { m.ends(t, true) },
			"refund":  m.refund,
			"":        m.agree,
		})
	})
	if runs > most { // the short form is too short to be sure of each kind
		return
	}
	for _, kind := range []quota.Kind{quota.Granted, quota.Charged, quota.Expired, quota.Refunded, quota.Reserved, quota.Settled, quota.Returned, quota.Voided} {
		if n := dbtest.Value[int](t, m.db, "SELECT count(*) FROM transfer WHERE kind = $1", kind); n == 0 {
			t.Errorf("no %s was ever made", kind)
		}
	}
}

// What a movement must not be is refused, with why, and leaves nothing.
func TestMovementsThatCannotBe(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	sam, mia, colour := m.pages[m.Sam.Person], m.pages[m.Mia.Person], m.book.colour[m.Sam.Person]
	grant := quota.Transfer{Kind: quota.Granted, To: sam, Amount: 5, Key: "k"}
	with := func(change func(*quota.Transfer)) quota.Transfer {
		t := grant
		change(&t)
		return t
	}
	long := string(make([]byte, 101))
	for _, c := range []struct {
		name, code string // code "" is an error that nobody reads
		by         school.Actor
		reason     string
		t          quota.Transfer
	}{
		{"nothing", "transfer-amount", m.IT, "", with(func(t *quota.Transfer) { t.Amount = 0 })},
		{"below 0", "transfer-amount", m.IT, "", with(func(t *quota.Transfer) { t.Amount = -1 })},
		{"overflowing", "transfer-amount", m.IT, "", with(func(t *quota.Transfer) { t.Amount = 1<<63 - 1 })},
		{"no key", "transfer-key", m.IT, "", with(func(t *quota.Transfer) { t.Key = "" })},
		{"a long key", "transfer-key", m.IT, "", with(func(t *quota.Transfer) { t.Key = long })},
		{"no reason", "transfer-reason", m.IT, " ", with(func(t *quota.Transfer) { t.Kind, t.From, t.To = quota.Charged, sam, 0 })},
		{"nobody's name", "transfer-by", school.Actor{School: m.School}, "lost", with(func(t *quota.Transfer) { t.Kind, t.From, t.To = quota.Charged, sam, 0 })},
		{"to oneself", "own-account", m.Sam, "", grant},
		{"more than there is", "account-short", m.IT, "lost", with(func(t *quota.Transfer) { t.Kind, t.From, t.To = quota.Charged, sam, 0 })},
		{"from a person to another", "", m.IT, "", with(func(t *quota.Transfer) { t.From = mia })},
		{"from pages to colour", "", m.IT, "", with(func(t *quota.Transfer) { t.From, t.To = m.shared, colour })},
		{"to nowhere", "", m.IT, "", with(func(t *quota.Transfer) { t.To = 0 })},
		{"to what is not there", "", m.IT, "", with(func(t *quota.Transfer) { t.To = 1 << 40 })},
		{"a reservation", "", m.IT, "", with(func(t *quota.Transfer) { t.Kind = quota.Reserved })},
		{"to a centre", "", m.IT, "", with(func(t *quota.Transfer) { t.To = m.centre })},
	} {
		err := m.in(func(ctx context.Context, tx *db.Tx) error {
			_, err := quota.Move(ctx, tx, c.by, c.reason, c.t)
			return err
		})
		if f := fault.As(err); err == nil || c.code != "" && (f == nil || f.Code != c.code) {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	err := m.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.Move(ctx, tx, m.IT, "", grant, with(func(t *quota.Transfer) { t.Kind, t.From, t.To, t.Key = quota.Expired, mia, 0, "l" }))
		return err
	})
	if fault.As(err) == nil || fault.As(err).Code != "account-short" {
		t.Errorf("%v", err)
	}
	if n := dbtest.Value[int](t, m.db, "SELECT count(*) FROM transfer"); n != 0 {
		t.Errorf("%d transfers are left of what was refused", n)
	}
}

// Units never leave their purse or their school, whatever our own program does.
func TestTheDatabaseKeepsUnitsApart(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	other := schooltest.New(t, m.db, "Hill")
	for _, sql := range []string{
		fmt.Sprintf(`INSERT INTO transfer (school_id, at, kind, purse, from_account, to_account, amount, key)
			SELECT school_id, now(), 'grant', 'pages', account_id, %d, 1, 'k' FROM account WHERE kind = 'allowance' AND purse = 'pages' AND school_id = %d`, m.book.colour[m.Sam.Person], m.School),
		fmt.Sprintf(`INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, key)
			SELECT %d, now(), 'grant', a.account_id, b.account_id, 1, 'k' FROM account a, account b
			 WHERE a.kind = 'allowance' AND a.purse = 'pages' AND a.school_id = %d AND b.person_id = %d AND b.purse = 'pages'`, m.School, m.School, other.Sam.Person),
		`UPDATE account SET purse = 'colour'`,
		`UPDATE account SET school_id = 2`,
		`DELETE FROM account`,
		`DELETE FROM school`,
		`UPDATE school SET school_id = DEFAULT`,
	} {
		err := m.db.InTx(t.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, sql); return err })
		if err == nil {
			t.Errorf("it was done: %s", sql)
		}
		if err := super(t, m.db, sql); err == nil {
			t.Errorf("whoever owns the database did it: %s", sql)
		}
	}
}

// super does something that nobody is kept from by a grant or a wall.
func super(t *testing.T, d *db.DB, sql string) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dbtest.URL(t, d, dbtest.Superuser))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	_, err = conn.Exec(t.Context(), sql)
	return err
}
