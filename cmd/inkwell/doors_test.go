package main

import (
	"log/slog"
	"strings"
	"testing"
)

func TestConnectionsHaveFilesToGoWith(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		files uint64
		room  int
		warns bool
	}{{1 << 63, 4096, false}, {20000, 4096, false}, {8704, 4096, false}, {8702, 4095, true}, {1024, 256, true}, {64, 32, true}} {
		var log strings.Builder
		m := New(Config{}, slog.New(slog.NewTextHandler(&log, nil)), nil)
		if room := m.roomFor(c.files); room != c.room || strings.Contains(log.String(), "LimitNOFILE") != c.warns {
			t.Errorf("%d files: %d connections, said %q", c.files, room, log.String())
		}
	}
}
