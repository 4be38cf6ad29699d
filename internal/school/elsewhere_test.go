package school_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

// outside is a directory that keeps everybody's password, counts as Active Directory
// does, and can go away.
type outside struct {
	mu     sync.Mutex
	asked  []string       // user names
	wrong  map[string]int // in a row; ...
	most   int            // ... the most there ever were in the half hour that counts
	also   string         // right for everybody
	away   bool
	during func() // in the middle of a question
	clock  *dbtest.Clock
	last   map[string]time.Time
}

var gone = fault.New(fault.Unavailable, "directory-away", "Away.")

func (o *outside) Has(context.Context, school.ID) (bool, error) { return true, nil }

func (o *outside) Check(ctx context.Context, _ school.ID, username, password string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, username)
	if o.during != nil {
		o.during()
	}
	switch {
	case o.away || ctx.Err() != nil:
		return gone
	case username != "" && (password == "outside of "+username || password == o.also):
		o.wrong[username] = 0
		return nil
	}
	if o.clock.Now().Sub(o.last[username]) >= 30*time.Minute {
		o.wrong[username] = 0
	}
	o.last[username] = o.clock.Now()
	o.wrong[username]++
	if username != "" {
		o.most = max(o.most, o.wrong[username])
	}
	return fault.New(fault.Unauthenticated, "password-wrong", "No.")
}

// consulting is a school whose people, all but IT, have their passwords outside.
type consulting struct {
	t     *testing.T
	db    *db.DB
	cast  *schooltest.Cast
	clock *dbtest.Clock
	out   *outside
}

func consult(t *testing.T) consulting {
	t.Helper()
	clock := dbtest.NewClock(time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC))
	d := dbtest.New(t, dbtest.At(clock))
	c := consulting{t, d, schooltest.New(t, d, "Harbour"), clock, &outside{wrong: map[string]int{}, clock: clock, last: map[string]time.Time{}}}
	dbtest.Exec(t, d, "UPDATE person SET password_hash = NULL WHERE username <> 'it'")
	c.cast.Directory.Consult(c.out, school.Tries{Most: 3, Pause: 30 * time.Minute})
	return c
}

// node is another server of the same installation.
func (c consulting) node() *school.Directory {
	d := school.New(c.db, schooltest.Keys(), discard)
	d.Consult(c.out, school.Tries{Most: 3, Pause: 30 * time.Minute})
	return d
}

func (c consulting) try(username, password string) error {
	_, err := c.cast.Directory.ByPassword(c.t.Context(), c.cast.School, username, password, "ipp:a")
	return err
}

// want is what a try must come to, by the refusal's code, and how often the directory
// is asked for it.
func (c consulting) want(username, password, code string, asked int) {
	c.t.Helper()
	before := len(c.out.asked)
	err := c.try(username, password)
	got := ""
	if err != nil {
		got = fault.As(err).Code
	}
	if n := len(c.out.asked) - before; got != code || n != asked {
		c.t.Errorf("%s with %q: %v, after %d questions, want %q after %d", username, password, err, n, code, asked)
	}
}

func (c consulting) guesses() int {
	return dbtest.Value[int](c.t, c.db, "SELECT count(*) FROM guess WHERE place = 'ipp:a'")
}

func TestAPasswordKeptElsewhere(t *testing.T) {
	t.Parallel()
	c := consult(t)
	a, err := c.cast.Directory.ByPassword(t.Context(), c.cast.School, " SAM", "outside of sam", "ipp:a")
	if err != nil || a.Person != c.cast.Sam.Person || a.Proof != school.ByPassword {
		t.Fatalf("%+v, %v", a, err)
	}
	c.want("sam", "outside of sam", "", 0)
	c.want("sam", "outside of mia", "password-wrong", 1)
	c.want("sam", schooltest.Password, "password-wrong", 1)
	c.want("nobody", "outside of nobody", "password-wrong", 1)
	leave(t, c.db, c.cast.Teacher)
	c.want("teacher", "outside of teacher", "password-wrong", 1)
	c.want("mia", "", "password-wrong", 0)
	c.want("it", schooltest.Password, "", 0)
	c.want("it", "outside of it", "password-wrong", 0)
	if n := c.guesses(); n != 6 {
		t.Errorf("%d guesses are counted", n)
	}
	if asked := strings.Join(c.out.asked, " "); asked != "sam sam sam  " {
		t.Errorf("asked for %q: nobody, and who has left, are asked for without a name", asked)
	}
}

func TestADirectoryThatIsAway(t *testing.T) {
	t.Parallel()
	c := consult(t)
	c.want("sam", "outside of sam", "", 1)
	c.out.away = true
	c.clock.Advance(5*time.Minute - time.Second)
	c.want("sam", "outside of sam", "", 0)
	c.want("it", schooltest.Password, "", 0)
	for range 5 {
		c.want("sam", "wrong", "directory-away", 1)
		c.want("nobody", "wrong", "directory-away", 1)
	}
	c.clock.Advance(time.Second)
	c.want("sam", "outside of sam", "directory-away", 1)
	if n := dbtest.Value[int](t, c.db, "SELECT count(*) FROM guess"); n != 0 {
		t.Errorf("%d guesses are counted that nobody answered", n)
	}
	c.out.away = false
	c.want("sam", "outside of sam", "", 1)
}

// A name has three wrong tries in a run; then nothing is passed on, whoever asks, on
// any node, and whether or not there is such a person. What is remembered gets in.
func TestNobodyIsLockedOutOfTheDirectory(t *testing.T) {
	t.Parallel()
	c := consult(t)
	n := 0
	guess := func(name, code string, asked int) { // never the same one twice
		t.Helper()
		n++
		c.want(name, fmt.Sprint("wrong ", n), code, asked)
	}
	c.want("sam", "outside of sam", "", 1)
	for _, name := range []string{"sam", "nobody"} {
		for range 3 {
			guess(name, "password-wrong", 1)
		}
		guess(name, "name-paused", 0)
		guess(strings.ToUpper(name), "name-paused", 0)
		if _, err := c.node().ByPassword(t.Context(), c.cast.School, name, "wrong there", "ipp:b"); fault.KindOf(err) != fault.TooMany {
			t.Errorf("another node: %v", err)
		}
	}
	c.want("sam", "outside of sam", "", 0)
	c.want("mia", "outside of mia", "", 1)
	// A run goes on while less than the pause lies between two tries: the directory
	// counts from the last one, and a window that slides would let a fourth through.
	c.clock.Advance(30*time.Minute - time.Second)
	guess("sam", "name-paused", 0)
	c.clock.Advance(time.Second)
	for range 2 {
		guess("sam", "password-wrong", 1)
		c.clock.Advance(20 * time.Minute)
	}
	guess("sam", "password-wrong", 1)
	c.clock.Advance(20 * time.Minute) // an hour after the first
	guess("sam", "name-paused", 0)
	c.clock.Advance(10 * time.Minute)
	guess("sam", "password-wrong", 1)
	c.want("sam", "outside of sam", "", 1) // which begins a new run, here and there
	for range 3 {
		guess("sam", "password-wrong", 1)
	}
	guess("sam", "name-paused", 0)
	if c.out.most != 3 {
		t.Errorf("the directory has counted up to %d", c.out.most)
	}
}

// A program that sends the same wrong password for ever has one try with it every five
// minutes, and never the last: whoever knows the new one gets in from elsewhere.
func TestAForgottenDeviceTakesNotAllTries(t *testing.T) {
	t.Parallel()
	c := consult(t)
	for range 2 {
		c.want("sam", "the old one", "password-wrong", 1)
		c.want("sam", "the old one", "password-wrong", 0)
		c.clock.Advance(5 * time.Minute)
		c.want("sam", "the old one", "password-wrong", 1)
		for range 2 {
			c.clock.Advance(5 * time.Minute)
			c.want("sam", "the old one", "password-wrong", 0)
		}
		c.want("sam", "outside of sam", "", 1)
	}
	if c.out.most != 2 {
		t.Errorf("the directory has counted up to %d", c.out.most)
	}
	c.want("mia", "not yet hers", "password-wrong", 1)
	c.out.also = "not yet hers"
	c.clock.Advance(5 * time.Minute)
	c.want("mia", "not yet hers", "", 1)
}

// Many at once, on two nodes, are no way to more tries, and a client that sends the
// right password many times at once is let in.
func TestManyPasswordsAtOnce(t *testing.T) {
	t.Parallel()
	c := consult(t)
	nodes := []*school.Directory{c.cast.Directory, c.node()}
	all := func(username string, password func(int) string) (right int) {
		var mu sync.Mutex
		var done sync.WaitGroup
		for i := range 16 {
			done.Go(func() {
				_, err := nodes[i%2].ByPassword(t.Context(), c.cast.School, username, password(i), fmt.Sprintf("ipp:%d", i))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					right++
				}
			})
		}
		done.Wait()
		return right
	}
	if n := all("mia", func(int) string { return "outside of mia" }); n != 16 || len(c.out.asked) > 2 {
		t.Errorf("%d of 16 were let in, after %d questions", n, len(c.out.asked))
	}
	if n := all("sam", func(i int) string { return fmt.Sprint("wrong ", i) }); n != 0 || c.out.wrong["sam"] != 3 {
		t.Errorf("%d were let in, and the directory counts %d", n, c.out.wrong["sam"])
	}
}

// Who hangs up in the middle has had the try all the same.
func TestHangingUpTakesNoTryBack(t *testing.T) {
	t.Parallel()
	c := consult(t)
	for i := range 3 {
		ctx, hangUp := context.WithCancel(t.Context())
		c.out.during = hangUp
		if _, err := c.cast.Directory.ByPassword(ctx, c.cast.School, "sam", fmt.Sprint("wrong ", i), "ipp:a"); err == nil {
			t.Error("let in")
		}
	}
	c.out.during = nil
	if c.out.wrong["sam"] != 3 {
		t.Errorf("the directory counts %d", c.out.wrong["sam"])
	}
	c.want("sam", "wrong", "name-paused", 0)
}

// Every refusal comes at a full quarter of a second, whatever it took to find.
func TestRefusalsComeEvenly(t *testing.T) {
	t.Parallel()
	c := consult(t)
	for username, password := range map[string]string{"sam": "wrong", "nobody": "wrong", "mia": "", "it": "wrong"} {
		began := time.Now()
		if err := c.try(username, password); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("%s: %v", username, err)
		}
		if took := time.Since(began); took < 250*time.Millisecond {
			t.Errorf("%s was refused after %s", username, took)
		}
	}
}

func TestForgettingPasswords(t *testing.T) {
	t.Parallel()
	c := consult(t)
	forget := func(username string) (n int) {
		t.Helper()
		err := c.db.InTx(t.Context(), db.InSchool(c.cast.School), func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = school.ForgetPasswords(ctx, tx, c.cast.School, username)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	c.want("sam", "outside of sam", "", 1)
	c.want("mia", "outside of mia", "", 1)
	c.want("sam", "soon", "password-wrong", 1)
	c.out.also = "soon"
	c.want("sam", "soon", "password-wrong", 0)
	if n := forget("SAM"); n != 1 {
		t.Errorf("%d people", n)
	}
	c.want("sam", "soon", "", 1)
	c.want("mia", "outside of mia", "", 0)
	if n := forget(""); n != 4 { // all but IT
		t.Errorf("%d people", n)
	}
	c.want("mia", "outside of mia", "", 1)
	if n := forget("it") + forget("nobody"); n != 0 {
		t.Errorf("%d people", n)
	}
}
