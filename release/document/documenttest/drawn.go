package documenttest

import (
	"fmt"
	"strings"
)

// Drawn is a document of n pages of that size in points, none of which looks like another, or
// like itself mirrored, turned round or shifted: a frame with one corner filled, steps of grey
// and of colours along one edge, text, and squares that are the page's number.
func Drawn(n int, width, height float64) []byte {
	var kids strings.Builder
	for i := range n {
		fmt.Fprintf(&kids, "%d 0 R ", 4+2*i)
	}
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), n),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"}
	for i := range n {
		content := drawing(i+1, width, height)
		objects = append(objects,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %g %g] /Resources << /Font << /F 3 0 R >> >> /Contents %d 0 R >>", width, height, 5+2*i),
			fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content))
	}
	return Objects(objects...)
}

func drawing(page int, w, h float64) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("4 w %g %g %g %g re S", w*0.08, h*0.08, w*0.84, h*0.84)
	line("0 g %g %g %g %g re f", w*0.08, h*0.8, w*0.2, h*0.12)
	for i := range 6 {
		line("%.2f g %g %g %g %g re f", float64(i)/6, w*0.82, h*(0.2+0.08*float64(i)), w*0.08, h*0.06)
	}
	for i, colour := range []string{"0.8 0.1 0.1", "0.1 0.6 0.1", "0.1 0.1 0.8", "0.9 0.8 0"} {
		line("%s rg %g %g %g %g re f", colour, w*(0.15+0.1*float64(i)), h*0.12, w*0.08, h*0.05)
	}
	for bit := range 5 { // its number, in squares
		if page>>bit&1 == 1 {
			line("0.3 g %g %g %g %g re f", w*(0.12+0.13*float64(bit)), h*0.2, w*0.1, h*0.13)
		}
	}
	line("BT /F %g Tf %g %g Td (Page %d of the field notes) Tj ET", h*0.035, w*0.14, h*0.7, page)
	for i := range 8 {
		line("BT /F %g Tf %g %g Td (Line %d: what was found beside the pond, %d) Tj ET", h*0.018, w*0.14, h*(0.62-0.035*float64(i)), i, page*i)
	}
	return b.String()
}
