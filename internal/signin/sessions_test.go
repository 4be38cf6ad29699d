package signin_test

import (
	"testing"
	"time"

	"inkwell/internal/school/schooltest"
	"inkwell/internal/signin"
)

func TestOwnSessions(t *testing.T) {
	h := newHouse(t)
	old, colleague := h.signIn("it"), h.signIn("chief")
	h.clock.Advance(2 * time.Minute)
	now := h.signIn("it")
	own, err := h.in.Own(t.Context(), now)
	if err != nil || len(own.Sessions) != 2 || !own.Sessions[0].This || own.Sessions[1].This || own.Factor {
		t.Fatalf("%+v, %v", own, err)
	}
	theirs, err := h.in.Own(t.Context(), colleague)
	if err != nil || len(theirs.Sessions) != 1 {
		t.Fatalf("%+v, %v", theirs, err)
	}
	if err := h.in.EndOwn(t.Context(), now, theirs.Sessions[0].ID); err != nil {
		t.Error(err)
	}
	h.is(colleague, h.cast.Chief)
	if err := h.in.EndOwn(t.Context(), now, own.Sessions[1].ID); err != nil {
		t.Error(err)
	}
	h.over(old)
	again := h.signIn("it")
	if err := h.in.EndOwn(t.Context(), now, 0); err != nil {
		t.Error(err)
	}
	h.over(again)
	h.is(now, h.cast.IT)
	h.is(colleague, h.cast.Chief)
}

func TestColleaguesSessionsEnd(t *testing.T) {
	h := newHouse(t)
	token := h.signIn("it")
	all, err := h.in.Colleagues(t.Context(), h.cast.Chief)
	if err != nil || len(all) != 3 || all[0].Username != "it" || all[0].Sessions != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	if _, err := h.in.Colleagues(t.Context(), h.cast.Teacher); err == nil {
		t.Error("a teacher sees them")
	}
	if err := h.in.EndSessions(t.Context(), h.cast.Chief, h.cast.School, h.cast.IT.Person); err != nil {
		t.Fatal(err)
	}
	h.over(token)
}

// TestFreshness: a proof is fresh for a quarter of an hour; a new one gives the session a new
// token, and the one before opens nothing.
func TestFreshness(t *testing.T) {
	h := newHouse(t)
	token := h.signIn("it")
	fresh := func(token string, want bool, asks signin.Asks) {
		t.Helper()
		got, how, err := h.in.Fresh(t.Context(), token)
		if err != nil || got != want || how != asks {
			t.Errorf("fresh %t by %s, %v", got, how, err)
		}
	}
	fresh(token, true, signin.AsksPassword)
	h.clock.Advance(15 * time.Minute)
	fresh(token, false, signin.AsksPassword)
	_, err := h.in.Prove(t.Context(), token, signin.Proof{Password: "wrong", Place: "staff:test"})
	h.refused(err, "proof-wrong")
	in, err := h.in.Prove(t.Context(), token, signin.Proof{Password: schooltest.Password, Place: "staff:test"})
	if err != nil {
		t.Fatal(err)
	}
	h.over(token)
	fresh(in.Token, true, signin.AsksPassword)

	a := h.enrolled(in.Token)
	h.clock.Advance(15 * time.Minute)
	fresh(a.token, false, signin.AsksCode)
	_, err = h.in.Prove(t.Context(), a.token, signin.Proof{Password: schooltest.Password, Place: "staff:test"})
	h.refused(err, "factor-wrong")
	if in, err = h.in.Prove(t.Context(), a.token, signin.Proof{Code: a.code()}); err != nil {
		t.Fatal(err)
	}
	fresh(in.Token, true, signin.AsksCode)
}
