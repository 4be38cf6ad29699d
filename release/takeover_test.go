package release_test

import (
	"fmt"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// another is a node, which lives.
const another = "11111111-1111-4111-8111-111111111111"

// taken has another node take the printer over.
func (h *house) taken() {
	h.t.Helper()
	dbtest.Exec(h.t, h.db, "INSERT INTO node (node_id, started_at, beat_at) VALUES ('"+another+"', now(), now() + interval '1 hour') ON CONFLICT DO NOTHING")
	dbtest.Exec(h.t, h.db, "UPDATE printer SET node_id = '"+another+"', epoch = epoch + 1")
}

// A run that is known to be over is not waited for, whenever it was last heard of.
func TestARunThatIsOverIsSucceededAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 2)
	h.close()
	h.taken()
	h.ended = []string{another}
	h.open()
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	if epoch := dbtest.Value[int](t, h.db, "SELECT epoch FROM printer"); epoch < 2 {
		t.Errorf("the printer is at epoch %d: it did not change hands", epoch)
	}
	h.sound()
}

// A node that slept in the middle of a document finds the printer in other hands: nothing
// more of the document goes out, and nothing is written.
func TestASleeperSendsNothingMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tried := make(chan struct{})
	h.paper.sending = func() {
		h.taken()
		h.Oversleep()
		close(tried)
	}
	job := h.submit(h.Sam, 2)
	h.release(h.Sam, job.ID)
	<-tried
	h.close()
	if n := len(h.paper.printed()); n != 0 {
		t.Errorf("the printer was given %d documents", n)
	}
	h.delivery(job.ID, release.Sending)
	h.sound()
}

// What a printer has said is kept until the database takes it, though the printer has
// forgotten it by then.
func TestAnOutcomeOutlivesTheDatabase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.printing(3)
	dbtest.Exec(t, h.db, "CREATE SEQUENCE refused; GRANT ALL ON SEQUENCE refused TO PUBLIC")
	dbtest.Exec(t, h.db, `CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN PERFORM nextval('refused'); RAISE EXCEPTION 'the database is going down' USING ERRCODE = '57P03'; END $$`)
	dbtest.Exec(t, h.db, "CREATE TRIGGER away BEFORE UPDATE ON delivery FOR EACH ROW EXECUTE FUNCTION away()")
	h.paper.tell(release.Progress{Phase: release.PhaseCompleted, Impressions: 3})
	h.eventually("an end that the database refuses", func() (string, bool) {
		return "", dbtest.Value[bool](t, h.db, "SELECT is_called FROM refused")
	})
	h.paper.fail("Progress", release.ErrGone)
	h.paper.fail("Find", release.ErrGone)
	dbtest.Exec(t, h.db, "DROP TRIGGER away ON delivery")
	h.state(job.ID, release.Done)
	h.delivery(job.ID, release.Settled)
	if h.balance(h.Sam) != 97 {
		t.Errorf("%d left", h.balance(h.Sam))
	}
	h.sound()
}

// A job that was opened, and whose number we never kept, is empty: the printer need not
// say so.
func TestAnEmptyJobIsTakenBackThoughThePrinterDoesNotSaySo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.paper.mum = true
	h.paper.lose("Begin", errCut)
	job := h.submit(h.Sam, 2)
	h.release(h.Sam, job.ID)
	h.due(job.ID)
	if n := len(h.paper.printed()); n != 1 {
		t.Errorf("the printer has it %d times", n)
	}
	h.sound()
}

// A printer that had begun a job which we took back for empty says so when it has ended.
func TestWhatCameOutWhileItWasTakenBackIsPaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.paper.fail("Send", errCut)
	h.paper.with(func() { h.paper.late = 2 })
	job := h.submit(h.Sam, 3)
	h.release(h.Sam, job.ID)
	h.delivery(job.ID, release.Settled)
	if got := h.job(job.ID); got.State != release.Held || h.balance(h.Sam) != 98 {
		t.Errorf("it is %s, and %d are left", got.State, h.balance(h.Sam))
	}
	h.sound()
}

// A printer that tells the time for its up-time may have been restarted a moment ago:
// what it denies is unclear.
func TestAnUpTimeThatIsAClockProvesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.paper.uptime = 1_795_000_000
	h.paper.fail("Send", errCut)
	h.paper.fail("Find", release.ErrGone)
	job := h.submit(h.Sam, 3)
	h.release(h.Sam, job.ID)
	h.delivery(job.ID, release.Unclear)
	h.sound()
}

// due lets time go by until a job is done.
func (h *house) due(id release.JobID) {
	h.t.Helper()
	h.eventually("the job", func() (string, bool) {
		h.clock.Advance(time.Second)
		j := h.job(id)
		return fmt.Sprintf("%+v", j), j.State == release.Done
	})
}
