package school

import (
	"context"
	"io"
	"strconv"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school/reader"
	"inkwell/internal/sheet"
)

// BadgeRow is one line of a list of badges.
type BadgeRow struct {
	Line     int
	Username string
	Number   string // as the list's own form writes it
}

// BadgeImport is what a list of badges came to.
type BadgeImport struct {
	Added, Already int
	Problems       sheet.Problems // with any, nothing was added
}

// badgeSheet is a list of badges as a CSV file.
var badgeSheet = format{columns: []string{"username", "badge"}, others: true, bytes: 32 << 20}

// ReadBadgeList reads CSV with the columns username and badge, beside others. Its
// refusals name every bad line.
func ReadBadgeList(from io.Reader) ([]BadgeRow, error) {
	rows, bad, err := badgeSheet.read(from)
	if err != nil {
		return nil, err
	}
	all := make([]BadgeRow, len(rows))
	for i, r := range rows {
		all[i] = BadgeRow{r.Line, r.Get("username"), r.Get("badge")}
	}
	return all, inOrder(bad).Err()
}

// ImportBadges gives people of a school the badges of a list, all of them or none: with
// any problem nothing is added. form is how the list writes numbers. What is there already
// stays as it is, so the same list again changes nothing.
func (d *Directory) ImportBadges(ctx context.Context, tx *db.Tx, by Pseudonym, school ID, form reader.Profile, rows []BadgeRow) (BadgeImport, error) {
	var result BadgeImport
	people, err := idsByUsername(ctx, tx, school)
	if err != nil {
		return result, err
	}
	var claims []claim
	var lines []int
	for _, row := range rows {
		id, known := people[normalName(row.Username)]
		readings, err := form.Read(row.Number)
		switch {
		case !known:
			result.Problems.Add(row.Line, "nobody here has this user name")
		case err != nil:
			result.Problems.Add(row.Line, "the badge's number is not %s", form)
		default:
			claims, lines = append(claims, claim{id, readings, ""}), append(lines, row.Line)
		}
	}
	verdicts, err := d.judge(ctx, tx, school, claims)
	if err != nil {
		return result, err
	}
	var fresh []newBadge
	for i, v := range verdicts {
		switch {
		case v.why != nil:
			result.Problems.Add(lines[i], "%s", against(v, claims[i], lines))
		case v.theirs:
			result.Already++
		default:
			fresh = append(fresh, d.newBadge(claims[i].person, claims[i].readings[0]))
		}
	}
	if len(inOrder(result.Problems)) > 0 || len(fresh) == 0 {
		return result, nil
	}
	result.Added = len(fresh)
	if err := insertBadges(ctx, tx, school, d.keys.ID, fresh); err != nil {
		return result, err
	}
	return result, audit.Record(ctx, tx, audit.Entry{School: school, Act: "badges-imported", Actor: by, Facts: map[string]any{"added": result.Added, "already": result.Already}})
}

// against says what stands against a line.
func against(v verdict, c claim, lines []int) string {
	badge := "the badge ending " + c.readings[0].Last4()
	switch {
	case v.other >= 0 && v.why == badgeTaken:
		return badge + " is somebody else's on line " + strconv.Itoa(lines[v.other])
	case v.other >= 0:
		return badge + " cannot be told from that on line " + strconv.Itoa(lines[v.other]) + " by a reader of the school that cuts numbers off"
	case v.why == badgeIsLost:
		return badge + " was reported lost"
	case v.why == badgeTaken:
		return badge + " is somebody else's already"
	}
	return badge + " cannot be told from somebody else's by a reader of the school that cuts numbers off"
}
