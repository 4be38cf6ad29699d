package console

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/signin"
	"inkwell/internal/web/webtest"
	"inkwell/quota"
	"inkwell/release"
)

// weightMost is the most bytes that a page may take with all that it loads, as sent.
const weightMost = 100_000

// unseen are the addresses that this test does not open: files, and pages that somebody comes by only on the
// way to another, with the test that looks at them.
var unseen = map[string]string{
	"GET " + codePath:                           "TestTheWayInInARealBrowser",
	"GET " + appPath:                            "TestTheWayInInARealBrowser",
	"GET " + signInPath:                         "TestTheWayInInARealBrowser",
	"GET " + mySignInPath:                       "TestConductShots",
	"GET " + ssoPath:                            "TestSingleSignOn",
	"GET " + ssoPath + "/callback":              "TestSingleSignOn",
	"GET " + mySSOPath:                          "TestPupilsBySingleSignOn",
	"GET /staff/invitation/{token}/sso":         "TestSingleSignOn",
	"GET " + staticPrefix + "{digest}/{name}":   "what pages load",
	"GET " + myJobsPath + "/{id}/pages/{page}":  "a picture",
	"GET /staff/mine/{id}/pages/{page}":         "a picture",
	"GET " + roomPath + "/{ticket}/picture":     "a picture",
	"GET " + mattersPath + "/{matter}/document": "a document",
	"GET /staff/roll-out/{name}":                "an archive",
	"GET " + livePath + "/socket":               "TestLivePageFollows",
	"GET " + roomPath + "/news":                 "a word that the page asks for",
}

// viewed is one page to look at, and as whom.
type viewed struct {
	name, path string
	role       school.Role
}

// TestEveryPage opens every page that is registered, on a busy morning, as somebody who may: none keeps anybody
// out, is wider than a telephone or than a window at four times its size, breaks with letters twice as large, or
// weighs more than 100 KB with all that it loads. One in ten, or with INKWELL_PROVE each, is gone through by the
// Tab key alone. INKWELL_SHOTS names the folder of their pictures.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at := h.morning()
	h.enter("it")
	pages := h.everyPage(at)
	p := webtest.Start(t).Page(t)
	p.Open(h.server.URL + signInPath)
	signInAs(p, "it", schooltest.Password)
	p.Seen("Ida Hall")
	for i, page := range pages {
		h.as(page.role)()
		for _, l := range pageLooks() {
			h.seePage(p, page, l)
		}
		if everyTab(i) {
			p.Open(h.server.URL + page.path)
			h.tabbed(p, page.name)
		}
	}
}

// pageLooks are all where pictures are wanted; otherwise a telephone.
func pageLooks() []look {
	if os.Getenv("INKWELL_SHOTS") == "" {
		return []look{{390, 844, "light", true}}
	}
	return looks()
}

// everyPage is each page that routes has, and everybody's first.
func (h *house) everyPage(at map[string]string) (all []viewed) {
	h.Helper()
	for _, route := range routes {
		if unseen[route.pattern] != "" || !strings.HasPrefix(route.pattern, http.MethodGet) {
			continue
		}
		_, path := address(route, h.Sam.Person)
		if own, is := at[route.pattern]; is {
			path = own
		}
		roles := []school.Role{roleFor(route.needs)}
		if path == firstPath {
			roles = slices.DeleteFunc(school.StaffRoles(), func(r school.Role) bool {
				return !school.Actor{Roles: []school.Role{r}, Proof: school.BySession}.May(school.UseConsole)
			})
		}
		for _, role := range roles {
			if page := (viewed{strings.Trim(strings.NewReplacer("GET ", "", "/", "-", "{", "", "}", "").Replace(route.pattern), "-") + "-" + string(role), path, role}); h.isPage(page) {
				all = append(all, page)
			}
		}
	}
	return all
}

// roleFor is a role that has a capability, and as much else as can be.
func roleFor(needs school.Capability) school.Role {
	for _, r := range append([]school.Role{school.IT, school.Head}, append(school.StaffRoles(), school.Pupil)...) {
		if (school.Actor{Roles: []school.Role{r}, Proof: school.BySession}).May(needs) {
			return r
		}
	}
	return school.IT
}

// isPage says whether an address is one, and not a file or the way to another; it must be one of them. A page
// must not weigh too much.
func (h *house) isPage(page viewed) bool {
	h.Helper()
	h.as(page.role)()
	a := h.get(page.path)
	switch {
	case a.status == http.StatusSeeOther:
		return false
	case a.status != http.StatusOK:
		h.Errorf("%s is not seen: as %s it is %d. Give its address in morning.", page.path, page.role, a.status)
		return false
	case !strings.HasPrefix(a.header.Get("Content-Type"), "text/html"):
		return false
	}
	if weight := h.weight(a.body); weight > weightMost {
		h.Errorf("%s weighs %d bytes", page.path, weight)
	}
	return true
}

// weight is of a page with all that it loads before it is whole, in bytes, as sent.
func (h *house) weight(page string) int {
	h.Helper()
	sum := len(page)
	for _, load := range loads.FindAllStringSubmatch(page, -1) {
		r := h.request(http.MethodGet, load[1], nil)
		r.Header.Set("Accept-Encoding", "gzip") // which the client then leaves packed
		sum += len(h.do(r).body)
	}
	return sum
}

// loads finds what a page loads before it is whole.
var loads = regexp.MustCompile(`(?:href|src)="(/staff/static/[^"]+)"`)

// seePage opens a page as one may look at it.
func (h *house) seePage(p *webtest.Page, page viewed, l look) {
	h.Helper()
	name := fmt.Sprintf("page-%s-%d-%s.png", page.name, l.width, l.scheme)
	p.Scheme(l.scheme)
	p.Size(l.width, l.height)
	p.Open(h.server.URL + page.path)
	p.Until(`document.querySelectorAll("h1").length === 1`)
	p.Unhurt()
	if p.Says(`String(document.querySelector(".menu a, .my-nav a, .door") !== null)`) != "true" {
		h.Errorf("%s has no menu", name)
	}
	if wrong := p.Says(`[...document.querySelectorAll(".nav__count")].map((e) => e.textContent).filter((text) => !/^[0-9]/.test(text)).join()`); wrong != "" {
		h.Errorf("%s counts %q in its menu", name, wrong)
	}
	h.fits(p, name, l.width)
	if l.axe {
		p.Axe()
	}
	if folder := os.Getenv("INKWELL_SHOTS"); folder != "" {
		p.Sheet(filepath.Join(folder, name))
	}
	if l.width > 1000 {
		return
	}
	p.Size(320, 640) // a window of 1280 at four times its size
	h.fits(p, name+" at 320", 320)
	p.Size(1280, 800)
	p.Eval(`document.documentElement.style.fontSize = "200%"`)
	h.fits(p, name+" with letters twice as large", 1280)
}

// fits fails the test if a page has to be moved sideways to be read, and says what of it.
func (h *house) fits(p *webtest.Page, name string, width int64) {
	h.Helper()
	if wide, err := strconv.ParseInt(p.Says(`String(document.documentElement.scrollWidth)`), 10, 64); err != nil || wide > width {
		h.Errorf("%s is %d wide of %d, %v: %s", name, wide, width, err, p.Says(widest))
	}
}

// widest is what stands out of the window furthest.
const widest = `[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".table-frame .table")).slice(0, 4).map((e) => e.tagName + "." + e.className + " " + Math.round(e.getBoundingClientRect().right)).join(", ")`

// morning fills the school as a November morning does, and gives the addresses of pages that are about something.
func (h *house) morning() map[string]string {
	h.Helper()
	h.safeguarded() // which makes both of them leads
	h.as(school.IT)()
	dbtest.Exec(h.T, h.db, "UPDATE person_role SET role = 'teacher' WHERE person_id = $1", h.Teacher.Person)
	h.lesson()
	h.plan = rolledOut()
	class := h.crowd()
	h.begins(h.IT, class)
	h.wear()
	h.exempts()
	if err := h.console.conduct.Suspend(h.Context(), h.IT, h.Sam.Person, friday.AddDate(0, 0, 6), "140 pages in 10 minutes on Tuesday"); err != nil {
		h.Fatal(err)
	}
	h.serve(&h.IT, httptest.NewRequest(http.MethodGet, policyPath, nil)) // has the school's own rules be there
	h.objected()
	h.stepped()
	h.needsYes(h.Sam, 72, 0, 1)
	h.needsYes(h.Mia, 128, 12, 2)
	h.asks(h.Sam, h.came(h.Sam, 3, 10, "media-jam-error"), release.NothingCame, 3)
	h.asks(h.Mia, h.came(h.Mia, 12, 12, "toner-low-warning"), release.BadQuality, 4)
	h.came(h.IT, 6, 6, "")
	h.disowned("10.1.12.7", 26*time.Minute)
	everyone := []school.Actor{h.Sam, h.Mia, h.Teacher, h.Chief}
	for i, state := range []release.JobState{release.Held, release.Done, release.Released, release.Done, release.Counting, release.Expired, release.Cancelled, release.Done} {
		h.job(everyone[i%len(everyone)], state, 1+i*7%23, time.Duration(1+i)*5*time.Minute)
	}
	h.job(h.IT, release.Held, 30, 12*time.Minute)
	own := dbtest.Value[release.JobID](h.T, h.db, "SELECT max(job_id) FROM job")
	exec := func(sql string, args ...any) { dbtest.Exec(h.T, h.db, sql, args...) }
	exec("UPDATE job SET impressions = NULL, sheets = NULL, pages = NULL, price = NULL WHERE state = 'counting'")
	exec("UPDATE job SET title = 'Year 9 photosynthesis: worksheet and homework, one each' WHERE job_id = $1", own)
	var account int64
	h.in(func(ctx context.Context, tx *db.Tx) error {
		head := h.Chief
		head.Roles = []school.Role{school.Head}
		if _, err := school.Authorise(ctx, tx, head, school.Authority{Reason: "Governors' meeting", Starts: dayOf(friday), End: dayOf(friday).AddDate(0, 0, 7), Guests: 12}); err != nil {
			return err
		}
		id, err := quota.AddShared(ctx, tx, h.IT, quota.Shared{Code: "sc", Name: "9A/Sc1 budget", Sort: quota.ClassSort, Class: class, Limited: true})
		if err != nil {
			return err
		}
		account = int64(id)
		_, err = quota.GiveTopUp(ctx, tx, h.IT, quota.TopUp{Shared: id, Amount: 400, Reason: "Autumn term", Key: "busy"})
		return err
	})
	token, err := h.signIn.AddStaff(h.Context(), signin.Staff{School: h.School, Username: "una", Given: "Una", Family: "Frost", Role: school.IT})
	if err != nil {
		h.Fatal(err)
	}
	letter := dbtest.Value[int64](h.T, h.db, "SELECT max(suspension_id) FROM suspension")
	of := func(pattern string, id any) string {
		return regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(strings.TrimPrefix(pattern, "GET "), fmt.Sprint(id))
	}
	at := map[string]string{
		"GET /staff/invitation/{token}":               "/staff/invitation/" + token,
		"GET /staff/calendar/close":                   "/staff/calendar/close?day=2026-11-27",
		"GET " + classUsagePath:                       fmt.Sprintf("%s?class=%d", classUsagePath, class),
		"GET " + classUsagePath + "/table":            fmt.Sprintf("%s/table?class=%d", classUsagePath, class),
		"GET " + reviewsPath + "/letter/{suspension}": fmt.Sprintf("%s/letter/%d", reviewsPath, letter),
	}
	for pattern, id := range map[string]any{
		"GET " + jobPath + "/{id}": own, "GET " + myJobsPath + "/{id}": own, "GET /staff/mine/{id}/pages": own, "GET /staff/mine/{id}/print-room": own, "GET " + myJobsPath + "/{id}/pages": own,
		"GET " + classesPath + "/{class}": class, "GET " + classesPath + "/{class}/print": class, "GET " + accountsPath + "/{account}": account,
	} {
		at[pattern] = of(pattern, id)
	}
	return at
}
