package document

import (
	"fmt"
	"testing"
)

// A child waits for the next document, and is that document's alone.
func TestASpareChild(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(o *Options) { o.Spare = 1 })
	for i := range 3 {
		await(t, "spare child", func() bool { return len(e.spare) == 1 })
		if facts, _, err := prepared(t, e, pdfPages(i+1).file()); err != nil || facts.Pages != i+1 {
			t.Errorf("document %d: %+v, %v", i, facts, err)
		}
	}
	facts, _, err := worked(t, e, colouredPages(14, 100, 100, 0).file(), Work{NumberUp: 2, Colour: true})
	if err != nil || facts.Pages != 7 {
		t.Errorf("%+v, %v", facts, err)
	}
}

// A spare child that is lost meanwhile is nobody's trouble.
func TestASpareChildThatIsLost(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(o *Options) { o.Spare = 1 })
	await(t, "spare child", func() bool { return len(e.spare) == 1 })
	lost := <-e.spare
	e.spare <- lost
	lost.cancel(fmt.Errorf("somebody killed it"))
	<-lost.gone
	if facts, _, err := prepared(t, e, pdfPages(2).file()); err != nil || facts.Pages != 2 {
		t.Errorf("%+v, %v", facts, err)
	}
	await(t, "spare child", func() bool { return len(e.spare) == 1 })
	if r := <-e.spare; r.isGone() {
		t.Error("no other waits")
	} else {
		r.dismiss()
	}
}

// A child that looks on says nothing that would be believed of more sides than there are.
func TestAnswersOfAChildThatLooksOn(t *testing.T) {
	t.Parallel()
	const sizes = `"sizes":[{"x":1,"y":1,"pages":4}]`
	for _, c := range []struct {
		second string // what the child says that looks on from side 2
		colour int
	}{
		{`{"seen":2,"colour":1}`, 2}, {`{"seen":3,"colour":1}`, Unseen}, {`{"seen":2,"colour":3}`, Unseen}, {`{"seen":0,"colour":0}`, Unseen},
		{`{"seen":-1,"colour":-1}`, Unseen}, {``, Unseen}, {`no`, Unseen},
	} {
		facts, err := fakePrepared(t, `read -r task || true; echo ready; case $task in
*'"from":0'*) printf %%PDF >&4; echo '{"outcome":"done","pages":4,"bytes":4,`+sizes+`}'; echo '{"seen":2,"colour":1}' ;;
*) echo '{"outcome":"done","pages":0,"bytes":0,"sizes":null}'; echo '`+c.second+`' ;; esac`, Work{Colour: true}, func(*Options) {})
		if err != nil || facts.Pages != 4 || facts.Colour != c.colour {
			t.Errorf("%q: %+v, %v", c.second, facts, err)
		}
	}
}
