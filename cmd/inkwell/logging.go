package main

import (
	"io"
	"log/slog"
)

// newLog is the program's log. It carries ids, never names, badges, codes or titles.
func newLog(c Config, to io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(to, o))
	}
	return slog.New(slog.NewTextHandler(to, o))
}
