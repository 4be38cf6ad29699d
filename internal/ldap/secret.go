package ldap

import (
	"os"
	"strings"

	"inkwell/internal/fault"
)

// readSecret reads the password of the account that reads the directory: the file's
// first line. It refuses a file that others may read, and a blank password, with
// which a directory lets anybody in as nobody.
func readSecret(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", fault.New(fault.Invalid, "ldap-password-file", "The file of the directory account's password cannot be read: %s", file).Because(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fault.New(fault.Forbidden, "ldap-password-open", "Others can read %s. Take that away: chmod 600 %s", file, file)
	}
	text, err := os.ReadFile(file) // #nosec G304 -- the operator names it
	if err != nil {
		return "", fault.New(fault.Invalid, "ldap-password-file", "The file of the directory account's password cannot be read: %s", file).Because(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return "", fault.New(fault.Invalid, "ldap-password-blank", "There is no password in the first line of %s.", file)
	}
	return line, nil
}
