package school_test

import (
	"context"
	"crypto/sha256"
	"net/netip"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

var card = []byte("a certificate in DER")

func at(address string) school.Device { return school.Device{Address: netip.MustParseAddr(address)} }

func networks(all ...string) (n []netip.Prefix) {
	for _, s := range all {
		n = append(n, netip.MustParsePrefix(s))
	}
	return n
}

func add(t *testing.T, d *db.DB, c *schooltest.Cast, g school.DeviceGroup) error {
	t.Helper()
	g.School = c.School
	return d.InTx(t.Context(), db.InSchool(c.School), func(ctx context.Context, tx *db.Tx) error {
		return school.AddGroup(ctx, tx, c.IT.Pseudonym, g)
	})
}

func TestAGroupIsWhereItsDevicesAre(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c, other := schooltest.New(t, d, "Harbour"), schooltest.New(t, d, "Hill")
	room := school.DeviceGroup{Slug: "room-12", Name: " Room 12 ", Networks: networks("10.1.12.7/24", "fd00:12::/64", "fe80::12:0/112"), Certificates: [][32]byte{sha256.Sum256(card)}}
	if err := add(t, d, c, room); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		slug string
		from school.Device
		want string
	}{
		"inside":                {"room-12", at("10.1.12.200"), ""},
		"inside by IPv6":        {"room-12", at("fd00:12::1"), ""},
		"on the link alone":     {"room-12", at("fe80::12:1%eth0"), ""},
		"IPv4 written as IPv6":  {"room-12", at("::ffff:10.1.12.200"), ""},
		"next room":             {"room-12", at("10.1.13.200"), "not-from-group"},
		"this machine":          {"room-12", at("127.0.0.1"), "not-from-group"},
		"no address":            {"room-12", school.Device{}, "not-from-group"},
		"elsewhere, with card":  {"room-12", school.Device{Address: netip.MustParseAddr("192.0.2.1"), Certificate: card}, ""},
		"elsewhere, other card": {"room-12", school.Device{Address: netip.MustParseAddr("192.0.2.1"), Certificate: []byte("another")}, "not-from-group"},
		"another group":         {"room-13", at("10.1.12.200"), "queue-unknown"},
		"no slug":               {"", at("10.1.12.200"), "queue-unknown"},
		"no slug's form":        {"Room-12", at("10.1.12.200"), "queue-unknown"},
	} {
		g, err := c.Directory.Group(t.Context(), c.School, tc.slug, tc.from)
		if code := codeOf(err); code != tc.want {
			t.Errorf("%s: %v", name, err)
		} else if code == "" && g.Name != "Room 12" {
			t.Errorf("%s: %+v", name, g)
		}
	}
	if _, err := other.Directory.Group(t.Context(), other.School, "room-12", at("10.1.12.200")); codeOf(err) != "queue-unknown" {
		t.Errorf("at another school: %v", err)
	}
	err := d.InTx(t.Context(), db.InSchool(c.School), func(ctx context.Context, tx *db.Tx) error {
		return school.RemoveGroup(ctx, tx, c.IT.Pseudonym, c.School, "room-12")
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Directory.Group(t.Context(), c.School, "room-12", at("10.1.12.200")); codeOf(err) != "queue-unknown" {
		t.Errorf("removed: %v", err)
	}
	if err := add(t, d, c, room); err != nil {
		t.Errorf("added again: %v", err)
	}
}

// What a shared device says proves nothing, and what a print server says lets its
// people print and nothing else.
func TestWhatADeviceSays(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c := schooltest.New(t, d, "Harbour")
	for _, g := range []school.DeviceGroup{
		{Slug: "carts", Name: "Carts", Networks: networks("10.1.0.0/16")},
		{Slug: "server", Name: "Print server", Trusted: true, Networks: networks("10.2.0.7/32")},
	} {
		if err := add(t, d, c, g); err != nil {
			t.Fatal(err)
		}
	}
	for slug, tc := range map[string]struct {
		from  string
		proof school.Proof
	}{"carts": {"10.1.2.3", school.ByVouch}, "server": {"10.2.0.7", school.ByServer}} {
		g, err := c.Directory.Group(t.Context(), c.School, slug, at(tc.from))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"sam", "SAM", `HARBOUR\sam`, "sam@harbour.example"} {
			a, err := c.Directory.ByGroup(t.Context(), g, at(tc.from), name)
			if err != nil || a.Person != c.Sam.Person || a.Proof != tc.proof || a.Group != g.ID || a.Device.String() != tc.from {
				t.Errorf("%s says %s: %+v, %v", slug, name, a, err)
			}
		}
		a, err := c.Directory.ByGroup(t.Context(), g, at(tc.from), "it")
		if err != nil || !a.May(school.Print) || a.May(school.ManageFace) || a.May(school.Suspend) {
			t.Errorf("%s says it is IT: %+v, %v", slug, a, err)
		}
		for _, name := range []string{"chronos", "", "Administrator", `sam\`, "@sam"} {
			if _, err := c.Directory.ByGroup(t.Context(), g, at(tc.from), name); codeOf(err) != "name-unknown" {
				t.Errorf("%s says %q: %v", slug, name, err)
			}
		}
	}
}

func TestGroupsNobodyShouldMake(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c := schooltest.New(t, d, "Harbour")
	here := networks("10.1.12.0/24")
	for want, g := range map[string]school.DeviceGroup{
		"group-slug":  {Slug: "Room 12", Name: "Room 12", Networks: here},
		"group-name":  {Slug: "room-12", Name: " ", Networks: here},
		"group-place": {Slug: "room-12", Name: "Room 12"},
		"group-wide":  {Slug: "server", Name: "Server", Trusted: true, Networks: here},
	} {
		if err := add(t, d, c, g); codeOf(err) != want {
			t.Errorf("%+v: %v, want %s", g, err, want)
		}
	}
	for _, slug := range []string{"", "-a", "a-", "a--b", "ü", strings.Repeat("a", 41)} {
		if err := add(t, d, c, school.DeviceGroup{Slug: slug, Name: "Room", Networks: here}); codeOf(err) != "group-slug" {
			t.Errorf("%q: %v", slug, err)
		}
	}
	if err := add(t, d, c, school.DeviceGroup{Slug: "a", Name: "A", Networks: here}); err != nil {
		t.Fatal(err)
	}
	if err := add(t, d, c, school.DeviceGroup{Slug: "a", Name: "B", Networks: here}); codeOf(err) != "group-taken" {
		t.Errorf("twice: %v", err)
	}
}

func codeOf(err error) string {
	if f := fault.As(err); f != nil {
		return f.Code
	}
	return ""
}

// A server asks for certificates while a group is known by one, and no longer.
func TestCertificatesAreAskedForWhereTheyHelp(t *testing.T) {
	t.Parallel()
	clock := dbtest.NewClock(time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC))
	d := dbtest.New(t, dbtest.At(clock))
	c := schooltest.New(t, d, "Harbour")
	asks := func() bool { clock.Advance(5 * time.Second); return c.Directory.AsksForCards() }
	if err := add(t, d, c, school.DeviceGroup{Slug: "room-12", Name: "Room 12", Networks: networks("10.1.12.0/24")}); err != nil {
		t.Fatal(err)
	}
	if asks() {
		t.Error("nobody has a certificate")
	}
	if err := add(t, d, c, school.DeviceGroup{Slug: "carts", Name: "Carts", Certificates: [][32]byte{sha256.Sum256(card)}}); err != nil {
		t.Fatal(err)
	}
	if c.Directory.AsksForCards() {
		t.Error("it looks at each connection")
	}
	if !asks() {
		t.Error("a group has certificates")
	}
	dbtest.Exec(t, d, "UPDATE device_group SET removed_at = added_at")
	if asks() {
		t.Error("the group is gone")
	}
}

// A device is told of the groups it belongs to, and of no print server.
func TestTheGroupsOfADevice(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c, other := schooltest.New(t, d, "Harbour"), schooltest.New(t, d, "Hill")
	for _, g := range []school.DeviceGroup{
		{Slug: "carts", Name: "Carts", Networks: networks("10.1.0.0/16"), Certificates: [][32]byte{sha256.Sum256(card)}},
		{Slug: "room-12", Name: "Room 12", Networks: networks("10.1.12.0/24", "fd00:12::/64")},
		{Slug: "server", Name: "Print server", Trusted: true, Networks: networks("10.1.12.7/32")},
	} {
		if err := add(t, d, c, g); err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		of   *schooltest.Cast
		from school.Device
		want string
	}{
		"the room":       {c, at("10.1.12.7"), "carts room-12"},
		"the next room":  {c, at("10.1.13.7"), "carts"},
		"by IPv6":        {c, at("fd00:12::9"), "room-12"},
		"elsewhere":      {c, at("192.0.2.1"), ""},
		"with a card":    {c, school.Device{Address: netip.MustParseAddr("192.0.2.1"), Certificate: card}, "carts"},
		"no address":     {c, school.Device{}, ""},
		"another school": {other, at("10.1.12.7"), ""},
	} {
		all, err := tc.of.Directory.GroupsOf(t.Context(), tc.of.School, tc.from)
		var slugs []string
		for _, g := range all {
			slugs = append(slugs, g.Slug)
		}
		if got := strings.Join(slugs, " "); err != nil || got != tc.want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, tc.want)
		}
	}
}
