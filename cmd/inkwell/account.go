package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// whoLong explains --who, which several commands have.
const whoLong = `
--who names who may charge it, as a list of everybody, roles such as teacher and staff,
year:10, year:7-9, class:9A and person:USERNAME. A plus narrows: pupil+class:11A/Ar. What
is said replaces what was said before.
--pays-for names classes whose pupils print on it unless they choose otherwise; none ends
that. Where two accounts pay for classes of one pupil, the pupil's own does.
--until closes it at the end of a day.
`

// sharedFlags are the parts of a shared account that commands set. One that was not given
// stays.
type sharedFlags struct {
	flags        *pflag.FlagSet
	until        string
	who, paysFor []string
}

func (f *sharedFlags) add(to *pflag.FlagSet) {
	f.flags = to
	to.StringSliceVar(&f.who, "who", nil, "who may charge it, such as staff,class:9A,person:23sbell")
	to.StringSliceVar(&f.paysFor, "pays-for", nil, "classes whose pupils print on it unless they choose otherwise, or none")
	to.StringVar(&f.until, "until", "", "the last day that it pays, such as 2027-07-16, or never")
}

// apply changes an account to what the flags say.
func (f *sharedFlags) apply(ctx context.Context, tx *db.Tx, s school.School, to *quota.Shared) (err error) {
	if f.flags.Changed("who") {
		to.Users = nil
		for _, word := range f.who {
			a, err := quota.ReadAudience(ctx, tx, s.ID, word)
			if err != nil {
				return err
			}
			to.Users = append(to.Users, a)
		}
	}
	if f.flags.Changed("pays-for") {
		to.PaysFor = nil
		for _, name := range f.paysFor {
			if strings.EqualFold(name, "none") && len(f.paysFor) == 1 {
				break
			}
			class, err := school.ClassByName(ctx, tx, s.ID, strings.TrimSpace(name))
			if err != nil {
				return err
			}
			to.PaysFor = append(to.PaysFor, class)
		}
	}
	if f.flags.Changed("until") {
		to.Until, err = readUntil(s, f.until)
	}
	return err
}

// readUntil is the midnight that ends a day of the school's.
func readUntil(s school.School, said string) (time.Time, error) {
	if strings.EqualFold(said, "never") {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, said, s.Zone)
	if err != nil {
		return day, fault.New(fault.Invalid, "account-until", "--until is %q. It is a day such as 2027-07-16, or never.", said)
	}
	return day.AddDate(0, 0, 1), nil
}

func accountAddCommand() *cobra.Command {
	var f sharedFlags
	var sort, class, code string
	var recorded bool
	cmd := schoolCommand("add NAME", "Open a shared account", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				a := quota.Shared{Name: args[0], Code: code, Sort: quota.Sort(sort), Limited: !recorded}
				if code == "" {
					a.Code = quota.CodeOf(a.Name)
				}
				if class != "" {
					a.Sort = quota.ClassSort
					if a.Class, err = school.ClassByName(ctx, tx, s.ID, class); err != nil {
						return err
					}
				}
				if err := f.apply(ctx, tx, s, &a); err != nil {
					return err
				}
				if _, err := quota.AddShared(ctx, tx, school.Actor{School: s.ID, Proof: school.ByHost}, a); err != nil {
					return err
				}
				return listAccounts(ctx, tx, h, s)
			})
		})
	cmd.Long = `A department, an event or an exam has an account that several people have jobs charged to.
It is empty at first (inkwell account top-up) and refuses when empty; with --recorded it
has no limit and only keeps what it paid for. With --class it is that class's budget, of
which its teachers give pages to pupils.
` + whoLong
	cmd.Example = `  inkwell account add "Art department" --who teacher,pupil+class:11A/Ar
  inkwell account add "School play" --sort event --code play --who person:hreid,class:9B --until 2027-03-26
  inkwell account add "Exams" --sort exam --recorded
  inkwell account add "9A budget" --class 9A`
	f.add(cmd.Flags())
	cmd.Flags().StringVar(&code, "code", "", "what a computer names it by (job-account-id); otherwise made of the name")
	cmd.Flags().StringVar(&sort, "sort", string(quota.DepartmentSort), "department, event or exam")
	cmd.Flags().StringVar(&class, "class", "", "the class whose budget it is")
	cmd.Flags().BoolVar(&recorded, "recorded", false, "no limit: what it pays for is recorded, and no more")
	return cmd
}

func accountSetCommand() *cobra.Command {
	var f sharedFlags
	var name, code string
	var closed, opened bool
	cmd := schoolCommand("set ACCOUNT", "Say who may charge an account, rename, close or open it", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				a, err := quota.SharedByCode(ctx, tx, s.ID, args[0])
				if err != nil {
					return err
				}
				_, err = quota.SetShared(ctx, tx, school.Actor{School: s.ID, Proof: school.ByHost}, a.ID, func(a *quota.Shared) error {
					if name != "" {
						a.Name = name
					}
					if code != "" {
						a.Code = code
					}
					a.Closed = closed || a.Closed && !opened
					return f.apply(ctx, tx, s, a)
				})
				if err != nil {
					return err
				}
				return listAccounts(ctx, tx, h, s)
			})
		})
	cmd.Long = `ACCOUNT is a code or a name. What is not named stays as it is; a change counts at once, for
jobs that wait as well. A closed account keeps what is on it.
` + whoLong
	cmd.Example = `  inkwell account set art --who teacher,year:10-11
  inkwell account set art --pays-for 11A/Ar,11B/Ar
  inkwell account set play --close`
	f.add(cmd.Flags())
	cmd.Flags().StringVar(&name, "name", "", "another name")
	cmd.Flags().StringVar(&code, "code", "", "another code")
	cmd.Flags().BoolVar(&closed, "close", false, "it pays for nothing more")
	cmd.Flags().BoolVar(&opened, "open", false, "it pays again")
	cmd.MarkFlagsMutuallyExclusive("close", "open")
	return cmd
}

func accountListCommand() *cobra.Command {
	cmd := schoolCommand("list", "List the shared accounts", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error { return listAccounts(ctx, tx, h, s) })
		})
	cmd.Long = `It shows what is left on each, who may charge it, and for which classes it pays.`
	cmd.Example = "  inkwell account list"
	return cmd
}

func listAccounts(ctx context.Context, tx *db.Tx, h *host, s school.School) error {
	all, err := quota.SharedAccounts(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "CODE\tNAME\tFOR\tLEFT\tWHO MAY CHARGE IT\tPAYS FOR\tSTATE") // tabwriter keeps an error for Flush
	for _, a := range all {
		row, err := accountInWords(ctx, tx, a, tx.Now.In(s.Zone))
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// accountInWords is a row of the list.
func accountInWords(ctx context.Context, tx *db.Tx, a quota.Shared, now time.Time) ([]string, error) {
	left := "no limit"
	if a.Limited {
		left = strconv.FormatInt(a.Balance, 10)
	}
	who, err := quota.SayAudiences(ctx, tx, a.Users)
	if err != nil {
		return nil, err
	}
	classes, err := school.ClassNames(ctx, tx, append(a.PaysFor[:len(a.PaysFor):len(a.PaysFor)], a.Class))
	if err != nil {
		return nil, err
	}
	var paysFor []string
	for _, c := range a.PaysFor {
		paysFor = append(paysFor, classes[c])
	}
	sort := string(a.Sort)
	if a.Class != 0 {
		sort = "class " + classes[a.Class]
	}
	state := "open"
	switch {
	case !a.Open(now):
		state = "closed"
	case !a.Until.IsZero():
		state = "until " + a.Until.In(now.Location()).AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return []string{a.Code, a.Name, sort, left, orDash(strings.Join(who, "; ")), orDash(strings.Join(paysFor, ", ")), state}, nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func accountRemoveCommand() *cobra.Command {
	cmd := schoolCommand("remove ACCOUNT", "Close an account for good", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				a, err := quota.SharedByCode(ctx, tx, s.ID, args[0])
				if err != nil {
					return err
				}
				left, err := quota.RemoveShared(ctx, tx, school.Actor{School: s.ID, Proof: school.ByHost}, a.ID)
				if err == nil {
					tx.AfterCommit(func() {
						_, _ = fmt.Fprintf(h.out, "%s is closed for good; %s that were left are withdrawn\n", a.Name, quota.Pages(left))
					})
				}
				return err
			})
		})
	cmd.Long = `What is left on it is withdrawn, its code and name are free again, and what it paid for stays
in the ledger. A queue that it pays for falls back to each person's own account.`
	cmd.Example = "  inkwell account remove play"
	return cmd
}

func accountTopUpCommand() *cobra.Command {
	var person, reason, key string
	var private bool
	cmd := schoolCommand("top-up [ACCOUNT] PAGES", "Give pages to a shared account or a person", cobra.RangeArgs(1, 2),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			pages, err := strconv.ParseInt(args[len(args)-1], 10, 64)
			if err != nil {
				return fault.New(fault.Invalid, "top-up-pages", "%q is no number of pages. A top-up is a whole number of pages from 1 to 1,000,000.", args[len(args)-1])
			}
			if (len(args) == 2) == (person != "") || private && person == "" {
				return fault.New(fault.Invalid, "top-up-whom", "Name a shared account, or a person with --person, and --private for their own use.")
			}
			t := quota.TopUp{Amount: pages, Private: private, Reason: reason, Key: key}
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				return h.topUp(ctx, tx, s, t, args[0], person)
			})
		})
	cmd.Long = `ACCOUNT is a code or a name. Pages for a person go to their own account, or with --private
to a member of staff's account for their own use, apart from work, which is opened with the
first. --once makes it happen once however often the command runs, as a schedule needs.`
	cmd.Example = `  inkwell account top-up art 500 --reason "Spring term"
  inkwell account top-up --person 23sbell 20 --reason "Portfolio"
  inkwell account top-up --person hreid --private 50 --reason "Paid £2.50 at reception"`
	cmd.Flags().StringVar(&person, "person", "", "somebody's account, by user name")
	cmd.Flags().BoolVar(&private, "private", false, "the person's private account, apart from work")
	cmd.Flags().StringVar(&reason, "reason", "", "why, in up to 200 characters")
	cmd.Flags().StringVar(&key, "once", "", "a word of your own that makes it happen once, such as art-2027-spring")
	_ = cmd.MarkFlagRequired("reason")
	return cmd
}

// topUp gives the pages and says what the account has then.
func (h *host) topUp(ctx context.Context, tx *db.Tx, s school.School, t quota.TopUp, account, person string) error {
	var name string
	if person != "" {
		p, err := school.PersonByUsername(ctx, tx, s.ID, person)
		if err != nil {
			return err
		}
		t.Person, name = p.ID, p.Username
	} else {
		a, err := quota.SharedByCode(ctx, tx, s.ID, account)
		if err != nil {
			return err
		}
		t.Shared, name = a.ID, a.Name
	}
	if t.Key == "" {
		t.Key = quota.NewKey()
	} else {
		t.Key = "once:" + t.Key
	}
	made, err := quota.GiveTopUp(ctx, tx, school.Actor{School: s.ID, Proof: school.ByHost}, t)
	if err != nil {
		return err
	}
	unit, err := quota.UnitOf(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	says := fmt.Sprintf("%s: %s more\n", name, unit.Say(t.Amount))
	if !made {
		says = fmt.Sprintf("%s: given before, nothing was changed\n", name)
	}
	tx.AfterCommit(func() { _, _ = fmt.Fprint(h.out, says) })
	return nil
}
