package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// masked stands for a secret.
const masked = "(hidden)"

func configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the effective configuration and where each value came from",
		Long: `Show each setting, its value and whether a flag, a variable, a file or the default has
it so; never a password. Give it the flags that you give the server.`,
		Example: "  inkwell config",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := load(cmd.Flags())
			if err != nil {
				return err
			}
			return l.print(cmd.OutOrStdout())
		},
	}
	addFlags(cmd.Flags())
	return cmd
}

// print lists every setting: key, value, source.
func (l *Loaded) print(to io.Writer) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	file := l.File
	if file == "" {
		file = "none"
	}
	_, _ = fmt.Fprintf(w, "configuration file\t%s\t\n\n", file) // tabwriter keeps an error for Flush
	for _, s := range settings {
		value := s.show(&l.Config)
		if s.secret {
			value = mask(value)
		}
		if value == "" {
			value = `""`
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", s.key, value, l.Sources[s.key])
	}
	return w.Flush()
}

// mask hides a secret: of an address its password, else all of it.
func mask(text string) string {
	if text == "" || strings.Contains(text, "://") {
		return maskURL(text)
	}
	return masked
}

// maskURL hides the password of a connection string and keeps what helps to find
// a mistake: user, host and database.
func maskURL(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil {
		return masked
	}
	u.RawQuery, u.Fragment = "", ""
	if _, ok := u.User.Password(); ok {
		u.User = url.User(u.User.Username())
		return u.String() + " " + masked
	}
	return u.String()
}
