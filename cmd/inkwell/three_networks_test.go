package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/db/local"
	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
	"inkwell/kiosk"
)

// A school with a computer room, a cart and the world outside, each a network of its
// own, and two nodes: who is believed from where, and about what.
func TestThreeNetworks(t *testing.T) {
	if !ipptest.Apart(t, binaryVariable+"="+binary(t)) {
		return
	}
	n := newNetworks(t)
	n.twoPupils(t)
	n.inAnothersName(t)
	n.fromElsewhere(t)
	n.aNamePrintsNothing(t)
	n.inTheOpen(t)
	n.aStolenAddress(t)
}

// networks is the demo school on two nodes with one database and one spool.
type networks struct {
	*demo               // the first node
	second              *demo
	lab, carts, outside *ipptest.Machine
	document            string
}

// The doors of the nodes.
const firstPort, secondPort = "8631", "8632"

func newNetworks(t *testing.T) *networks {
	t.Helper()
	n := &networks{
		lab: ipptest.NewMachine(t, "lab", "10.12.0.0"), carts: ipptest.NewMachine(t, "carts", "10.13.0.0"), outside: ipptest.NewMachine(t, "outside", "203.0.113.0"),
		document: blankPDF(t, 2),
	}
	n.demo = serveDemo(t)
	n.change("UPDATE installation SET demo = false") // a demo listens on this machine alone
	n.stop()
	node := func(d *demo, ipp, web string) {
		d.args = []string{"--ipp-listen", "0.0.0.0:" + ipp, "--web-listen", "0.0.0.0:" + web, "--announce", "off", "--kiosk-unpaired=true"}
		d.start()
		t.Cleanup(d.stop) // the second one first, whose database is the other's
		d.ipp, d.web = "127.0.0.1:"+ipp, "127.0.0.1:"+web
	}
	node(n.demo, firstPort, "8443")
	n.second = &demo{t: t, dir: besideDir(t, n.dir)}
	node(n.second, secondPort, "8444")
	n.inkwell("devices", "add", "room-12", "--name", "Room 12", "--network", "10.12.0.0/24")
	n.inkwell("devices", "add", "cart-3", "--name", "Cart 3", "--network", "10.13.0.0/24")
	return n
}

// besideDir is the data folder of another node: the same keys, spool and database.
func besideDir(t *testing.T, dir string) string {
	t.Helper()
	beside := dataDir(t)
	socket, err := local.Running(filepath.Join(dir, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("[database]\nurl = %q\nowner-url = %q\n", socket.URL(db.Role, db.Database), socket.URL(db.Owner, db.Database))
	const script = `set -e
mkdir -m 700 "$2"
cp -a "$1/keys" "$2/"
ln -s "$1/spool" "$2/"
chown -hR --reference="$1" "$2"
cat >"$2/inkwell.toml"
chmod 644 "$2/inkwell.toml"`
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script, "sh", dir, beside)
	cmd.Stdin = strings.NewReader(config)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return beside
}

// print has a real client on a machine print to a node, in the name that it says.
func (n *networks) print(t *testing.T, from *ipptest.Machine, port, path, who, file string, title ...string) (said string, ok bool) {
	t.Helper()
	test := filepath.Join(t.TempDir(), "print.test")
	text := sayTest
	if len(title) > 0 {
		text = strings.Replace(text, "Field notes", title[0], 1)
	}
	if err := os.WriteFile(test, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out, err := from.Command(ctx, "ipptool", "-tv", "-d", "who="+who, "-f", file, "ipps://"+from.Near+":"+port+path, test).CombinedOutput()
	return string(out), err == nil && strings.Contains(string(out), "[PASS]")
}

// badge is what the library's kiosk at a node shows to a badge.
func (n *networks) badge(t *testing.T, at *demo, pupil int) (*kiosk.Client, kiosk.View) {
	t.Helper()
	c := at.tap(demoBadge(pupil))
	if err := c.Touch(); err != nil { // which is answered by what it shows now
		t.Fatal(err)
	}
	return c, at.face(c, kiosk.FaceJobs)
}

// A prints, logs off, B prints on the same machine.
func (n *networks) twoPupils(t *testing.T) {
	for who, port := range map[string]string{demoPupil(8): firstPort, demoPupil(9): secondPort} {
		if said, ok := n.print(t, n.lab, port, "/ipp/print/g/room-12", who, n.document); !ok {
			t.Fatalf("%s cannot print:\n%s", who, said)
		}
		n.held(who, 1)
	}
	for _, at := range []*demo{n.demo, n.second} {
		for pupil, job := range map[int]string{8: demoPupil(8), 9: demoPupil(9)} {
			c, v := n.badge(t, at, pupil)
			if len(v.Jobs) != 1 || !v.Jobs[0].Claim || !strings.Contains(v.Jobs[0].Meta, "Room 12") || rows[string](n.demo, "SELECT username FROM job JOIN person USING (person_id) WHERE job_id = $1", v.Jobs[0].ID) != job {
				t.Errorf("pupil %d sees %+v", pupil, v.Jobs)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// A rude title, and a document that is refused, in the name of somebody who knows
// nothing of it.
func (n *networks) inAnothersName(t *testing.T) {
	victim, name := demoPupil(10), demoGiven[9]+" "+demoFamily[9]
	began := time.Now()
	if said, ok := n.print(t, n.lab, firstPort, "/ipp/print/g/room-12", victim, n.document, "The head is a toad"); !ok {
		t.Fatal(said)
	}
	if said, ok := n.print(t, n.lab, secondPort, "/ipp/print/g/room-12", victim, lockedPDF(t, n.document), "And so is IT"); !ok {
		t.Fatal(said)
	}
	n.held(victim, 1)
	n.eventually("the refusal", func() bool { return rows[int](n.demo, "SELECT count(*) FROM job WHERE state = 'refused'") == 1 })
	staff := n.office("it01").get
	page := fmt.Sprintf("/staff/people/%d", rows[int](n.demo, "SELECT person_id FROM person WHERE username = $1", victim))
	innocent := func() {
		t.Helper()
		if facts := rows[int](n.demo, "SELECT count(*) FROM fact"); facts != 0 {
			t.Errorf("%d facts were noted", facts)
		}
		for _, path := range []string{"/staff", "/staff?jobs=waiting", "/staff?jobs=refused", "/staff?jobs=gone", page} {
			text := staff(path)
			if strings.Contains(text, "toad") || strings.Contains(text, "so is IT") || path != page && (strings.Contains(text, name) || strings.Contains(text, victim)) {
				t.Errorf("%s tells of it as the victim's:\n%s", path, text)
			}
		}
		if !strings.Contains(staff(page+"?of=prints"), "Nothing here") {
			t.Error("the victim's page lists what they have not sent")
		}
	}
	innocent()
	c, v := n.badge(t, n.demo, 10) // the refused one is told of, too
	if len(v.Jobs) != 2 || !v.Jobs[0].Claim || v.Jobs[1].Held {
		t.Fatalf("the victim sees %+v", v.Jobs)
	}
	job := v.Jobs[0].ID
	if err := c.NotMine(job); err != nil {
		t.Fatal(err)
	}
	if err := c.SignOut(); err != nil {
		t.Fatal(err)
	}
	n.eventually("the job to be gone", func() bool {
		return rows[string](n.demo, "SELECT state FROM job WHERE job_id = $1", job) == "cancelled"
	})
	innocent()
	told := regexp.MustCompile(`(?s)<tr>\s*<td>(\d\d:\d\d)</td>\s*<td class="fold-name">Room 12</td>\s*<td data-label="Address">` + regexp.QuoteMeta(n.lab.Far)).FindStringSubmatch(staff("/staff"))
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	if told == nil || told[1] < began.In(zone).Format("15:04") || told[1] > time.Now().In(zone).Format("15:04") {
		t.Errorf("IT is told %q of the device, sent at %s", told, began.In(zone).Format("15:04"))
	}
	if report := rows[string](n.demo, "SELECT n.note FROM audit a JOIN audit_note n USING (audit_id) WHERE a.act = 'job-disowned'"); report != n.lab.Far {
		t.Errorf("the record names the device %q", report)
	}
}

// The address of a group works from its own network, and from no other.
func (n *networks) fromElsewhere(t *testing.T) {
	before := rows[int](n.demo, "SELECT count(*) FROM job")
	for _, c := range []struct {
		from *ipptest.Machine
		slug string
	}{{n.outside, "room-12"}, {n.outside, "cart-3"}, {n.lab, "cart-3"}, {n.carts, "room-12"}} {
		for _, port := range []string{firstPort, secondPort} {
			if said, ok := n.print(t, c.from, port, "/ipp/print/g/"+c.slug, demoPupil(8), n.document); ok || !strings.Contains(said, "client-error-forbidden") {
				t.Errorf("%s from %s:\n%s", c.slug, c.from.Far, said)
			}
		}
	}
	if after := rows[int](n.demo, "SELECT count(*) FROM job"); after != before {
		t.Errorf("%d jobs were made", after-before)
	}
	if said, ok := n.print(t, n.carts, secondPort, "/ipp/print/g/cart-3", demoPupil(11), n.document); !ok {
		t.Errorf("from the cart itself:\n%s", said)
	}
}

// On the queue that prints at once, a job in somebody's name waits for them all the
// same, whatever the device asks for.
func (n *networks) aNamePrintsNothing(t *testing.T) {
	if said, ok := n.print(t, n.lab, firstPort, "/ipp/print/direct/g/room-12", demoPupil(12), n.document); !ok {
		t.Fatal(said)
	}
	n.held(demoPupil(12), 1)
	job := rows[int](n.demo, "SELECT max(job_id) FROM job")
	for _, op := range []wire.Op{wire.OpReleaseJob, wire.OpSetJobAttributes} {
		status, reply := n.ask(t, n.lab, "https", firstPort, "/ipp/print/direct/g/room-12", op, nil, wire.Integer("job-id", job), wire.Name("requesting-user-name", demoPupil(12)))
		if status != http.StatusOK || reply.Status().OK() {
			t.Errorf("%s: HTTP %d, %v", op, status, reply)
		}
	}
	if n := rows[int](n.demo, "SELECT count(*) FROM delivery"); n != 0 {
		t.Errorf("%d jobs went to a printer", n)
	}
	n.held(demoPupil(12), 1)
}

// ask sends a request from a machine, with nothing behind its attributes.
func (n *networks) ask(t *testing.T, from *ipptest.Machine, scheme, port, path string, op wire.Op, header http.Header, attrs ...wire.Attribute) (status int, reply *wire.Message) {
	t.Helper()
	host := from.Near + ":" + port
	body, err := wire.NewRequest(op, 1, append([]wire.Attribute{wire.URI("printer-uri", "ipps://"+host+path)}, attrs...)...).Encode()
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, scheme+"://"+host+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		r.Header = header
	}
	r.Header.Set("Content-Type", wire.ContentType)
	client := &http.Client{Transport: &http.Transport{DialContext: from.Dial, DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // its certificate was made a moment ago
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		if reply, err = wire.ReadReply(answer.Body, wire.ForReplies); err != nil {
			t.Fatal(err)
		}
	}
	return answer.StatusCode, reply
}

// Over a plain connection from elsewhere nothing is taken, the right password and the
// right address least of all.
func (n *networks) inTheOpen(t *testing.T) {
	header := http.Header{"Authorization": basic(demoPupil(8), demoPassword)}
	for _, path := range []string{"/ipp/print", "/ipp/print/g/room-12"} {
		for _, op := range []wire.Op{wire.OpCreateJob, wire.OpGetPrinterAttributes} {
			if status, _ := n.ask(t, n.lab, "http", firstPort, path, op, header.Clone(), wire.Name("requesting-user-name", demoPupil(8))); status != http.StatusUpgradeRequired {
				t.Errorf("%s at %s: HTTP %d", op, path, status)
			}
		}
	}
	if status, _ := n.ask(t, n.lab, "https", firstPort, "/ipp/print", wire.OpValidateJob, header); status != http.StatusOK {
		t.Errorf("over TLS: HTTP %d", status)
	}
}

// An address prints from anywhere, and from nowhere within a second of its end.
func (n *networks) aStolenAddress(t *testing.T) {
	out := n.inkwell("address", "add", demoPupil(13), "--device", "Tablet")
	_, token, _ := strings.Cut(regexp.MustCompile(`ipps://\S+`).FindString(out), "/u/")
	path := "/ipp/print/u/" + token
	for _, port := range []string{firstPort, secondPort} {
		if said, ok := n.print(t, n.outside, port, path, "thief", n.document); !ok {
			t.Fatalf("the thief cannot print:\n%s", said)
		}
	}
	n.held(demoPupil(13), 2)
	ends := map[string]chan time.Time{}
	for _, port := range []string{firstPort, secondPort} {
		refused := make(chan time.Time, 1)
		ends[port] = refused
		go func() { // tries without pause until it is refused
			defer close(refused)
			for end := time.Now().Add(patience); time.Now().Before(end); {
				_, reply := n.ask(t, n.outside, "https", port, path, wire.OpValidateJob, nil)
				if reply != nil && reply.Status() == wire.StatusNotFound {
					refused <- time.Now()
					return
				}
			}
		}()
	}
	number := regexp.MustCompile(`(?m)^(\d+)\s+Tablet`).FindStringSubmatch(n.inkwell("address", "list", demoPupil(13)))
	if number == nil {
		t.Fatal("the address is not in the list")
	}
	n.inkwell("address", "revoke", demoPupil(13), number[1])
	said := time.Now()
	var revoked time.Time
	n.super(func(ctx context.Context, c *pgx.Conn) error {
		return c.QueryRow(ctx, "SELECT revoked_at FROM address WHERE address_id = $1::bigint", number[1]).Scan(&revoked)
	})
	for port, first := range ends {
		at := <-first
		t.Logf("node %s refuses it %s after the revocation began, which took %s", port, at.Sub(revoked).Round(time.Millisecond), said.Sub(revoked).Round(time.Millisecond))
		if at.Before(revoked) || at.Sub(revoked) > time.Second {
			t.Errorf("node %s: revoked at %s, refused at %s", port, revoked, at)
		}
		if said, ok := n.print(t, n.outside, port, path, "thief", n.document); ok || !strings.Contains(said, "client-error-not-found") {
			t.Errorf("the thief prints on at node %s:\n%s", port, said)
		}
	}
	n.held(demoPupil(13), 2)
	if _, v := n.badge(t, n.second, 13); len(v.Jobs) != 2 {
		t.Errorf("the owner finds %+v", v.Jobs)
	}
}
