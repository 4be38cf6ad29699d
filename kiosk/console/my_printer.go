package console

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/web"
	"inkwell/ipp/rollout"
)

// myPrinterPage is what my-printer.html shows: the printer addresses of a pupil's own devices.
type myPrinterPage struct {
	visitor
	Devices []ownDevice
	Device  string // what was typed
	New     *ownAddress
	Say     string // why something was not done
	Cannot  string // why the school has none, or ""
}

// ownDevice is a device that has an address.
type ownDevice struct {
	ID          school.AddressID
	Name        string
	Given, Seen string
}

// ownAddress is an address that is shown once, with what a device is set up with.
type ownAddress struct {
	Device, URI, Token string
	Server, Port, Path string // its parts, for systems that ask for them
	QR                 template.HTML
	Systems            []setUp
	CA                 bool // devices have to be told to trust the server
}

func (c *Console) myPrinterPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showMyPrinter(w, r, v, http.StatusOK, myPrinterPage{})
}

func (c *Console) showMyPrinter(w http.ResponseWriter, r *http.Request, v visitor, status int, page myPrinterPage) {
	page.visitor = v
	err := c.db.Look(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := c.holder.Addresses(ctx, tx, v.Person)
		page.Devices = nil
		for _, a := range all {
			page.Devices = append(page.Devices, v.ownDevice(a))
		}
		return err
	})
	if err == nil && page.New == nil {
		_, err = c.printer(r.Context(), v.School)
		if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
			page.Cannot, err = "Your school has no printers of this kind yet. Ask IT.", nil
		}
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "my-printer", page)
}

func (v visitor) ownDevice(a school.Address) ownDevice {
	d := ownDevice{ID: a.ID, Name: a.Device, Given: a.Issued.In(v.Now.Location()).Format("2 January 2006"), Seen: "not used yet"}
	if !a.Seen.IsZero() {
		d.Seen = "last used " + a.Seen.Format("2 January 2006")
	}
	return d
}

// addMyPrinter gives a device of the visitor's an address, and shows it once.
func (c *Console) addMyPrinter(w http.ResponseWriter, r *http.Request, v visitor) {
	c.giveAddress(w, r, v, 0)
}

// renewMyPrinter gives a device another address in place of the one it has.
func (c *Console) renewMyPrinter(w http.ResponseWriter, r *http.Request, v visitor) {
	c.giveAddress(w, r, v, numberIn[school.AddressID](r, "address"))
}

func (c *Console) giveAddress(w http.ResponseWriter, r *http.Request, v visitor, old school.AddressID) {
	device := r.PostFormValue("device")
	plan, err := c.printer(r.Context(), v.School)
	var token string
	if err == nil {
		token, device, err = c.newAddress(r.Context(), v, old, device)
	}
	if c.printerRefused(w, r, v, device, err) {
		return
	}
	made, err := ownAddressOf(plan, token, device, systemOf(r.UserAgent()))
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.showMyPrinter(w, r, v, http.StatusOK, myPrinterPage{New: &made})
}

// newAddress is the token of a new address, of the device that had the old one where there is one.
func (c *Console) newAddress(ctx context.Context, v visitor, old school.AddressID, device string) (token, of string, err error) {
	err = c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		of = device
		p, err := school.PersonAt(ctx, tx, v.School, v.Person)
		if err != nil {
			return err
		}
		if old != 0 {
			all, err := c.holder.Addresses(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			if i := slices.IndexFunc(all, func(a school.Address) bool { return a.ID == old }); i >= 0 {
				of = all[i].Device
			}
			if err := c.holder.RevokeAddress(ctx, tx, v.Pseudonym, p, old); err != nil {
				return err
			}
		}
		token, err = c.holder.NewAddress(ctx, tx, v.Pseudonym, p, of)
		return err
	})
	return token, strings.TrimSpace(of), err
}

// withdrawMyPrinter ends the address of a device.
func (c *Console) withdrawMyPrinter(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonAt(ctx, tx, v.School, v.Person)
		if err != nil {
			return err
		}
		return c.holder.RevokeAddress(ctx, tx, v.Pseudonym, p, numberIn[school.AddressID](r, "address"))
	})
	if !c.printerRefused(w, r, v, "", err) {
		http.Redirect(w, r, myPrinterPath, http.StatusSeeOther)
	}
}

// printerRefused tells a refusal beside what was typed, and says whether there was an error.
func (c *Console) printerRefused(w http.ResponseWriter, r *http.Request, v visitor, device string, err error) bool {
	f := fault.As(err)
	switch {
	case err == nil:
		return false
	case f.Kind == fault.Internal || f.Kind == fault.Unavailable:
		c.pages.Error(w, r, err)
	case f.Code == "address-unknown":
		c.showMyPrinter(w, r, v, http.StatusConflict, myPrinterPage{Say: "You have no such printer. It may have been withdrawn already."})
	case f.Code == "addresses-full":
		c.showMyPrinter(w, r, v, http.StatusConflict, myPrinterPage{Device: device, Say: "You have ten devices already. Withdraw one first."})
	default:
		c.showMyPrinter(w, r, v, http.StatusConflict, myPrinterPage{Device: device, Say: f.Say})
	}
	return true
}

// ownAddressOf is what there is to show of a new address, the system of the browser first.
func ownAddressOf(p rollout.Plan, token, device, system string) (a ownAddress, err error) {
	host, port, err := net.SplitHostPort(p.Server)
	if err != nil {
		return a, fmt.Errorf("read the server's address: %w", err)
	}
	at := school.AddressPath(p.Printers[0].Path, token)
	a = ownAddress{Device: device, Token: token, URI: "ipps://" + p.Server + at, Server: host, Port: port, Path: strings.TrimPrefix(at, "/"), CA: p.CA != nil}
	a.Systems = setUps(a, system)
	a.QR, err = web.QR(a.URI)
	return a, err
}

// myPrinterFiles sends what sets a device up with an address that the visitor has just been given.
func (c *Console) myPrinterFiles(w http.ResponseWriter, r *http.Request, v visitor) {
	name, body, err := c.myFile(r, v)
	if c.printerRefused(w, r, v, "", err) {
		return
	}
	w.Header().Set("Content-Type", cmp.Or(map[string]string{".mobileconfig": "application/x-apple-aspen-config"}[path.Ext(name)], "application/octet-stream"))
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(body)
}

// myFile is the one file that a system needs: a configuration profile, or a script.
func (c *Console) myFile(r *http.Request, v visitor) (name string, body []byte, err error) {
	system, err := rollout.SystemByName(r.PathValue("system"))
	if err != nil {
		return "", nil, err
	}
	if !system.Suits(rollout.Personal) {
		return "", nil, fault.New(fault.Conflict, "roll-out-person", "There is no file for that kind of device.")
	}
	token := r.PostFormValue("token")
	whose, err := c.holder.ByAddress(r.Context(), v.School, token)
	if fault.KindOf(err) == fault.NotFound && err != nil || err == nil && whose.Person != v.Person {
		return "", nil, fault.New(fault.Conflict, "address-unknown", "")
	}
	if err != nil {
		return "", nil, err
	}
	plan, err := c.printer(r.Context(), v.School)
	if err != nil {
		return "", nil, err
	}
	plan.Printers = slices.Clone(plan.Printers)
	plan.Printers[0].Path = school.AddressPath(plan.Printers[0].Path, token)
	files, err := system.Export(plan)
	for _, f := range files {
		if f.Secret && slices.Contains([]string{".mobileconfig", ".ps1", ".sh"}, path.Ext(f.Name)) {
			return path.Base(f.Name), f.Body, nil
		}
	}
	return "", nil, cmp.Or(err, fmt.Errorf("roll out to %s: no file", system.Name))
}
