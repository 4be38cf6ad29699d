package console

import "net/http"

// The session's cookie. Its __Host- name has the browser hold it to this host, this
// path and TLS. Plain http is served to this machine alone, and there the browser
// would not take that name.
const (
	cookieName      = "__Host-inkwell"
	plainCookieName = "inkwell"
)

func cookieFor(r *http.Request, token string) *http.Cookie {
	c := &http.Cookie{
		Name: cookieName, Value: token, Path: "/",
		Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
	if r.TLS == nil {
		c.Name, c.Secure = plainCookieName, false
	}
	return c
}

// keepSession gives the browser the token until it is closed.
func keepSession(w http.ResponseWriter, r *http.Request, token string) {
	http.SetCookie(w, cookieFor(r, token))
}

func dropSession(w http.ResponseWriter, r *http.Request) {
	c := cookieFor(r, "")
	c.MaxAge = -1
	http.SetCookie(w, c)
}

// sessionToken is what the browser says its session is, or "".
func sessionToken(r *http.Request) string {
	c, err := r.Cookie(cookieFor(r, "").Name)
	if err != nil {
		return ""
	}
	return c.Value
}
