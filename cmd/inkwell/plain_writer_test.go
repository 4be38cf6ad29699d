package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"
)

func TestWhatATerminalWouldObeyIsReplaced(t *testing.T) {
	t.Parallel()
	const bad = "a\x1b[2J\u009b31m\x07\x08\r\x00\x7f\u202eexe\u2066\u061c\u2028\x80\xffz"
	const good = "Zoë\t\U0001F469\u200d\U0001F680 हिन्दी \ufeff\r\nمرحبا\n"
	for size := 1; size < 40; size++ { // however it is cut
		var out bytes.Buffer
		w := &plainWriter{to: &out}
		for text := []byte(good + bad + good); len(text) > 0; {
			n, err := w.Write(text[:min(size, len(text))])
			if err != nil {
				t.Fatal(err)
			}
			text = text[n:]
		}
		if want := good + "a\ufffd[2J\ufffd31m\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdexe\ufffd\ufffd\ufffd\ufffd\ufffdz" + good; out.String() != want {
			t.Fatalf("in pieces of %d it writes\n%q, want\n%q", size, out.String(), want)
		}
	}
	w := &plainWriter{to: os.Stdout}
	if unwrapped(w) != os.Stdout || unwrapped(os.Stdout) != os.Stdout {
		t.Error("what is raw is something else")
	}
}

// obeys ends every text that the database holds with what a terminal does, but for what is chosen from a list.
const obeys = `
SET session_replication_role = replica;
DO $$
DECLARE c record; bad text := U&'\001B[2J\009B31m\0008\202Eqz';
BEGIN
	FOR c IN SELECT table_name, column_name, data_type FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
		WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type IN ('text', 'ARRAY') AND is_generated = 'NEVER'
		AND table_name !~ '^(audit|river|seal|schema)' AND column_name NOT IN ('time_zone', 'uri', 'language', 'secret') LOOP
		BEGIN
			IF c.data_type = 'text' THEN
				EXECUTE format('UPDATE %1$I SET %2$I = left(%2$I, 30) || $1 WHERE %2$I IS NOT NULL', c.table_name, c.column_name) USING bad;
			ELSE
				EXECUTE format('UPDATE %1$I SET %2$I = ARRAY(SELECT v || $1 FROM unnest(%2$I) v) WHERE %2$I IS NOT NULL', c.table_name, c.column_name) USING bad;
			END IF;
		EXCEPTION WHEN OTHERS THEN NULL; -- one of a list
		END;
	END LOOP;
END $$`

// TestNoTextMovesTheCursor runs every command that shows something over a database whose every text would.
func TestNoTextMovesTheCursor(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	s.super(func(ctx context.Context, db *pgx.Conn) error {
		for _, sql := range []string{
			"INSERT INTO exam (school_id, name, begins_at, ends_at, account, added_at) SELECT school_id, 'Art', now() + interval '1 day', now() + interval '25 hours', '', now() FROM school",
			"INSERT INTO legal_hold (school_id, person_id, reason, placed_at, review_on) SELECT school_id, min(person_id), 'the police asked', now(), now() + interval '30 days' FROM person GROUP BY school_id",
			obeys,
		} {
			if _, err := db.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
	var asked [][]string
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, child := range c.Commands() {
			walk(child)
		}
		switch c.Name() {
		case "list", "show", "status", "screens", "unsigned", "usage", "languages", "profile":
			if c.Runnable() && !c.HasSubCommands() && !strings.Contains(c.Use, " ") {
				asked = append(asked, strings.Fields(c.CommandPath())[1:])
			}
		}
	}
	walk(rootCommand())
	asked = append(asked, []string{"printer", "status", "1"}, []string{"usage", "--by", "class"}, []string{"calendar", "close", "qz\x1b[2J\u202e"})
	shown := 0
	for _, args := range asked {
		out, err := inkwell(t, append(args, "--data-dir", s.dir)...)
		if strings.Contains(out, "qz") {
			shown++
		}
		if bad := strings.IndexFunc(out, func(r rune) bool {
			return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
		}); bad >= 0 {
			t.Errorf("inkwell %s writes %q", strings.Join(args, " "), out[bad:min(bad+60, len(out))])
		}
		if refused := args[0] == "calendar" && args[1] == "close"; (err != nil) != refused {
			t.Errorf("inkwell %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	if len(asked) < 20 || shown < 8 {
		t.Errorf("only %d of %d commands show any of it", shown, len(asked))
	}
}
