package release

import (
	"context"

	"inkwell/internal/school"
)

// ClassAt is what pupils of a class wait for that the visitor, who is staff and teaches it at this
// moment, can have come out of the printer of the station they stand at: Desk.ClassPrints says
// what is told, and what is refused.
func (d *Desk) ClassAt(ctx context.Context, v Visitor, class school.ClassID) (ClassPrint, error) {
	return d.classPrints(ctx, v.Actor, class, v.stands())
}

// PrintForPupils is Desk.PrintForClass at the station's printer: a child who has nothing but a
// name collects there, and the adult whose badge opened the list is recorded.
func (d *Desk) PrintForPupils(ctx context.Context, v Visitor, class school.ClassID, jobs []JobID) ([]PupilPrinted, error) {
	return d.printForClass(ctx, v.Actor, class, v.stands(), jobs)
}

// stands is the printer beside the visitor.
func (v Visitor) stands() spot { return spot{printer: v.Station.Printer.ID, beside: true} }
