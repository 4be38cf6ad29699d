package reader

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	_ "inkwell/internal/propertytest"
)

// vectors are cards as readers of six kinds type them.
var vectors = []struct{ uid, hex, hexReversed, decimal, decimalReversed, facility string }{
	{"4cdda15f", "4CDDA15F", "5FA1DD4C", "1289593183", "1604443468", "221-41311"},
	{"e43ac9d2", "E43AC9D2", "D2C93AE4", "3829058002", "3536403172", "058-51666"},
	{"529d06e3", "529D06E3", "E3069D52", "1386022627", "3808861522", "157-01763"},
	{"7186a61e", "7186A61E", "1EA68671", "1904649758", "514229873", "134-42526"},
	{"00a1b2c3", "00A1B2C3", "C3B2A100", "10597059", "3283263744", "161-45763"},
}

func card(t testing.TB, text string) []byte {
	t.Helper()
	uid, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return uid
}

func profile(t testing.TB, form string) Profile {
	t.Helper()
	p, err := Parse(form)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// framings are what readers and keyboards put around a number.
var framings = []func(string) string{
	func(s string) string { return s },
	strings.ToLower,
	func(s string) string { return ";" + s + "?\r\n" },
	func(s string) string { return "%" + s + "=4912?" },
	func(s string) string { return "  " + s + "\t" },
}

func TestEveryReadersFormIsTheSameCard(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		uid := card(t, v.uid)
		for form, text := range map[string]string{
			"hex": v.hex, "hex-reversed": v.hexReversed, "decimal": v.decimal, "decimal-reversed": v.decimalReversed, "facility": v.facility,
			"decimal,uid=4,digits=10": "000" + v.decimal, "hex,uid=4": "0000" + v.hex, "facility,keep=3": strings.Replace(v.facility, "-", "", 1),
			"hex,prefix=b": "B" + v.hex,
		} {
			if form == "decimal,uid=4,digits=10" {
				text = text[len(text)-10:]
			}
			for i, frame := range framings {
				got, err := profile(t, form).Read(frame(text))
				if err != nil || len(got) != 1 || !sameCard(got[0], wholeNumber(uid)) {
					t.Errorf("%s %q in framing %d: %v, %v", form, text, i, got, err)
				}
			}
		}
		for _, text := range []string{v.hex, v.hexReversed, v.decimal, v.decimalReversed} {
			if all, err := (Profile{}).Read(text); err != nil || !slices.Contains(all, wholeNumber(uid)) {
				t.Errorf("without a profile, %q is none of %v, %v", text, all, err)
			}
		}
	}
}

func sameCard(got, whole Reading) bool { return got == whole || slices.Contains(whole.Parts(), got) }

func TestLeadingZerosComeBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ form, text, uid string }{
		{"decimal", "10597059", "00a1b2c3"},
		{"decimal", "7", "00000007"},
		{"hex", "a1b2c3", "00a1b2c3"},
		{"hex", "000A1B2C3", "00a1b2c3"},
		{"decimal,uid=7", "10597059", "00000000a1b2c3"},
		{"facility", "161-45763", "a1b2c3"},
		{"facility", "5851666", "3ac9d2"},
	} {
		got, err := profile(t, c.form).Read(c.text)
		if err != nil || got[0].Number != string(card(t, c.uid)) {
			t.Errorf("%s %s: %x, %v", c.form, c.text, got, err)
		}
	}
}

func TestWithoutAProfileTheLikeliestStandsFirst(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"04A1B2C3": "04a1b2c3", "90000001": "055d4a81", "1289593183": "4cdda15f", "04:A1:B2:C3:D4:E5:F6": "04a1b2c3d4e5f6",
		"1304083406022134": "04a20e942c65f6", "4294967296": "0100000000",
	} {
		got, err := Profile{}.Read(text)
		if err != nil || hex.EncodeToString([]byte(got[0].Number)) != want {
			t.Errorf("%s: %x, %v, want %s", text, got, err, want)
		}
	}
}

func TestWhatIsNoBadgeIsRefused(t *testing.T) {
	t.Parallel()
	for form, texts := range map[string][]string{
		"automatic": {"", "123", "<script>", "221-41311-9z", strings.Repeat("0", 65), "４Ｃ", "12\x00345", "zzzz"},
		"hex,uid=4": {"4CDDA15F00", "xyz", "-"},
		"decimal":   {"12a4", "99999999999999999999999999", ""},
		"facility":  {"256-00001", "1-65536", "1-2-3", "16777216000", "-"},
		"ascii-hex": {"3G", "333", "5a5a"},
		"text":      {"a", "a b c d", strings.Repeat("a", 33)},
	} {
		for _, text := range texts {
			if got, err := profile(t, form).Read(text); err == nil {
				t.Errorf("%s reads %q as %v", form, text, got)
			}
		}
	}
}

func TestFormsThatDoNotGoTogetherAreRefused(t *testing.T) {
	t.Parallel()
	for _, form := range []string{
		"", "hexa", "hex-bits-reversed", "hex,uid=6", "hex,uid=04", "hex,uid=4,uid=4", "hex,digits=8", "hex,keep=5", "text-reversed",
		"automatic,uid=4", "decimal,uid=7,digits=9", "decimal-bits,uid=7,digits=10", "facility,facility=24", "hex,prefix=", "hex,prefix=a;",
		"hex,prefix=abcdefghi", "hex,uid", "hex,", "decimal,digits=26", "hex,color=4",
	} {
		if p, err := Parse(form); err == nil {
			t.Errorf("%q was taken for %v", form, p)
		}
	}
}

// anyProfile draws a profile and the bytes of a card that it can write.
func anyProfile(t *rapid.T) (Profile, []byte) {
	p := Profile{
		Base:     rapid.SampledFrom([]Base{Hex, Decimal, Facility, ASCIIHex}).Draw(t, "base"),
		Reversed: rapid.Bool().Draw(t, "reversed"), Bits: rapid.Bool().Draw(t, "bits"),
		UID:    rapid.SampledFrom(lengths).Draw(t, "uid"),
		Keep:   rapid.SampledFrom([]int{0, 3, 4}).Draw(t, "keep"),
		Prefix: rapid.StringMatching(`[0-9a-z:-]{0,3}`).Draw(t, "prefix"), Suffix: rapid.StringMatching(`[0-9a-z]{0,2}`).Draw(t, "suffix"),
	}
	switch p.Base {
	case Decimal:
		p.Digits = rapid.SampledFrom([]int{0, 10, 25}).Draw(t, "digits")
	case Facility:
		p.Facility = rapid.IntRange(0, 31).Draw(t, "facility")
	}
	if !p.valid() {
		t.Skip("the parts do not go together")
	}
	return p, rapid.SliceOfN(rapid.Byte(), p.UID, p.UID).Draw(t, "card")
}

func TestWhatAReaderWritesIsReadAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, uid := anyProfile(t)
		text, err := p.Write(uid)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > longestText {
			t.Skip("longer than a badge")
		}
		frame := rapid.SampledFrom(framings).Draw(t, "framing")
		got, err := p.Read(frame(text))
		if err != nil || len(got) != 1 || got[0].Part != p.Part() || !sameCard(got[0], wholeNumber(uid)) {
			t.Fatalf("%s wrote %q of %x and read %v, %v", p, text, uid, got, err)
		}
		if p.Part() == Whole && got[0].Number != string(uid) {
			t.Fatalf("%s: %x became %x", p, uid, got[0].Number)
		}
		again, err := Parse(p.String())
		if err != nil || again != p {
			t.Fatalf("%+v is written %s, which reads %+v, %v", p, p, again, err)
		}
	})
}

func TestThreeTapsTellTheProfile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(candidates("", "")).Draw(t, "profile")
		if p.Base == Text {
			t.Skip("no card")
		}
		if rapid.Bool().Draw(t, "framed") {
			p.Prefix = "k"
		}
		n := max(4, p.UID, p.Keep)
		var cards []Reading
		var taps []string
		for i := range 3 {
			uid := rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "card")
			uid[0], uid[n-1] = byte(i+1), byte(i+101)
			text, err := p.Write(uid)
			if err != nil {
				t.Fatal(err)
			}
			cards, taps = append(cards, wholeNumber(uid)), append(taps, text)
		}
		guesses := Learn(taps, 1500, func(tap int, r Reading) bool { return sameCard(r, cards[tap]) })
		if len(guesses) == 0 {
			t.Fatalf("%s found nothing in %v", p, taps)
		}
		for _, g := range guesses { // whatever fits reads these three taps as these three cards
			for i, tap := range taps {
				if r, err := g.Profile.Read(tap); err != nil || !sameCard(r[0], cards[i]) {
					t.Fatalf("%s was taken for %s, which reads %q as %v", p, g.Profile, tap, r)
				}
			}
		}
	})
}

func TestWhatFitsNothingIsNotLearnt(t *testing.T) {
	t.Parallel()
	taps := []string{vectors[0].hex, vectors[1].hex, vectors[2].hex}
	if g := Learn(taps, 1500, func(int, Reading) bool { return false }); len(g) != 0 {
		t.Errorf("learnt %v from nothing", g)
	}
	known := func(tap int, r Reading) bool { return sameCard(r, wholeNumber(card(t, vectors[tap].uid))) }
	g := Learn(taps, 1500, known)
	if len(g) != 1 || g[0].Profile.String() != "hex" || g[0].Bits < Sure {
		t.Errorf("three cards: %v", g)
	}
	first := func(_ int, r Reading) bool { return sameCard(r, wholeNumber(card(t, vectors[0].uid))) }
	if g := Learn([]string{taps[0], taps[0], taps[0]}, 1500, first); len(g) != 1 || g[0].Bits >= Sure {
		t.Errorf("one card three times proves too much: %v", g)
	}
}

func FuzzRead(f *testing.F) {
	for _, v := range vectors {
		for _, text := range []string{v.hex, v.decimal, v.facility, ";" + v.hexReversed + "?\r"} {
			f.Add("hex-reversed,uid=4", text)
			f.Add("automatic", text)
			f.Add("decimal-reversed,uid=7,digits=10", text)
			f.Add("facility-bits,keep=4,facility=12", text)
		}
	}
	f.Fuzz(func(t *testing.T, form, text string) {
		p, err := Parse(form)
		if err != nil {
			return
		}
		if again, err := Parse(p.String()); err != nil || again != p {
			t.Fatalf("%q: %v, %v", form, again, err)
		}
		all, err := p.Read(text)
		if err != nil {
			return
		}
		for _, r := range all {
			if r.Number == "" || len(r.Number) > 32 || len(r.Last4()) > 4 {
				t.Fatalf("%q under %s is %q", text, p, r.Number)
			}
			if p.Base == Text || p.Base == "" || r.Part != Whole || p.Prefix+p.Suffix != "" {
				continue
			}
			if p.Digits != 0 && len(text) > p.Digits {
				continue
			}
			typed, err := p.Write([]byte(r.Number))
			if err != nil {
				t.Fatalf("%s cannot write %x", p, r.Number)
			}
			if back, err := p.Read(typed); err == nil && !bytes.Equal([]byte(back[0].Number), []byte(r.Number)) {
				t.Fatalf("%s: %q is %x, written %q, which is %x", p, text, r.Number, typed, back[0].Number)
			}
		}
	})
}

// wholeNumber is the reading of all of a card's bytes.
func wholeNumber(uid []byte) Reading { return Reading{Whole, string(uid)} }
