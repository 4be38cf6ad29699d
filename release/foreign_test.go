package release_test

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota/conduct"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// stranger is somebody to whom what is Sam's is foreign, where they stand, and the queue they print to.
type stranger struct {
	name  string
	at    release.Visitor
	queue release.Queue
	here  bool // at Sam's school, where its places are theirs too
}

// strangers are another pupil, a teacher who teaches nobody, and a pupil and all of staff of another school.
func (h *house) strangers() []stranger {
	h.t.Helper()
	other := schooltest.New(h.t, h.db, "Hill Road")
	queue := release.Queue{School: other.School, Path: "/ipp/hill", Name: "Print", Kind: release.Hold, Proof: school.ByPassword}
	err := h.db.InTx(h.t.Context(), db.InSchool(other.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := release.AddPrinter(ctx, tx, release.PrinterRecord{School: other.School, Name: "Hall", URI: "ipp://127.0.0.1:2"})
		if err == nil {
			err = release.AddStation(ctx, tx, other.School, "hall", "Hall kiosk", p)
		}
		if err == nil {
			queue.ID, err = release.AddQueue(ctx, tx, queue)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	there, err := h.Station(h.t.Context(), "hall")
	if err != nil {
		h.t.Fatal(err)
	}
	all := other.IT
	all.Roles = school.StaffRoles()
	return []stranger{
		{"another pupil", h.at(h.Mia), h.queue, true}, {"a teacher of others", h.at(h.Teacher), h.queue, true},
		{"a pupil elsewhere", release.Visitor{Actor: other.Sam, Station: there}, queue, false}, {"staff elsewhere", release.Visitor{Actor: all, Station: there}, queue, false},
	}
}

// TestForeignIsMissing: every act of the desk's that somebody has done to something by its number, at a kiosk, by IPP
// or on a page, is answered of another person's and of another school's as of what is nowhere, and changes nothing.
// It is made of the desk's own methods: a new one is asked too.
func TestForeignIsMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	printed, held := h.printed(h.Sam, 2), h.submit(h.Sam, 3)
	class := h.class("10B", h.Sam)
	own := map[reflect.Type]int64{ // what is Sam's
		reflect.TypeFor[release.JobID](): int64(held.ID), reflect.TypeFor[release.DeliveryID](): int64(printed.Delivery),
		reflect.TypeFor[release.SubscriptionID](): int64(h.subscribe(h.Sam, h.queue, held.ID, changes).ID),
		reflect.TypeFor[school.ClassID]():         int64(class), reflect.TypeFor[school.PersonID](): int64(h.Sam.Person),
	}
	places := map[reflect.Type]int64{ // what is his school's
		reflect.TypeFor[release.PrinterID](): int64(h.direct.Printer), reflect.TypeFor[release.QueueID](): int64(h.queue.ID),
	}
	nowhere := map[reflect.Type]bool{reflect.TypeFor[conduct.StepID](): true, reflect.TypeFor[release.FaultID](): true, reflect.TypeFor[release.RefundID](): true,
		reflect.TypeFor[release.RoomTicketID](): true, reflect.TypeFor[release.ApprovalID](): true} // the pages' own test has them
	strangers := h.strangers()
	before, asked := h.kept(), 0
	for i := range reflect.TypeFor[*release.Desk]().NumMethod() {
		method := reflect.TypeFor[*release.Desk]().Method(i)
		for _, s := range strangers {
			known := maps.Clone(own)
			if !s.here {
				maps.Copy(known, places)
			}
			args, named, ok := h.args(method.Type, s, known, nowhere)
			if !ok || method.Name == "Sponsor" { // which asks for a code before anything, and makes who is wrong wait
				continue
			}
			asked++
			foreign, missing := h.called(method, args(false), named...), h.called(method, args(true), neverThere)
			if !reflect.DeepEqual(foreign, missing) {
				t.Errorf("%s by %s: what is foreign differs from what is nowhere:\n%v\n%v", method.Name, s.name, foreign, missing)
			}
		}
	}
	if after := h.kept(); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
	if asked < 80 {
		t.Errorf("only %d were asked", asked)
	}
}

const neverThere = 987654321

// args are the arguments of a method for a stranger, with what is there or what is nowhere, and the numbers of what
// is there; false for a method that nobody in particular calls, or that names nothing known.
func (h *house) args(m reflect.Type, s stranger, known map[reflect.Type]int64, nowhere map[reflect.Type]bool) (args func(missing bool) []reflect.Value, named []int64, ok bool) {
	caller := false
	for in := range m.Ins() {
		switch in {
		case reflect.TypeFor[school.Actor](), reflect.TypeFor[release.Visitor]():
			caller = true
		case reflect.TypeFor[*db.Tx]():
			return nil, nil, false
		}
		for _, t := range []reflect.Type{in, elem(in)} {
			if id, is := known[t]; is {
				named = append(named, id)
			} else if t != nil && t.Kind() == reflect.Int64 && strings.HasSuffix(t.Name(), "ID") && !nowhere[t] && !s.here {
				h.t.Errorf("%s: nothing says which %s is Sam's", m, t)
			}
		}
	}
	return func(missing bool) (all []reflect.Value) {
		for in := range m.Ins() {
			all = append(all, h.arg(in, s, known, missing))
		}
		return all
	}, named, caller && named != nil
}

// elem is what a list is of, or what a table is by; nil for what is neither.
func elem(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.Slice:
		return t.Elem()
	case reflect.Map:
		return t.Key()
	}
	return nil
}

// arg is one argument.
func (h *house) arg(t reflect.Type, s stranger, known map[reflect.Type]int64, missing bool) reflect.Value {
	number := func(t reflect.Type) reflect.Value {
		id := known[t]
		if missing {
			id = neverThere
		}
		return reflect.ValueOf(id).Convert(t)
	}
	for _, one := range []any{h.Desk, s.at, s.at.Actor, s.queue, "ABCD", 1, school.Pseudonym(""), release.NothingCame} {
		if reflect.TypeOf(one) == t {
			return reflect.ValueOf(one)
		}
	}
	_, is := known[t]
	_, of := known[elem(t)]
	switch {
	case is:
		return number(t)
	case of && t.Kind() == reflect.Slice:
		return reflect.Append(reflect.Zero(t), number(t.Elem()))
	case of:
		table := reflect.MakeMap(t)
		table.SetMapIndex(number(t.Key()), reflect.ValueOf(int64(1)).Convert(t.Elem()))
		return table
	case t == reflect.TypeFor[context.Context]():
		return reflect.ValueOf(h.t.Context())
	case t.Kind() == reflect.Interface:
		return reflect.ValueOf(strings.NewReader(string(documenttest.PDF(1))))
	}
	return reflect.Zero(t)
}

// called is all that a method answers, its refusals as words without the numbers asked for.
func (h *house) called(m reflect.Method, args []reflect.Value, named ...int64) (all []any) {
	for _, out := range m.Func.Call(args) {
		err, is := out.Interface().(error)
		if !is {
			all = append(all, out.Interface())
			continue
		}
		f := fault.As(err)
		if f.Kind == fault.Internal {
			h.t.Errorf("%s: %v", m.Name, err)
		}
		say := f.Say
		for _, id := range named {
			say = regexp.MustCompile(fmt.Sprintf(`\b%d\b`, id)).ReplaceAllString(say, "N")
		}
		all = append(all, f.Kind, f.Code, say)
	}
	return all
}

// kept is what the database has of Sam's, as digests.
func (h *house) kept() string {
	h.t.Helper()
	var all []string
	for _, table := range []string{"job", "delivery", "subscription", "transfer", "refund", "person", "class", "queue", "printer"} {
		all = append(all, table+" "+dbtest.Value[string](h.t, h.db, fmt.Sprintf("SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') FROM %q t WHERE school_id = $1", table), h.School))
	}
	return strings.Join(slices.Sorted(slices.Values(all)), "\n")
}
