package release_test

import (
	"bytes"
	"context"
	"net/netip"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// carts makes a group of shared devices and returns the device at an address of
// theirs as it speaks in a person's name.
func (h *house) carts() func(name, address string) school.Actor {
	h.t.Helper()
	g := school.DeviceGroup{School: h.School, Slug: "carts", Name: "Cart 3", Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	h.in(func(ctx context.Context, tx *db.Tx) error { return school.AddGroup(ctx, tx, "", g) })
	return func(name, address string) school.Actor {
		h.t.Helper()
		from := school.Device{Address: netip.MustParseAddr(address)}
		g, err := h.Directory.Group(h.t.Context(), h.School, "carts", from)
		if err != nil {
			h.t.Fatal(err)
		}
		a, err := h.Directory.ByGroup(h.t.Context(), g, from, name)
		if err != nil {
			h.t.Fatal(err)
		}
		return a
	}
}

func (h *house) visit(a school.Actor) release.Visit {
	h.t.Helper()
	v, err := h.Visit(h.t.Context(), h.at(a))
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// A claim waits for the person it names, and for nobody else, and becomes theirs by
// being released.
func TestAClaimIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	device := h.carts()
	job := h.submit(device("sam", "10.1.2.3"), 2)
	if !job.Claim() || job.Device.String() != "10.1.2.3" {
		t.Fatalf("%+v", job)
	}
	if v := h.visit(h.Sam); len(v.Jobs) != 1 || v.Jobs[0].Claim != "Cart 3" || v.Jobs[0].Title == "" {
		t.Errorf("Sam sees %+v", v.Jobs)
	}
	if v := h.visit(h.Mia); len(v.Jobs) != 0 {
		t.Errorf("Mia sees %+v", v.Jobs)
	}
	if err := h.Disown(t.Context(), h.at(h.Mia), job.ID); codeOf(err) != "job-unknown" {
		t.Errorf("Mia turns it down: %v", err)
	}
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	if n := h.balance(h.Sam); n != 98 {
		t.Errorf("the balance is %d", n)
	}
	h.sound()
}

// "Not mine" destroys it and keeps which device said so.
func TestAClaimIsTurnedDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.carts()("sam", "10.1.2.3"), 2)
	own := h.submit(h.Sam, 1)
	if err := h.Disown(t.Context(), h.at(h.Sam), own.ID); codeOf(err) != "not-a-claim" {
		t.Errorf("what Sam sent himself: %v", err)
	}
	if err := h.Disown(t.Context(), h.at(h.Sam), job.ID); err != nil {
		t.Fatal(err)
	}
	gone := h.state(job.ID, release.Cancelled)
	if gone.Reason != "disowned" || gone.Title != "" {
		t.Errorf("%+v", gone)
	}
	h.eventually("the spool", func() (string, bool) { return "both documents left", h.documents() == 1 })
	note := dbtest.Value[string](t, h.db, "SELECT n.note FROM audit_note n JOIN audit a USING (audit_id) WHERE a.act = 'job-disowned'")
	if note != "10.1.2.3" {
		t.Errorf("the report names %q", note)
	}
	if err := h.Disown(t.Context(), h.at(h.Sam), job.ID); codeOf(err) != "job-ended" {
		t.Errorf("once more: %v", err)
	}
	h.sound()
}

// What a device says of somebody costs them nothing: no flag, no room, and no word of
// how they stand.
func TestAClaimHarmsNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	device := h.carts()
	prankster := device("sam", "10.1.2.3")
	s := h.submission(prankster)
	refused, err := h.Print(t.Context(), s, bytes.NewReader([]byte("%PDF-1.7\nnothing of the kind\n%%EOF\n")))
	if err != nil {
		t.Fatal(err)
	}
	h.state(refused.ID, release.Refused)
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM fact"); n != 0 {
		t.Errorf("%d facts about Sam", n)
	}
	for range h.MaxHeld {
		h.submit(prankster, 1)
	}
	if _, err := h.Print(t.Context(), s, bytes.NewReader(documenttest.PDF(1))); codeOf(err) != "too-many-held" {
		t.Errorf("the device sends without end: %v", err)
	}
	h.submit(h.Sam, 1)                     // Sam has room,
	h.submit(device("sam", "10.1.2.4"), 1) // so has the next device,
	h.suspend(h.Sam)                       // and how he stands
	job := h.submit(device("sam", "10.1.2.5"), 1)
	if seen, err := h.Job(t.Context(), device("sam", "10.1.2.5"), job.ID); err != nil || met(seen) != "" {
		t.Errorf("the device is told %q, %v", met(seen), err)
	}
	direct := h.submit(device("sam", "10.1.2.5"), 1, directly(h))
	if _, err := h.Change(t.Context(), device("sam", "10.1.2.5"), direct.ID, letGo); codeOf(err) != "claim-waits" {
		t.Errorf("Release-Job tells the device %v", err)
	}
	if _, err := h.Change(t.Context(), h.Mia, direct.ID, letGo); codeOf(err) != "job-unknown" {
		t.Errorf("Release-Job tells Mia %v", err)
	}
	h.queue.Refuses = true // even where others are refused at the computer
	h.submit(device("sam", "10.1.2.6"), 1)
}

// Staff are told which devices sent a claim, and whom they named only once that person
// has taken it.
func TestStaffAreNotToldWhomAClaimNames(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.carts()("sam", "10.1.2.3"), 1)
	h.submit(h.Mia, 1)
	today := func(of school.PersonID) []release.TodayJob {
		t.Helper()
		all, err := h.Today(t.Context(), h.IT, of)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := today(0); len(all) != 2 || all[0].Username != "mia" || all[0].Devices != "" || all[1].Devices != "Cart 3" || all[1].Username+all[1].Name != "" || all[1].Person != 0 {
		t.Errorf("today: %+v", all)
	}
	if all := today(h.Sam.Person); len(all) != 0 {
		t.Errorf("of Sam: %+v", all)
	}
	h.release(h.Sam, job.ID)
	if all := today(h.Sam.Person); len(all) != 1 || all[0].Username != "sam" || all[0].Devices != "" {
		t.Errorf("once taken: %+v", all)
	}
}

// A device sees and cancels what it sent in that name, without its title: the next
// pupil at it can say the name, too.
func TestADeviceReachesWhatItSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	device := h.carts()
	sent := h.submit(device("sam", "10.1.2.3"), 1)
	own := h.submit(h.Sam, 1)
	for name, a := range map[string]school.Actor{"another device": device("sam", "10.1.2.4"), "another name": device("mia", "10.1.2.3"), "IT by name": device("it", "10.1.2.3")} {
		if _, err := h.Job(t.Context(), a, sent.ID); codeOf(err) != "job-unknown" {
			t.Errorf("%s sees it: %v", name, err)
		}
		if err := h.Cancel(t.Context(), a, sent.ID); codeOf(err) != "job-unknown" {
			t.Errorf("%s cancels it: %v", name, err)
		}
		if all, err := h.Jobs(t.Context(), a, release.JobFilter{}); err != nil || len(all) != 0 {
			t.Errorf("%s lists %+v, %v", name, all, err)
		}
	}
	same := device("sam", "10.1.2.3")
	if err := h.Cancel(t.Context(), same, own.ID); codeOf(err) != "job-unknown" {
		t.Errorf("it cancels what Sam sent himself: %v", err)
	}
	if err := h.Remark(t.Context(), h.IT, sent.ID, "Please see me."); err != nil {
		t.Fatal(err)
	}
	if all, err := h.Jobs(t.Context(), same, release.JobFilter{}); err != nil || len(all) != 1 || all[0].ID != sent.ID || all[0].Title+all[0].Message != "" {
		t.Errorf("it lists %+v, %v", all, err)
	}
	made, err := h.Subscribe(t.Context(), same, h.queue, sent.ID, []release.Subscription{{Events: []release.Event{release.EventJobCompleted}}})
	if err != nil || len(made) != 1 || made[0].ID != 0 {
		t.Errorf("it subscribes: %+v, %v", made, err)
	}
	title := "Another"
	if _, err := h.Change(t.Context(), same, sent.ID, release.Change{Title: &title}); err != nil {
		t.Errorf("it cannot change what it sent: %v", err)
	}
	if err := h.Cancel(t.Context(), same, sent.ID); err != nil {
		t.Errorf("it cannot cancel what it sent: %v", err)
	}
	if did := dbtest.Value[string](t, h.db, "SELECT string_agg(act || ' ' || coalesce(actor::text, 'nobody') || ' ' || (facts->>'proof'), ', ' ORDER BY audit_id) FROM audit WHERE act IN ('job-changed', 'job-cancelled')"); did != "job-changed nobody vouched, job-cancelled nobody vouched" {
		t.Errorf("the record says %q", did)
	}
}

// A queue that prints at once does not print what nobody has taken.
func TestAClaimOfADirectQueueWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.carts()("sam", "10.1.2.3")
	job := h.submit(a, 1, directly(h))
	if job.State != release.Held {
		t.Fatalf("it is %s", job.State)
	}
	if _, err := h.Change(t.Context(), a, job.ID, letGo); codeOf(err) != "claim-waits" {
		t.Errorf("Release-Job by the device: %v", err)
	}
	if err := h.Switch(t.Context(), h.IT, h.direct.ID, release.PauseQueue); err != nil {
		t.Fatal(err)
	}
	if err := h.Switch(t.Context(), h.IT, h.direct.ID, release.ResumeQueue); err != nil {
		t.Fatal(err)
	}
	if now := h.job(job.ID); now.State != release.Held {
		t.Errorf("resumed, it is %s", now.State)
	}
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
}

// Of what has begun to come out nobody can say that it is not theirs.
func TestAClaimThatPrintedIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.carts()("sam", "10.1.2.3"), 10)
	dbtest.Exec(t, h.db, "UPDATE job SET printed = 3 WHERE job_id = $1", job.ID)
	if v := h.visit(h.Sam); len(v.Jobs) != 1 || v.Jobs[0].Claim != "" {
		t.Errorf("Sam sees %+v", v.Jobs)
	}
	if err := h.Disown(t.Context(), h.at(h.Sam), job.ID); codeOf(err) != "not-a-claim" {
		t.Errorf("turned down after three pages: %v", err)
	}
}

// Whoever picks up a device finds what came by personal addresses, and nothing that
// its owner sent otherwise.
func TestAPersonalAddressReachesItsOwnJobs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	device := h.Sam
	device.Proof = school.ByAddress
	own, sent := h.submit(h.Sam, 1), h.submit(device, 1)
	if all, err := h.Jobs(t.Context(), device, release.JobFilter{}); err != nil || len(all) != 1 || all[0].ID != sent.ID {
		t.Errorf("it lists %+v, %v", all, err)
	}
	if _, err := h.Job(t.Context(), device, own.ID); codeOf(err) != "job-unknown" {
		t.Errorf("it sees another job: %v", err)
	}
	if err := h.Cancel(t.Context(), device, own.ID); codeOf(err) != "job-unknown" {
		t.Errorf("it cancels another job: %v", err)
	}
	if err := h.Cancel(t.Context(), device, sent.ID); err != nil {
		t.Error(err)
	}
}
