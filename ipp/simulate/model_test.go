package simulate

import (
	"fmt"
	"slices"
	"testing"

	"inkwell/ipp/wire"
)

// What a model does not have is flagged and left aside, what it has is taken.
func TestModels(t *testing.T) {
	t.Parallel()
	col := func(members ...wire.Attribute) wire.Attribute { return wire.Collection("media-col", members) }
	wishes := []wire.Attribute{
		wire.Keyword("sides", "two-sided-long-edge"), wire.Keyword("print-color-mode", "color"), wire.Enum("finishings", 20),
		wire.Keyword("output-bin", "side"), col(wire.Keyword("media-size-name", a3), wire.Keyword("media-source", "tray-2")),
	}
	for name, want := range map[string]struct{ job, flagged string }{
		"everyday": {"two-sided-long-edge color [] face-down iso_a3_297x420mm auto", "finishings output-bin media-col"},
		"copier":   {"two-sided-long-edge monochrome [20] side iso_a3_297x420mm tray-2", "print-color-mode"},
		"colour":   {"two-sided-long-edge color [] face-down iso_a4_210x297mm auto", "finishings output-bin media-col"},
		"mono":     {"one-sided monochrome [] face-down iso_a4_210x297mm auto", "sides print-color-mode finishings output-bin media-col"},
	} {
		model, ok := Models[name]
		if !ok {
			t.Fatalf("there is no model %s", name)
		}
		got, flagged := model.readTicket(wishes)
		if s := fmt.Sprint(got.sides, " ", got.colorMode, " ", got.finishings, " ", got.bin, " ", got.media, " ", got.source); s != want.job {
			t.Errorf("%s prints %s, want %s", name, s, want.job)
		}
		var names string
		for i, a := range flagged {
			if i > 0 {
				names += " "
			}
			names += a.Name
		}
		if names != want.flagged {
			t.Errorf("%s flags %q, want %q", name, names, want.flagged)
		}
	}
}

// Every model's defaults are among what it has.
func TestModelDefaults(t *testing.T) {
	t.Parallel()
	for name, m := range Models {
		plain, attrs := m.plainTicket(), wire.Attributes(m.templateAttributes())
		for what, value := range map[string]string{"media": plain.media, "sides": plain.sides, "print-color-mode": plain.colorMode, "output-bin": plain.bin, "media-source": plain.source} {
			if all, err := attrs.Strings(what + "-supported"); err != nil || !slices.Contains(all, value) {
				t.Errorf("%s: %s %q is not among %q, %v", name, what, value, all, err)
			}
		}
	}
}
