package console

import (
	"net/http"
	"strings"
)

// The cookies: the session's, and that of a device which needs no second factor for a while. The
// __Host- before their names has the browser hold them to this host, this path and TLS. Plain http is served to this machine alone, and there the browser
// would not take that name.
const (
	bound         = "__Host-"
	sessionCookie = "inkwell"
	deviceCookie  = "inkwell-device"
)

// deviceAge is how long a browser keeps the device's cookie, in seconds; the server says for itself
// how long it means something.
const deviceAge = 30 * 24 * 60 * 60

func cookieFor(r *http.Request, name, value string) *http.Cookie {
	c := &http.Cookie{
		Name: bound + name, Value: value, Path: "/",
		Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
	if r.TLS == nil {
		c.Name, c.Secure = name, false
	}
	return c
}

// keepSession gives the browser the token until it is closed.
func keepSession(w http.ResponseWriter, r *http.Request, token string) {
	http.SetCookie(w, cookieFor(r, sessionCookie, token))
}

func dropSession(w http.ResponseWriter, r *http.Request) {
	c := cookieFor(r, sessionCookie, "")
	c.MaxAge = -1
	http.SetCookie(w, c)
}

// keepDevice gives the browser a token by which it is known.
func keepDevice(w http.ResponseWriter, r *http.Request, token string) {
	c := cookieFor(r, deviceCookie, token)
	c.MaxAge = deviceAge
	http.SetCookie(w, c)
}

// sessionToken is what the browser says its session is, or "".
func sessionToken(r *http.Request) string { return cookieOf(r, sessionCookie) }

// deviceToken is by which token the browser says it is known, or "".
func deviceToken(r *http.Request) string { return cookieOf(r, deviceCookie) }

func cookieOf(r *http.Request, name string) string {
	c, err := r.Cookie(cookieFor(r, name, "").Name)
	if err != nil {
		return ""
	}
	return c.Value
}

// takeToken has the rest of a request see the session's new token.
func takeToken(r *http.Request, token string) {
	all := r.Cookies()
	r.Header.Del("Cookie")
	for _, c := range all {
		if c.Name == cookieFor(r, sessionCookie, "").Name {
			c.Value = token
		}
		r.AddCookie(c)
	}
}

// browserOf is what to call the browser in the list of somebody's sessions.
func browserOf(r *http.Request) string {
	agent := r.UserAgent()
	first := func(words ...string) string {
		for _, w := range words {
			if mark, name, _ := strings.Cut(w, "="); strings.Contains(agent, mark) {
				return name
			}
		}
		return "unknown"
	}
	return first("Edg/=Edge", "OPR/=Opera", "Firefox/=Firefox", "Chrome/=Chrome", "Safari/=Safari", "=A program") + " on " +
		first("Android=Android", "iPhone=iPhone", "iPad=iPad", "CrOS=ChromeOS", "Windows=Windows", "Mac OS X=macOS", "Linux=Linux", "=another computer")
}
