package main

import (
	"context"
)

// fillDemo loads the demo school into a demo that has none yet.
func (m *Main) fillDemo(ctx context.Context) error {
	if !m.made.Demo {
		return nil
	}
	there, err := m.directory.Schools(ctx)
	if err != nil || len(there) > 0 {
		return err
	}
	return loadDemo(ctx, m.db, m.directory)
}
