package console

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"inkwell/internal/fault"
	"inkwell/quota/conduct"
)

// messagesPath is where pupils read what was decided about their printing.
const messagesPath = myPath + "/messages"

// messagesPage is what my-messages.html shows: what was done about somebody's own printing.
type messagesPage struct {
	visitor
	Barred string // why the pupil cannot print just now, or ""
	Cases  []caseRow
	Say    string // why an objection was not taken
	Of     string // and against which
	Words  string // what was typed then
}

func (c *Console) mySignInPage(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.pages.Show(w, r, http.StatusOK, "my-sign-in", signInPage{SSO: c.ownSSOName()})
}

func (c *Console) doMySignIn(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.enter(w, r, entry{"my-sign-in", myPath, c.signIn.SignInOwn})
}

func (c *Console) doMySignOut(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.leave(w, r, mySignInPath)
}

func (c *Console) messagesPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showMessages(w, r, v, http.StatusOK, messagesPage{})
}

func (c *Console) showMessages(w http.ResponseWriter, r *http.Request, v visitor, status int, page messagesPage) {
	page.visitor = v
	all, err := c.conduct.MyCases(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	for _, one := range all {
		page.Cases = append(page.Cases, v.caseRow(one))
	}
	o, err := c.desk.Own(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page.Barred = v.standing(o).Barred
	c.pages.Show(w, r, status, "my-messages", page)
}

// object takes what a pupil says against something that was done.
func (c *Console) object(w http.ResponseWriter, r *http.Request, v visitor) {
	page := messagesPage{Of: r.PostFormValue("case"), Words: r.PostFormValue("words")}
	_, err := c.conduct.Object(r.Context(), v.Actor, caseOfKey(page.Of), page.Words)
	if status, say := correctable(err); status != 0 || fault.KindOf(err) == fault.NotFound && err != nil {
		page.Say = say
		if status == 0 {
			status, page.Say = http.StatusConflict, fault.As(err).Say
		}
		c.showMessages(w, r, v, status, page)
		return
	}
	c.backTo(w, r, messagesPath, err)
}

// caseKey names a case in a form; what it names is looked for among the visitor's own.
func caseKey(c conduct.Case) string {
	if c.Suspension != 0 {
		return fmt.Sprintf("w%d", c.Suspension)
	}
	return fmt.Sprintf("s%d", c.Step)
}

func caseOfKey(key string) (of conduct.Case) {
	n, _ := strconv.ParseInt(strings.TrimLeft(key, "ws"), 10, 64) // 0 is nobody's case
	if strings.HasPrefix(key, "w") {
		of.Suspension = conduct.SuspensionID(n)
	} else {
		of.Step = conduct.StepID(n)
	}
	return of
}
