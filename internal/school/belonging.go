package school

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// ClassID names a class.
type ClassID int64

// NoYear is the year group of somebody who is in none; 0 is reception class.
const NoYear = -1

// Belonging is what a person is at their school on a day, for rules about who may do
// what.
type Belonging struct {
	Roles   []Role
	Year    int       // year group, or NoYear
	Classes []ClassID // they are in that day, as pupil or as teacher
	Generic bool      // their user name is one of the school's generic names
}

// Staff says whether they hold a role of staff.
func (b Belonging) Staff() bool {
	return slices.ContainsFunc(StaffRoles(), func(r Role) bool { return slices.Contains(b.Roles, r) })
}

// BelongingsOf says what people are today, by the school's clock: one read, without
// locks. Of a person who is not at the school there is none.
func BelongingsOf(ctx context.Context, tx *db.Tx, sc School, people []PersonID) (map[PersonID]Belonging, error) {
	return belongings(ctx, tx, people, sc.Day(tx.Now))
}

var (
	genericForm  = regexp.MustCompile(`^\S{1,64}$`)
	classUnknown = fault.New(fault.NotFound, "class-unknown", "There is no class of that name.")
	genericName  = fault.New(fault.Invalid, "generic-name", "A user name has 1 to 64 characters and no space.")
	genericMany  = fault.New(fault.TooMany, "generic-names-full", "There are 500 generic names already. Remove some first.")
)

// ClassByName finds a class of a school by its name, whatever its case
// ("class-unknown").
func ClassByName(ctx context.Context, tx *db.Tx, school ID, name string) (ClassID, error) {
	return classByName(ctx, tx, school, name)
}

// ClassNames are the names of classes.
func ClassNames(ctx context.Context, tx *db.Tx, all []ClassID) (map[ClassID]string, error) {
	return classNames(ctx, tx, all)
}

// YearGroups are the year groups that a school's pupils are in, ascending.
func YearGroups(ctx context.Context, tx *db.Tx, school ID) ([]int, error) {
	return yearGroups(ctx, tx, school)
}

// GenericNames are the user names that stand for whoever sits at a device, such as
// chronos and guest, in alphabetical order. Nobody is known by one that nothing proves.
func GenericNames(ctx context.Context, tx *db.Tx, school ID) ([]string, error) {
	return genericNames(ctx, tx, school)
}

// ChangeGenericNames adds and removes generic names and returns what they are then.
// Removing one that is not there is no error.
func ChangeGenericNames(ctx context.Context, tx *db.Tx, by Pseudonym, school ID, add, remove []string) ([]string, error) {
	all, err := lockGenericNames(ctx, tx, school)
	if err != nil {
		return nil, err
	}
	for _, name := range add {
		if name = normalName(name); !genericForm.MatchString(name) {
			return nil, genericName
		}
		all = append(all, name)
	}
	for _, name := range remove {
		all = slices.DeleteFunc(all, func(n string) bool { return n == normalName(name) })
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) > 500 {
		return nil, genericMany
	}
	if err := updateGenericNames(ctx, tx, school, all); err != nil {
		return nil, err
	}
	return all, audit.Record(ctx, tx, audit.Entry{School: school, Act: "generic-names-set", Actor: by, Object: fmt.Sprintf("school:%d", school),
		Facts: map[string]any{"added": len(add), "removed": len(remove), "names": len(all)}})
}
