package rollout

import "fmt"

// intune is for Windows devices that Microsoft Intune manages: a Win32 app around the
// scripts of windows. Its agent is a 32-bit program, so the commands name the 64-bit
// PowerShell, whose registry and printers are the ones that count. The certificate can
// come by a profile of its own, without SCEP, or with the script.
var intune = System{
	Name: "intune", Title: "Windows, by Microsoft Intune", Short: "Intune",
	Lead:  "A Win32 app for each device group: scripts to install, remove and detect it, and the values to type.",
	kinds: []Kind{Claim},
	files: func(p Plan, printer Printer) ([]File, error) {
		all, err := scripts(p, printer, "install.ps1", "uninstall.ps1", "detect.ps1")
		if err != nil {
			return nil, err
		}
		return append(all, File{Name: "settings.txt", Body: []byte(settings(p, printer))}), nil
	},
	lines: func(p Plan, printer Printer) []string {
		return []string{
			"Pack this folder with Microsoft's Win32 Content Prep Tool: `IntuneWinAppUtil.exe -c . -s install.ps1 -o ..`, add it as a Win32 app with the values of `settings.txt`, and give `detect.ps1` as its detection rule.",
			trustProfile(p),
			"Assign it to the group of devices in which these computers are: it runs as the system, and the printer is there for everybody who signs in.",
			whose(printer),
			where(printer) + " Assign the app as Uninstall, and `uninstall.ps1` takes the printer away.",
		}
	},
	notes: windows.notes,
}

func trustProfile(p Plan) string {
	if p.CA == nil {
		return "The server's certificate is one that your devices trust already: no certificate profile is needed."
	}
	return "`install.ps1` brings the server's certificate authority. If you prefer a profile: Devices, Configuration, Trusted certificate, `inkwell-ca.cer`, destination store Computer certificate store - Root."
}

// settings are the values of the app's pages, in the order in which Intune asks.
func settings(p Plan, printer Printer) string {
	const shell = `%SystemRoot%\sysnative\WindowsPowerShell\v1.0\powershell.exe -NoProfile -ExecutionPolicy Bypass -File `
	//nolint:misspell // as Intune spells it
	text := fmt.Sprintf(`App information
  Name                          %s
  Description                   Printer of %s. Jobs wait at the print server until their owner collects them.
  Publisher                     %s
  App version                   1

Program
  Install command               %sinstall.ps1
  Uninstall command             %suninstall.ps1
  Install behavior              System
  Device restart behavior       No specific action

Requirements
  Operating system architecture x64, ARM64
  Minimum operating system      Windows 10 21H2

Detection rules
  Rules format                  Use a custom detection script
  Script file                   detect.ps1
  Run script as 32-bit process  No
  Enforce signature check       No, unless you have signed it
`, windowsName(printer.Name), p.School, p.School, shell, shell)
	if p.CA != nil {
		text += fmt.Sprintf(`
Trusted certificate profile, if the authority is not to come with the script
  Platform                      Windows 10 and later
  Certificate file              inkwell-ca.cer
  Destination store             Computer certificate store - Root
  SHA-256 of the certificate    %s
`, p.Fingerprint())
	}
	return text
}
