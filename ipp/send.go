package ipp

import (
	"io"
	"net/http"
	"strconv"

	"inkwell/internal/crash"
)

// drain takes in the rest of a request that is answered before its end. A client in
// the middle of a document may not hear an answer, or take it for a broken
// connection and begin again for ever (libcups does both); at the end of the document
// every client listens. More than one document's worth is cut off.
func (s *Server) drain(w http.ResponseWriter, r *http.Request) {
	if _, err := io.CopyN(io.Discard, r.Body, s.MaxBytes); err == nil {
		w.Header().Set("Connection", "close")
	}
}

// send answers a request.
func (s *Server) send(w http.ResponseWriter, status int, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.Log.Debug("send answer", "error", err)
	}
	crash.At("answer-written")
}

// sendText answers with a sentence for a person.
func (s *Server) sendText(w http.ResponseWriter, status int, say string) {
	s.send(w, status, "text/plain; charset=utf-8", []byte(say+"\n"))
}
