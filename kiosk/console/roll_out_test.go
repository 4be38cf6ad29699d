package console

import (
	"archive/zip"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/ipp/rollout"
)

// rollOut is the house's plan, for its own school; a plan without a server is what a
// server without a name has.
func (h *house) rollOut(_ context.Context, id school.ID) (rollout.Plan, error) {
	switch {
	case id != h.School && id != h.also:
		return rollout.Plan{}, fmt.Errorf("asked for school %d", id)
	case h.plan.Server == "":
		return rollout.Plan{}, fault.New(fault.Invalid, "server-nameless", "Say by which name computers reach this server: set tls.names.")
	}
	return h.plan, nil
}

// ownPrinter is the printer of personal addresses.
func (h *house) ownPrinter(ctx context.Context, id school.ID) (rollout.Plan, error) {
	p, err := h.rollOut(ctx, id)
	p.Printers = []rollout.Printer{{ID: rollout.PersonalID, Name: "Print (Harbour Academy)", Path: "/ipp/print", Kind: rollout.Personal}}
	return p, err
}

func rolledOut() rollout.Plan {
	return rollout.Plan{
		School: "Harbour Academy", Installation: "one", Server: "print.harbour.example:8631", CA: []byte("a certificate"), Made: friday,
		Printers: []rollout.Printer{
			{ID: "room-12", Name: "Print (Room 12)", Path: "/ipp/print/g/room-12", Kind: rollout.Claim, Networks: []string{"10.1.12.0/24"}},
			{ID: "cart-3", Name: "Print (Cart 3 <b>)", Path: "/ipp/print/g/cart-3", Kind: rollout.Claim, Cards: true},
			{ID: "windows", Name: "Print (Print server)", Path: "/ipp/print/g/windows", Kind: rollout.Believed, Networks: []string{"10.1.1.7/32"}},
			{ID: rollout.PasswordID, Name: "Print (Harbour Academy)", Path: "/ipp/print", Kind: rollout.Password},
		},
	}
}

// TestRollOutPage shows each system what suits it, in five lines, and says what is
// missing where nothing does.
func TestRollOutPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.says(h.get("/staff/roll-out"), http.StatusOK, "set tls.names", "Nothing for Windows yet")
	h.plan = rolledOut()
	windows := h.get("/staff/roll-out")
	h.says(windows, http.StatusOK, `aria-current="page">Roll-out`, "Print (Room 12)", "Print (Cart 3 &lt;b&gt;)", "Print (Print server)", "10.1.12.0/24", "install.ps1", `href="/staff/roll-out/windows"`)
	if n := strings.Count(windows.body, "<li><p>"); n != 3*5 {
		t.Errorf("%d lines for three printers", n)
	}
	if strings.Contains(windows.body, "Print (Harbour Academy)") {
		t.Error("Windows is offered a printer that asks for a password")
	}
	h.says(h.get("/staff/roll-out?for=apple"), http.StatusOK, "Print (Harbour Academy)", "room-12.mobileconfig", "ipps://print.harbour.example:8631/ipp/print/g/room-12")
	h.says(h.get("/staff/roll-out?for=%00<script>"), http.StatusOK, `aria-current="true">Windows<`)
	h.plan.Printers = nil
	h.says(h.get("/staff/roll-out?for=google"), http.StatusOK, "There is no device group to set up yet", "inkwell devices add")
}

// TestRollOutArchive holds what is sent against what the command writes.
func TestRollOutArchive(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.says(h.get("/staff/roll-out/cups"), http.StatusBadRequest, "set tls.names")
	h.plan = rolledOut()
	h.says(h.get("/staff/roll-out/amiga"), http.StatusBadRequest, "Choose windows")
	for _, s := range rollout.Systems {
		want, err := s.Export(h.plan)
		if err != nil {
			t.Fatal(err)
		}
		a := h.get("/staff/roll-out/" + s.Name)
		archive, err := zip.NewReader(strings.NewReader(a.body), int64(len(a.body)))
		if a.status != http.StatusOK || err != nil || len(archive.File) != len(want) {
			t.Fatalf("%s: %d, %v", s.Name, a.status, err)
		}
		for i, f := range archive.File {
			if f.Name != want[i].Name || f.UncompressedSize64 != uint64(len(want[i].Body)) || !f.Modified.Equal(friday.Truncate(time.Second)) {
				t.Errorf("%s: %+v", s.Name, f.FileHeader)
			}
		}
	}
	h.plan.Printers = h.plan.Printers[2:3]
	h.says(h.get("/staff/roll-out/google"), http.StatusNotFound, "There is no device group to set up yet")
}
