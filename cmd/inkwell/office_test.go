package main

import (
	"bytes"
	"crypto/tls"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// office is a browser in which a member of staff is signed in.
type office struct {
	*demo
	client *http.Client
}

func (s *demo) office(username string) office {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	o := office{s, &http.Client{Jar: jar, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}} //nolint:gosec // its certificate was made a moment ago
	o.post("/staff/sign-in", url.Values{"username": {username}, "password": {demoPassword}})
	return o
}

// get is a page.
func (o office) get(path string) string {
	o.t.Helper()
	return o.read(o.client.Get("https://" + o.web + path))
}

// post is the page that a form leads to.
func (o office) post(path string, form url.Values) string {
	o.t.Helper()
	return o.read(o.client.PostForm("https://"+o.web+path, form))
}

func (o office) read(answer *http.Response, err error) string {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Request.URL.Path, "/staff") || strings.Contains(answer.Request.URL.Path, "sign-in") {
		o.t.Fatalf("%s: %s, %v", answer.Request.URL, answer.Status, err)
	}
	return string(text)
}

var (
	codeSize   = regexp.MustCompile(`<svg class="qr" viewBox="0 0 (\d+) `)
	codeModule = regexp.MustCompile(`M(\d+) (\d+)h1v1h-1z`)
)

// readCode is what a camera reads of the QR code on a page.
func readCode(t *testing.T, page string) string {
	t.Helper()
	const scale = 6
	number := func(digits string) int {
		n, err := strconv.Atoi(digits)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	size := codeSize.FindStringSubmatch(page)
	if size == nil {
		t.Fatalf("there is no code on the page:\n%s", page)
	}
	side := number(size[1]) * scale
	drawn := image.NewGray(image.Rect(0, 0, side, side))
	for i := range drawn.Pix {
		drawn.Pix[i] = 0xff
	}
	for _, at := range codeModule.FindAllStringSubmatch(page, -1) {
		for i := range scale * scale {
			drawn.SetGray(number(at[1])*scale+i%scale, number(at[2])*scale+i/scale, color.Gray{})
		}
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, drawn); err != nil {
		t.Fatal(err)
	}
	return seen(t, &picture)
}

// seen is what a camera reads of a picture.
func seen(t *testing.T, picture io.Reader) string {
	t.Helper()
	zbar := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", "-")
	zbar.Stdin = picture
	read, err := zbar.Output()
	if err != nil {
		t.Fatalf("no code is seen: %v", err)
	}
	return strings.TrimSpace(string(read))
}
