package ipp

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	second "github.com/phin1x/go-ipp"

	"inkwell/internal/fault"
	"inkwell/ipp/wire"
	"inkwell/release"
	"inkwell/release/document"
)

// rooms are where refusals come from that can reach a client of ours.
var rooms = []string{"ipp", "release", "release/document", "release/spool", "quota", "internal/school", "internal/ldap", "internal/db"}

// elsewhere are the refusals of those rooms that no client of ours meets: they are
// for a station, for staff pages and for the host's commands.
var elsewhere = strings.Fields(`
	station-unknown station-there printer-there printer-unknown printer-stopped nothing-chosen not-asked answer-pages not-stopped not-given-back not-asked-yet
	spool-key-wrong spool-key-missing spool-foreign spool-plain spool-bucket keypad-paused database-rights
	reason-missing until-out-of-range not-suspended own-case seal-gone
	password-length password-mixed password-personal password-common
	job-password-wrong job-password-spent
	device-name addresses-full address-unknown uploads-off uploads-hold badge-none
	ldap-urls ldap-url ldap-plain ldap-ca ldap-account ldap-filter ldap-password-file ldap-password-open ldap-password-blank
	ldap-connect ldap-tls ldap-bind ldap-base ldap-rights ldap-size
	role-unknown username-taken already-there already-elsewhere hold-reason hold-review hold-open hold-unknown hold-own
	tariff-unit tariff-unit-from tariff-unit-in-use tariff-from tariff-same tariff-unknown tariff-begun tariff-withdrawn tariff-overlaps tariff-colour tariff-duplex tariff-size tariff-finishing tariff-rate printer-group-unknown printer-group-name
	usage-by usage-days usage-of-people
	refund-unknown refund-asked refund-pages refund-reason refund-why refund-done refund-too-many
	recovery-amount recovery-reason recovery-day recovery-state recovery-unknown recovery-own
	allowance-pages allowance-whom allowance-years allowance-unknown allowance-per allowance-combine allowance-carry allowance-colour
	transfer-amount transfer-key transfer-reason transfer-by own-account refund-too-much no-ceiling
	head-alone authority-reason authority-days authority-guests authority-unknown authority-full guest-name guest-organisation guest-ends guest-pages username-form username-there not-a-guest agreement-first
	-mixed -unknown
	payer-changed printing-at pupil-unnamed pass-spent visit-over badge-not-lost badge-lost-elsewhere pass-pages pass-until
	slip-claim slip-locked slip-over slip-none slip-stopped slip-elsewhere
	badge-code renew-by-code enrol-off enrol-by-code enrol-again enrol-full keypads-rest code-wait codes-primary slips-nobody badge-taken badge-is-lost badge-collides badges-collide badges-full badge-not-theirs
	agreement-unknown agreement-version agreement-audience agreement-clauses agreement-parent agreement-there agreement-blocks answers signatory signed-on
	queue-path queue-programs queue-name queue-there queue-busy queue-printer queue-users queue-proof queue-colour queue-kind
	class-unknown generic-name generic-names-full printer-elsewhere printer-place printer-not-from-here lesson-none class-print-printer class-print-chosen sponsor-not sponsor-none kiosk-words
	device-unknown device-over device-rests device-key device-code devices-many link-unknown link-network link-full link-spent link-days link-networks link-most device-missing
	group-slug group-name group-place group-wide group-taken group-unknown not-a-claim
	day-past day-far day-closed day-free day-not-closed closure-reason calendar-wrong sheet-large
	cover-day cover-period cover-self cover-nobody cover-unknown lesson-rings
	statement-days statement-long account-missing account-code account-name account-sort account-class account-users account-until account-there account-default account-none
	top-up-pages give-reason account-unlimited account-private gift-pages gift-nobody gift-pupil gift-key gift-budget gift-short audience
	exam-name exam-times exam-nobody exam-nowhere exam-overlaps exam-unknown exam-people exam-time exam-account
	rule-name rule-years rule-pages rule-copies rule-colour rule-paper rule-when rule-hours rule-days rule-printers rule-same rule-outcome rule-instead rule-empty rule-slack
	rule-unknown rule-place rules-full rule-number rule-field rule-figure rule-role rule-class rule-person
	approval-not-asked approval-answered approval-gone approval-reason exemption-whom exemption-reason exemption-ends exemption-own exemption-same exemption-unknown exemption-over exemption-recorded
	colour-default-unknown language-not-offered languages-offered printer-none proof-twice proof-unknown request-answered request-day request-no-file request-open request-unknown signed-by year-unknown
	report-kind fault-unknown fault-stands printer-label printer-at-work test-page-waits
	job-edited edit-unknown edit-program edit-stuck picture-none pictures-many class-sheets
	room-gone room-unknown room-due room-copies room-sides room-finish room-paper room-note room-reason room-cannot room-begun room-not-out room-out room-unpaid room-barred room-finishes`)

// refusalsIn are the sentences of all refusals that a room makes, by place.
func refusalsIn(t *testing.T, room string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", room, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", room, err)
	}
	found := map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if say, ok := sentenceOf(call); ok {
					found[set.Position(call.Pos()).String()] = say
				}
			}
			return true
		})
	}
	return found
}

// sentenceOf is the sentence that a call makes a refusal of or says to a client.
func sentenceOf(call *ast.CallExpr) (string, bool) {
	text := func(i int) string {
		if i >= len(call.Args) {
			return ""
		}
		arg := call.Args[i]
		if made, ok := arg.(*ast.BinaryExpr); ok { // a code of what was asked for, as "users-unknown": its end says which it is
			arg = made.Y
		}
		lit, _ := arg.(*ast.BasicLit)
		if lit == nil {
			return ""
		}
		s, _ := strconv.Unquote(lit.Value)
		return s
	}
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return text(1), f.Name == "refuse"
	case *ast.SelectorExpr:
		of, _ := f.X.(*ast.Ident)
		switch {
		case of != nil && of.Name == "fault" && f.Sel.Name == "New":
			return text(2), neutral[text(1)] == "" && !slices.Contains(elsewhere, text(1))
		case f.Sel.Name == "say" && len(call.Args) > 0:
			return text(0), text(0) != ""
		}
	}
	return "", false
}

// spoken is every sentence that a client of ours can be told, and where it is.
func spoken(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{fault.Sorry: "internal/fault", unreadable: "language.go", waiting.say: "job_state.go", timed.say: "job_state.go"}
	for _, room := range rooms {
		for place, say := range refusalsIn(t, room) {
			all[say] = place
		}
	}
	for code, say := range neutral {
		all[say] = code
	}
	for _, table := range []map[release.JobState]condition{conditions, directly} {
		for state, c := range table {
			all[c.say] = string(state)
		}
	}
	return all
}

// Every sentence is there in every language, no other is, and all of them can be
// read: a refusal without its translations ends here.
func TestEverySentenceInEveryLanguage(t *testing.T) {
	t.Parallel()
	all := spoken(t)
	if len(all) < 70 {
		t.Fatalf("only %d sentences were found", len(all))
	}
	if len(languages) != 6 || len(sentences) != 5 {
		t.Errorf("languages %v, sentences of %d", languages, len(sentences))
	}
	for l, words := range sentences {
		for say, place := range all {
			if !words.Has(say) {
				t.Errorf("%s lacks %q (%s): add it to internal/words/refusals/%s.txt", l, say, place, l)
			}
		}
		for _, say := range words.Forms() {
			said := words.Said(say)
			if _, ok := all[say]; !ok && !isFormat(say) {
				t.Errorf("%s has %q, which nobody says", l, say)
			}
			if said == say && say != "PostScript" {
				t.Errorf("%s: %q is still English", l, say)
			}
			if got := put(say, said); strings.Contains(got, "%!") || len(got) > 255 {
				t.Errorf("%s: %q is told as %q", l, say, got)
			}
		}
	}
}

// isFormat says whether a word is what a document is called.
func isFormat(word string) bool {
	for _, f := range []document.Format{document.PDF, document.PWG, document.URF, document.JPEG, document.PNG, document.PostScript, document.PCL, "application/vnd.cups-raster", "else"} {
		_, err := document.Agree(string(f), []byte("nothing known"))
		_, args := fault.As(err).Sentence()
		for _, a := range args {
			if a == word {
				return true
			}
		}
	}
	return false
}

var verb = regexp.MustCompile(`%[sd]`)

// amount is a number that says itself, as quota's are.
type amount int

func (a amount) String() string { return fmt.Sprintf("%d pages", int(a)) }

// put puts as much into a sentence as its English form takes.
func put(english, said string) string {
	var args []any
	for _, v := range verb.FindAllString(english, -1) {
		if v == "%d" {
			args = append(args, 1234567)
		} else {
			args = append(args, amount(1234567))
		}
	}
	return fmt.Sprintf(said, args...)
}

// A client is answered in its own language, and told which that is.
func TestAnsweredInTheClientsLanguage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.refuse = fault.New(fault.Unpaid, "not-enough", "Needs %s, you have %d. Print less, or ask for more.", amount(10), 5)
	for asked, want := range map[string]struct{ language, say string }{
		"en":      {"en", "Needs 10 pages, you have 5. Print less, or ask for more."},
		"pl":      {"pl", "Potrzeba stron: 10. Masz: 5. Wydrukuj mniej albo poproś o więcej."},
		"CY-gb":   {"cy", "Tudalennau sydd eu hangen: 10. Mae gennych: 5. Argraffwch lai, neu gofynnwch am fwy."},
		"fr-fr":   {"fr", "Pages nécessaires : 10. Il vous en reste : 5. Imprimez moins, ou demandez-en plus."},
		"de-at":   {"de", "Nötige Seiten: 10. Du hast noch: 5. Drucke weniger, oder bitte um mehr."},
		"es-419":  {"es", "Páginas necesarias: 10. Te quedan: 5. Imprime menos o pide más."},
		"tlh":     {"en", "Needs 10 pages, you have 5. Print less, or ask for more."},
		"zh-hans": {"en", "Needs 10 pages, you have 5. Print less, or ask for more."},
	} {
		answer := b.inLanguage(t, asked, wire.OpValidateJob)
		if got := said(answer, "attributes-natural-language"); got != want.language {
			t.Errorf("%s is answered in %q", asked, got)
		}
		if got := said(answer, "status-message"); got != want.say {
			t.Errorf("%s: %q", asked, got)
		}
	}
}

// inLanguage sends a request of ada's that says its language, and reads the answer's
// operation attributes by the second decoder.
func (b *bench) inLanguage(t *testing.T, language string, op wire.Op, attrs ...wire.Attribute) map[string][]second.Attribute {
	t.Helper()
	_, raw := b.post(t, ask{op: op, user: "ada", language: language, attrs: attrs})
	got, err := second.NewResponseDecoder(bytes.NewReader(raw)).Decode(nil)
	if err != nil {
		t.Fatal(err)
	}
	return got.OperationAttributes
}

func said(of map[string][]second.Attribute, name string) string {
	if len(of[name]) != 1 {
		return fmt.Sprintf("%d values", len(of[name]))
	}
	s, _ := of[name][0].Value.(string)
	return s
}

// The state of a job is told in the client's language too, its reason in the
// keywords of all.
func TestJobStateInTheClientsLanguage(t *testing.T) {
	t.Parallel()
	b := printed(t)
	b.desk.change(1, func(j *release.Job) { j.State, j.Reason, j.Title = release.Refused, "document-password", "" })
	reply := b.do(t, ask{op: wire.OpGetJobAttributes, user: "ada", language: "de", attrs: jobID(1)})
	job := reply.First(wire.JobGroup)
	if say, _ := job.String("job-state-message"); !strings.HasPrefix(say, "Dieses PDF ist mit einem Passwort gesperrt.") {
		t.Errorf("%q", say)
	}
	if name, _ := job.String("job-name"); name != "Auftrag 1" {
		t.Errorf("job-name is %q", name)
	}
}

// What is wrong with a request itself is told to whoever mends the client, and a
// person hears whom to ask; in English if even the language could not be read.
func TestUnreadableRequest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, tc := range []struct {
		limit          []wire.Attribute
		person, mender string
	}{
		{[]wire.Attribute{wire.Keyword("limit", "few")}, "Cet ordinateur", "The attribute limit has a wrong type."},
		{[]wire.Attribute{wire.Integer("limit", 1), wire.Integer("limit", 2)}, "This computer", "An attribute is given twice."},
	} {
		answer := b.inLanguage(t, "fr", wire.OpGetJobs, tc.limit...)
		if got := said(answer, "status-message"); !strings.HasPrefix(got, tc.person) {
			t.Errorf("the person is told %q", got)
		}
		if got := said(answer, "detailed-status-message"); got != tc.mender {
			t.Errorf("whoever mends it is told %q", got)
		}
	}
}

// A password that is asked for is asked for in words that are understood.
func TestChallengeInTheClientsLanguage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, body := b.post(t, ask{op: wire.OpPrintJob, language: "pl", doc: bytes.NewReader(pdf)})
	if got := strings.TrimSpace(string(body)); got != "Zaloguj się szkolną nazwą użytkownika i hasłem." {
		t.Errorf("%q", got)
	}
}

// A withdrawal of rights stays between a person and a station.
func TestComputersAreToldNoReasons(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.refuse = fault.New(fault.Suspended, "printing-suspended", "You can't print here until %s. Reason: %s.", "Friday", "a private matter")
	for _, l := range languages {
		if got := said(b.inLanguage(t, l, wire.OpValidateJob), "status-message"); strings.Contains(got, "private") || len(got) < 20 {
			t.Errorf("%s: %q", l, got)
		}
	}
}
