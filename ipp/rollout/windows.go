package rollout

import (
	"encoding/base64"
	"strings"
)

// windows is for computers that run a script: by hand, or as the startup script of a
// Group Policy. Add-Printer takes an address of IPP from Windows 10 21H2 on
// (PrintManagement, -IppURL), makes the printer with Microsoft's IPP Class Driver and
// names it as the printer calls itself. That driver never asks for a password, so a
// queue that wants one is of no use to it (istopwg/ippsample#283).
var windows = System{
	Name: "windows", Title: "Windows", Short: "Windows",
	Lead:  "A PowerShell script for each device group, and one that takes it back.",
	kinds: []Kind{Claim, Believed, Personal},
	files: func(p Plan, printer Printer) ([]File, error) {
		return scripts(p, printer, "install.ps1", "uninstall.ps1")
	},
	lines: func(p Plan, printer Printer) []string {
		return []string{
			"`install.ps1` makes the computer trust this server" + byCertificate(p) + " and adds the printer for everybody who uses it. Run again, it changes nothing.",
			"Run it as administrator, or as a computer startup script of a Group Policy: `powershell.exe -NoProfile -ExecutionPolicy Bypass -File install.ps1`. It needs Windows 10 21H2 or Windows 11.",
			whose(printer),
			where(printer),
			"`uninstall.ps1` takes the printer away again" + lastOne(p) + ".",
		}
	},
	notes: func(Plan) []string {
		return []string{"The scripts are not signed: a signature is worth what your computers trust, so it has to be yours. Where scripts must be signed: `Set-AuthenticodeSignature install.ps1 -Certificate (Get-ChildItem Cert:\\CurrentUser\\My -CodeSigningCert)[0]`. They are plain ASCII, and the same until the printer or the certificate changes."}
	},
}

// scripts are PowerShell scripts about one printer. Each stands alone: the certificate
// is in it.
func scripts(p Plan, printer Printer, names ...string) (all []File, err error) {
	name := windowsName(printer.Name)
	for _, n := range names {
		text, err := fill(n,
			"@NAME@", powerShell(name), "@URL@", powerShell(p.uri("https", printer)),
			"@KEY@", powerShell(p.uuid(printer.Path)), "@CA@", powerShell(base64.StdEncoding.EncodeToString(p.CA)))
		if err != nil {
			return nil, err
		}
		text = []byte(strings.ReplaceAll(string(text), "\n", "\r\n"))
		all = append(all, File{Name: n, Body: text, Script: true})
	}
	return all, nil
}

func byCertificate(p Plan) string {
	if p.CA == nil {
		return ", whose certificate they know already,"
	}
	return "'s certificate authority"
}

func lastOne(p Plan) string {
	if p.CA == nil {
		return ""
	}
	return ", and with the last of this server's printers its certificate authority"
}

// whose says how a printer's jobs get their owner.
func whose(printer Printer) string {
	switch printer.Kind {
	case Believed:
		return "The server's word is taken: a job counts as sent by the person whom the server names, so it must have asked for their password."
	case Personal:
		return "Whoever has these files prints as this person: hand them over like a key, and delete your copy. `inkwell address revoke` ends the address."
	case Password:
		return "It asks for the school user name and password, and the job is that person's at once."
	}
	return "People sign in with their school user name, which goes with the job. At a kiosk their badge shows it: they print it there, or press Not mine."
}

// where says from where a printer can be used.
func where(printer Printer) string {
	switch {
	case printer.Kind == Password || printer.Kind == Personal:
		return "It works from every network that reaches this server."
	case len(printer.Networks) == 0:
		return "It works on devices that show one of the group's certificates; anything else is refused."
	case printer.Cards:
		return "It works from " + networks(printer) + ", and on devices that show one of the group's certificates; from anywhere else it is refused."
	}
	return "It works from " + networks(printer) + "; from anywhere else it is refused."
}

// networks names the first few.
func networks(printer Printer) string {
	const few = 4
	if n := len(printer.Networks); n > few {
		return "`" + strings.Join(printer.Networks[:few], "`, `") + "` and more"
	}
	return "`" + strings.Join(printer.Networks, "`, `") + "`"
}
