package console

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
)

// accountsPath is where the shared accounts are.
const accountsPath = "/staff/accounts"

// accountsPage is what accounts.html shows.
type accountsPage struct {
	visitor
	Accounts []accountRow
	Money    bool // the school counts in pence
}

// accountRow is a shared account.
type accountRow struct {
	ID     quota.AccountID
	Code   string
	Name   string
	For    string
	Left   string
	Users  string
	Closed bool
	Until  string // the last day that it pays, or ""
}

// accountPage is what account.html shows.
type accountPage struct {
	visitor
	Account accountRow
	Limited bool
	Money   bool
	Write   string // who may charge it, as the form takes it
	Key     string // makes a top-up happen once
}

var sortWords = map[quota.Sort]string{
	quota.DepartmentSort: "Department", quota.ClassSort: "Class budget", quota.EventSort: "Event", quota.ExamSort: "Exams",
}

func (c *Console) accountsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	page := accountsPage{visitor: v}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		unit, err := quota.UnitOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		all, err := quota.SharedAccounts(ctx, tx, v.School)
		page.Accounts, page.Money = nil, !unit.Counts()
		for _, s := range all {
			row, err := v.accountRow(ctx, tx, s, unit)
			if err != nil {
				return err
			}
			page.Accounts = append(page.Accounts, row)
		}
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "accounts", page)
}

func (v visitor) accountRow(ctx context.Context, tx *db.Tx, s quota.Shared, unit quota.Unit) (accountRow, error) {
	users, err := quota.SayAudiences(ctx, tx, s.Users)
	row := accountRow{ID: s.ID, Code: s.Code, Name: s.Name, For: sortWords[s.Sort], Left: "No limit", Users: strings.Join(users, "; "), Closed: !s.Open(tx.Now)}
	if s.Limited {
		row.Left = unit.Say(s.Balance)
	}
	if !s.Until.IsZero() {
		row.Until = s.Until.In(v.Now.Location()).AddDate(0, 0, -1).Format("2 January 2006")
	}
	return row, err
}

func (c *Console) accountPage(w http.ResponseWriter, r *http.Request, v visitor) {
	page := accountPage{visitor: v, Key: quota.NewKey()}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		unit, err := quota.UnitOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		s, err := quota.SharedByID(ctx, tx, v.School, accountID(r))
		if err != nil {
			return err
		}
		users, err := quota.WriteAudiences(ctx, tx, s.Users)
		if err != nil {
			return err
		}
		page.Limited, page.Money, page.Write = s.Limited, !unit.Counts(), strings.Join(users, ", ")
		page.Account, err = v.accountRow(ctx, tx, s, unit)
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "account", page)
}

// accountID is the number in the address; 0, which no account has, for anything else.
func accountID(r *http.Request) quota.AccountID { return numberIn[quota.AccountID](r, "account") }

// addAccount opens one that is for a department, an event or exams. A class's budget is
// opened with it by its name.
func (c *Console) addAccount(w http.ResponseWriter, r *http.Request, v visitor) {
	var id quota.AccountID
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) (err error) {
		s := quota.Shared{Name: r.PostFormValue("name"), Sort: quota.Sort(r.PostFormValue("sort")), Limited: r.PostFormValue("recorded") != "yes"}
		s.Code = quota.CodeOf(s.Name)
		if class := strings.TrimSpace(r.PostFormValue("class")); s.Sort == quota.ClassSort {
			if s.Class, err = school.ClassByName(ctx, tx, v.School, class); err != nil {
				return err
			}
		}
		if s.Users, err = readUsers(ctx, tx, v.School, r.PostFormValue("users")); err != nil {
			return err
		}
		id, err = quota.AddShared(ctx, tx, v.Actor, s)
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, fmt.Sprintf("%s/%d", accountsPath, id), http.StatusSeeOther)
}

// readUsers reads who may charge an account, with commas between them.
func readUsers(ctx context.Context, tx *db.Tx, id school.ID, typed string) (all []quota.Audience, err error) {
	for word := range strings.SplitSeq(typed, ",") {
		if strings.TrimSpace(word) == "" {
			continue
		}
		a, err := quota.ReadAudience(ctx, tx, id, word)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// setAccount changes who may charge an account, and closes or opens it.
func (c *Console) setAccount(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.SetShared(ctx, tx, v.Actor, accountID(r), func(s *quota.Shared) (err error) {
			s.Closed = r.PostFormValue("closed") == "yes"
			if !s.Closed && !s.Until.After(tx.Now) {
				s.Until = time.Time{} // who opens it again means it
			}
			s.Users, err = readUsers(ctx, tx, v.School, r.PostFormValue("users"))
			return err
		})
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, fmt.Sprintf("%s/%d", accountsPath, accountID(r)), http.StatusSeeOther)
}

func (c *Console) topUpAccount(w http.ResponseWriter, r *http.Request, v visitor) {
	c.topUp(w, r, v, quota.TopUp{Shared: accountID(r)}, fmt.Sprintf("%s/%d", accountsPath, accountID(r)))
}

func (c *Console) topUpPerson(w http.ResponseWriter, r *http.Request, v visitor) {
	c.topUp(w, r, v, quota.TopUp{Person: personID(r), Private: r.PostFormValue("private") == "yes"}, fmt.Sprintf("/staff/people/%d#top-up", personID(r)))
}

// topUp gives what the form says, once however often it is sent, and goes back.
func (c *Console) topUp(w http.ResponseWriter, r *http.Request, v visitor, t quota.TopUp, back string) {
	t.Amount, _ = strconv.ParseInt(r.PostFormValue("amount"), 10, 64) // 0 is refused
	t.Reason, t.Key = r.PostFormValue("reason"), "form:"+r.PostFormValue("key")
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.GiveTopUp(ctx, tx, v.Actor, t)
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}
