package document

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// renounceNames takes from the calling thread, and from every process that it
// starts, the making, removing, renaming and cutting of any file by its name. A
// child that shares the server's user could otherwise destroy what it cannot
// open. Opening is left to shut: the child must still be able to load itself.
//
// Kernels before 5.13, or built without Landlock, do not offer this; there it
// does nothing.
func renounceNames() error {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return nil
	}
	rules := unix.LandlockRulesetAttr{Handled_access_fs: renounced(int(version))}
	ruleset, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET,
		uintptr(unsafe.Pointer(&rules)), unsafe.Sizeof(rules.Handled_access_fs), 0) // #nosec G103 -- how the call takes it
	if errno != 0 {
		return fmt.Errorf("make file rules: %w", errno)
	}
	defer func() { _ = unix.Close(int(ruleset)) }()
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0, 0); errno != 0 {
		return fmt.Errorf("take up file rules: %w", errno)
	}
	return nil
}

// renounced is what a kernel of this Landlock version can take away.
func renounced(version int) uint64 {
	rights := uint64(unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
		unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK |
		unix.LANDLOCK_ACCESS_FS_MAKE_SYM)
	if version >= 2 {
		rights |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= 3 {
		rights |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	return rights
}
