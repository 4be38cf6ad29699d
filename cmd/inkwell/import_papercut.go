package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/roster"
	"inkwell/internal/school"
	"inkwell/internal/school/reader"
	"inkwell/internal/sheet"
	"inkwell/quota"
)

// paperCutWishes are the flags of the import.
type paperCutWishes struct {
	users, accounts, printers string
	rate, form                string
	dry                       bool
}

// paperCutResult is what came of it.
type paperCutResult struct {
	matched, granted, pages int64
	badges                  school.BadgeImport
	unmatched, debts        []string
	accounts                []paperCutAccount
}

// paperCutAccount is a shared account that was taken over, now or before.
type paperCutAccount struct {
	name, code string
	pages      int64 // given now
	opened     bool
	debt       bool
}

func importPaperCutCommand() *cobra.Command {
	var w paperCutWishes
	cmd := schoolCommand("papercut", "Take badges and balances over from PaperCut", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			return h.importPaperCut(ctx, s, w)
		})
	cmd.PreRunE = func(*cobra.Command, []string) error { return fromHere(&w.users, &w.accounts, &w.printers) }
	cmd.Long = `Read the lists that PaperCut exports as CSV and give the people who are here, by user
name, both of their card numbers, and the pages that their balance buys at --rate.
People come from the school's own system (inkwell roster import), so do that first;
who is not here is listed. Cards that two people have, or that cannot be given, are
listed too. Balances are given once, however often this runs; debts are not taken over.
Shared accounts are opened by their names with the pages that their balance buys, once;
who may charge them is yours to say (inkwell account set). Printers are listed with what
is left to do by hand.`
	cmd.Example = `  inkwell import papercut --users users.csv --rate 0.05 --dry-run
  inkwell import papercut --users users.csv --accounts accounts.csv --printers printers.csv --rate 0.05`
	f := cmd.Flags()
	f.StringVar(&w.users, "users", "", "the list of users: user name, balance, card numbers")
	f.StringVar(&w.accounts, "accounts", "", "the list of shared accounts")
	f.StringVar(&w.printers, "printers", "", "the list of printers")
	f.StringVar(&w.rate, "rate", "", "what a page costs, such as 0.05; needed when there are balances")
	f.StringVar(&w.form, "form", string(reader.Automatic), "how card numbers are written, as inkwell badge import takes it")
	dryRun(cmd, &w.dry)
	return cmd
}

func (h *host) importPaperCut(ctx context.Context, s school.School, w paperCutWishes) error {
	export, err := readPaperCut(w)
	if err != nil {
		return err
	}
	if len(export.Bad) > 0 {
		return fault.New(fault.Invalid, "papercut-rows", "Nothing was changed: rows that cannot be used:\n  %s", strings.Join(export.Bad.Lines(100), "\n  "))
	}
	var rate roster.Rate
	if export.HasBalances() {
		if rate, err = roster.ParseRate(w.rate); err != nil {
			return err
		}
	}
	form, err := reader.Parse(w.form)
	if err != nil {
		return err
	}
	people, err := h.directory()
	if err != nil {
		return err
	}
	var result paperCutResult
	err = h.attempt(ctx, s.ID, w.dry, func(ctx context.Context, tx *db.Tx) error {
		result = paperCutResult{}
		if err := result.take(ctx, tx, people, s.ID, export, rate, form); err != nil {
			return err
		}
		if err := result.openAccounts(ctx, tx, s.ID, export, rate); err != nil {
			return err
		}
		if result.badges.Added == 0 && result.granted == 0 {
			return nil
		}
		return record(ctx, tx, audit.Entry{School: s.ID, Act: "papercut-imported", Facts: map[string]any{
			"people": result.matched, "badges": result.badges.Added, "grants": result.granted, "pages": result.pages}})
	})
	if err != nil {
		return err
	}
	return h.tellPaperCut(ctx, s, export, result, w.dry)
}

// readPaperCut reads the lists that are named.
func readPaperCut(w paperCutWishes) (*roster.PaperCut, error) {
	if w.users == "" {
		return nil, fault.New(fault.Invalid, "papercut-users", "Name the list of users with --users.")
	}
	var packs [3]*roster.Pack
	for i, path := range []string{w.users, w.accounts, w.printers} {
		if path == "" {
			continue
		}
		p, err := roster.OpenPack(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = p.Close() }() // only read
		packs[i] = p
	}
	return roster.ReadPaperCut(packs[0], packs[1], packs[2])
}

// take gives badges and pages to those who are here.
func (r *paperCutResult) take(ctx context.Context, tx *db.Tx, people *school.Directory, id school.ID, export *roster.PaperCut, rate roster.Rate, form reader.Profile) error {
	all, err := school.Entries(ctx, tx, []school.ID{id})
	if err != nil {
		return err
	}
	here := map[string]school.PersonID{}
	for _, e := range all {
		if !e.Left {
			here[e.Username] = e.ID
		}
	}
	var badges []school.BadgeRow
	var grants []quota.Grant
	for _, u := range export.Users {
		person, known := here[u.Username]
		if !known {
			r.unmatched = append(r.unmatched, u.Username)
			continue
		}
		r.matched++
		for _, card := range u.Cards {
			badges = append(badges, school.BadgeRow{Line: u.Line, Username: u.Username, Number: card})
		}
		if u.Balance < 0 {
			r.debts = append(r.debts, u.Username)
		}
		if u.Balance > 0 && rate.Pages(u.Balance) > 0 {
			grants = append(grants, quota.Grant{Person: person, Amount: rate.Pages(u.Balance), Key: fmt.Sprintf("papercut:%d", person)})
		}
	}
	if err := r.giveBadges(ctx, tx, people, id, form, badges); err != nil {
		return err
	}
	return r.givePages(ctx, tx, id, grants)
}

// giveBadges gives those that nothing stands against, and keeps what stands against the others.
func (r *paperCutResult) giveBadges(ctx context.Context, tx *db.Tx, people *school.Directory, id school.ID, form reader.Profile, rows []school.BadgeRow) error {
	rows, against := withoutDoubles(rows)
	for {
		result, err := people.ImportBadges(ctx, tx, "", id, form, rows)
		if err != nil {
			return err
		}
		if len(result.Problems) == 0 {
			result.Problems = against
			r.badges = result
			return nil
		}
		bad := map[int]bool{}
		for _, p := range result.Problems {
			bad[p.Line] = true
		}
		against = append(against, result.Problems...)
		var rest []school.BadgeRow
		for _, row := range rows {
			if !bad[row.Line] {
				rest = append(rest, row)
			}
		}
		rows = rest
	}
}

// withoutDoubles takes out the cards that stand beside two user names, and says which.
func withoutDoubles(rows []school.BadgeRow) (rest []school.BadgeRow, against sheet.Problems) {
	first := map[string]school.BadgeRow{}
	double := map[string]bool{}
	key := func(row school.BadgeRow) string { return strings.ToLower(row.Number) }
	for _, row := range rows {
		if f, there := first[key(row)]; there && f.Username != row.Username {
			double[key(row)] = true
			against.Add(row.Line, "its card is also on line %d; neither is given it", f.Line)
		} else {
			first[key(row)] = row
		}
	}
	for _, row := range rows {
		if !double[key(row)] {
			rest = append(rest, row)
		}
	}
	return rest, against
}

func (r *paperCutResult) givePages(ctx context.Context, tx *db.Tx, id school.ID, grants []quota.Grant) error {
	if len(grants) == 0 {
		return nil
	}
	before, err := balanceOf(ctx, tx, grants)
	if err != nil {
		return err
	}
	made, err := quota.Give(ctx, tx, id, "", grants)
	if err != nil {
		return err
	}
	after, err := balanceOf(ctx, tx, grants)
	r.granted, r.pages = int64(made), after-before
	return err
}

// openAccounts opens the shared accounts that are not here by their name, and gives each the
// pages that its balance buys, once.
func (r *paperCutResult) openAccounts(ctx context.Context, tx *db.Tx, id school.ID, export *roster.PaperCut, rate roster.Rate) error {
	for _, a := range export.Accounts {
		s, err := quota.SharedByCode(ctx, tx, id, a.Name)
		done := paperCutAccount{name: a.Name, opened: fault.KindOf(err) == fault.NotFound, debt: a.Balance < 0}
		if done.opened {
			s, err = openPaperCut(ctx, tx, id, a)
		}
		if err != nil {
			return err
		}
		done.code = s.Code
		if a.Balance > 0 && s.Limited && rate.Pages(a.Balance) > 0 {
			made, err := quota.GiveTopUp(ctx, tx, school.Actor{School: id, Proof: school.ByHost},
				quota.TopUp{Shared: s.ID, Amount: rate.Pages(a.Balance), Reason: "Taken over from PaperCut", Key: fmt.Sprintf("papercut:account:%d", s.ID)})
			if err != nil {
				return err
			}
			if made {
				done.pages = rate.Pages(a.Balance)
			}
		}
		r.accounts = append(r.accounts, done)
	}
	return nil
}

// openPaperCut opens an account by a name, with the first code that is free.
func openPaperCut(ctx context.Context, tx *db.Tx, id school.ID, a roster.PaperCutAccount) (quota.Shared, error) {
	s := quota.Shared{Name: a.Name, Sort: quota.DepartmentSort, Limited: true}
	stem := quota.CodeOf(a.Name)
	if stem == "" {
		stem = "account"
	}
	for n := 1; ; n++ {
		s.Code = stem
		if n > 1 {
			s.Code = fmt.Sprintf("%.36s-%d", stem, n)
		}
		_, err := quota.SharedByCode(ctx, tx, id, s.Code)
		switch {
		case fault.KindOf(err) == fault.NotFound:
			s.ID, err = quota.AddShared(ctx, tx, school.Actor{School: id, Proof: school.ByHost}, s)
			return s, err
		case err != nil:
			return s, err
		}
	}
}

func balanceOf(ctx context.Context, tx *db.Tx, grants []quota.Grant) (sum int64, err error) {
	people := make([]school.PersonID, len(grants))
	for i, g := range grants {
		people[i] = g.Person
	}
	all, err := quota.Balances(ctx, tx, people)
	for _, n := range all {
		sum += n
	}
	return sum, err
}

// tellPaperCut says what came of it, and what is left to do by hand.
func (h *host) tellPaperCut(ctx context.Context, s school.School, export *roster.PaperCut, r paperCutResult, dry bool) error {
	var failed error
	say := func(form string, args ...any) {
		_, err := fmt.Fprintf(h.out, form+"\n", args...)
		failed = errors.Join(failed, err)
	}
	say("%d of %d users are people of %s: %d badges are new, %d were theirs already; %d people are given %s.", r.matched, len(export.Users), s.Name,
		r.badges.Added, r.badges.Already, r.granted, quota.Pages(r.pages))
	sayNames(say, "nobody here has the user name of", r.unmatched)
	sayNames(say, "a debt is not taken over of", r.debts)
	for _, p := range r.badges.Problems {
		say("  line %d: %s", p.Line, p.Reason)
	}
	for _, a := range r.accounts {
		switch {
		case a.opened:
			say("  shared account %s: opened with %s; say who may charge it: inkwell account set %s --who staff", a.name, quota.Pages(a.pages), a.code)
		case a.pages > 0:
			say("  shared account %s: %s more", a.name, quota.Pages(a.pages))
		default:
			say("  shared account %s: it is here already", a.name)
		}
		if a.debt {
			say("  its debt is not taken over")
		}
	}
	known, err := h.desk.Printers(ctx)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, p := range known {
		there[strings.ToLower(p.Name)] = there[strings.ToLower(p.Name)] || p.School == s.ID
	}
	for _, name := range export.Printers {
		if !there[strings.ToLower(name)] {
			say("  printer %s: inkwell printer add %q ipps://ADDRESS/ipp/print", name, name)
		}
	}
	if dry {
		say("Nothing was changed: this was a dry run.")
	}
	return failed
}

func sayNames(say func(string, ...any), what string, names []string) {
	const most = 50
	if len(names) > 0 {
		more := ""
		if len(names) > most {
			more = fmt.Sprintf(" and %d more", len(names)-most)
		}
		say("  %s %s%s", what, strings.Join(names[:min(len(names), most)], ", "), more)
	}
}
