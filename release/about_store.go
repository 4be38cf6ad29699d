package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
	parts "inkwell/internal/sheet"
)

// About is what somebody printed and asked back. Titles are shown to their owner alone, on their own page, and
// are gone once a job ends: they are not in it, and no document is. A job that a shared device
// only claims to be theirs is not theirs until they took it.
func About(ctx context.Context, tx *db.Tx, p school.Person) ([]parts.Part, error) {
	jobs, err := school.Told(ctx, tx, `
		SELECT j.job_id::text, to_char(j.submitted_at, 'YYYY-MM-DD HH24:MI'), j.state, j.reason, j.impressions::text, j.printed::text,
		       (SELECT string_agg(r.name, ', ' ORDER BY d.delivery_id) FROM delivery d JOIN printer r USING (printer_id) WHERE d.job_id = j.job_id),
		       (SELECT sum(d.charged)::text FROM delivery d WHERE d.job_id = j.job_id), to_char(j.ended_at, 'YYYY-MM-DD HH24:MI')
		  FROM job j WHERE j.person_id = $1 AND (j.proof <> 'vouched' OR EXISTS (SELECT FROM delivery d WHERE d.job_id = j.job_id)) ORDER BY j.job_id LIMIT 100000`, p.ID)
	if err != nil {
		return nil, err
	}
	back, err := school.Told(ctx, tx, `
		SELECT to_char(asked_at, 'YYYY-MM-DD HH24:MI'), reason, pages::text, granted::text, units::text, why FROM refund WHERE person_id = $1 ORDER BY refund_id`, p.ID)
	if err != nil {
		return nil, err
	}
	asked, err := school.Told(ctx, tx, `
		SELECT to_char(asked_at, 'YYYY-MM-DD HH24:MI'), job_id::text, sheets::text, answer, to_char(answered_at, 'YYYY-MM-DD HH24:MI'), reason
		  FROM approval WHERE person_id = $1 ORDER BY approval_id`, p.ID)
	if err != nil {
		return nil, err
	}
	room, err := school.Told(ctx, tx, `
		SELECT to_char(asked_at, 'YYYY-MM-DD HH24:MI'), job_id::text, to_char(due_at, 'YYYY-MM-DD HH24:MI'), copies::text, array_to_string(finish, ', '), paper, note, payer,
		       ended_as, to_char(ended_at, 'YYYY-MM-DD HH24:MI'), reason
		  FROM room_ticket WHERE person_id = $1 ORDER BY room_ticket_id`, p.ID)
	return []parts.Part{
		{Name: "jobs", Title: "What you sent to print", Columns: []string{"Job", "Sent (UTC)", "State", "Reason", "Pages", "Printed", "Printer", "Charged", "Ended"}, Rows: jobs},
		{Name: "pages-back", Title: "Pages asked back", Columns: []string{"Asked (UTC)", "Reason", "Pages", "Given back", "Units", "Answer"}, Rows: back, Words: []int{5}},
		{Name: "asked", Title: "Jobs that needed a yes", Columns: []string{"Asked (UTC)", "Job", "Sheets", "Answer", "Answered", "Why"}, Rows: asked, Words: []int{5}},
		{Name: "print-room", Title: "Handed to the print room", Columns: []string{"Asked (UTC)", "Job", "Due", "Copies", "Finish", "Paper", "Note", "Account", "How it ended", "Ended", "Why"}, Rows: room, Words: []int{5, 6, 10}},
	}, err
}
