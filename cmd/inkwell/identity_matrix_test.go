package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/db/local"
	"inkwell/internal/school"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// The matrix: every way in which a client can say who it is, at every queue and
// address, with a secret that is good, bad, missing, over or another school's. Each
// cell is a Create-Job over the real door. What must come of it is written once, in
// cell.rule, and what the server says is held against the row that it made or did not.
// The log tells of all this without a secret.
func TestNobodyIsBelievedWithoutProof(t *testing.T) {
	t.Parallel()
	m := newMatrix(t)
	taken, refused := 0, 0
	for _, c := range m.cells() {
		owner, said := m.try(c)
		want, status := c.rule()
		if owner != want || said != status {
			t.Errorf("%s: a job of %q, %s; want %q, %s", c, owner, said, want, status)
		}
		if owner == "" {
			refused++
		} else {
			taken++
		}
	}
	m.stop()
	log := m.log.String()
	for what, token := range m.tokens {
		if strings.Contains(log, token) {
			t.Errorf("the log knows the address that is %s", what)
		}
	}
	for _, secret := range []string{demoPassword, oldSecret, hillSecret, credentials("ada", demoPassword), "Basic ", "chloe", "hilda"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log knows %q", secret)
		}
	}
	if !strings.Contains(log, "level=DEBUG") || !strings.Contains(log, "password-wrong") {
		t.Error("the log tells of nothing")
	}
	t.Logf("%d cells: %d jobs taken, %d requests refused", taken+refused, taken, refused)
	if taken < 100 || refused < 1000 {
		t.Errorf("the matrix is not what it was")
	}
}

// cell is one request.
type cell struct {
	queue release.Queue
	way   addressing
	sign  signing
	name  naming
}

func (c cell) String() string {
	return fmt.Sprintf("%s%s, %s, %s", c.queue.Path, c.way.what, c.sign.what, c.name.what)
}

// Answers: an IPP status, or that of HTTP.
const unauthorized = "HTTP 401"

// rule is who a cell's job is of and by what proof, or "", and the answer.
func (c cell) rule() (owner, answer string) {
	refused := func(s wire.Status) (string, string) { return "", s.String() }
	taken := func(who string, by school.Proof) (string, string) {
		return who + " by " + string(by), wire.StatusOK.String()
	}
	switch w := c.way; {
	case w.by != "" && w.of == "":
		return refused(wire.StatusNotFound) // no such address, or it is over, or another school's
	case w.by == school.ByAddress:
		return taken(w.of, w.by) // whatever else is said
	case w.by != "" && !w.there:
		return refused(wire.StatusForbidden)
	case w.by != "" && c.name.ofDomain == "":
		return refused(wire.StatusAccountAuthorizationFailed)
	case w.by != "":
		return taken(c.name.ofDomain, w.by)
	case c.queue.Proof == school.ByPassword && c.sign.proves == "":
		return "", unauthorized
	case c.queue.Proof == school.ByPassword:
		return taken(c.sign.proves, school.ByPassword)
	case w.passedOn:
		return refused(wire.StatusForbidden)
	case c.name.of == "":
		return refused(wire.StatusNotAuthorized)
	}
	return taken(c.name.of, school.ByLoopback)
}

// signing is what the HTTP header says, and whom it proves at our school.
type signing struct {
	what    string
	headers []string // Authorization
	proves  string
}

// naming is requesting-user-name, and who that is at our school: as it stands, and
// without what a device of a domain puts around it.
type naming struct{ what, sent, of, ofDomain string }

// addressing is the address that is printed to, from where and with which
// certificate, and what that proves.
type addressing struct {
	what     string // the address behind the queue's path, with a word about it
	path     string
	by       school.Proof // the kind of address; "" for the queue's own
	of       string       // whose it is, or which group's, if it is in force at the queue's school
	there    bool         // the sender is one of the group's devices
	from     string       // "" is 127.0.0.1
	card     *tls.Certificate
	plain    bool
	passedOn bool // by a proxy
}

// matrix is the demo's server with two schools full of secrets.
type matrix struct {
	*demo
	db      *db.DB
	people  *school.Directory
	rows    *pgx.Conn
	ours    school.ID
	clients map[string]*http.Client

	tokens map[string]string // by the words that cells say
	card   map[string]*tls.Certificate
}

// Where devices are. The server listens on this machine alone, which has room for
// networks of its own.
const (
	inRoom     = "127.1.0.5"
	atServer   = "127.2.0.5"
	elsewhere  = "127.3.0.5"
	oldSecret  = "seven purple kites 1"
	hillSecret = "nine orange drums 2"
)

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	m := &matrix{demo: serveDemo(t, "--log-level", "debug"), clients: map[string]*http.Client{}, tokens: map[string]string{}, card: map[string]*tls.Certificate{}}
	socket, err := local.Running(filepath.Join(m.dir, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if m.db, err = db.Open(t.Context(), db.Options{URL: socket.URL(db.Role, db.Database), MaxConns: 2}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.db.Close)
	if m.rows, err = pgx.Connect(t.Context(), socket.URL(local.Superuser, db.Database)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.rows.Close(context.WithoutCancel(t.Context())) })
	k, err := openKeys(filepath.Join(m.dir, "keys"), false)
	if err != nil {
		t.Fatal(err)
	}
	m.people = school.New(m.db, school.Keys{ID: k.Badges.ID, Secret: k.Badges.Secret}, slog.New(slog.DiscardHandler))
	m.fill()
	return m
}

// in acts in a transaction, and fails the test if that fails.
func (m *matrix) in(fn func(context.Context, *db.Tx) error) {
	m.t.Helper()
	if err := m.db.InTx(m.t.Context(), db.System("test"), fn); err != nil {
		m.t.Fatal(err)
	}
}

// cheap is a hash that costs next to nothing, as hundreds are tried.
func (m *matrix) cheap(password string) string {
	m.t.Helper()
	hash, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		m.t.Fatal(err)
	}
	return hash
}

// fill has everything that proves somebody be used once, and some of it end.
func (m *matrix) fill() {
	m.t.Helper()
	m.ours = rows[school.ID](m.demo, "SELECT school_id FROM school")
	for _, what := range []string{"room", "server", "old", "hill"} {
		m.card[what] = newCard(m.t)
	}
	var hill school.ID
	m.in(func(ctx context.Context, tx *db.Tx) (err error) {
		if hill, err = school.Add(ctx, tx, "Hill Road School", time.UTC); err != nil {
			return err
		}
		_, err = release.AddQueue(ctx, tx, release.Queue{School: hill, Path: "/ipp/hill", Name: "Hill", Kind: release.Hold, Proof: school.ByPassword})
		return err
	})
	m.enrol(m.ours, demoPassword, "ada", "ben", "leo")
	m.enrol(m.ours, oldSecret, "chloe")
	m.enrol(hill, hillSecret, "ada", "hilda")
	m.groups(m.ours, "", "room", "server")
	m.groups(m.ours, "old-", "old", "old")
	m.groups(hill, "hill-", "hill", "hill")
	m.tokens["revoked"] = m.address(m.ours, "ada")
	m.tokens["good"] = m.address(m.ours, "ada")
	m.tokens["left"] = m.address(m.ours, "leo")
	m.tokens["hill"] = m.address(hill, "ada")
	m.use(signing{headers: basic("chloe", oldSecret)}, addressing{}, "chloe by password")
	m.use(signing{headers: basic("leo", demoPassword)}, addressing{}, "leo by password")
	for what, owner := range map[string]string{"revoked": "ada", "left": "leo"} {
		m.use(signing{}, addressing{path: school.AddressPath("", m.tokens[what])}, owner+" by address")
	}
	for _, way := range []addressing{{path: "/g/old-room", from: inRoom}, {path: "/g/old-room-cards", card: m.card["old"]}} {
		m.use(signing{}, way, "ada by vouched")
	}
	m.end()
}

// enrol adds people who all have one password.
func (m *matrix) enrol(id school.ID, password string, users ...string) {
	m.t.Helper()
	var all []school.Newcomer
	for _, u := range users {
		all = append(all, school.Newcomer{Username: u, Given: "A", Family: "Pupil", Year: 9, Role: school.Pupil, PasswordHash: m.cheap(password)})
	}
	m.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := m.people.AddPeople(ctx, tx, id, all)
		return err
	})
}

// groups makes a school's four device groups: a room and a print server, each known
// by where its devices are, and again by their certificate.
func (m *matrix) groups(id school.ID, prefix, room, server string) {
	m.t.Helper()
	card := func(of string) [][32]byte { return [][32]byte{sha256.Sum256(m.card[of].Certificate[0])} }
	m.in(func(ctx context.Context, tx *db.Tx) error {
		for _, g := range []school.DeviceGroup{
			{Slug: "room", Networks: []netip.Prefix{netip.MustParsePrefix("127.1.0.0/16")}},
			{Slug: "room-cards", Certificates: card(room)},
			{Slug: "server", Trusted: true, Networks: []netip.Prefix{netip.MustParsePrefix("127.2.0.0/28")}},
			{Slug: "server-cards", Trusted: true, Certificates: card(server)},
		} {
			g.School, g.Slug, g.Name = id, prefix+g.Slug, g.Slug
			if err := school.AddGroup(ctx, tx, "", g); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *matrix) person(ctx context.Context, tx *db.Tx, id school.ID, user string) school.Person {
	m.t.Helper()
	p, err := school.PersonByUsername(ctx, tx, id, user)
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

func (m *matrix) address(id school.ID, user string) (token string) {
	m.t.Helper()
	m.in(func(ctx context.Context, tx *db.Tx) (err error) {
		token, err = m.people.NewAddress(ctx, tx, "", m.person(ctx, tx, id, user), "Tablet")
		return err
	})
	return token
}

// use has something prove somebody while it is in force.
func (m *matrix) use(s signing, w addressing, want string) {
	m.t.Helper()
	c := cell{release.Queue{Path: "/ipp/print"}, w, s, naming{sent: "ada"}}
	if owner, said := m.try(c); owner != want {
		m.t.Fatalf("%s%s is of %q, %s; want %q", c, w.path, owner, said, want)
	}
}

// end ends what was in force until now: a password, a person, an address, groups.
func (m *matrix) end() {
	m.t.Helper()
	m.in(func(ctx context.Context, tx *db.Tx) error {
		if err := school.SetPassword(ctx, tx, m.person(ctx, tx, m.ours, "chloe").ID, m.cheap(demoPassword)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE person SET left_at = now() WHERE username = 'leo'"); err != nil {
			return err
		}
		ada := m.person(ctx, tx, m.ours, "ada")
		all, err := m.people.Addresses(ctx, tx, ada.ID)
		if err != nil {
			return err
		}
		return m.people.RevokeAddress(ctx, tx, "", ada, all[0].ID)
	})
	for _, slug := range []string{"room", "room-cards", "server", "server-cards"} {
		m.in(func(ctx context.Context, tx *db.Tx) error {
			return school.RemoveGroup(ctx, tx, "", m.ours, "old-"+slug)
		})
	}
}

// cells are all there are, or those of them in which what is varied can matter: at the
// queue's own address every header, at the others every name.
func (m *matrix) cells() (all []cell) {
	signs, names := signings(), namings()
	whole := os.Getenv("INKWELL_PROVE") != ""
	for i, q := range []release.Queue{{Path: "/ipp/print", Proof: school.ByPassword}, {Path: "/ipp/print/trusted", Proof: school.ByLoopback}} {
		for j, w := range m.ownAddresses() {
			for k, s := range signs {
				for l, n := range names {
					if whole || k == 0 || l == 1 || j == 0 && l == 0 {
						all = append(all, cell{q, w, s, n})
					}
				}
			}
		}
		few := []signing{signs[0], {"somebody else's password", basic("ben", demoPassword), "ben"}, {"a wrong password", basic("ada", "wrong"), ""}}
		for _, w := range m.otherAddresses() {
			for k, s := range few {
				for l, n := range names {
					if whole || l == 1 || i == 0 && k == 0 {
						all = append(all, cell{q, w, s, n})
					}
				}
			}
		}
	}
	return all
}

func namings() []naming {
	return []naming{
		{"no name", "", "", ""},
		{"a name", "ada", "ada", "ada"},
		{"a name of nobody", "eve", "", ""},
		{"a name in capitals", " ADA ", "ada", "ada"},
		{"a name with its domain", `HARBOUR\ada`, "", "ada"},
		{"a mail address", "ada@harbour.example", "", "ada"},
		{"a domain alone", `HARBOUR\`, "", ""},
		{"a name of somebody who has left", "leo", "", ""},
		{"a name of another school", "hilda", "", ""},
	}
}

// basic is the header of RFC 7617.
func basic(user, password string) []string {
	return []string{"Basic " + credentials(user, password)}
}

func credentials(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}

// signings are every scheme with every kind of secret, nothing first.
func signings() []signing {
	all := []signing{{what: "no header"}}
	good := credentials("ada", demoPassword)
	for _, secret := range []struct{ what, user, password, of string }{
		{"a good password", "ada", demoPassword, "ada"},
		{"a good password, the name in capitals", " ADA", demoPassword, "ada"},
		{"a bad password", "ada", "wrong", ""},
		{"no password", "ada", "", ""},
		{"no name", "", demoPassword, ""},
		{"a password that was changed", "chloe", oldSecret, ""},
		{"somebody who has left", "leo", demoPassword, ""},
		{"the password of another school", "ada", hillSecret, ""},
		{"somebody of another school", "hilda", hillSecret, ""},
		{"nobody", "eve", demoPassword, ""},
	} {
		sent := credentials(secret.user, secret.password)
		for _, scheme := range []struct {
			format string
			is     bool // Basic, as RFC 7617 has it: in any case, one space
		}{
			{"Basic %s", true}, {"basic %s", true}, {"BASIC %s", true}, {"Basic  %s", false}, {"Basic\t%s", false}, {"Basic%s", false}, {"%s", false},
			{"Bearer %s", false}, {"Digest %s", false}, {"Negotiate %s", false}, {"Basic Basic %s", false}, {"Basic %s,", false}, {"Basic %s, Basic " + good, false},
		} {
			s := signing{what: fmt.Sprintf(scheme.format, "x") + " of " + secret.what, headers: []string{fmt.Sprintf(scheme.format, sent)}}
			if scheme.is {
				s.proves = secret.of
			}
			all = append(all, s)
		}
		all = append(all, // of two headers no reader knows which is meant
			signing{what: "a good header, then one of " + secret.what, headers: []string{"Basic " + good, "Basic " + sent}},
			signing{what: "a header of " + secret.what + ", then a good one", headers: []string{"Basic " + sent, "Basic " + good}})
	}
	for _, header := range []string{"", "Basic", "Basic ", "Basic !", "Basic YWRh", `Digest username="ada", realm="Inkwell", nonce="0", uri="/", response="0"`} {
		all = append(all, signing{what: fmt.Sprintf("the header %q", header), headers: []string{header}})
	}
	return append(all, signing{what: "Bearer before Basic", headers: []string{"Bearer x", "Basic " + good}})
}

// ownAddresses are the queue's own, as different clients reach it. A certificate
// proves nothing there, and neither does a place.
func (m *matrix) ownAddresses() []addressing {
	return []addressing{
		{what: ""},
		{what: " without TLS", plain: true},
		{what: " by a proxy", passedOn: true},
		{what: " from the room, with the print server's certificate", from: inRoom, card: m.card["server"]},
	}
}

// otherAddresses are those of people and of device groups.
func (m *matrix) otherAddresses() (all []addressing) {
	for what, of := range map[string]string{"good": "ada", "revoked": "", "left": "", "hill": ""} {
		all = append(all, addressing{what: "/u/ " + what, path: school.AddressPath("", m.tokens[what]), by: school.ByAddress, of: of, from: elsewhere})
	}
	good := m.tokens["good"]
	for _, token := range []string{"", good[1:], good + "a", strings.ToUpper(good), good + "/u/" + good, good + "/g/room", strings.Repeat("a", 26)} {
		all = append(all, addressing{what: fmt.Sprintf("/u/ with %d letters", len(token)), path: school.AddressPath("", token), by: school.ByAddress})
	}
	for slug, kind := range map[string]struct {
		by         school.Proof
		place      string
		card, spot bool
	}{
		"room":         {school.ByVouch, inRoom, false, true},
		"room-cards":   {school.ByVouch, inRoom, true, false},
		"server":       {school.ByServer, atServer, false, true},
		"server-cards": {school.ByServer, atServer, true, false},
	} {
		card := m.card[strings.TrimSuffix(slug, "-cards")]
		for _, from := range []string{"", kind.place, elsewhere} {
			for what, shown := range map[string]*tls.Certificate{"no": nil, "the right": card, "another": m.card["old"]} {
				there := kind.spot && from == kind.place || kind.card && shown == card
				w := addressing{what: "/g/" + slug + " from " + from + " with " + what + " certificate", path: school.GroupPath("", slug), by: kind.by, of: slug, there: there, from: from, card: shown}
				all = append(all, w)
				if shown == nil { // a proxy's address is not the device's
					w.what, w.passedOn, w.there = w.what+" by a proxy", true, false
					all = append(all, w)
				}
			}
		}
		for _, over := range []string{"old-", "hill-", "no-such-"} {
			all = append(all, addressing{what: "/g/" + over + slug, path: school.GroupPath("", over+slug), by: kind.by, from: kind.place, card: m.card[strings.Trim(over, "-")]})
		}
	}
	for _, path := range []string{"/g/", "/g/ROOM", "/g/room/", "/g/room/u/" + good, "/g/../room", "/G/room", "/U/" + good, "/u%2f" + good + "x", "//g/room"} {
		w := addressing{what: path, path: path, by: school.ByVouch, from: inRoom}
		if path == "/g/room/" { // a slash at the end is nothing
			w.of, w.there = "room", true
		}
		all = append(all, w)
	}
	return all
}

// try sends a cell's request, and takes away what it made: whose job it is by which
// proof, or "" for none, and what was said.
func (m *matrix) try(c cell) (owner, said string) {
	m.t.Helper()
	said = m.send(c)
	all, err := m.rows.Query(m.t.Context(), `
		WITH forgotten AS (DELETE FROM guess), gone AS (DELETE FROM job RETURNING person_id, proof)
		SELECT p.username || ' by ' || gone.proof FROM gone JOIN person p USING (person_id)`)
	if err != nil {
		m.t.Fatal(err)
	}
	owners, err := pgx.CollectRows(all, pgx.RowTo[string])
	if err != nil {
		m.t.Fatal(err)
	}
	return strings.Join(owners, ", "), said
}

func (m *matrix) send(c cell) (said string) {
	m.t.Helper()
	attrs := []wire.Attribute{wire.URI("printer-uri", "ipps://"+m.ipp+c.queue.Path+c.way.path)}
	if c.name.sent != "" {
		attrs = append(attrs, wire.Name("requesting-user-name", c.name.sent))
	}
	body, err := wire.NewRequest(wire.OpCreateJob, 1, attrs...).Encode()
	if err != nil {
		m.t.Fatal(err)
	}
	scheme := "https://"
	if c.way.plain {
		scheme = "http://"
	}
	r, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, scheme+m.demo.ipp+"/ipp/print", bytes.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	r.Header.Set("Content-Type", wire.ContentType)
	r.Header["Authorization"] = c.sign.headers
	if c.way.passedOn {
		r.Header.Set("X-Forwarded-For", "127.0.0.1")
	}
	answer, err := m.client(c.way).Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Sprintf("HTTP %d", answer.StatusCode)
	}
	reply, err := wire.ReadReply(bytes.NewReader(raw), wire.ForReplies)
	if err != nil {
		m.t.Fatal(err)
	}
	return reply.Status().String()
}

// client connects from where the addressing says, showing its certificate.
func (m *matrix) client(w addressing) *http.Client {
	key := fmt.Sprintf("%s %p", w.from, w.card)
	if c := m.clients[key]; c != nil {
		return c
	}
	t := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // its certificate was made a moment ago
	if w.from != "" {
		t.DialContext = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(w.from)}}).DialContext
	}
	if w.card != nil {
		t.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return w.card, nil }
	}
	m.t.Cleanup(t.CloseIdleConnections)
	m.clients[key] = &http.Client{Transport: t}
	return m.clients[key]
}

// newCard is a device's certificate, which nobody has signed.
func newCard(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	card := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, card, card, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
