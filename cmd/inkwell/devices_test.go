package main

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"inkwell/kiosk"
)

// sayTest prints in the name that the device says: ipptool's $user is its own.
var sayTest = strings.Replace(printTest, "$user", "$who", 1)

// TestSharedDevices goes the way of a computer room: one pupil prints, logs off, the
// next prints on the same machine, and each badge shows its owner's job alone.
func TestSharedDevices(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	out := s.inkwell("devices", "add", "room-12", "--name", "Room 12", "--network", "127.0.0.0/8")
	uri := regexp.MustCompile(`ipps://\S+/g/room-12`).FindString(out)
	document := blankPDF(t, 2)
	for _, who := range []string{"pupil0008", "pupil0009"} {
		if said, ok := s.ask(sayTest, uri, document, "-d", "who="+who); !ok {
			t.Fatalf("%s cannot print:\n%s", who, said)
		}
	}
	if said, ok := s.ask(sayTest, uri, document, "-d", "who=chronos"); ok || !strings.Contains(said, "account-authorization-failed") {
		t.Errorf("a name that is nobody's:\n%s", said)
	}
	for _, pupil := range []int{8, 9} {
		s.held(demoPupil(pupil), 1)
		c := s.tap(demoBadge(pupil))
		if err := c.Touch(); err != nil { // which is answered by what it shows now
			t.Fatal(err)
		}
		if v := s.face(c, kiosk.FaceJobs); len(v.Jobs) != 1 || !v.Jobs[0].Claim || !strings.Contains(v.Jobs[0].Meta, "Room 12") {
			t.Errorf("pupil %d sees %+v", pupil, v.Jobs)
		}
	}
	if list := s.inkwell("devices", "list"); !strings.Contains(list, "room-12  Room 12  claims") {
		t.Errorf("the list is\n%s", list)
	}
	s.inkwell("devices", "remove", "room-12")
	if said, ok := s.ask(sayTest, uri, document, "-d", "who=pupil0008"); ok || !strings.Contains(said, "client-error-not-found") {
		t.Errorf("removed, it still prints:\n%s", said)
	}
	s.inkwell("devices", "add", "elsewhere", "--name", "Elsewhere", "--network", "192.0.2.0/24")
	if said, ok := s.ask(sayTest, strings.Replace(uri, "room-12", "elsewhere", 1), document, "-d", "who=pupil0008"); ok || !strings.Contains(said, "client-error-forbidden") {
		t.Errorf("from elsewhere:\n%s", said)
	}
	if out := s.inkwell("devices", "add", "office", "--name", "Office", "--network", "192.0.2.0/24", "--queue", "/ipp/print/direct"); !strings.Contains(out, "/ipp/print/direct/g/office\n") {
		t.Errorf("on another queue it says\n%s", out)
	}
	for want, args := range map[string][]string{
		"no queue /ipp/nowhere":    {"devices", "add", "a", "--name", "A", "--network", "192.0.2.0/24", "--queue", "/ipp/nowhere"},
		"A network looks like":     {"devices", "add", "a", "--name", "A", "--network", "10.1.12"},
		"Say where the devices":    {"devices", "add", "a", "--name", "A"},
		"There is no certificate":  {"devices", "add", "a", "--name", "A", "--certificates", document},
		"A trusted server is one":  {"devices", "add", "a", "--name", "A", "--trusted", "--network", "10.0.0.0/8"},
		"There is no device group": {"devices", "remove", "a"},
	} {
		refused(t, want, append(args, "--data-dir", s.dir)...)
	}
}

// TestAnAddressIsOnAQueueOfTheSchool has a second school, whose queue is nobody else's.
func TestAnAddressIsOnAQueueOfTheSchool(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	ours := rows[string](s, "SELECT name FROM school")
	s.super(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, `WITH s AS (INSERT INTO school (name, time_zone) VALUES ('Hill Road School', 'Europe/London') RETURNING school_id)
			INSERT INTO queue (school_id, path, name, kind, proof) SELECT school_id, '/ipp/hill', 'Hill', 'hold', 'password' FROM s`)
		return err
	})
	for school, queue := range map[string]string{ours: "/ipp/hill", "Hill Road School": "/ipp/print"} {
		refused(t, "The school has no queue "+queue, "devices", "add", "cart", "--name", "Cart", "--network", "192.0.2.0/24", "--school", school, "--queue", queue, "--data-dir", s.dir)
	}
	refused(t, "The school has no queue /ipp/hill", "address", "add", "pupil0008", "--device", "Tablet", "--school", ours, "--queue", "/ipp/hill", "--data-dir", s.dir)
	if n := rows[int](s, "SELECT (SELECT count(*) FROM device_group) + (SELECT count(*) FROM address)"); n != 0 {
		t.Errorf("%d of them were given all the same", n)
	}
	if out := s.inkwell("devices", "add", "cart", "--name", "Cart", "--network", "192.0.2.0/24", "--school", "Hill Road School", "--queue", "/ipp/hill"); !strings.Contains(out, "/ipp/hill/g/cart\n") {
		t.Errorf("in the other school it says\n%s", out)
	}
}
