package simulate

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"inkwell/ipp/wire"
)

// printPath is where the printer takes IPP (PWG 5100.14 4.2).
const printPath = "/ipp/print"

// operation answers one request; document is the rest of the body. A returned
// error becomes the answer that wire.Refuse makes of it.
type operation func(p *Printer, r *http.Request, req *wire.Message, document io.Reader) (*wire.Message, error)

var operations map[wire.Op]operation

func init() { // not a literal: supportedOperations reads it on behalf of some of them
	plain := func(f func(*Printer, *http.Request, *wire.Message) (*wire.Message, error)) operation {
		return func(p *Printer, r *http.Request, req *wire.Message, _ io.Reader) (*wire.Message, error) {
			return f(p, r, req)
		}
	}
	operations = map[wire.Op]operation{
		wire.OpPrintJob:             (*Printer).printJob,
		wire.OpValidateJob:          plain((*Printer).validateJob),
		wire.OpCreateJob:            plain((*Printer).createJob),
		wire.OpSendDocument:         (*Printer).sendDocument,
		wire.OpCloseJob:             plain((*Printer).closeJob),
		wire.OpCancelJob:            plain((*Printer).cancelJob),
		wire.OpCancelMyJobs:         plain((*Printer).cancelMyJobs),
		wire.OpGetJobAttributes:     plain((*Printer).jobAttributes),
		wire.OpGetJobs:              plain((*Printer).listJobs),
		wire.OpGetPrinterAttributes: plain((*Printer).printerAttributes),
		wire.OpIdentifyPrinter:      plain((*Printer).identify),
	}
}

func supportedOperations() []int {
	codes := make([]int, 0, len(operations))
	for op := range operations {
		codes = append(codes, int(op))
	}
	slices.Sort(codes)
	return codes
}

// serveIPP is POST /ipp/print.
func (p *Printer) serveIPP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	offline := p.offline
	p.expire()
	p.mu.Unlock()
	if offline {
		panic(http.ErrAbortHandler) // the connection just ends
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != wire.ContentType {
		http.Error(w, "This address takes "+wire.ContentType+".", http.StatusUnsupportedMediaType)
		return
	}
	resp, err := p.answer(r)
	if err != nil {
		p.o.Log.Info("ipp request ended early", "err", err)
		panic(http.ErrAbortHandler)
	}
	raw, err := resp.Encode()
	if err != nil {
		p.o.Log.Error("ipp response", "err", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", wire.ContentType)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(raw) // a client that is gone needs no answer
}

// answer reads one request and carries it out. Its error is the connection's.
func (p *Printer) answer(r *http.Request) (*wire.Message, error) {
	req, err := wire.Read(r.Body, wire.ForRequests)
	if req == nil {
		req = &wire.Message{Version: wire.Version20}
	}
	var refusal *wire.Error
	if err == nil {
		var resp *wire.Message
		if resp, err = p.perform(r, req); err == nil {
			return resp, nil
		}
	}
	if errors.As(err, &refusal) {
		p.o.Log.Info("ipp request refused", "op", req.Op().String(), "status", refusal.Status.String())
		return wire.Refuse(req, err), nil
	}
	return nil, err
}

func (p *Printer) perform(r *http.Request, req *wire.Message) (*wire.Message, error) {
	do, ok := operations[req.Op()]
	if !ok {
		return nil, refuse(wire.StatusOperationNotSupported, "This printer does not know that operation.")
	}
	if err := checkTarget(req.Operation()); err != nil {
		return nil, err
	}
	return do(p, r, req, r.Body)
}

// checkTarget wants printer-uri or job-uri, and this printer in it. The host is
// whatever name the client knows us by.
func checkTarget(op wire.Attributes) error {
	name := "printer-uri"
	if !op.Has(name) {
		name = "job-uri"
	}
	uri, err := op.String(name)
	if err != nil {
		return err
	}
	_, path, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(uri, "ipp://"), "ipps://"), "/")
	if path = "/" + path; path != printPath && !strings.HasPrefix(path, printPath+"/") {
		return refuse(wire.StatusNotFound, "There is no such printer here.")
	}
	return nil
}

// jobID is the job that a request names, by job-id or at the end of job-uri.
func jobID(op wire.Attributes) (int, error) {
	if !op.Has("job-uri") {
		return op.Int("job-id")
	}
	uri, err := op.String("job-uri")
	if err != nil {
		return 0, err
	}
	id, err := strconv.Atoi(uri[strings.LastIndexByte(uri, '/')+1:])
	if err != nil {
		return 0, refuse(wire.StatusBadRequest, "The job-uri names no job.")
	}
	return id, nil
}

// target is the job that a request names. The caller holds the lock.
func (p *Printer) target(op wire.Attributes) (*job, error) {
	id, err := jobID(op)
	if err != nil {
		return nil, err
	}
	if j := p.find(id); j != nil {
		return j, nil
	}
	return nil, refuse(wire.StatusNotFound, "The printer has no such job.")
}

func refuse(status wire.Status, say string) error { return &wire.Error{Status: status, Say: say} }
