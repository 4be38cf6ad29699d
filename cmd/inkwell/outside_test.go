package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
	"inkwell/release/document/documenttest"
)

// stranger is a server and, on the same cable, a machine that wants it no good.
type stranger struct {
	*demo
	cable *ipptest.Cable
}

// TestFromOutside is what a stranger on the network sees of the server, and what a
// slow one can do to others.
func TestFromOutside(t *testing.T) {
	if !ipptest.Apart(t, binaryVariable+"="+binary(t)) {
		return
	}
	o := stranger{cable: ipptest.NewCable(t, "stranger")}
	o.demo = &demo{t: t, dir: dataDir(t), args: []string{
		"--ipp-listen", "0.0.0.0:8631", "--web-listen", "0.0.0.0:8443", "--redirect-listen", "0.0.0.0:8080", "--announce", "off", "--tls-names", ipptest.NearAddress,
	}}
	o.start()
	o.inkwell("staff", "add", "jo", "--given", "Jo", "--family", "Doe", "--school", "Harbour Academy")
	o.password("jo", demoPassword)
	o.plainIsTurnedAway()
	o.scanned()
	o.slow()
	o.stop()
}

// plainIsTurnedAway sends a password over plain HTTP, and looks for https.
func (o stranger) plainIsTurnedAway() {
	// CUPS's library is told 426, and goes over to TLS before it sends the password.
	before := o.asked()
	if said := o.far("ipptool", "-tv", "ipp://jo:"+strings.ReplaceAll(demoPassword, " ", "%20")+"@"+ipptest.NearAddress+":8631/ipp/print", "get-jobs.test"); !strings.Contains(said, "[PASS]") {
		o.t.Errorf("a client with an ipp address is not taken to TLS:\n%s", said)
	}
	if n := o.asked() - before; n > 10 {
		o.t.Errorf("it took %d connections", n)
	}
	for _, c := range []struct{ request, want string }{
		{"POST /ipp/print HTTP/1.1\r\nHost: " + ipptest.NearAddress + "\r\nContent-Type: application/ipp\r\nAuthorization: Basic am86c2VjcmV0\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 426 "},
		{"POST /ipp/print HTTP/1.1\r\nHost: " + ipptest.NearAddress + "\r\nX-Forwarded-For: 127.0.0.1\r\nContent-Type: application/ipp\r\nAuthorization: Basic am86c2VjcmV0\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 426 "},
	} {
		if line := o.plain(c.request); !strings.HasPrefix(line, c.want) {
			o.t.Errorf("%q is answered %q", c.request, line)
		}
	}
	const page = "/staff"
	for from, to := range map[string]string{"8443": "8443", "8080": "8443"} {
		answer := o.far("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "http://"+ipptest.NearAddress+":"+from+page)
		if answer != "307 https://"+ipptest.NearAddress+":"+to+page {
			o.t.Errorf("port %s answers %q", from, answer)
		}
	}
	if ca := o.far("curl", "-sS", "http://"+ipptest.NearAddress+":8080/ca.crt"); ca != o.inkwell("certificate", "show", "--authority", "--pem") {
		o.t.Errorf("the authority's certificate is %q", ca)
	}
}

// asked is how many connections this machine has accepted so far.
func (o stranger) asked() (n int) {
	o.t.Helper()
	text, err := os.ReadFile("/proc/net/snmp")
	if err != nil {
		o.t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "\nTcp: ")
	_, values, ok := strings.Cut(after, "\nTcp: ")
	if f := strings.Fields(values); ok && len(f) > 5 {
		n, err = strconv.Atoi(f[5]) // PassiveOpens
	}
	if err != nil || !ok {
		o.t.Fatalf("%v in %q", err, values)
	}
	return n
}

// plain is the first line of the answer to a request from an address that is not loopback.
func (o stranger) plain(request string) string {
	o.t.Helper()
	c, err := net.Dial("tcp", ipptest.NearAddress+":8631")
	if err != nil {
		o.t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, request); err != nil {
		o.t.Fatal(err)
	}
	line, _ := bufio.NewReader(c).ReadString('\n')
	return line
}

// far is what a program on the far machine says.
func (o stranger) far(name string, args ...string) string {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 2*patience)
	defer cancel()
	out, err := o.cable.Command(ctx, name, args...).CombinedOutput()
	if err != nil && len(out) == 0 {
		o.t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// scan is what sslscan says in XML.
type scan struct {
	Protocols []struct {
		Type    string `xml:"type,attr"`
		Version string `xml:"version,attr"`
		Enabled int    `xml:"enabled,attr"`
	} `xml:"ssltest>protocol"`
	Renegotiation struct {
		Supported int `xml:"supported,attr"`
		Secure    int `xml:"secure,attr"`
	} `xml:"ssltest>renegotiation"`
	Compression struct {
		Supported int `xml:"supported,attr"`
	} `xml:"ssltest>compression"`
	Fallback struct {
		Supported int `xml:"supported,attr"`
	} `xml:"ssltest>fallback"`
	Heartbleed []struct {
		Vulnerable int `xml:"vulnerable,attr"`
	} `xml:"ssltest>heartbleed"`
	Ciphers []struct {
		Version  string `xml:"sslversion,attr"`
		Bits     int    `xml:"bits,attr"`
		Name     string `xml:"cipher,attr"`
		Strength string `xml:"strength,attr"`
	} `xml:"ssltest>cipher"`
	Certificates []struct {
		Signature string `xml:"signature-algorithm"`
		Key       struct {
			Type string `xml:"type,attr"`
			Bits int    `xml:"bits,attr"` // of an RSA key; for a curve its strength
		} `xml:"pk"`
		Kind string `xml:"type,attr"`
	} `xml:"ssltest>certificates>certificate"`
}

// complaints are what is medium or worse.
func (s scan) complaints() (all []string) {
	say := func(bad bool, form string, args ...any) {
		if bad {
			all = append(all, fmt.Sprintf(form, args...))
		}
	}
	for _, p := range s.Protocols {
		modern := p.Type == "tls" && (p.Version == "1.2" || p.Version == "1.3")
		say(modern != (p.Enabled == 1), "%s %s enabled: %d", p.Type, p.Version, p.Enabled)
	}
	say(len(s.Protocols) != 6, "%d protocols were tried", len(s.Protocols))
	say(s.Renegotiation.Supported == 1 && s.Renegotiation.Secure == 0, "insecure renegotiation")
	say(s.Compression.Supported == 1, "compression")
	for _, h := range s.Heartbleed {
		say(h.Vulnerable == 1, "heartbleed")
	}
	say(len(s.Heartbleed) == 0, "heartbleed was not tried")
	for _, c := range s.Ciphers {
		forward := c.Version == "TLSv1.3" || strings.HasPrefix(c.Name, "ECDHE-")
		weak := slices.ContainsFunc([]string{"RC4", "DES", "NULL", "EXP", "MD5", "anon"}, func(w string) bool { return strings.Contains(c.Name, w) })
		say(c.Bits < 128 || weak || !slices.Contains([]string{"strong", "acceptable"}, c.Strength), "%s is %s, %d bits", c.Name, c.Strength, c.Bits)
		say(!forward, "%s has no forward secrecy", c.Name)
	}
	say(len(s.Ciphers) == 0, "no cipher is known")
	shown := 0
	for _, c := range s.Certificates {
		if c.Kind != "short" {
			continue
		}
		shown++
		say(c.Key.Type == "RSA" && c.Key.Bits < 2048 || c.Key.Type == "EC" && c.Key.Bits < 128, "%s key of %d bits", c.Key.Type, c.Key.Bits)
		say(strings.Contains(strings.ToLower(c.Signature), "sha1") || strings.Contains(strings.ToLower(c.Signature), "md5"), "signed with %s", c.Signature)
	}
	say(shown == 0, "no certificate was seen")
	return all
}

// scanned has sslscan look at both doors.
func (o stranger) scanned() {
	for _, port := range []string{"8631", "8443"} {
		out := o.far("sslscan", "--no-colour", "--show-certificate", "--xml=-", ipptest.NearAddress+":"+port)
		var s scan
		if _, text, ok := strings.Cut(out, "<?xml"); !ok || xml.Unmarshal([]byte("<?xml"+text), &s) != nil || len(s.Ciphers) == 0 {
			o.t.Fatalf("sslscan says\n%s", out)
		}
		for _, complaint := range s.complaints() {
			o.t.Errorf("port %s: %s", port, complaint)
		}
		var names []string
		for _, c := range s.Ciphers {
			names = append(names, c.Name)
		}
		o.t.Logf("port %s: %d ciphers: %s", port, len(names), strings.Join(names, " "))
	}
}

// TestTheScanComplains holds the judgement of a scan against what it has to find.
func TestTheScanComplains(t *testing.T) {
	t.Parallel()
	const whole = `<document><ssltest>
<protocol type="ssl" version="2" enabled="0"/><protocol type="ssl" version="3" enabled="0"/><protocol type="tls" version="1.0" enabled="0"/>
<protocol type="tls" version="1.1" enabled="0"/><protocol type="tls" version="1.2" enabled="1"/><protocol type="tls" version="1.3" enabled="1"/>
<renegotiation supported="0" secure="0"/><compression supported="0"/><heartbleed sslversion="TLSv1.2" vulnerable="0"/>
<cipher status="accepted" sslversion="TLSv1.2" bits="128" cipher="ECDHE-RSA-AES128-GCM-SHA256" strength="strong"/>
<certificates><certificate type="short"><signature-algorithm>sha256WithRSAEncryption</signature-algorithm><pk error="false" type="RSA" bits="2048"/></certificate></certificates>
</ssltest></document>`
	for _, c := range []struct{ old, wrong, want string }{
		{"", "", ""},
		{`version="1.1" enabled="0"`, `version="1.1" enabled="1"`, "tls 1.1 enabled"},
		{`version="1.3" enabled="1"`, `version="1.3" enabled="0"`, "tls 1.3 enabled: 0"},
		{`<protocol type="ssl" version="2" enabled="0"/>`, "", "5 protocols"},
		{`<renegotiation supported="0"`, `<renegotiation supported="1"`, "renegotiation"},
		{`<compression supported="0"`, `<compression supported="1"`, "compression"},
		{`vulnerable="0"`, `vulnerable="1"`, "heartbleed"},
		{"ECDHE-RSA-AES128-GCM", "AES128-GCM", "forward secrecy"},
		{"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-DES-CBC3-SHA", "DES"},
		{`strength="strong"`, `strength="medium"`, "is medium"},
		{`bits="2048"`, `bits="1024"`, "key of 1024"},
		{"sha256With", "sha1With", "signed with"},
	} {
		var s scan
		if err := xml.Unmarshal([]byte(strings.Replace(whole, c.old, c.wrong, 1)), &s); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.complaints(), "; "); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("with %q: %q, want %q", c.wrong, got, c.want)
		}
	}
}

// attack is one way of being slow.
type attack struct {
	name string
	args []string // of slowhttptest
	url  string
}

var attacks = []attack{
	{"slow header", []string{"-H", "-i", "2"}, "https://%s:8631/ipp/print"},
	{"slow body", []string{"-B", "-i", "2", "-f", "application/ipp", "-s", "100000", "-x", "10"}, "https://%s:8631/ipp/print"},
	{"slow read", []string{"-X", "-n", "2", "-w", "1", "-y", "10", "-z", "5", "-k", "10"}, "https://%s:8443" + styleMark},
}

// styleMark stands for the path of the pages' stylesheet, which changes with it.
const styleMark = "/STYLE"

// style is that path.
func (o stranger) style() string {
	o.t.Helper()
	page := o.far("curl", "-sSkL", "https://"+ipptest.NearAddress+":8443/staff")
	path := regexp.MustCompile(`/[^"]+/inkwell\.css`).FindString(page)
	if path == "" {
		o.t.Fatalf("the page has no stylesheet: %q", page)
	}
	return path
}

// manySources is from how many addresses a many-sided attack comes.
const manySources = 20

// slow measures honest submissions while slow clients hold connections: in quiet, then
// under each attack from one address and from many.
func (o stranger) slow() {
	connections, honest, at := 300, 30, "one address and many at once"
	o.lay()
	quiet := o.submissions(max(honest, 100), nil)
	o.t.Logf("%-12s %-14s %11s  %s", "attack", "from", "connections", "honest submissions")
	o.t.Logf("%-12s %-14s %11d  %s", "none", "", 0, quiet)
	if os.Getenv("INKWELL_PROVE") == "" {
		o.attacked(at, quiet, connections, honest, attacks, 1, 2, 3)
		return
	}
	for _, a := range attacks {
		o.attacked("one address", quiet, 2000, 200, []attack{a}, 1)
		all := make([]int, manySources)
		for i := range all {
			all[i] = i + 1
		}
		o.attacked(fmt.Sprintf("%d addresses", manySources), quiet, 2000, 200, []attack{a}, all...)
	}
}

// lay gives the far machine more addresses: who calls 10.78.k.1 does so as 10.78.k.2.
func (o stranger) lay() {
	for k := 1; k <= manySources; k++ {
		near := fmt.Sprintf("addr add 10.78.%d.1/24 dev %s", k, ipptest.NearEnd)
		if out, err := exec.CommandContext(o.t.Context(), "ip", strings.Fields(near)...).CombinedOutput(); err != nil { //nolint:gosec // the words above
			o.t.Fatalf("ip %s: %v: %s", near, err, out)
		}
		o.far("ip", strings.Fields(fmt.Sprintf("addr add 10.78.%d.2/24 dev %s", k, ipptest.FarEnd))...)
	}
}

// attacked has slow clients hold so many connections from the numbered addresses, each
// with its share of each attack, and measures honest submissions meanwhile.
func (o stranger) attacked(from string, quiet measured, connections, honest int, how []attack, addresses ...int) {
	style := o.style()
	ctx, cancel := context.WithCancel(o.t.Context())
	var ended sync.WaitGroup
	each := connections / len(addresses) / len(how)
	for _, k := range addresses {
		for _, a := range how {
			url := strings.Replace(fmt.Sprintf(a.url, fmt.Sprintf("10.78.%d.1", k)), styleMark, style, 1)
			args := append(slices.Clone(a.args), "-c", fmt.Sprint(each), "-r", fmt.Sprint(max(each/2, 20)), "-l", "120", "-p", "60", "-v", "0", "-u", url)
			ended.Go(func() {
				for ctx.Err() == nil { // it ends when the server has closed all it had, and begins again
					if out, err := o.cable.Command(ctx, "slowhttptest", args...).CombinedOutput(); err != nil && ctx.Err() == nil {
						o.t.Errorf("slowhttptest %q: %v\n%s", args, err, out)
						return
					}
				}
			})
		}
	}
	most := 0
	o.eventually("slow connections", func() bool {
		most = max(most, o.open())
		return most >= min(connections, 455)/3
	})
	m := o.submissions(honest, func() { most = max(most, o.open()) })
	cancel()
	ended.Wait()
	name := how[0].name
	if len(how) > 1 {
		name = "all three"
	}
	o.t.Logf("%-12s %-14s %11d  %s", name, from, most, m)
	if m.failed != "" {
		o.t.Errorf("%s from %s: an honest submission was refused: %s", name, from, m.failed)
	}
	limit := 2 * quiet.at(99)
	if os.Getenv("INKWELL_PROVE") == "" {
		limit = max(10*limit, time.Second) // CI's machine has other things to do
	}
	if m.at(99) > limit {
		o.t.Errorf("%s from %s: p99 is %s; in quiet it was %s", name, from, m.at(99), quiet.at(99))
	}
	o.eventually("the slow ones to be gone", func() bool { return o.open() == 0 })
}

// open is how many connections of the far machine the server holds just now.
func (o stranger) open() (n int) {
	o.t.Helper()
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil {
			o.t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			if len(f) > 3 && f[3] == "01" && strings.Contains(f[2], "4E0A") && (strings.HasSuffix(f[1], ":21B7") || strings.HasSuffix(f[1], ":20FB")) {
				n++
			}
		}
	}
	return n
}

// measured is how long honest submissions took, ascending.
type measured struct {
	times  []time.Duration
	failed string
}

func (m measured) at(percent int) time.Duration {
	if len(m.times) == 0 {
		return time.Hour
	}
	return m.times[min(len(m.times)*percent/100, len(m.times)-1)]
}

func (m measured) String() string {
	return fmt.Sprintf("%d of %d taken, p50 %s, p99 %s", len(m.times), len(m.times)+strings.Count(m.failed, "\n"), m.at(50).Round(100*time.Microsecond), m.at(99).Round(100*time.Microsecond))
}

// submissions are pages that Jo prints, one after the other, each over a connection
// and a TLS handshake of its own. between is called before each.
func (o stranger) submissions(n int, between func()) (m measured) {
	const uri = ipptest.NearAddress + ":8631/ipp/print"
	page := append([]byte(printJob("ipps://"+uri, "jo")), documenttest.PDF(1)...)
	away := bytes.Clone(page) // what is up to the document is Cancel-My-Jobs, but for the operation's number
	away[3] = byte(wire.OpCancelMyJobs)
	client := &http.Client{Timeout: patience, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: o.ownRoots()},
	}}
	send := func(body []byte) error {
		r, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, "https://"+uri, bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/ipp")
		r.SetBasicAuth("jo", demoPassword)
		answer, err := client.Do(r)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		said, err := io.ReadAll(answer.Body)
		if err == nil && (len(said) < 4 || said[2] != 0) {
			err = fmt.Errorf("%s: % x", answer.Status, said[:min(4, len(said))])
		}
		return err
	}
	for i := range n {
		if i%30 == 0 { // nobody may have many jobs waiting
			if err := send(away); err != nil {
				o.t.Errorf("away with what waits: %v", err)
			}
		}
		if between != nil {
			between()
		}
		began := time.Now()
		if err := send(page); err != nil {
			m.failed += fmt.Sprintln(err)
			continue
		}
		m.times = append(m.times, time.Since(began))
	}
	slices.Sort(m.times)
	return m
}
