package console

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/web/webtest"
	"inkwell/quota/conduct"
	"inkwell/release"
)

// object is something of a school's that the place of an address names.
type object struct {
	under string // what the routes begin with that mean it
	place string // in the address
	sql   string // one of those that are there, as text: Sam's, where it is a person's
	never string // what is nowhere; a large number unless said
}

// objects are all that addresses name. Where several begin a route, the longest is meant.
var objects = []object{
	{"/staff/people/", "id", "SELECT person_id::text FROM person WHERE username = 'sam' ORDER BY person_id LIMIT 1", ""},
	{tutorPath, "id", "SELECT person_id::text FROM person WHERE username = 'sam' ORDER BY person_id LIMIT 1", ""},
	{colleaguesPath, "colleague", "SELECT person_id::text FROM person WHERE username = 'teacher' ORDER BY person_id LIMIT 1", ""},
	{youPath, "session", "SELECT session_id::text FROM session ORDER BY session_id LIMIT 1", ""},
	{printersPath, "printer", "SELECT printer_id::text FROM printer ORDER BY printer_id LIMIT 1", ""},
	{kiosksPath, "kiosk", "SELECT slug FROM station ORDER BY station_id LIMIT 1", "nowhere"},
	{kiosksPath, "screen", "SELECT device_id::text FROM kiosk_device ORDER BY device_id LIMIT 1", ""},
	{myJobsPath, "id", "SELECT job_id::text FROM job JOIN person USING (person_id) WHERE username = 'sam' AND state = 'held' ORDER BY job_id LIMIT 1", ""},
	{jobPath, "id", "SELECT job_id::text FROM job JOIN person USING (person_id) WHERE username = 'sam' AND state = 'held' ORDER BY job_id LIMIT 1", ""},
	{"/staff/mine/", "id", "SELECT job_id::text FROM job JOIN person USING (person_id) WHERE username = 'sam' AND state = 'held' ORDER BY job_id LIMIT 1", ""},
	{myPrintsPath, "id", "SELECT delivery_id::text FROM delivery JOIN person USING (person_id) WHERE username = 'sam' ORDER BY delivery_id LIMIT 1", ""},
	{"/staff/mine/prints", "id", "SELECT delivery_id::text FROM delivery JOIN person USING (person_id) WHERE username = 'sam' ORDER BY delivery_id LIMIT 1", ""},
	{myPrinterPath, "address", "SELECT address_id::text FROM address JOIN person USING (person_id) WHERE username = 'sam' ORDER BY address_id LIMIT 1", ""},
	{mattersPath, "matter", "SELECT matter_id::text FROM matter ORDER BY matter_id LIMIT 1", ""},
	{wordsPath, "word", "SELECT word_id::text FROM title_word ORDER BY word_id LIMIT 1", ""},
	{"/staff/flags/", "flag", "SELECT flag_id::text FROM flag WHERE route = 'person' ORDER BY flag_id LIMIT 1", ""},
	{reviewsPath, "flag", "SELECT flag_id::text FROM flag WHERE route = 'person' ORDER BY flag_id LIMIT 1", ""},
	{reviewsPath, "objection", "SELECT objection_id::text FROM objection ORDER BY objection_id LIMIT 1", ""},
	{reviewsPath, "step", "SELECT step_id::text FROM step ORDER BY step_id LIMIT 1", ""},
	{reviewsPath, "suspension", "SELECT suspension_id::text FROM suspension ORDER BY suspension_id LIMIT 1", ""},
	{rightsPath, "order", "SELECT order_id::text FROM conduct_order ORDER BY order_id LIMIT 1", ""},
	{classesPath, "order", "SELECT order_id::text FROM conduct_order ORDER BY order_id LIMIT 1", ""},
	{classesPath, "class", "SELECT class_id::text FROM class ORDER BY class_id LIMIT 1", ""},
	{schoolsPath, "place", "SELECT school_id::text FROM school ORDER BY school_id LIMIT 1", ""},
	{holdsPath, "hold", "SELECT hold_id::text FROM legal_hold ORDER BY hold_id LIMIT 1", ""},
	{requestsPath, "request", "SELECT request_id::text FROM data_request ORDER BY request_id LIMIT 1", ""},
	{queuesPath, "queue", "SELECT queue_id::text FROM queue ORDER BY queue_id LIMIT 1", ""},
	{examsPath, "exam", "SELECT exam_id::text FROM exam ORDER BY exam_id LIMIT 1", ""},
	{pricesPath, "tariff", "SELECT tariff_id::text FROM tariff WHERE from_at > made_at ORDER BY tariff_id LIMIT 1", ""},
	{refundsPath, "id", "SELECT refund_id::text FROM refund ORDER BY refund_id LIMIT 1", ""},
	{accountsPath, "account", "SELECT account_id::text FROM shared_account ORDER BY account_id LIMIT 1", ""},
	{roomPath, "ticket", "SELECT room_ticket_id::text FROM room_ticket ORDER BY room_ticket_id LIMIT 1", ""},
	{waitingPath, "id", "SELECT approval_id::text FROM approval ORDER BY approval_id LIMIT 1", ""},
	{rulesPath + "/exemptions", "id", "SELECT exemption_id::text FROM exemption ORDER BY exemption_id LIMIT 1", ""},
	{"/staff/guests/", "id", "SELECT person_id::text FROM guest ORDER BY person_id LIMIT 1", ""},
	{"/staff/guests/authority", "id", "SELECT authority_id::text FROM guest_authority ORDER BY authority_id LIMIT 1", ""},
}

// closed are the places of addresses that name no object of a school, with a word that is right there.
var closed = map[string]string{
	"page": "1", "act": "seal", "door": "sign-out", "to": "on", "system": "apple", "name": "windows.zip",
	"rule": "1", // of the policy that each school has, by its number there
}

var placeIn = regexp.MustCompile(`\{([a-z]+)\}`)

// objectAt is what a place of a route names; false for one of a closed set.
func objectAt(t *testing.T, path, place string) (o object, is bool) {
	t.Helper()
	for _, one := range objects {
		if one.place == place && strings.HasPrefix(path, one.under) && len(one.under) > len(o.under) {
			o, is = one, true
		}
	}
	if _, known := closed[place]; !is && !known {
		t.Errorf("%s: nothing says what {%s} names. Add to objects in objects_test.go where it is found: {under: what the path begins with, place: %q, sql: one that is there}, "+
			"and have everyThing make one; or to closed, if it names no object of a school.", path, place, place)
	}
	return o, is
}

// everyThing has one of everything in the first school that an address can name.
func (h *house) everyThing() {
	h.Helper()
	class, _ := h.taught()
	h.stand()
	h.enter("teacher")
	h.exempts()
	if err := h.console.conduct.Suspend(h.Context(), h.Chief, h.Sam.Person, friday.AddDate(0, 0, 3), "ran off with the toner"); err != nil {
		h.Fatal(err)
	}
	h.serve(&h.IT, httptest.NewRequest(http.MethodGet, policyPath, nil)) // has the school's own rules be there
	h.objected()
	h.stepped()
	h.raise(h.Sam, h.Teacher, "excess", "person", "what Tom saw")
	h.raise(h.Sam, h.Teacher, "safeguarding", "safeguarding", "what worries Tom")
	h.needsYes(h.Sam, 72, 0, 1)
	h.asks(h.Sam, h.came(h.Sam, 3, 10, "media-jam-error"), release.NothingCame, 3)
	if _, err := h.console.conduct.SuspendGroup(h.Context(), h.Chief, conduct.Group{Class: class}, friday, friday.AddDate(0, 0, 1), "exam"); err != nil {
		h.Fatal(err)
	}
	for _, sql := range []string{
		"INSERT INTO tariff (school_id, unit, base, groups, from_at, made_at) VALUES ($1, 'pages', '{}', '{}', $2::timestamptz + interval '9 days', $2)",
		"INSERT INTO data_request (school_id, person_id, received_on, due_on, entered_at) SELECT $1, person_id, $2::timestamptz, $2::timestamptz + interval '30 days', $2 FROM person WHERE username = 'sam'",
		"INSERT INTO legal_hold (school_id, person_id, reason, placed_at, review_on) SELECT $1, person_id, 'the police asked', $2, $2::timestamptz + interval '30 days' FROM person WHERE username = 'sam'",
		`WITH given AS (UPDATE job SET in_print_room = true WHERE job_id = (SELECT max(job_id) FROM job WHERE state = 'held') RETURNING job_id, school_id, person_id)
		 INSERT INTO room_ticket (school_id, job_id, person_id, due_at, copies, finish, paper, note, payer, was, asked_at)
		 SELECT $1, job_id, person_id, $2::timestamptz + interval '3 hours', 2, '{stapled}', '', '', 'Me', '{}', $2 FROM given WHERE school_id = $1`,
		"INSERT INTO title_word (school_id, word, added_at, added_by) VALUES ($1, 'word', $2, gen_random_uuid())",
		"INSERT INTO guest_authority (school_id, reason, starts_on, ends_on, guests, given_by, given_at) VALUES ($1, 'play', $2::timestamptz, $2::timestamptz, 9, gen_random_uuid(), $2)",
		"INSERT INTO guest (person_id, school_id, sponsor, pages, ends_on, entered_at) SELECT min(person_id), $1, gen_random_uuid(), 9, $2::timestamptz, $2 FROM person",
		"INSERT INTO kiosk_device (school_id, station_id, thumb, key, paired_at, seen_at) SELECT $1, station_id, sha256('x'), decode(repeat('ab', 65), 'hex'), $2, $2 FROM station",
		"INSERT INTO exam (school_id, name, begins_at, ends_at, account, added_at) VALUES ($1, 'Art', $2::timestamptz + interval '1 day', $2::timestamptz + interval '25 hours', '', $2)",
		"INSERT INTO address (school_id, person_id, device, digest, issued_at) SELECT $1, person_id, 'Sam''s telephone', sha256('x'), $2 FROM person WHERE username = 'sam'",
	} {
		dbtest.Exec(h.T, h.db, sql, h.School, friday)
	}
}

// strangers are people to whom all of that is foreign: every role at another school, and those of
// the same one who teach nobody there, or are another pupil.
func (h *house) strangers() map[string]school.Actor {
	other := schooltest.New(h.T, h.db, "Hill School")
	h.also = other.School
	all := map[string]school.Actor{"another pupil": h.Mia, "a pupil elsewhere": other.Sam}
	for _, role := range school.StaffRoles() {
		a := other.IT
		a.Roles = []school.Role{role}
		all[string(role)+" elsewhere"] = a
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := h.Directory.AddPeople(ctx, tx, h.School, []school.Newcomer{{Username: "new", Given: "Nia", Family: "New", Role: school.Teacher}})
		return err
	})
	for _, role := range []school.Role{school.Teacher, school.Assistant, school.Cover} {
		a := h.IT
		a.Person, a.Pseudonym = dbtest.Value[school.PersonID](h.T, h.db, "SELECT max(person_id) FROM person"), dbtest.Value[string](h.T, h.db, "SELECT pseudonym::text FROM person ORDER BY person_id DESC LIMIT 1")
		a.Roles = []school.Role{role}
		all[string(role)+" of others"] = a
	}
	for name, a := range all {
		a.Proof = school.BySession
		all[name] = a
	}
	return all
}

// filled is a form that has every field that any act wants.
var filled = url.Values{"until": {"2026-11-27T08:00"}, "from": {""}, "reason": {"as the head said"}, "why": {"as the head said"}, "amount": {"1"}, "pages": {"1"}, "key": {"k"},
	"category": {"excess"}, "note": {"as the head said"}, "code": {"ABCDEFGHJK"}, "answer": {"uphold"}, "decision": {"uphold"}, "person": {"1"}, "name": {"x"}, "minutes": {"10"}}

// TestForeignIsMissing: whatever of another school's, another class's or another person's an address
// names, whoever asks is answered as if it were nowhere, to the byte, and nothing at all changes. To look is
// 404; an act may say that it is too late, as it does of what a colleague has just done.
// It is made of the registered routes: a new one says what its places name. Then whose it is finds all of it.
func TestForeignIsMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.everyThing()
	strangers := h.strangers()
	before := h.rows()
	asked := 0
	own := map[string]string{} // by pattern, what is there
	for _, route := range routes {
		method, path, _ := strings.Cut(route.pattern, " ")
		if route.needs == "" {
			continue
		}
		there, nowhere := path, path
		var swaps []string
		for _, m := range placeIn.FindAllStringSubmatch(path, -1) {
			value, never := closed[m[1]], closed[m[1]]
			if o, is := objectAt(t, path, m[1]); is {
				value, never = dbtest.Value[string](t, h.db, o.sql), cmp.Or(o.never, "987654321")
				swaps = append(swaps, "/"+value, "/"+never)
			}
			there, nowhere = strings.Replace(there, m[0], value, 1), strings.Replace(nowhere, m[0], never, 1)
		}
		own[route.pattern] = there
		if swaps == nil {
			continue
		}
		same := strings.NewReplacer(append([]string{there, nowhere}, swaps...)...)
		for _, who := range slices.Sorted(maps.Keys(strangers)) {
			actor := strangers[who]
			if !actor.May(route.needs) {
				continue
			}
			asked++
			ask := func(path string) *httptest.ResponseRecorder {
				r := httptest.NewRequest(method, path, strings.NewReader(filled.Encode()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				return h.serve(&actor, r)
			}
			foreign, missing := ask(there), ask(nowhere)
			if is, want := saying(foreign, same), saying(missing, same); is != want {
				t.Errorf("%s as %s: what is foreign differs from what is nowhere:\n%s\n%s", route.pattern, who, is, want)
			}
			if foreign.Code >= 500 || foreign.Code == http.StatusOK || method == http.MethodGet && foreign.Code != http.StatusNotFound {
				t.Errorf("%s as %s: %d", route.pattern, who, foreign.Code)
			}
		}
	}
	if after := h.rows(); !maps.Equal(before, after) {
		for table := range after {
			if before[table] != after[table] {
				t.Errorf("the rows of %s have changed", table)
			}
		}
	}
	if asked < 180 {
		t.Errorf("only %d were asked for", asked)
	}
	h.ownIsThere(own)
}

// ownIsThere asks for every route, what it names being there, without a session, which leads to the sign-in, as
// somebody without a role, who finds nothing, and as one whose it is, who finds something.
func (h *house) ownIsThere(own map[string]string) {
	h.Helper()
	nobody := school.Actor{School: h.School, Person: h.Sam.Person, Proof: school.BySession}
	for _, route := range slices.SortedStableFunc(slices.Values(routes), func(a, b route) int { // who looks changes nothing
		return cmp.Compare(strings.Fields(a.pattern)[0], strings.Fields(b.pattern)[0])
	}) {
		method, _, _ := strings.Cut(route.pattern, " ")
		path, is := own[route.pattern]
		if !is {
			continue
		}
		ask := func(who *school.Actor) *httptest.ResponseRecorder {
			return h.serve(who, httptest.NewRequest(method, path, nil))
		}
		if a := ask(nil); a.Code != http.StatusSeeOther || a.Header().Get("Location") != signInFor(route.pattern) {
			h.Errorf("%s without a session: %d %s", route.pattern, a.Code, a.Header().Get("Location"))
		}
		nothing := webtest.Nowhere(h.serve(&nobody, httptest.NewRequest(http.MethodGet, "/staff/nothing", nil)).Body.String())
		if a := ask(&nobody); a.Code != http.StatusNotFound || webtest.Nowhere(a.Body.String()) != nothing {
			h.Errorf("%s without a role: %d, and not what is shown where nothing is", route.pattern, a.Code)
		}
		if a := ask(h.ownerOf(route)); a.Code >= 500 || a.Code == http.StatusNotFound && webtest.Nowhere(a.Body.String()) == nothing {
			h.Errorf("%s, %s, as one whose it is: %d %s", route.pattern, path, a.Code, a.Body)
		}
	}
}

// ownerOf is somebody to whom a route's objects are own.
func (h *house) ownerOf(r route) *school.Actor {
	for _, who := range []school.Actor{h.Sam, h.Teacher, h.IT} {
		if who.Proof = school.BySession; who.May(r.needs) {
			return &who
		}
	}
	who := h.IT
	who.Roles = []school.Role{roleFor(r.needs)}
	return &who
}

// saying is all that an answer says, but for the address that was asked for.
func saying(a *httptest.ResponseRecorder, same *strings.Replacer) string {
	if to := a.Header().Get("Location"); to != "" {
		a.Header().Set("Location", same.Replace(to))
	}
	return same.Replace(fmt.Sprint(a.Code, a.Header(), keyIn.ReplaceAllString(a.Body.String(), "key")))
}

// rows is what every table holds, as a digest. That somebody read is no change: a refused act shows its page again.
func (h *house) rows() map[string]string {
	h.Helper()
	all := map[string]string{}
	for _, table := range strings.Fields(dbtest.Value[string](h.T, h.db, "SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'")) {
		changes := ""
		if table == "audit" {
			changes = "WHERE act <> ALL ('{" + strings.Join(reading, ",") + "}')"
		}
		all[table] = dbtest.Value[string](h.T, h.db, fmt.Sprintf("SELECT coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') FROM %q t %s", table, changes))
	}
	return all
}
