package mail

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/emersion/go-smtp"

	"inkwell/internal/texttest"
)

// box is a mail server of this machine that keeps what it is given.
type box struct {
	mu   sync.Mutex
	got  []string
	to   []string
	full bool
}

func (b *box) NewSession(*smtp.Conn) (smtp.Session, error) { return session{b}, nil }

type session struct{ b *box }

func (s session) Mail(string, *smtp.MailOptions) error { return nil }
func (s session) Reset()                               {}
func (s session) Logout() error                        { return nil }

func (s session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	if s.b.full {
		return &smtp.SMTPError{Code: 452, Message: "Mailbox full"}
	}
	s.b.to = append(s.b.to, to)
	return nil
}

func (s session) Data(r io.Reader) error {
	all, err := io.ReadAll(r)
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.b.got = append(s.b.got, string(all))
	return err
}

func serve(t *testing.T) (*box, string) {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &box{}
	server := smtp.NewServer(b)
	server.Domain, server.AllowInsecureAuth, server.ReadTimeout = "mail.school.example", true, time.Minute
	done := make(chan struct{})
	go func() { _ = server.Serve(socket); close(done) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return b, socket.Addr().String()
}

func TestSend(t *testing.T) {
	t.Parallel()
	b, at := serve(t)
	p, err := New(Options{Server: at, From: "Inkwell <inkwell@school.example>", To: []string{"it@school.example", "second@school.example"}, Security: None})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Send(t.Context(), "Paper jam: Library\r\nBcc: all@school.example", "It is stuck.\n.\nStill the same mail: é"); err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.got) != 1 || strings.Join(b.to, " ") != "it@school.example second@school.example" {
		t.Fatalf("%d mails to %v", len(b.got), b.to)
	}
	for _, want := range []string{"Subject: Paper jam: Library  Bcc: all@school.example\r\n", "Auto-Submitted: auto-generated", "From: \"Inkwell\" <inkwell@school.example>", "It is stuck.", "Still the same mail: =C3=A9"} {
		if !strings.Contains(b.got[0], want) {
			t.Errorf("no %q in\n%s", want, b.got[0])
		}
	}
	if strings.Contains(b.got[0], "\nBcc:") {
		t.Error("a subject has made a header")
	}
}

// TestATextIsNoHeader: whatever a printer or a school is called, a mail has the headers that it always has, goes to
// whom it always goes, and its text is the text.
func TestATextIsNoHeader(t *testing.T) {
	t.Parallel()
	p, err := New(Options{Server: "127.0.0.1:25", From: "inkwell@school.example", To: []string{"it@school.example"}, Security: None})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texttest.Harmful() {
		m, err := p.message(p.o.To, text, text)
		if err != nil {
			t.Fatal(err)
		}
		var sent bytes.Buffer
		if _, err := m.WriteTo(&sent); err != nil {
			t.Fatalf("%.60q: %v", text, err)
		}
		got, err := mail.ReadMessage(bytes.NewReader(sent.Bytes()))
		if err != nil {
			t.Fatalf("%.60q: %v", text, err)
		}
		const usual = "Auto-Submitted Content-Transfer-Encoding Content-Type Date From Message-Id Mime-Version Subject To User-Agent X-Mailer"
		if names := strings.Join(slices.Sorted(maps.Keys(got.Header)), " "); names != usual || len(got.Header["To"]) != 1 || got.Header.Get("To") != "<it@school.example>" {
			t.Errorf("%.60q makes the headers %s, to %q", text, names, got.Header["To"])
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
		if err != nil || strings.ContainsFunc(subject, unicode.IsControl) {
			t.Errorf("%.60q makes the subject %q (%v)", text, subject, err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
		if plain := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace; err != nil || plain(string(body)) != plain(text) {
			t.Errorf("%.60q makes the text %.60q (%v)", text, body, err)
		}
	}
}

func TestWhatIsNotSent(t *testing.T) {
	t.Parallel()
	b, at := serve(t)
	good := Options{Server: at, From: "inkwell@school.example", To: []string{"it@school.example"}, Within: 20 * time.Second}
	p, err := New(good)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Send(t.Context(), "x", "x"); err == nil {
		t.Error("it was sent without the encryption that is asked for")
	}
	good.Security = None
	b.full = true
	if p, err = New(good); err != nil {
		t.Fatal(err)
	}
	if err := p.Send(t.Context(), "x", "x"); err == nil {
		t.Error("a refusal of the server is no error")
	}
	if len(b.got) != 0 {
		t.Errorf("sent %q", b.got)
	}
	for name, change := range map[string]func(*Options){
		"nobody":              func(o *Options) { o.To = nil },
		"no address":          func(o *Options) { o.To = []string{"it"} },
		"no sender":           func(o *Options) { o.From = "" },
		"no port":             func(o *Options) { o.Server = "mail.school.example" },
		"another way":         func(o *Options) { o.Security = "maybe" },
		"a password in plain": func(o *Options) { o.User, o.Password = "inkwell", "secret" },
	} {
		o := good
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s was taken", name)
		} else if errors.Unwrap(err) == nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s tells the password", name)
		}
	}
}
