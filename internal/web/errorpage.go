package web

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"inkwell/internal/fault"
)

// shown is what a kind of refusal looks like on a page.
type shown struct {
	status  int
	heading string
}

// onPage is the one table from refusals to pages. Unauthenticated is 403: RFC
// 9110 15.5.2 wants a challenge with 401, and a browser would put its own
// dialogue before our sign-in page.
var onPage = map[fault.Kind]shown{
	fault.Internal:        {http.StatusInternalServerError, "That did not work"},
	fault.Invalid:         {http.StatusBadRequest, "Something is not right"},
	fault.Unauthenticated: {http.StatusForbidden, "Please sign in"},
	fault.Forbidden:       {http.StatusForbidden, "Not from here"},
	fault.NotFound:        {http.StatusNotFound, "Nothing here"},
	fault.Conflict:        {http.StatusConflict, "Something has changed"},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "Too large"},
	fault.Unsupported:     {http.StatusUnsupportedMediaType, "We don't take this kind"},
	fault.Unpaid:          {http.StatusPaymentRequired, "Not enough pages"},
	fault.Suspended:       {http.StatusForbidden, "Not at the moment"},
	fault.TooMany:         {http.StatusTooManyRequests, "Too many tries"},
	fault.Unavailable:     {http.StatusServiceUnavailable, "Not just now"},
}

// soon is when, in seconds, a program may ask again for what is not there just now (RFC
// 9110 10.2.3).
const soon = "5"

// errorPage is what error.html shows.
type errorPage struct {
	Status  int
	Heading string
	Say     string
	Home    string // where one goes on: the face it was asked of
	Number  string // of an internal error, to find it in the log; "" for a refusal
}

// Error answers with the plain page for err: a refusal's own sentence with the
// status of its kind, or the one fixed sentence and a number that also stands
// in the log. The page names nothing of the error but that.
func (p *Pages) Error(w http.ResponseWriter, r *http.Request, err error) {
	f := fault.As(err)
	s := onPage[f.Kind]
	page := errorPage{Status: s.status, Heading: s.heading, Say: f.Say, Home: home(r.URL.Path, f.Kind)}
	if f.Kind == fault.Internal {
		page.Number = rand.Text()[:8]
		p.log.ErrorContext(r.Context(), "page failed", "number", page.Number, "method", r.Method, "route", r.Pattern, "error", err)
	}
	body, broken := p.render("error", page)
	if broken != nil {
		p.log.ErrorContext(r.Context(), "error page failed", "error", broken)
		http.Error(w, fault.Sorry, http.StatusInternalServerError)
		return
	}
	if f.Kind == fault.Unavailable {
		w.Header().Set("Retry-After", soon)
	}
	send(w, page.Status, body)
}

// home is the first page of the face that a path belongs to: its first segment. The first page of the
// installation stands in for one that is itself not there.
func home(path string, kind fault.Kind) string {
	first, _, deeper := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if kind == fault.NotFound && !deeper {
		return "/"
	}
	return "/" + url.PathEscape(first)
}
