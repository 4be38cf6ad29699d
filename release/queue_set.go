package release

import (
	"context"
	"regexp"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

var (
	// The path as the schema has it; what stands behind /u and /g is no queue's.
	pathForm = regexp.MustCompile(`^/ipp/[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*$`)
	markForm = regexp.MustCompile(`/[ug](/|$)`)

	queuePath  = fault.New(fault.Invalid, "queue-path", "A queue's path is made of small letters, digits and hyphens behind /ipp/, such as /ipp/staff, and has no part that is u or g alone.")
	queueName  = fault.New(fault.Invalid, "queue-name", "Say --name with 1 to 100 characters, such as Staff.")
	queueThere = fault.New(fault.Conflict, "queue-there", "There is a queue at this path already. Change it with inkwell queue set, or choose another path.")
	queueBusy  = fault.New(fault.Conflict, "queue-busy", "Jobs that came by this queue still wait or print. Close it, let them end, and remove it then.")
	noOutlet   = fault.New(fault.Invalid, "queue-printer", "No kiosk stands beside any of these printers, so nothing would ever come out. Add one, or name another printer with --printer.")
)

// AddQueue makes an address that computers print to and returns its id. Refusals:
// "queue-there", and what is wrong with the queue or contradictory in its policy.
func AddQueue(ctx context.Context, tx *db.Tx, q Queue) (QueueID, error) {
	if !pathForm.MatchString(q.Path) || markForm.MatchString(q.Path) || len(q.Path) > 200 {
		return 0, queuePath
	}
	if err := checkQueue(ctx, tx, q); err != nil {
		return 0, err
	}
	var err error
	if q.ID, err = insertQueue(ctx, tx, q); err != nil {
		return 0, err
	}
	return q.ID, updateQueue(ctx, tx, q)
}

// SetQueue changes the queue at a path ("queue-unknown") and returns it: name, proof,
// printer, refusals and policy, all of it or nothing. What it says from then on holds for
// every job that is submitted, shown or released, on all nodes.
func SetQueue(ctx context.Context, tx *db.Tx, path string, change func(*Queue) error) (Queue, error) {
	q, err := queueByPath(ctx, tx, path)
	if err != nil {
		return q, err
	}
	if q, err = lockQueue(ctx, tx, q.ID); err != nil {
		return q, err
	}
	if err := change(&q); err != nil {
		return q, err
	}
	if err := checkQueue(ctx, tx, q); err != nil {
		return q, err
	}
	return q, updateQueue(ctx, tx, q)
}

func checkQueue(ctx context.Context, tx *db.Tx, q Queue) error {
	q.Name = strings.TrimSpace(q.Name)
	if q.Name == "" || len([]rune(q.Name)) > 100 {
		return queueName
	}
	if err := q.Policy.contradiction(q.Kind, q.Printer, q.Proof); err != nil {
		return err
	}
	if q.Kind != Hold || len(q.Policy.Printers) == 0 {
		return nil
	}
	names, err := outlets(ctx, tx, q.School, q.Policy.Printers)
	if err == nil && len(names) == 0 {
		err = noOutlet
	}
	return err
}

// RemoveQueue ends an address ("queue-unknown"). It is refused while jobs that came by it
// are open ("queue-busy"). Its row stays for those that have ended.
func RemoveQueue(ctx context.Context, tx *db.Tx, path string) (Queue, error) {
	q, err := queueByPath(ctx, tx, path)
	if err != nil {
		return q, err
	}
	// A submission holds the row for its foreign key until its job is there to be counted.
	if q, err = lockQueue(ctx, tx, q.ID); err != nil {
		return q, err
	}
	n, err := countQueued(ctx, tx, q.ID)
	if err != nil {
		return q, err
	}
	if n > 0 {
		return q, queueBusy
	}
	return q, removeQueue(ctx, tx, q.ID)
}

// PrinterNames are the names of a school's printers.
func PrinterNames(ctx context.Context, tx *db.Tx, id school.ID) (map[PrinterID]string, error) {
	all, err := printers(ctx, tx, id)
	names := map[PrinterID]string{}
	for _, p := range all {
		names[p.ID] = p.Name
	}
	return names, err
}

// PrintersByName finds a school's printers by their names, whatever their case; one that
// is missing is told by "printer-unknown".
func PrintersByName(ctx context.Context, tx *db.Tx, id school.ID, names []string) ([]PrinterID, error) {
	named, err := PrinterNames(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	known := map[string]PrinterID{}
	for p, name := range named {
		known[strings.ToLower(name)] = p
	}
	var all []PrinterID
	for _, name := range names {
		p, there := known[strings.ToLower(strings.TrimSpace(name))]
		if !there {
			return nil, fault.New(fault.NotFound, "printer-unknown", "The school has no printer %q. Give --printer one that inkwell printer list shows.", name)
		}
		all = append(all, p)
	}
	return all, nil
}
