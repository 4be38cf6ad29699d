package main

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// The demo school is generated, the same every time: what it is made of follows
// from a person's number alone.
const (
	demoSchoolName = "Harbour Academy"
	demoPassword   = "harbour lantern 42" // everybody's, staff and pupils
	demoPupils     = 1500
	demoTeachers   = 87
	demoIT         = 3
	demoClasses    = 60
)

// Demo badges and codes, by the pupil's or member of staff's number.
func demoBadge(pupil int) string      { return fmt.Sprintf("9000%04d", pupil) }
func demoCode(pupil int) string       { return fmt.Sprintf("24%04d", pupil) }
func demoStaffBadge(staff int) string { return fmt.Sprintf("8000%04d", staff) }
func demoPupil(n int) string          { return fmt.Sprintf("pupil%04d", n) }

// demoPrinters are the virtual printers that `make demo` starts, in this order,
// from demoPrinterPort on.
var demoPrinters = []struct{ name, room, station, stationName string }{
	{"Library", "Library, ground floor", "library", "Library kiosk"},
	{"Sixth form", "Common room, first floor", "sixth-form", "Sixth form kiosk"},
	{"Office", "School office", "", ""},
}

const demoPrinterPort = 8501

// demoOffices are one of each of those who see other pages than teachers and IT do.
var demoOffices = []school.Role{school.Reception, school.Head, school.Exams, school.Safeguarding, school.Finance, school.PrintRoom,
	school.DataProtection, school.Auditor, school.Assistant, school.Cover}

var (
	demoGiven = []string{"Sam", "Aisha", "Oliver", "Mia", "Kofi", "Grace", "Harry", "Zofia", "Noah", "Amara", "Leo", "Freya", "Yusuf", "Ella",
		"Jack", "Ines", "Theo", "Priya", "Callum", "Layla", "Ethan", "Megan", "Arjun", "Isla", "Rhys", "Chloe", "Mateo", "Ruby", "Idris", "Poppy", "Owen"}
	demoFamily = []string{"Bell", "Okafor", "Taylor", "Novak", "Singh", "Hughes", "Ahmed", "Clarke", "Mensah", "Evans", "Kowalski", "Green", "Patel",
		"Walsh", "Turner", "Ali", "Morgan", "Silva", "Wood", "Hassan", "Price", "Reid", "Costa", "Begum", "Fletcher", "Quinn", "Harris", "Dubois", "Shaw"}
)

// loadDemo fills an empty installation with the demo school.
func loadDemo(ctx context.Context, d *db.DB, people *school.Directory) error {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return err
	}
	pupils, staff, err := demoPeople(people)
	if err != nil {
		return err
	}
	return d.InTx(ctx, db.System("demo"), func(ctx context.Context, tx *db.Tx) error {
		id, err := school.Add(ctx, tx, demoSchoolName, zone)
		if err != nil {
			return err
		}
		pupilIDs, err := people.AddPeople(ctx, tx, id, pupils)
		if err != nil {
			return err
		}
		staffIDs, err := people.AddPeople(ctx, tx, id, staff)
		if err != nil {
			return err
		}
		if err := school.AddClasses(ctx, tx, id, demoTeaching(tx.Now, pupilIDs, staffIDs)); err != nil {
			return err
		}
		if err := demoTimes(ctx, tx, id); err != nil {
			return err
		}
		if _, err := quota.GiveAllowances(ctx, tx, school.School{ID: id, Name: demoSchoolName, Zone: zone}); err != nil {
			return err
		}
		return demoPlaces(ctx, tx, id)
	})
}

func demoPeople(people *school.Directory) (pupils, staff []school.Newcomer, err error) {
	password, err := school.HashPassword(demoPassword)
	if err != nil {
		return nil, nil, err
	}
	for n := 1; n <= demoPupils; n++ {
		code, err := people.HashDemoCode(demoCode(n))
		if err != nil {
			return nil, nil, err
		}
		pupils = append(pupils, school.Newcomer{Username: demoPupil(n), Given: demoGiven[(n-1)%len(demoGiven)], Family: demoFamily[(n-1)%len(demoFamily)],
			Year: demoYear(n), Role: school.Pupil, PasswordHash: password, Badge: demoBadge(n), CodeHash: code})
	}
	for n := 1; n <= demoTeachers+demoIT+len(demoOffices); n++ {
		name, role := demoStaff(n)
		staff = append(staff, school.Newcomer{Username: name, Given: demoGiven[n*7%len(demoGiven)], Family: demoFamily[n*11%len(demoFamily)],
			Role: role, PasswordHash: password, Badge: demoStaffBadge(n)})
	}
	return pupils, staff, nil
}

// demoStaff is what a member of staff is called, and is.
func demoStaff(n int) (name string, role school.Role) {
	switch office := n - demoTeachers - demoIT; {
	case n <= demoTeachers:
		return demoTeacher(n), school.Teacher
	case office <= 0:
		return fmt.Sprintf("it%02d", n-demoTeachers), school.IT
	default:
		role = demoOffices[office-1]
		return string(role) + "01", role
	}
}

// demoYear spreads the pupils over 60 registration classes of 25: ten each in
// Years 7 to 11, five each in 12 and 13.
func demoYear(pupil int) int {
	class := (pupil - 1) / (demoPupils / demoClasses)
	if class < 50 {
		return 7 + class/10
	}
	return 12 + (class-50)/5
}

func demoPlaces(ctx context.Context, tx *db.Tx, id school.ID) error {
	var office release.PrinterID
	for i, p := range demoPrinters {
		printer, err := release.AddPrinter(ctx, tx, release.PrinterRecord{School: id, Name: p.name, Room: p.room,
			URI: fmt.Sprintf("ipp://127.0.0.1:%d/ipp/print", demoPrinterPort+i)})
		if err != nil {
			return err
		}
		if p.station == "" {
			office = printer
			continue
		}
		if err := release.AddStation(ctx, tx, id, p.station, p.stationName, printer); err != nil {
			return err
		}
	}
	for _, q := range []release.Queue{
		{School: id, Path: "/ipp/print", Name: "Print", Kind: release.Hold, Proof: school.ByPassword},
		{School: id, Path: "/ipp/print/direct", Name: "Print now", Kind: release.Direct, Proof: school.ByPassword, Printer: office},
		{School: id, Path: "/ipp/print/trusted", Name: "Trusted server", Kind: release.Hold, Proof: school.ByLoopback},
	} {
		if _, err := release.AddQueue(ctx, tx, q); err != nil {
			return err
		}
	}
	return nil
}
