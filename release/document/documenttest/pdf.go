// Package documenttest makes documents for tests, and is imported by them alone.
package documenttest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// PDF is a small document of n blank A4 pages.
func PDF(n int) []byte { return pages(n, func(int) string { return "" }) }

// Slow is a document of n A4 pages that are quickly counted and slowly drawn: every point
// has a grey of its own, by a sum of so many steps. 300 take a good part of a second.
func Slow(n, steps int) []byte { return shaded(n, func(int) int { return steps }, steps) }

// SlowLast is Slow of which the last page alone is slow; the others are full all the same.
func SlowLast(n, steps int) []byte {
	return shaded(n, func(page int) int {
		if page == n {
			return steps
		}
		return 0
	}, steps, 0)
}

// shaded is pages that are full of greys, each by one of these numbers of steps.
func shaded(n int, steps func(page int) int, all ...int) []byte {
	more := []string{"<< /Length 5 >>\nstream\n/S sh\nendstream"}
	at := map[int]int{}
	for _, one := range all {
		at[one] = n + 3 + len(more)
		more = append(more, fmt.Sprintf("<< /ShadingType 1 /ColorSpace /DeviceGray /Domain [0 1 0 1] /Matrix [595 0 0 842 0 0] /Function %d 0 R >>", at[one]+1),
			calculation("{add 2 div "+strings.Repeat("dup mul sqrt ", one)+"}"))
	}
	return pages(n, func(page int) string {
		return fmt.Sprintf(" /Resources << /Shading << /S %d 0 R >> >> /Contents %d 0 R", at[steps(page)], 3+n)
	}, more...)
}

func calculation(program string) string {
	return fmt.Sprintf("<< /FunctionType 4 /Domain [0 1 0 1] /Range [0 1] /Length %d >>\nstream\n%s\nendstream", len(program), program)
}

// pages is a document of n A4 pages, each with more entries by its number, and with more
// objects behind them, the first of which is number n+3.
func pages(n int, entries func(page int) string, more ...string) []byte {
	var kids strings.Builder
	for i := range n {
		fmt.Fprintf(&kids, "%d 0 R ", 3+i)
	}
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), n)}
	for i := range n {
		objects = append(objects, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"+entries(i+1)+" >>")
	}
	return Objects(append(objects, more...)...)
}

// Objects is a document of these objects, numbered from 1, of which the first is the
// catalog.
func Objects(all ...string) []byte {
	var b bytes.Buffer
	var table strings.Builder
	b.WriteString("%PDF-1.4\n")
	for i, body := range all {
		fmt.Fprintf(&table, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(all)+1, table.String(), len(all)+1, start)
	return b.Bytes()
}

// Coloured is PDF with a red box on each of the pages named, counted from 1.
func Coloured(n int, red ...int) []byte {
	const box = "1 0 0 rg 100 100 200 200 re f"
	return pages(n, func(page int) string {
		if !slices.Contains(red, page) {
			return ""
		}
		return fmt.Sprintf(" /Contents %d 0 R", 3+n)
	}, fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(box), box))
}
