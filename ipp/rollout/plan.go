package rollout

import (
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"inkwell/internal/door"
	"inkwell/internal/fault"
)

// Kind is how the jobs of a printer get their owner.
type Kind string

// The kinds.
const (
	Claim    Kind = "claim"    // shared devices: the name they send is a claim
	Believed Kind = "believed" // a print server: the name it sends is taken
	Personal Kind = "personal" // one person's own address: whoever has it is them
	Password Kind = "password" // the queue asks for the school password
)

// The IDs of printers that are no device group's. No group's slug has an underscore.
const (
	PasswordID = "school_password"
	PersonalID = "one_person"
)

// Printer is one address that computers are set up with.
type Printer struct {
	ID       string // small letters, digits, hyphens and underscores: names files
	Name     string // as people see it
	Path     string // such as /ipp/print/g/room-12
	Kind     Kind
	Networks []string // where a group's devices are
	Cards    bool     // a group's devices may show a certificate instead
}

// Plan is what to roll out.
type Plan struct {
	School       string
	Installation string    // tells this installation from every other one
	Server       string    // host:port of ipps, as computers reach it
	CA           []byte    // our authority's certificate in DER, nil if computers trust the server's already
	Made         time.Time // stands on the page
	Printers     []Printer
}

// File is one file to write.
type File struct {
	Name   string // with slashes
	Body   []byte
	Script bool // may be run
	Secret bool // whoever reads it prints as somebody
}

// nothing is the refusal of a plan in which a system finds no printer of its kind.
var nothing = fault.New(fault.NotFound, "roll-out-empty",
	"There is no device group to set up yet, or none that the queue takes. Make one first, such as: inkwell devices add room-12 --name \"Room 12\" --network 10.1.12.0/24")

// forSystem is the plan as a system can carry it out, with names that are safe to show.
func (p Plan) forSystem(s *System) (Plan, error) {
	p.School = clean(p.School)
	var fit []Printer
	for _, printer := range p.Printers {
		if slices.Contains(s.kinds, printer.Kind) {
			printer.Name = cmp.Or(clean(printer.Name), printer.ID)
			fit = append(fit, printer)
		}
	}
	p.Printers = fit
	if len(fit) == 0 {
		return p, nothing
	}
	if _, _, err := p.split(); err != nil {
		return p, fmt.Errorf("roll out: %w", err)
	}
	return p, nil
}

// split is the server's name and port.
func (p Plan) split() (host string, port int, err error) {
	host, text, err := net.SplitHostPort(p.Server)
	if err != nil {
		return "", 0, err
	}
	port, err = strconv.Atoi(text)
	return host, port, err
}

// uri is a printer's address with a scheme.
func (p Plan) uri(scheme string, printer Printer) string {
	return scheme + "://" + p.Server + printer.Path
}

// pem is our authority's certificate as text, nil without one.
func (p Plan) pem() []byte {
	if p.CA == nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.CA})
}

// Fingerprint is the SHA-256 of our authority's certificate as programs show it, ""
// without one.
func (p Plan) Fingerprint() string {
	if p.CA == nil {
		return ""
	}
	return door.Fingerprint(&x509.Certificate{Raw: p.CA})
}

// uuid stands for a thing of this installation for ever (RFC 9562, version 8): what is
// imported again takes the place of what was there.
func (p Plan) uuid(thing string) string {
	b := sha256.Sum256([]byte(p.Installation + "\x00roll-out " + thing))
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
