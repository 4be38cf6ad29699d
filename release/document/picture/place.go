package picture

// Sheet is the size of a page in points.
type Sheet struct {
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// Turned is the sheet lying on its other side.
func (s Sheet) Turned() Sheet { return Sheet{s.Height, s.Width} }

// Inside is the part of the sheet that every printer can print on.
func (s Sheet) Inside() Sheet { return Sheet{s.Width - 2*Margin, s.Height - 2*Margin} }

// Margin is what stays white at each edge, in points: 5 mm.
const Margin = 5 * 72 / 25.4

// Scaling is how a picture is fitted to its sheet (print-scaling, PWG 5100.13).
type Scaling string

// The values of print-scaling. A picture has no sheet of its own, and what it says of
// its resolution is seldom meant, so Auto is Fit. The others go by that resolution.
const (
	Auto    Scaling = "auto"     // as large as the margins allow
	AutoFit Scaling = "auto-fit" // its own size, smaller if the margins demand it
	Fill    Scaling = "fill"     // the whole sheet, and what does not fit is cut off
	Fit     Scaling = "fit"      // as large as the margins allow
	None    Scaling = "none"     // its own size, and what does not fit is cut off
)

// place is the page for a picture of this size in points, once it is upright: the
// sheet turned as the picture is, the picture in its middle, its proportions kept.
// The rectangle is where it goes.
func place(sheet Sheet, scaling Scaling, width, height float64) (Sheet, rectangle) {
	if width != height && (width > height) != (sheet.Width > sheet.Height) {
		sheet = sheet.Turned()
	}
	inside := sheet.Inside()
	fit := min(inside.Width/width, inside.Height/height)
	scale := fit
	switch scaling {
	case None:
		scale = 1
	case AutoFit:
		scale = min(1, fit)
	case Fill:
		scale = max(sheet.Width/width, sheet.Height/height)
	case Auto, Fit:
	}
	width, height = width*scale, height*scale
	return sheet, rectangle{(sheet.Width - width) / 2, (sheet.Height - height) / 2, width, height}
}

// rectangle is a part of a page, from its lower left corner, in points.
type rectangle struct{ x, y, width, height float64 }

// upright is the matrix that draws a picture of this Exif orientation (1 to 8,
// JEITA CP-3451 section 4.6.4) upright into the rectangle.
func (r rectangle) upright(orientation int) matrix {
	x, y, w, h := r.x, r.y, r.width, r.height
	switch orientation {
	case 2:
		return matrix{-w, 0, 0, h, x + w, y}
	case 3:
		return matrix{-w, 0, 0, -h, x + w, y + h}
	case 4:
		return matrix{w, 0, 0, -h, x, y + h}
	case 5:
		return matrix{0, -h, -w, 0, x + w, y + h}
	case 6:
		return matrix{0, -h, w, 0, x, y + h}
	case 7:
		return matrix{0, h, w, 0, x, y}
	case 8:
		return matrix{0, h, -w, 0, x + w, y}
	}
	return matrix{w, 0, 0, h, x, y}
}
