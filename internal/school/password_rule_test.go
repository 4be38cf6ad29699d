package school_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// TestPasswordRule: by Sam Bellingham of Harbour Academy, whose user name is sam.b.
func TestPasswordRule(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]string{
		"short1": "password-length", strings.Repeat("ab1 ", 51): "password-length",
		"onlyletters": "password-mixed", "1234567890": "password-mixed",
		"xx sam.b 2026 xx": "password-personal", "9 BELLingham 9": "password-personal", "old harbour wall 3": "password-personal",
		"Password123!": "password-common", "P@ssw0rd2026": "password-common", "liverpool2026": "password-common", "!!dragonfly99": "password-common", "L1verp00l!!!": "password-common",
		"qwertyuiop1": "password-common", "1qaz2wsx3edc": "password-common", "abcdefghijk9": "password-common", "zzzzzzzzzz1": "password-common", "zyxwvutsrq0": "password-common",
		"kx7kx7kx7kx7": "password-common", "vq9!vq9!vq9!": "password-common",
		"PrinterPaper26": "password-common", "Academy-Toner-7": "password-common", "my school 2026": "password-common", "pr1nt1ng!!me": "password-common",
		"three green boats 7": "", "the academy owl sleeps 4": "", "tin-whistle-42-moss": "", "grüne Öfen 77 laut": "", "hx2Lq9!vTw": "",
	} {
		got := ""
		if f := fault.As(school.PasswordRule(password, "sam.b ", "Sam", "Bellingham", "Harbour Academy")); f != nil {
			got = f.Code
		}
		if got != want {
			t.Errorf("%q: %q, want %q", password, got, want)
		}
	}
	if err := school.PasswordRule("sam.bellow 26 oak", "mia", "Mia", "Li", "Hill"); err != nil {
		t.Errorf("somebody else's name: %v", err)
	}
}

// TestEveryCommonPasswordIsRefused: the list is sorted, as it is looked up, long enough, and of its
// passwords each eleventh is found: one that has the length and the mix as it is, a word with digits behind.
func TestEveryCommonPasswordIsRefused(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("common_passwords.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if !slices.IsSorted(all) {
		t.Error("the list is not sorted by byte")
	}
	long := 0
	for i, one := range all {
		tried := one
		if len(one) < 10 || strings.Trim(one, "abcdefghijklmnopqrstuvwxyz") == "" {
			tried += "202655"
		} else {
			long++
		}
		if i%11 == 0 && (school.PasswordRule(tried) == nil || school.PasswordRule(strings.ToUpper(tried)) == nil) {
			t.Fatalf("%q is let through", tried)
		}
	}
	if len(all) < 40_000 || long < 10_000 {
		t.Errorf("%d common passwords, %d of them long enough for one", len(all), long)
	}
}
