package web_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// tokens reads the colour tokens of the stylesheet, light first, then dark.
func tokens(t *testing.T) map[string]map[string]string {
	t.Helper()
	css, err := os.ReadFile("static/inkwell.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, ok := strings.Cut(string(css), "prefers-color-scheme: dark")
	if !ok {
		t.Fatal("no dark tokens")
	}
	token := regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)
	read := func(s string) map[string]string {
		m := map[string]string{}
		for _, f := range token.FindAllStringSubmatch(s, -1) {
			m[f[1]] = f[2]
		}
		return m
	}
	return map[string]map[string]string{"light": read(light), "dark": read(dark)}
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}

func TestColoursCanBeReadByEveryone(t *testing.T) {
	t.Parallel()
	const text, shape = 4.5, 3.0 // WCAG 2.2 1.4.3 and 1.4.11
	for scheme, colour := range tokens(t) {
		for _, c := range []struct {
			fore, back string
			least      float64
		}{
			{"ink", "paper", 7}, {"ink", "sheet", 7}, {"ink", "well", 7},
			{"ink-soft", "paper", text}, {"ink-soft", "sheet", text}, {"ink-soft", "well", text},
			{"blue", "paper", text}, {"blue", "sheet", text}, {"blue-deep", "sheet", text}, {"blue-deep", "blue-wash", text},
			{"ink", "blue-wash", text}, {"ink", "good-wash", text}, {"ink", "warn-wash", text}, {"ink", "bad-wash", text},
			{"on-blue", "blue", text}, {"on-blue", "blue-deep", text}, {"on-go", "go", text}, {"on-go", "go-deep", text},
			{"on-bad", "bad", text}, {"on-bad", "bad-deep", text}, {"bad", "sheet", text}, {"bad", "paper", text},
			{"good", "good-wash", text}, {"warn", "warn-wash", text}, {"bad", "bad-wash", text},
			{"rule-strong", "paper", shape}, {"rule-strong", "sheet", shape}, {"go", "sheet", shape}, {"blue", "well", shape},
		} {
			f, b := colour[c.fore], colour[c.back]
			if f == "" || b == "" {
				t.Fatalf("%s: no colour %s or %s", scheme, c.fore, c.back)
			}
			hi, lo := luminance(t, f), luminance(t, b)
			if hi < lo {
				hi, lo = lo, hi
			}
			if ratio := (hi + 0.05) / (lo + 0.05); ratio < c.least {
				t.Errorf("%s: %s on %s is %.2f, needs %.1f", scheme, c.fore, c.back, ratio, c.least)
			}
		}
	}
}

func TestTheStylesheetNeedsNothingFromOutside(t *testing.T) {
	t.Parallel()
	css, err := os.ReadFile("static/inkwell.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"url(", "@import", "http"} {
		if strings.Contains(string(css), never) {
			t.Errorf("the stylesheet contains %s", never)
		}
	}
	if len(css) > 20_000 {
		t.Errorf("the stylesheet has grown to %d bytes", len(css))
	}
}
