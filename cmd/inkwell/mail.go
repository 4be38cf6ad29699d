package main

import (
	"fmt"
	"net/mail"
	"os"
	"strings"

	post "inkwell/internal/mail"
)

// MailConfig is by which server the school's IT is written to.
type MailConfig struct {
	Server       string   // mail.server: host:port; "" is none
	From         string   // mail.from
	To           []string // mail.to
	User         string   // mail.user
	PasswordFile string   // mail.password-file
	Security     string   // mail.security: starttls, tls or none
}

var mailSettings = []setting{
	text("mail.server", "mail server, such as smtp.school.example:587, for faults of printers; empty is none", fixed(""),
		func(c *Config) *string { return &c.Mail.Server }, isAddressOrOff),
	text("mail.from", "address that mails come from", fixed(""), func(c *Config) *string { return &c.Mail.From }, isMailAddress),
	{
		key: "mail.to", usage: "addresses of those who look after printers", byDefault: fixed(""),
		read: func(c *Config, text string) error {
			c.Mail.To = words(text)
			for _, to := range c.Mail.To {
				if err := isMailAddress(to); err != nil {
					return err
				}
			}
			return nil
		},
		show: func(c *Config) string { return strings.Join(c.Mail.To, ",") },
	},
	text("mail.user", "name that the mail server knows us by; empty signs in nowhere", fixed(""), func(c *Config) *string { return &c.Mail.User }, anything),
	text("mail.password-file", "file with its password, readable by the server alone", fixed(""), func(c *Config) *string { return &c.Mail.PasswordFile }, isPathOrNone),
	text("mail.security", "how the mail server is spoken to: starttls, tls, or none for one on this machine", fixed(post.StartTLS),
		func(c *Config) *string { return &c.Mail.Security }, isMailSecurity),
}

func isMailAddress(text string) error {
	if _, err := mail.ParseAddress(text); text != "" && err != nil {
		return fmt.Errorf("write an address such as it@school.example")
	}
	return nil
}

func isMailSecurity(text string) error {
	if text != post.StartTLS && text != post.TLS && text != post.None {
		return fmt.Errorf("write starttls, tls or none")
	}
	return nil
}

// openPost is the way to the school's IT; nil where no mail server is named.
func (c MailConfig) openPost() (letters, error) {
	if c.Server == "" {
		return nil, nil
	}
	o := post.Options{Server: c.Server, From: c.From, To: c.To, User: c.User, Security: c.Security}
	if c.PasswordFile != "" {
		password, err := os.ReadFile(c.PasswordFile) // #nosec G304 -- the file that the operator named
		if err != nil {
			return nil, fmt.Errorf("read mail.password-file: %w", err)
		}
		o.Password = strings.TrimRight(string(password), "\r\n")
	}
	p, err := post.New(o)
	if err != nil {
		return nil, fmt.Errorf("mail settings: %w", err)
	}
	return p, nil
}
