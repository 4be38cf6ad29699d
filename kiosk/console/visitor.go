package console

import (
	"context"
	"net/http"
	"slices"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
)

// visitor is the member of staff who asks for a page, and the moment of asking in
// their school's time.
type visitor struct {
	school.Actor
	Name       string
	SchoolName string
	Now        time.Time
	Parts      []part // of the pages, that the visitor may open
	Own        bool   // the page is one of a pupil's own, under /my
	Sought     string // what stands in the box that finds people
}

// visitor is whom the request's session stands for; fault.Unauthenticated without one.
func (c *Console) visitor(r *http.Request) (visitor, error) {
	who := c.signIn.Actor
	if looksByItself(r) {
		who = c.signIn.Still
	}
	a, err := who(r.Context(), sessionToken(r))
	if err != nil {
		return visitor{}, err
	}
	v := visitor{Actor: a, Parts: partsFor(a, r.URL.Path), Own: isOwn(r.URL.Path)}
	if v.Own {
		v.Parts = myPartsFor(r.URL.Path)
	}
	err = c.db.InTx(r.Context(), db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		sc, err := school.ByID(ctx, tx, a.School)
		if err != nil {
			return err
		}
		p, err := school.PersonByID(ctx, tx, a.Person)
		v.SchoolName, v.Name, v.Now = sc.Name, p.Given+" "+p.Family, tx.Now.In(sc.Zone)
		return err
	})
	if err == nil && !v.Own {
		several, wrong := c.signIn.Several(r.Context(), a)
		err = wrong
		if !several && !v.here(schoolsPath) {
			v.Parts = slices.DeleteFunc(v.Parts, func(p part) bool { return p.Path == schoolsPath })
		}
	}
	if err == nil && a.May(school.ApprovePupils) {
		waiting, wrong := c.desk.Waiting(r.Context(), a)
		v.count(waitingPath, len(waiting))
		err = wrong
	}
	if err == nil && a.May(school.ReviewConduct) {
		var flagged int
		open, wrong := c.conduct.Reviews(r.Context(), a)
		if wrong == nil {
			flagged, wrong = c.conduct.UndecidedCases(r.Context(), a)
		}
		if wrong == nil {
			var held []conduct.HeldStep
			held, wrong = c.conduct.HeldSteps(r.Context(), a)
			flagged += len(held)
		}
		v.count(reviewsPath, len(open)+flagged)
		err = wrong
		if len(open)+flagged == 0 && !v.MayName() && !v.here(reviewsPath) { // of no use to most teachers
			v.Parts = slices.DeleteFunc(v.Parts, func(p part) bool { return p.Path == reviewsPath })
		}
	}
	if err == nil && a.May(school.AskPrintRoom) {
		ended, wrong := c.desk.RoomNews(r.Context(), a)
		v.count("/staff/mine", ended)
		err = wrong
	}
	if err == nil && a.May(school.ReviewAccess) {
		due, wrong := c.accessDue(r.Context(), v)
		if due.School != 0 && due.Is(v.Now) {
			v.count(accessPath, 1)
		}
		err = wrong
	}
	if err == nil && a.May(school.SeeMatters) {
		open, wrong := c.conduct.Waiting(r.Context(), a)
		v.count(mattersPath, open)
		err = wrong
	}
	return v, err
}

// looksByItself says whether a page asks, and no person: the live page's socket, its question whether
// the session is over, and a page's question for news. Such a page may stand open over night, and keeps no session alive.
func looksByItself(r *http.Request) bool {
	return r.Method == http.MethodHead || r.URL.Path == livePath+"/socket" || r.URL.Path == myNewsPath || r.URL.Path == roomPath+"/news"
}

// Me is the visitor alone: a page that has a field of the same name hides nothing of the masthead.
func (v visitor) Me() visitor { return v }

// count says at a part how much waits there.
func (v visitor) count(path string, n int) {
	for i := range v.Parts {
		if v.Parts[i].Path == path {
			v.Parts[i].Count = n
		}
	}
}

// here says whether the page asked for is in a part.
func (v visitor) here(path string) bool {
	return slices.ContainsFunc(v.Parts, func(p part) bool { return p.Path == path && p.Here })
}

// MayFind says whether to offer the box that finds people.
func (v visitor) MayFind() bool { return v.May(school.FindPeople) }

// MaySuspend says whether to offer it.
func (v visitor) MaySuspend() bool { return v.May(school.Suspend) }

// MaySlip says whether to offer slips for runners.
func (v visitor) MaySlip() bool { return v.May(school.IssueSlip) }

// MayReview says whether to offer to look at who may use the pages, and sign.
func (v visitor) MayReview() bool { return v.May(school.ReviewAccess) }

// MayFlag says whether to offer to flag a pupil.
func (v visitor) MayFlag() bool { return v.May(school.FlagPupils) }

// MaySeeSchool says whether to show what people print.
func (v visitor) MaySeeSchool() bool { return v.May(school.SeeSchool) }

// MayKeepWords says whether to offer the safeguarding lead's words.
func (v visitor) MayKeepWords() bool { return v.May(school.KeepWords) }

// MayPause says whether to offer to pause printing for a class.
func (v visitor) MayPause() bool { return v.May(school.PauseClass) }

// MayRelease says whether to offer to print for a class.
func (v visitor) MayRelease() bool { return v.May(school.ReleaseForClass) }

// MayTopUp says whether to offer to give pages to people.
func (v visitor) MayTopUp() bool { return v.May(school.TopUp) }

// MayIssuePass says whether to offer what is done about a lost badge.
func (v visitor) MayIssuePass() bool { return v.May(school.IssuePass) }

// MayRecord says whether to offer to record a signed form.
func (v visitor) MayRecord() bool { return v.May(school.RecordAgreements) }

// MayAuthorise says whether to offer to authorise guests.
func (v visitor) MayAuthorise() bool { return v.May(school.AuthoriseGuest) }
