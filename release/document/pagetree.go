package document

import (
	"errors"
	"io"
	"strconv"
)

// maxTreeDepth bounds a walk. Honest trees are a few levels deep.
const maxTreeDepth = 256

// pageTree walks the page tree of a PDF that the engine wrote: one revision, a
// plain cross-reference table, no object streams, no encryption. It does not read
// PDFs from anywhere else.
type pageTree struct {
	in      io.ReaderAt
	size    int64
	offsets map[int]int64 // of each object in use, by its number
	most    int           // leaves
	visits  int           // nodes still allowed, leaves included
}

var errTree = errors.New("the page tree is broken")

// countLeaves counts the pages reachable from the catalog (ISO 32000-1 section
// 7.7.3), whatever any /Count says: every node without /Kids, as often as it is
// reached. A loop, a missing node, and a tree deeper than maxTreeDepth are errors.
// It gives up, with more than most, when there are more than that.
func countLeaves(in io.ReaderAt, size int64, most int) (int, error) {
	t := &pageTree{in: in, size: size, offsets: map[int]int64{}, most: most, visits: 4*most + 1000}
	trailer, err := t.readTable()
	if err != nil {
		return 0, err
	}
	catalog, err := t.object(trailer.entry("Root"))
	if err != nil {
		return 0, err
	}
	return t.leaves(catalog.entry("Pages"), map[int]bool{})
}

// leaves counts below one node; above holds the nodes on the way to it.
func (t *pageTree) leaves(ref value, above map[int]bool) (int, error) {
	t.visits--
	if t.visits < 0 || len(above) > maxTreeDepth || above[ref.number] {
		return 0, errTree
	}
	node, err := t.object(ref)
	if err != nil {
		return 0, err
	}
	if node.kind != isDictionary {
		return 0, errTree
	}
	kids := node.entry("Kids")
	if kids.kind == isRef {
		kids, err = t.object(kids)
		if err != nil {
			return 0, err
		}
	}
	if kids.kind == isNothing {
		return 1, nil
	}
	above[ref.number] = true
	defer delete(above, ref.number)
	sum := 0
	for _, kid := range kids.items {
		n, err := t.leaves(kid, above)
		if err != nil {
			return 0, err
		}
		if sum += n; sum > t.most {
			break
		}
	}
	return sum, nil
}

// object reads the object that ref points to.
func (t *pageTree) object(ref value) (value, error) {
	offset, ok := t.offsets[ref.number]
	if ref.kind != isRef || !ok {
		return value{}, errTree
	}
	l := newLexer(io.NewSectionReader(t.in, offset, t.size-offset))
	for _, want := range []string{strconv.Itoa(ref.number), "", "obj"} {
		if got, err := l.token(); err != nil || want != "" && got != want {
			return value{}, errTree
		}
	}
	return l.value()
}
