// Package mail sends plain text to the few people that an installation names, by one server
// of the school's. It knows nothing of what it says. Unless it is told otherwise nothing goes
// without encryption, and a password never does.
package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"
)

// The ways to a server.
const (
	StartTLS = "starttls" // encrypted before anything is said
	TLS      = "tls"      // from the first byte
	None     = "none"     // not at all: for a server on this machine
)

// Options say whom to send to, and how.
type Options struct {
	Server   string   // host:port
	From     string   // address of the sender
	To       []string // at least one
	User     string   // "" signs in nowhere
	Password string
	Security string        // StartTLS, TLS or None; "" is StartTLS
	Within   time.Duration // one mail takes at most; 0 is half a minute
}

// Post sends mails. It is safe for concurrent use, and keeps no connection open.
type Post struct{ o Options }

// New checks the options. It connects to nothing yet.
func New(o Options) (*Post, error) {
	if o.Within == 0 {
		o.Within = 30 * time.Second
	}
	if len(o.To) == 0 {
		return nil, errors.New("a mail needs somebody to read it")
	}
	if o.User != "" && o.Security == None {
		return nil, errors.New("a password does not go to a mail server without encryption")
	}
	p := &Post{o}
	if _, err := p.message(o.To, "Test", "Test"); err != nil {
		return nil, err
	}
	_, err := p.client()
	return p, err
}

// Send sends one mail to everybody and returns once the server has taken it.
func (p *Post) Send(ctx context.Context, subject, text string) error {
	return p.SendTo(ctx, p.o.To, subject, text)
}

// SendTo is Send to others, of whom there is at least one.
func (p *Post) SendTo(ctx context.Context, to []string, subject, text string) error {
	m, err := p.message(to, subject, text)
	if err != nil {
		return err
	}
	c, err := p.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.o.Within)
	defer cancel()
	if err := c.DialAndSendWithContext(ctx, m); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	return nil
}

func (p *Post) message(to []string, subject, text string) (*mail.Msg, error) {
	m := mail.NewMsg()
	if err := m.From(p.o.From); err != nil {
		return nil, fmt.Errorf("address of the sender: %w", err)
	}
	if err := m.To(to...); err != nil {
		return nil, fmt.Errorf("address of a reader: %w", err)
	}
	m.Subject(oneLine(subject))
	m.SetDate()
	m.SetMessageID()
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no machine answers
	m.SetBodyString(mail.TypeTextPlain, text)
	return m, nil
}

// oneLine leaves out what could begin another header.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

func (p *Post) client() (*mail.Client, error) {
	host, port, err := net.SplitHostPort(p.o.Server)
	if err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	all := []mail.Option{mail.WithPort(int(n)), mail.WithTimeout(p.o.Within)}
	switch p.o.Security {
	case "", StartTLS:
		all = append(all, mail.WithTLSPolicy(mail.TLSMandatory))
	case TLS:
		all = append(all, mail.WithSSL())
	case None:
		all = append(all, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, fmt.Errorf("mail security %q is not starttls, tls or none", p.o.Security)
	}
	if p.o.User != "" {
		all = append(all, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(p.o.User), mail.WithPassword(p.o.Password))
	}
	return mail.NewClient(host, all...)
}
