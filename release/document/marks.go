package document

import "math/bits"

// Marks are some of a document's pages: a bit each, from the lowest of the first byte on.
type Marks []byte

// Has says whether the page with this index, from 0, is among them.
func (m Marks) Has(page int) bool { return page>>3 < len(m) && m[page>>3]&(1<<(page&7)) != 0 }

// with has one more page among them.
func (m Marks) with(page int) Marks {
	for len(m) <= page>>3 {
		m = append(m, 0)
	}
	m[page>>3] |= 1 << (page & 7)
	return m
}

// Count is how many they are.
func (m Marks) Count() (n int) {
	for _, b := range m {
		n += bits.OnesCount8(b)
	}
	return n
}

// within says whether all of them are among the first so many pages.
func (m Marks) within(pages int) bool {
	for page := range len(m) * 8 {
		if page >= pages && m.Has(page) {
			return false
		}
	}
	return len(m) <= (pages+7)/8
}
