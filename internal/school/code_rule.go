package school

import (
	"crypto/rand"
	"math/big"
	"strings"
)

// codeDigits is how long a code is that is given with a name.
const codeDigits = 6

// digitsAlone is how long a code has to be to stand alone among so many people: so long
// that the guesses of a day hit anybody's in fewer than 2 of 10,000 cases. Of numbers of
// any length more than nine in ten have no pattern.
func digitsAlone(people int) int {
	digits, numbers := codeDigits, int64(1_000_000)
	for schoolTries*int64(people)*10_000*10 >= 2*9*numbers && digits < 16 {
		digits, numbers = digits+1, numbers*10
	}
	return digits
}

// drawCode draws a code among all that have no pattern, each as likely as the other.
func drawCode(digits int) string {
	top := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	for {
		n, err := rand.Int(rand.Reader, top)
		if err != nil {
			panic(err) // never: the runtime ends the process first
		}
		code := n.String()
		code = strings.Repeat("0", digits-len(code)) + code
		if !patterned(code) {
			return code
		}
	}
}

// Grouped is a code as it is read out and typed: its digits by threes, eight by fours, with
// spaces at which no line breaks, and no digit left alone.
func Grouped(code string) string {
	size := 3
	if len(code)%4 == 0 && len(code)%3 != 0 {
		size = 4
	}
	var groups []string
	for len(code) > size+1 {
		groups, code = append(groups, code[:size]), code[size:]
	}
	return strings.Join(append(groups, code), "\u00a0")
}

// patterned says whether somebody would try the code first, or could read it over a
// shoulder at a glance: three equal digits or four in a row, a year, a repeated or
// mirrored group.
func patterned(code string) bool {
	return hasRun(code) || hasYear(code) || repeats(code) || mirrored(code)
}

func hasRun(code string) bool {
	equal, up, down := 1, 1, 1
	for i := 1; i < len(code); i++ {
		step := int(code[i]) - int(code[i-1])
		equal, up, down = next(equal, step == 0), next(up, step == 1), next(down, step == -1)
		if equal == 3 || up == 4 || down == 4 {
			return true
		}
	}
	return false
}

func next(n int, more bool) int {
	if more {
		return n + 1
	}
	return 1
}

// hasYear looks at both ends, where people put one.
func hasYear(code string) bool {
	year := func(s string) bool { return s >= "1950" && s <= "2039" }
	return year(code[:4]) || year(code[len(code)-4:])
}

func repeats(code string) bool {
	for n := 1; n <= len(code)/2; n++ {
		if len(code)%n == 0 && strings.Repeat(code[:n], len(code)/n) == code {
			return true
		}
	}
	return false
}

func mirrored(code string) bool {
	for i := range len(code) / 2 {
		if code[i] != code[len(code)-1-i] {
			return false
		}
	}
	return true
}
