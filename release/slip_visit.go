package release

import (
	"context"
	"errors"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// bySlip proves a runner. What is wrong with a slip is told apart by nobody; that it is
// for another printer is told ("slip-elsewhere"), for that is written on it.
func (d *Desk) bySlip(ctx context.Context, st Station, k Key, place string) (Visitor, error) {
	var slip Slip
	find := func(ctx context.Context, tx *db.Tx, digests [][]byte) (owner school.PersonID, err error) {
		slip, owner, err = slipByDigest(ctx, tx, st.School, digests)
		return owner, err
	}
	var a school.Actor
	var err error
	if k.Badge != "" {
		a, err = d.Directory.BySlip(ctx, st.School, k.Badge, place, find)
	} else {
		a, err = d.Directory.BySlipCode(ctx, st.School, k.Code, place, find)
	}
	v := Visitor{Actor: a, Station: st, Slip: &slip, Shown: map[JobID]int64{slip.Job: slip.Costs}}
	if slices.Contains(st.Serves, slip.Printer) {
		v.At = slip.Printer
	}
	if err == nil {
		err = v.slipIsFor(v.where())
	}
	if err != nil {
		return Visitor{}, err
	}
	return v, nil
}

// slipIsFor refuses a slip at another printer.
func (v Visitor) slipIsFor(p PrinterID) error {
	if v.Slip == nil || v.Slip.Printer == p {
		return nil
	}
	at := v.Slip.At
	if !strings.Contains(strings.ToLower(at), "printer") {
		at += " printer"
	}
	return fault.New(fault.Conflict, "slip-elsewhere", "This slip is for the %s.", at)
}

// owns says whether a job is the visitor's to decide about. A runner decides about none.
func (v Visitor) owns(j Job) bool { return j.Person == v.Actor.Person && v.Slip == nil }

// slipVisit is what a runner sees: the one job without its title, and nothing of how its
// owner stands. It is over ("slip-over") once the job went another way.
func (d *Desk) slipVisit(ctx context.Context, tx *db.Tx, v Visitor) (visit Visit, err error) {
	owner, err := school.PersonByID(ctx, tx, v.Actor.Person)
	if err != nil {
		return visit, err
	}
	if err := school.Stands(ctx, tx, v.Actor); err != nil {
		return visit, err
	}
	if err := slipStands(ctx, tx, v.Actor.School, v.Slip.ID); err != nil {
		return visit, err
	}
	visit.Name = asStaff(owner)
	if visit.Beside, err = printerByID(ctx, tx, v.Station.Printer.ID); err != nil {
		return visit, err
	}
	if visit.Printer, err = printerByID(ctx, tx, v.where()); err != nil {
		return visit, err
	}
	all, err := visitJobs(ctx, tx, owner.ID, tx.Now.Add(-lingers))
	if err != nil {
		return visit, err
	}
	visit.Jobs = slices.DeleteFunc(all, func(j VisitJob) bool { return j.ID != v.Slip.Job })
	if err := d.explain(ctx, tx, v, d.choices(v.Actor.School, owner.ID, v.Station.ID, visit.Beside), &visit); err != nil {
		return visit, err
	}
	for i := range visit.Jobs {
		visit.Jobs[i].Title, visit.Jobs[i].Instead, visit.Jobs[i].Why, visit.Jobs[i].Due = "", "", "", 0
		visit.Jobs[i].Really, visit.Jobs[i].Yes, visit.Jobs[i].MayAsk, visit.Jobs[i].Offer = "", "", false, nil
		if visit.Jobs[i].Lacks != "" {
			visit.Jobs[i].Lacks = slipStopped.Say
		}
	}
	return visit, nil
}

// asStaff names somebody as a pupil may know them: not by their given name.
func asStaff(p school.Person) string {
	for _, r := range p.Given {
		return string(r) + ". " + p.Family
	}
	return p.Family
}

// useSlip marks the slip of a release as used, in the release's transaction, so that of
// two runners with copies of it one prints.
func (v Visitor) useSlip(ctx context.Context, tx *db.Tx) error {
	if v.Slip == nil {
		return nil
	}
	used, err := updateSlipUsed(ctx, tx, *v.Slip)
	if err == nil && !used {
		err = slipOver
	}
	return err
}

// aboutOwner are the kinds of refusal that tell how a job's owner stands.
var aboutOwner = []fault.Kind{fault.Suspended, fault.Unpaid, fault.Forbidden}

// discreet tells a runner nothing of how the owner stands, nor of prices.
func (v Visitor) discreet(err error) error {
	if v.Slip != nil && (slices.Contains(aboutOwner, fault.KindOf(err)) || errors.Is(err, priceChanged)) {
		return slipStopped.Because(err)
	}
	return err
}
