package simulate

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"inkwell/ipp/wire"
)

//go:embed templates/tray.html static
var files embed.FS

var trayPage = template.Must(template.New("tray.html").ParseFS(files, "templates/tray.html"))

// Handler is the printer's whole face: IPP on POST /ipp/print, and the paper
// tray, a page for people, on GET /. Its buttons work from that page only.
func (p *Printer) Handler() http.Handler {
	static, err := fs.Sub(files, "static")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+printPath, p.serveIPP)
	mux.HandleFunc("POST "+printPath+"/{job}", p.serveIPP)
	mux.HandleFunc("GET /{$}", p.showTray)
	mux.HandleFunc("GET /jobs/{job}/document.pdf", p.showDocument)
	mux.HandleFunc("POST /controls/{control}", p.pressControl)
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(static)))
	return http.NewCrossOriginProtection().Handler(secured(mux))
}

const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// tray is the page.
type tray struct {
	Name, Room string
	Light      string // ready, busy, stopped or offline: the colour of the lamp
	Says       string // one sentence about the printer
	Identify   bool   // somebody is looking for this printer
	Jammed     bool
	Paper      int // sheets in the tray
	PaperLow   int // below it the gauge warns
	PaperFull  int
	JamAt      int       // impressions after which the next jam comes; -1 for none
	Address    string    // printer-uri
	Jobs       []trayJob // latest first
}

// showTray is GET /.
func (p *Printer) showTray(w http.ResponseWriter, r *http.Request) {
	var page bytes.Buffer
	if err := trayPage.Execute(&page, p.tray(address{r}.printer())); err != nil {
		p.o.Log.Error("paper tray", "err", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(page.Bytes())
}

// showDocument is GET /jobs/{job}/document.pdf: what was printed.
func (p *Printer) showDocument(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("job"))
	document, ok := p.Document(id)
	if err != nil || !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", "inline")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(document))
}

// pressControl is POST /controls/{control}: a button of the page.
func (p *Printer) pressControl(w http.ResponseWriter, r *http.Request) {
	press, ok := map[string]func(){
		"jam": p.Jam, "empty": p.Empty, "fill": p.Fill, "clear": p.Clear, "abort": p.Abort, "restart": p.Restart,
		"unplug": func() { p.Unplug(true) }, "plug": func() { p.Unplug(false) },
		"jam-after": func() {
			if n, err := strconv.Atoi(r.PostFormValue("impressions")); err == nil {
				p.JamAfter(n)
			}
		},
	}[r.PathValue("control")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	press()
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (p *Printer) tray(address string) tray {
	views := p.Jobs()
	p.mu.Lock()
	defer p.mu.Unlock()
	state, reasons, _ := p.state()
	t := tray{
		Name: p.o.Name, Room: p.o.Room, Address: address, Says: stateMessage(state, reasons),
		Light: map[int]string{wire.PrinterIdle: "ready", wire.PrinterProcessing: "busy", wire.PrinterStopped: "stopped"}[state],
		Paper: p.paper, PaperLow: p.o.Paper / 5, PaperFull: p.o.Paper, JamAt: p.jamAt, Jammed: p.jammed,
		Identify: !p.identified.IsZero() && p.o.Now().Sub(p.identified) < 10*time.Second,
	}
	if p.offline {
		t.Light, t.Says = "offline", "The network cable is out."
	}
	for i := len(views) - 1; i >= 0; i-- {
		t.Jobs = append(t.Jobs, newTrayJob(views[i], p.find(views[i].ID)))
	}
	return t
}
