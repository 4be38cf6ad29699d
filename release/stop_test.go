package release_test

import (
	"bytes"
	"fmt"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// A server that stops while the database commits a job's new document may never hear that it did. The job
// is held with that document afterwards, and it is there.
func TestAStopWhileItCommitsLosesNoDocument(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dbtest.Exec(t, h.db, `
		CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			PERFORM pg_sleep(3);
			RETURN NULL;
		EXCEPTION WHEN query_canceled THEN -- whoever waited has gone, and it commits all the same
			RETURN NULL;
		END $$;
		CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON job DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW WHEN (NEW.document <> OLD.document) EXECUTE FUNCTION slow()`)
	committing := func(want bool) {
		h.eventually("a slow commit", func() (string, bool) {
			is := dbtest.Value[bool](t, h.db, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active')")
			return fmt.Sprint(is), is == want
		})
	}
	stopped := func() {
		committing(true)
		h.close()
		committing(false)
		h.open()
	}
	job, err := h.Print(t.Context(), h.submission(h.Sam), bytes.NewReader(documenttest.PDF(3)))
	if err != nil {
		t.Fatal(err)
	}
	stopped()
	h.state(job.ID, release.Held)
	h.edit(job.ID, release.Edit{Pages: pages(1, 1)})
	stopped()
	dbtest.Exec(t, h.db, "DROP TRIGGER slow ON job")
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	h.sound()
}
