package console

import (
	"net/http"
	"slices"
	"strings"

	"inkwell/internal/fault"
	"inkwell/internal/signin"
)

// dangerous are the acts for which a person proves once more who they are, unless they have
// within the last quarter of an hour: a screen that was left open must not withdraw a year's
// printing, give pages away, let somebody in, close a matter of safeguarding or send names out of the
// school. A table to download, and a sealed document, has an act beside it, which asks and leads there.
var dangerous = []string{
	"POST /staff/people/{id}/suspend", "POST /staff/people/{id}/lift",
	"POST " + reviewsPath + "/{objection}", "POST " + reviewsPath + "/flags/{flag}", "POST " + reviewsPath + "/steps/{step}",
	"GET " + rightsPath + "/steps.csv", "POST " + rightsPath + "/steps.csv",
	"GET " + usagePath + "/table", "POST " + usagePath + "/table", "GET " + classUsagePath + "/table", "POST " + classUsagePath + "/table",
	"GET " + roomPath + "/table", "POST " + roomPath + "/table",
	"POST " + accessPath, "GET " + accessPath + "/table", "POST " + accessPath + "/table",
	"POST " + kiosksPath + "/{kiosk}/pair", "POST " + myBadgePath + "/code",
	"POST " + mattersPath + "/{matter}/{act}", "GET " + mattersPath + "/{matter}/document", "POST " + mattersPath + "/{matter}/document",
	"POST " + wordsPath, "POST " + wordsPath + "/{word}/remove",
	"POST " + rightsPath, "POST " + rightsPath + "/{order}/lift",
	"POST " + accountsPath, "POST " + accountsPath + "/{account}", "POST " + accountsPath + "/{account}/top-up", "POST /staff/people/{id}/top-up",
	"POST " + requestsPath + "/{request}/file", "POST " + holdsPath, "POST " + holdsPath + "/{hold}/end",
	"POST " + pricesPath, "POST " + pricesPath + "/{tariff}/withdraw", "POST " + allowancesPath, "POST " + allowancesPath + "/policy", "POST " + allowancesPath + "/remove",
	"POST " + policyPath + "/rules/{rule}", "POST " + policyPath + "/rules/{rule}/arm", "POST " + policyPath + "/switch/{to}",
	"POST " + policyPath + "/ladder", "POST " + policyPath + "/categories",
	"POST " + queuesPath, "POST " + queuesPath + "/{queue}", "POST " + queuesPath + "/{queue}/remove",
	"POST " + examsPath,
	"POST " + myPrinterPath, "POST " + myPrinterPath + "/{address}/renew",
	"POST " + reviewsPath, "POST " + reviewsPath + "/safeguarding",
	"POST " + rulesPath + "/exemptions", "POST " + rulesPath + "/exemptions/{id}/end", "POST " + rulesPath + "/exemptions/{id}/record", "POST /staff/guests/authority",
	"POST " + youPath + "/authenticator", "POST " + youPath + "/authenticator/confirm", "POST " + youPath + "/recovery-codes",
	"POST " + colleaguesPath + "/factor", "POST " + colleaguesPath + "/{colleague}/{door}",
}

// The fields of the page that asks; they are kept from the act itself.
const (
	proofField    = "proof-"
	proofCode     = proofField + "code"
	proofPassword = proofField + "password"
)

// freshPage is what fresh.html shows.
type freshPage struct {
	visitor
	Asks   signin.Asks
	Action string
	Fields []field // of the form that waits
	Say    string
	SSO    string // name of the single sign-on
}

// field is one of a form.
type field struct{ Name, Value string }

// proven says whether the route may go on. If not, it has asked for a proof, and carries the
// form along: nothing that was typed is lost, and nothing is done.
func (c *Console) proven(w http.ResponseWriter, r *http.Request, route route, v visitor) bool {
	if !slices.Contains(dangerous, route.pattern) {
		return true
	}
	fresh, asks, err := c.signIn.Fresh(r.Context(), sessionToken(r))
	if err != nil {
		c.pages.Error(w, r, err)
		return false
	}
	if fresh {
		return true
	}
	say, given := "", signin.Proof{Code: r.PostFormValue(proofCode), Password: r.PostFormValue(proofPassword), Place: placeOf(r)}
	if given.Code != "" || given.Password != "" {
		in, err := c.signIn.Prove(r.Context(), sessionToken(r), given)
		if err == nil {
			keepSession(w, r, in.Token)
			takeToken(r, in.Token)
			return true
		}
		if fault.KindOf(err) == fault.Internal {
			c.pages.Error(w, r, err)
			return false
		}
		say = fault.As(err).Say
	}
	c.pages.Show(w, r, http.StatusForbidden, "fresh", freshPage{visitor: v, Asks: asks, Action: r.URL.RequestURI(), Fields: fieldsOf(r), Say: say, SSO: c.ssoName()})
	return false
}

// toGet leads on to a table or a document once it is proven who asks.
func (c *Console) toGet(w http.ResponseWriter, r *http.Request, _ visitor) {
	http.Redirect(w, r, r.URL.RequestURI(), http.StatusSeeOther)
}

// fieldsOf is the form of a request without its proof, by name.
func fieldsOf(r *http.Request) (all []field) {
	for name, values := range r.PostForm {
		if strings.HasPrefix(name, proofField) {
			continue
		}
		for _, value := range values {
			all = append(all, field{name, value})
		}
	}
	slices.SortStableFunc(all, func(a, b field) int { return strings.Compare(a.Name, b.Name) })
	return all
}
