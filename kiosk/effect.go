package kiosk

import (
	"context"

	"inkwell/internal/crash"
	"inkwell/release"
)

// Effect is a call that a Screen wants made. Its result comes back as an Input.
type Effect interface {
	// run makes the call and returns its result.
	run(ctx context.Context, d Desk, slug string) Input
	// lasting effects go on when the socket is lost: the person has pressed.
	lasting() bool
}

// The effects.
type (
	// SignIn asks whose badge, or name and code, this is.
	SignIn struct {
		Turn int
		Key  release.Key
		Tap  string // the page's number of the tap, or ""
	}
	// LinkBadge makes an unknown badge that of whose name and code these are.
	LinkBadge struct {
		Turn              int
		Badge, Name, Code string
	}
	// Look reads the visit again.
	Look struct {
		Turn    int
		Visitor release.Visitor
	}
	// LookAtStation reads the station and its printer again.
	LookAtStation struct{ Turn int }
	// ReleaseJobs sends jobs to the station's printer.
	ReleaseJobs struct {
		Turn    int
		Visitor release.Visitor
		Jobs    []release.JobID
	}
	// ChargeJobs has held jobs charged to another account.
	ChargeJobs struct {
		Turn    int
		Visitor release.Visitor
		Jobs    []release.JobID
		Account string
	}
	// DeleteJob destroys a held job.
	DeleteJob struct {
		Turn    int
		Visitor release.Visitor
		Job     release.JobID
	}
	// DisownJob destroys a held job that somebody else sent in the visitor's name, and
	// reports it.
	DisownJob struct {
		Turn    int
		Visitor release.Visitor
		Job     release.JobID
	}
	// AskForJob asks for a teacher's yes to a held job.
	AskForJob struct {
		Turn    int
		Visitor release.Visitor
		Job     release.JobID
	}
	// UnlockJob gives a job's own code.
	UnlockJob struct {
		Turn    int
		Visitor release.Visitor
		Job     release.JobID
		Code    string
	}
	// RenewCode gives the visitor a new code in place of theirs.
	RenewCode struct {
		Turn    int
		Visitor release.Visitor
	}
	// AnswerJob ends an unclear delivery: all of it came, nothing did, or so many pages.
	AnswerJob struct {
		Turn    int
		Visitor release.Visitor
		Job     release.JobID
		Came    bool
		Pages   int // that came out, as their owner counts; 0 where Came says it
	}
)

func (e SignIn) run(ctx context.Context, d Desk, slug string) Input {
	st, err := d.Station(ctx, slug)
	if err != nil {
		return SignedIn{Turn: e.Turn, Err: err}
	}
	v, err := d.SignIn(ctx, st, e.Key)
	return SignedIn{Turn: e.Turn, Visitor: v, Err: err}
}

func (e LinkBadge) run(ctx context.Context, d Desk, slug string) Input {
	st, err := d.Station(ctx, slug)
	if err != nil {
		return SignedIn{Turn: e.Turn, Err: err}
	}
	v, err := d.Link(ctx, st, e.Badge, e.Name, e.Code)
	return SignedIn{Turn: e.Turn, Visitor: v, Err: err}
}

func (e Look) run(ctx context.Context, d Desk, _ string) Input {
	v, err := d.Visit(ctx, e.Visitor)
	return Looked{Turn: e.Turn, Visit: v, Err: err}
}

func (e LookAtStation) run(ctx context.Context, d Desk, slug string) Input {
	st, err := d.Station(ctx, slug)
	return StationLooked{Turn: e.Turn, Station: st, Err: err}
}

func (e ReleaseJobs) run(ctx context.Context, d Desk, _ string) Input {
	_, err := d.Release(ctx, e.Visitor, e.Jobs)
	crash.At("release-answered")
	return Acted{Turn: e.Turn, Of: e, Err: err}
}

func (e ChargeJobs) run(ctx context.Context, d Desk, _ string) Input {
	return Acted{Turn: e.Turn, Of: e, Err: d.ChargeTo(ctx, e.Visitor, e.Jobs, e.Account)}
}

func (e DisownJob) run(ctx context.Context, d Desk, _ string) Input {
	return Acted{Turn: e.Turn, Of: e, Err: d.Disown(ctx, e.Visitor, e.Job)}
}

func (e AskForJob) run(ctx context.Context, d Desk, _ string) Input {
	return Acted{Turn: e.Turn, Of: e, Err: d.AskTeacher(ctx, e.Visitor, e.Job)}
}

func (e UnlockJob) run(ctx context.Context, d Desk, _ string) Input {
	v, err := d.Unlock(ctx, e.Visitor, e.Job, e.Code)
	return Unlocked{Turn: e.Turn, Visitor: v, Err: err}
}

func (e RenewCode) run(ctx context.Context, d Desk, _ string) Input {
	v, code, err := d.RenewCode(ctx, e.Visitor)
	return Renewed{Turn: e.Turn, Visitor: v, Code: code, Err: err}
}

func (e DeleteJob) run(ctx context.Context, d Desk, _ string) Input {
	return Acted{Turn: e.Turn, Of: e, Err: d.Delete(ctx, e.Visitor, e.Job)}
}

func (e AnswerJob) run(ctx context.Context, d Desk, _ string) Input {
	if e.Pages > 0 {
		return Acted{Turn: e.Turn, Of: e, Err: d.AnswerSome(ctx, e.Visitor, e.Job, e.Pages)}
	}
	return Acted{Turn: e.Turn, Of: e, Err: d.Answer(ctx, e.Visitor, e.Job, e.Came)}
}

func (e SignIn) lasting() bool      { return e.Tap != "" } // its answer is wanted by the next connection
func (LinkBadge) lasting() bool     { return true }
func (Look) lasting() bool          { return false }
func (LookAtStation) lasting() bool { return false }
func (ReleaseJobs) lasting() bool   { return true }
func (AskForJob) lasting() bool     { return true }
func (UnlockJob) lasting() bool     { return false }
func (RenewCode) lasting() bool     { return true }
func (ChargeJobs) lasting() bool    { return true }
func (DeleteJob) lasting() bool     { return true }
func (DisownJob) lasting() bool     { return true }
func (AnswerJob) lasting() bool     { return true }
