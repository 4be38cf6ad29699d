package console

import (
	"net/http"
	"strconv"
)

// numberIn is the number that an address has in a place of its pattern; 0, which nothing
// has, where it is none, or too large for its kind.
func numberIn[T ~int32 | ~int64](r *http.Request, place string) T {
	return numberOf[T](r.PathValue(place))
}

// numberOf is the number that a text is; 0 where it is none, or too large for its kind.
func numberOf[T ~int32 | ~int64](text string) T {
	n, err := strconv.ParseInt(text, 10, 64)
	if id := T(n); err == nil && int64(id) == n {
		return id
	}
	return 0
}
