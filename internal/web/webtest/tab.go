package webtest

import "testing"

// Tab is what a story can do in each of the three browsers. Each method fails the test when it
// cannot do what it says.
type Tab interface {
	Hands
	Eyes
}

// Hands are what a person does at a Tab, and those who set it up.
type Hands interface {
	Size(width, height int64) // of the page, in CSS pixels
	Open(address string)      // and wait until it is loaded
	Click(selector string)    // the first element that it finds
	Keys(text string)         // like a person
	Badge(number string)      // like a badge reader
	PowerCut()                // of the machine: the browser and all its processes end at once; Engine.Start starts it anew
}

// Eyes are what is seen of a Tab.
type Eyes interface {
	Shot(file string)              // a picture of the page
	Eval(script string)            // whatever it gives
	Says(expression string) string // that gives a string
	Text() string                  // that a person can read
	Until(expression string)       // is true
	Seen(words string)             // wait for them
	Unhurt()                       // no policy was broken, and nothing thrown
}

// Engine is a browser that kiosks run in.
type Engine struct {
	Name  string
	Start func(t testing.TB, at Place) Tab // one tab of a new browser

	// Forgets says that nothing of Place.Profile is kept: WebKit has no pages that a program drives remember anything.
	Forgets bool
	// Reloads says that it loads a page again by itself that it could not load.
	Reloads bool
}

// Engines are the browsers whose engines all others have. Firefox and WebKit are slow to install and to
// start: unless all is to be proved (.ci/prove) a test takes one of them.
var Engines = []Engine{
	{"Chromium", func(t testing.TB, at Place) Tab { t.Helper(); return startChromium(t, at).Page(t) }, false, true},
	{"Firefox", startFirefox, false, false},
	{"WebKit", startWebKit, true, false},
}
