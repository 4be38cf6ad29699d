package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/school"
	"inkwell/kiosk"
	"inkwell/kiosk/console"
)

// routesFile says of every address of every door who may: it is written by hand, as a second word to what the code says.
const routesFile = "testdata/routes.txt"

// listedRoute is one line of it: a door, a pattern, and the roles that may, or a sentence of others.
type listedRoute struct{ door, method, path, who string }

func (r listedRoute) String() string {
	return strings.Join([]string{r.door, r.method, r.path, r.who}, " ")
}

func (r listedRoute) may(role school.Role) bool {
	return slices.Contains(strings.Fields(r.who), string(role))
}

func listedRoutes(t *testing.T) (all []listedRoute) {
	t.Helper()
	text, err := os.ReadFile(routesFile)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		part := strings.Fields(line)
		if len(part) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		if len(part) < 4 {
			t.Fatalf("%s has the line %q", routesFile, line)
		}
		all = append(all, listedRoute{part[0], part[1], part[2], strings.Join(part[3:], " ")})
	}
	return all
}

// mounts are all places of the source that open a listener or put something behind one: a file and what stands there,
// and what that serves, as a line of routesFile begins. A place that is not here serves what nobody has decided about.
var mounts = map[string][]string{
	"cmd/inkwell/faces.go Handle(\"/\")":                                  {}, // to the console's own
	"cmd/inkwell/faces.go Handle(\"/kiosk\")":                             {}, // to the kiosks' own
	"cmd/inkwell/faces.go Handle(\"/kiosk/\")":                            {},
	"cmd/inkwell/faces.go Handle(\"GET /{$}\")":                           {"web GET /{$}"},
	"cmd/inkwell/metrics.go Handle(\"GET /metrics\")":                     {"metrics GET /metrics"},
	"cmd/inkwell/metrics.go Listen":                                       {},
	"cmd/inkwell/metrics.go http.Server":                                  {},
	"cmd/inkwell/printer_simulate.go Listen":                              {}, // a command's, of printers that are none
	"cmd/inkwell/printer_simulate.go http.Server":                         {},
	"internal/door/door.go Listen":                                        {}, // every door's
	"internal/door/door.go http.Server":                                   {},
	"internal/door/redirect.go HandleFunc(\"/\")":                         {"redirect ANY /"},
	"internal/door/redirect.go HandleFunc(\"GET /ca.crt\")":               {"redirect GET /ca.crt"},
	"internal/door/redirect.go Handle(\"GET \" + wellKnown)":              {"redirect GET /.well-known/acme-challenge/{name}"},
	"release/listen.go Listen":                                            {}, // to the database
	"internal/door/answers.go ServeHTTP":                                  {}, // behind the redirect
	"ipp/server.go ServeHTTP":                                             {"ipp GET /ipp/{queue}", "ipp POST /ipp/{queue}", "ipp GET /icons/{name}"},
	"ipp/simulate/tray.go Handle(\"GET /static/\")":                       {},
	"ipp/simulate/tray.go HandleFunc(\"GET /jobs/{job}/document.pdf\")":   {},
	"ipp/simulate/tray.go HandleFunc(\"GET /{$}\")":                       {},
	"ipp/simulate/tray.go HandleFunc(\"POST /controls/{control}\")":       {},
	"ipp/simulate/tray.go HandleFunc(\"POST \" + printPath + \"/{job}\")": {},
	"ipp/simulate/tray.go HandleFunc(\"POST \" + printPath)":              {},
	"kiosk/console/routes.go HandleFunc(\"/\")":                           {},  // nothing
	"kiosk/console/routes.go HandleFunc(route.pattern)":                   nil, // console.Patterns
	"kiosk/routes.go HandleFunc(\"/\")":                                   {},  // nothing
	"kiosk/routes.go HandleFunc(route.pattern)":                           nil, // kiosk.Patterns
}

// mounted finds those places.
func mounted(t *testing.T) (all []string) {
	t.Helper()
	root := filepath.Join("..", "..")
	for _, f := range sources(t, root) {
		name := f.name
		if strings.HasSuffix(name, "_test.go") || testOnly(f.pkg) {
			continue
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, filepath.Join(root, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		text := func(n ast.Node) string {
			var b bytes.Buffer
			_ = printer.Fprint(&b, set, n)
			return b.String()
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "ServeHTTP" {
					all = append(all, name+" ServeHTTP")
				}
			case *ast.CompositeLit:
				if n.Type != nil && text(n.Type) == "http.Server" {
					all = append(all, name+" http.Server")
				}
			case *ast.CallExpr:
				called, is := n.Fun.(*ast.SelectorExpr)
				switch {
				case !is:
				case (called.Sel.Name == "Handle" || called.Sel.Name == "HandleFunc") && len(n.Args) == 2:
					all = append(all, fmt.Sprintf("%s %s(%s)", name, called.Sel.Name, text(n.Args[0])))
				case slices.Contains([]string{"Listen", "ListenTCP", "ListenTLS", "ListenAndServe", "ListenAndServeTLS"}, called.Sel.Name):
					all = append(all, name+" Listen")
				}
			}
			return true
		})
	}
	return all
}

// registered are the routes that the source has, as routesFile says them.
func registered(t *testing.T) (all []listedRoute) {
	t.Helper()
	add := func(door, pattern, who string) {
		method, path, _ := strings.Cut(pattern, " ")
		all = append(all, listedRoute{door, method, path, who})
	}
	roles := append([]school.Role{school.Pupil}, school.StaffRoles()...)
	for pattern, needs := range console.Patterns() {
		var may []string
		for _, role := range roles {
			who := school.Actor{Roles: []school.Role{role}, Proof: school.BySession}
			if needs != "" && who.May(needs) {
				may = append(may, string(role))
			}
		}
		if needs == "" {
			may = []string{"everyone"}
		}
		add("web", pattern, strings.Join(may, " "))
	}
	for _, pattern := range kiosk.Patterns() {
		add("kiosk", pattern, "")
	}
	places := mounted(t)
	for _, place := range places {
		serves, known := mounts[place]
		if !known {
			t.Errorf("%s: nothing says what is served there. Add it to mounts in routes_test.go, and what it serves to %s.", place, routesFile)
		}
		for _, one := range serves {
			door, pattern, _ := strings.Cut(one, " ")
			add(door, pattern, "")
		}
	}
	for place := range mounts {
		if !slices.Contains(places, place) {
			t.Errorf("%s is in mounts, and is there no more", place)
		}
	}
	return all
}

// TestEveryRouteIsListed with who may: a new one, or a role that comes to open one, is a decision that somebody writes down.
func TestEveryRouteIsListed(t *testing.T) {
	t.Parallel()
	listed := map[string]string{}
	for _, r := range listedRoutes(t) {
		key := r.door + " " + r.method + " " + r.path
		if _, twice := listed[key]; twice {
			t.Errorf("%s is listed twice", key)
		}
		listed[key] = r.who
	}
	for _, r := range registered(t) {
		key := r.door + " " + r.method + " " + r.path
		who, is := listed[key]
		if !is || r.who != "" && r.who != who {
			t.Errorf("%s is open to %q, and listed for %q. If that is meant, %s has the line\n%s", key, r.who, who, routesFile, r)
		}
		delete(listed, key)
	}
	for key := range listed {
		t.Errorf("%s is listed, and there is no such route", key)
	}
}
