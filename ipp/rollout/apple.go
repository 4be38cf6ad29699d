package rollout

import "strings"

// apple is for Macs, iPads and iPhones: configuration profiles, by a device management
// or by hand. Payloads are com.apple.airprint (IPAddress is an address or a name,
// ResourcePath the rp of DNS-SD, without its slash) and com.apple.security.root
// (developer.apple.com, Device Management). An iPad says "mobile" whoever holds it, so
// only the queue that asks for a password, or a person's own address, is of use there.
var apple = System{
	Name: "apple", Title: "Macs, iPads and iPhones", Short: "Apple",
	Lead:  "A configuration profile for each device group of Macs, and one for iPads and people's own devices.",
	kinds: []Kind{Claim, Personal, Password},
	files: func(p Plan, printer Printer) ([]File, error) {
		text, err := profile(p, printer)
		return []File{{Name: printer.ID + ".mobileconfig", Body: text}}, err
	},
	lines: func(p Plan, printer Printer) []string {
		file := "`" + printer.ID + ".mobileconfig`"
		return []string{
			appleFor(printer, file),
			"Give it to the devices by your device management (Apple School Manager with Jamf, Mosyle, Intune), or send the file: it is opened and accepted in Settings.",
			trustApple(p),
			whose(printer),
			where(printer) + " The profile of a later export takes this one's place; removing it removes the printer.",
		}
	},
	notes: func(Plan) []string { return nil },
}

func appleFor(printer Printer, file string) string {
	switch printer.Kind {
	case Password:
		return file + " adds the printer to iPads, iPhones and people's own Macs. An iPad asks for the password at each job."
	case Personal:
		return file + " adds the printer to this person's device, which then asks nothing."
	}
	return file + " adds the printer to the group's Macs. Not to iPads: they do not say who is using them."
}

func trustApple(p Plan) string {
	if p.CA == nil {
		return "The server's certificate is one that Apple's devices trust already."
	}
	return "It carries the server's certificate authority. Installed by hand on an iPad or iPhone, that is switched on under General, About, Certificate Trust Settings; by device management it is trusted at once."
}

// profile is a configuration profile: the printer, and the authority to trust.
func profile(p Plan, printer Printer) ([]byte, error) {
	host, port, err := p.split()
	if err != nil {
		return nil, err
	}
	id := "inkwell." + p.uuid("profiles")
	payload := func(kind, what, name string, more ...entry) dict {
		return append(dict{
			{"PayloadType", kind}, {"PayloadVersion", 1}, {"PayloadIdentifier", id + "." + printer.ID + "." + what},
			{"PayloadUUID", strings.ToUpper(p.uuid(what + " " + printer.Path))}, {"PayloadDisplayName", name},
		}, more...)
	}
	content := []dict{payload("com.apple.airprint", "printer", printer.Name, entry{"AirPrint", []dict{{
		{"IPAddress", host}, {"ResourcePath", strings.TrimPrefix(printer.Path, "/")}, {"Port", port}, {"ForceTLS", true},
	}}})}
	if p.CA != nil {
		content = append(content, payload("com.apple.security.root", "authority", "Inkwell certificate authority",
			entry{"PayloadCertificateFileName", "inkwell-ca.cer"}, entry{"PayloadContent", p.CA}))
	}
	whole := dict{
		{"PayloadType", "Configuration"}, {"PayloadVersion", 1}, {"PayloadIdentifier", id + "." + printer.ID},
		{"PayloadUUID", strings.ToUpper(p.uuid("profile " + printer.Path))}, {"PayloadDisplayName", printer.Name},
		{"PayloadDescription", "The school's printer. Jobs wait until their owner collects them."},
		{"PayloadOrganization", p.School}, {"PayloadRemovalDisallowed", false},
	}
	if printer.Kind == Claim {
		whole = append(whole, entry{"PayloadScope", "System"}) // for everybody at a shared Mac
	}
	return plist(append(whole, entry{"PayloadContent", content}))
}
