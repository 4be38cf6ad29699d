package kiosk

import (
	"context"
	"errors"
	"net/http"

	"inkwell/internal/door"
	"inkwell/release"
)

// Pairings is the desk's part in browsers that may open a station's page from elsewhere.
type Pairings interface {
	StationToPair(ctx context.Context, token string) (release.Station, error)
	Pair(ctx context.Context, token string) (slug, secret string, err error)
	Paired(ctx context.Context, secret, slug string) error
}

// What proves a paired browser. The __Host- name has it hold the cookie to this host, this path and
// TLS; plain http is served to this machine alone, where it would not take that name.
const (
	pairedCookie      = "__Host-inkwell-station"
	plainPairedCookie = "inkwell-station"
	pairedFor         = 400 * 24 * 60 * 60 // seconds; the most that browsers keep
)

func pairedCookieFor(r *http.Request, secret string) *http.Cookie {
	c := &http.Cookie{Name: pairedCookie, Value: secret, Path: "/", MaxAge: pairedFor, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if r.TLS == nil {
		c.Name, c.Secure = plainPairedCookie, false
	}
	return c
}

// secretOf is what the browser says proves it, or "".
func secretOf(r *http.Request) string {
	c, err := r.Cookie(pairedCookieFor(r, "").Name)
	if err != nil {
		return ""
	}
	return c.Value
}

// here says whether the request comes from this machine itself. The Host must name this machine
// too, so that a page elsewhere cannot reach in by pointing a name of its own at 127.0.0.1.
func here(r *http.Request) bool {
	return door.Loopback(r) && (isLocal(r.Host) || hostname(r.Host) == "localhost")
}

// admitted lets in this machine, and a browser that is paired with the station asked for.
func (k *Kiosk) admitted(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if here(r) {
			next(w, r)
			return
		}
		secret := secretOf(r)
		if secret == "" {
			k.pages.Error(w, r, notLocal)
			return
		}
		if err := k.desk.Paired(r.Context(), secret, r.PathValue("station")); err != nil {
			k.pages.Error(w, r, err)
			return
		}
		next(w, r)
	}
}

// pairPage asks whether this browser shall be paired. Looking at it uses nothing up.
func (k *Kiosk) pairPage(w http.ResponseWriter, r *http.Request) {
	st, err := k.desk.StationToPair(r.Context(), r.PathValue("token"))
	if err != nil {
		k.pages.Error(w, r, err)
		return
	}
	k.pages.Show(w, r, http.StatusOK, "pair", st)
}

// pair uses the link up and leads to the station's page.
func (k *Kiosk) pair(w http.ResponseWriter, r *http.Request) {
	slug, secret, err := k.desk.Pair(r.Context(), r.PathValue("token"))
	if err != nil {
		k.pages.Error(w, r, err)
		return
	}
	http.SetCookie(w, pairedCookieFor(r, secret))
	http.Redirect(w, r, "/kiosk/"+slug, http.StatusSeeOther)
}

// stillPaired hangs up on a browser whose pairing was ended, before it can ask for anything more;
// and while nobody can say whether it was, for its page comes back by itself.
func (l *line) stillPaired(ctx context.Context) bool {
	if l.secret == "" {
		return true
	}
	err := l.k.desk.Paired(ctx, l.secret, l.slug)
	if err != nil {
		if !errors.Is(err, context.Canceled) { // the page has gone already
			l.log.Info("socket dropped", "error", err)
		}
		l.hangUp()
	}
	return err == nil
}
