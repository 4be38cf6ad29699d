package main

import "strconv"

// numbered reads the number of a row, as tables print it; 0, which none has, for
// anything else.
func numbered[T ~int32](text string) T {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		return 0
	}
	return T(n)
}
