package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// units of sizes, the largest first.
var units = []struct {
	name  string
	bytes int64
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}}

// isSize reads a number of bytes such as 256MiB, 1GiB or 1048576.
func isSize(text string) (int64, error) {
	wrong := fmt.Errorf("write a size such as 256MiB, 1GiB or a number of bytes")
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || n <= 0 || n > math.MaxInt64/u.bytes {
			return 0, wrong
		}
		return n * u.bytes, nil
	}
	return 0, wrong
}

// sizeText is a number of bytes in the largest unit that divides it.
func sizeText(n int64) string {
	for _, u := range units {
		if n%u.bytes == 0 && n != 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return "0"
}

// roughly is a number of bytes for a person, in whole units.
func roughly(n uint64) string {
	for _, u := range units {
		b := uint64(u.bytes) // #nosec G115 -- units are positive
		if u.name != "" && n >= 10*b {
			return fmt.Sprintf("%d %s", n/b, u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
