package document

import (
	"fmt"

	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// guest is the memory of a child's engine, of which there is one at a time. Its room is
// set aside at once and becomes real as it is used: it never moves, so that growing
// costs no second copy, and it goes back to the system with its engine.
//
// It remembers that the engine asked for more than it may have: the engine leaves a
// picture out that it has no room for, and says nothing.
type guest struct {
	most   uint64 // bytes that an engine may have
	wanted bool   // the engine of now asked for more
}

// Allocate begins the memory of another engine.
func (g *guest) Allocate(_, _ uint64) experimental.LinearMemory {
	g.wanted = false
	room, err := unix.Mmap(-1, 0, int(g.most), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE) // #nosec G115 -- guestPages
	if err != nil {
		panic(fmt.Errorf("set memory aside: %w", err)) // the interface has no other way to say so
	}
	return &linear{guest: g, room: room}
}

// linear is the memory of one engine.
type linear struct {
	guest *guest
	room  []byte
}

// Reallocate gives the engine so many bytes, or none at all.
func (l *linear) Reallocate(size uint64) []byte {
	if size > uint64(len(l.room)) {
		l.guest.wanted = true
		return nil
	}
	return l.room[:size:size]
}

func (l *linear) Free() {
	_ = unix.Munmap(l.room) // it is ours and whole
	l.room = nil
}
