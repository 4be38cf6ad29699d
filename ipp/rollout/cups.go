package rollout

// cups is for Linux and everything else that prints by CUPS: a driverless queue
// (lpadmin -m everywhere), and the authority among those that the machine trusts.
var cups = System{
	Name: "cups", Title: "Linux and CUPS", Short: "Linux",
	Lead:  "A shell script for each device group, and one that takes it back.",
	kinds: []Kind{Claim, Believed, Personal, Password},
	files: func(p Plan, printer Printer) (all []File, err error) {
		asks := "none"
		if printer.Kind == Password {
			asks = "username,password"
		}
		for _, name := range []string{"install.sh", "uninstall.sh"} {
			text, err := fill(name,
				"@QUEUE@", shell("inkwell-"+printer.ID), "@NAME@", shell(printer.Name), "@URI@", shell(p.uri("ipps", printer)),
				"@ASKS@", shell(asks), "@ANCHOR@", shell("inkwell-"+p.uuid("authority " + p.Fingerprint())[:8]), "@CA@", shell(string(p.pem())))
			if err != nil {
				return nil, err
			}
			all = append(all, File{Name: name, Body: text, Script: true})
		}
		return all, nil
	},
	lines: func(p Plan, printer Printer) []string {
		trust := "It adds the server's certificate authority to those that the machine trusts. Where that comes another way: `sudo sh install.sh --printer-only`."
		if p.CA == nil {
			trust = "The server's certificate is one that the machine trusts already: only the printer is added."
		}
		return []string{
			"`sudo sh install.sh` adds the queue `inkwell-" + printer.ID + "`, without a driver. Run again, it changes nothing. It needs CUPS 2.2 or newer.",
			trust,
			whose(printer),
			where(printer),
			"Both sides by default: `lpoptions -p inkwell-" + printer.ID + " -o sides=two-sided-long-edge`. `sudo sh uninstall.sh` takes the queue away" + lastOne(p) + ".",
		}
	},
	notes: func(Plan) []string { return nil },
}
