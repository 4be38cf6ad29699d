package announce

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"inkwell/ipp/ipptest"
)

// Printers that another machine's Avahi announces are found, by their best way.
func TestFind(t *testing.T) {
	cable := ipptest.NewCable(t, "laser4")
	cable.Publish("Room 4", "_pdl-datastream._tcp", 9100)
	cable.Publish("Room 4", "_ipp._tcp", 631)
	cable.Publish("Dr. O'Neill's $(reboot)", "_pdl-datastream._tcp", 9101)
	cable.Publish("Not a printer", "_http._tcp", 80)
	var said string
	for end := time.Now().Add(patience); ; {
		all, err := Find(t.Context(), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		said = ""
		for _, f := range all {
			said += fmt.Sprintf("%s, %s %s%s\n", f.Name, f.Way, f.At, f.Path)
		}
		if said == "Dr. O'Neill's $(reboot), socket "+ipptest.FarAddress+":9101\nRoom 4, ipp "+ipptest.FarAddress+":631/\n" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("found\n%s", said)
		}
	}
}

// What the network says may be anything: what is kept is bounded and safe to show.
func TestHearing(t *testing.T) {
	t.Parallel()
	h := newHearing()
	says := func(name string, port uint16, text ...string) *dns.Msg {
		full := name + "." + foundIPPS
		return &dns.Msg{
			MsgHdr: dns.MsgHdr{Response: true},
			Answer: []dns.RR{&dns.PTR{Hdr: header(foundIPPS, dns.TypePTR, 1), Ptr: full}},
			Extra: []dns.RR{
				&dns.SRV{Hdr: header(full, dns.TypeSRV, 1), Port: port, Target: "host.local."},
				&dns.TXT{Hdr: header(full, dns.TypeTXT, 1), Txt: text},
				&dns.A{Hdr: header("host.local.", dns.TypeA, 1), A: net.IPv4(10, 1, 2, 3)},
			},
		}
	}
	h.hear(says(`Room\.4\027[31m\010x`, 631, `rp=ipp/print`, "ty=Laser\\0107", `note=\"Lab\"`, "pdl=image/urf,application/PDF", "Duplex=T", "Color=F", "PaperMax=tabloid-A3"))
	h.hear(says("off", 0, "rp=ipp/print"))
	h.hear(&dns.Msg{Answer: []dns.RR{&dns.PTR{Hdr: header(foundIPPS, dns.TypePTR, 1), Ptr: "elsewhere." + foundIPP}}})
	got := fmt.Sprintf("%+v", h.printers())
	want := `[{Name:Room.4 [31m x Model:Laser 7 Room:"Lab" Way:ipps At:10.1.2.3:631 Path:/ipp/print PDF:true Duplex:true Colour:false A3:true}]`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for i := range 3 * mostFound {
		h.hear(says(fmt.Sprintf("flood%d", i), 631))
	}
	if n := len(h.printers()); n > mostFound || len(h.texts) > mostFound || len(h.instances) > mostFound {
		t.Errorf("kept %d", n)
	}
	for raw, plain := range map[string]string{`a\.b`: "a.b", `a\032b`: "a b", `\\`: `\`, `\`: `\`, `\99`: "99", `\999x`: "999x", "é": "é"} {
		if got := unescape(raw); got != plain {
			t.Errorf("%q: %q", raw, got)
		}
	}
	if strings.Contains(got, "\x1b") {
		t.Error("an escape came through")
	}
}
