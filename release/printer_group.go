package release

import (
	"context"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

var groupName = fault.New(fault.Invalid, "printer-group-name", "A group of printers has a name of 1 to 100 characters.")

// AddToGroup puts printers into a group of a school's, which is made where it is missing; "" takes
// them out of theirs. A printer is in one group at most.
func AddToGroup(ctx context.Context, tx *db.Tx, id school.ID, name string, all []PrinterID) error {
	var g quota.GroupID
	var err error
	if name != "" {
		if name = strings.TrimSpace(name); name == "" || len([]rune(name)) > 100 {
			return groupName
		}
		if g, err = openGroup(ctx, tx, id, name); err != nil {
			return err
		}
	}
	return updateGroup(ctx, tx, id, g, all)
}

// GroupByName is a group of a school's printers, whatever the case of its name
// ("printer-group-unknown").
func GroupByName(ctx context.Context, tx *db.Tx, id school.ID, name string) (quota.GroupID, error) {
	return groupByName(ctx, tx, id, strings.TrimSpace(name))
}

// GroupNames are the groups of a school's printers, of every school's for 0.
func GroupNames(ctx context.Context, tx *db.Tx, id school.ID) (map[quota.GroupID]string, error) {
	return groupNames(ctx, tx, id)
}
