package console

import "strings"

// setUp is how one kind of device is set up with a personal printer address.
type setUp struct {
	Key, Name string
	Open      bool   // it is the one that asks
	File      string // the roll-out system whose file does it, or ""
	FileWord  string
	Steps     []string
}

// systemOf is the kind of device that a browser says it is on, or "".
func systemOf(agent string) string {
	for _, s := range []struct{ mark, key string }{
		{"iPhone", "ios"}, {"iPad", "ios"}, {"Android", "android"}, {"CrOS", "chromeos"}, {"Macintosh", "macos"}, {"Windows", "windows"}, {"Linux", "linux"},
	} {
		if strings.Contains(agent, s.mark) {
			return s.key
		}
	}
	return ""
}

// setUps are the steps for each kind of device, with that of the browser open.
func setUps(a ownAddress, here string) []setUp {
	trust := func(step string) []string {
		if !a.CA {
			return nil
		}
		return []string{step}
	}
	all := []setUp{
		{Key: "ios", Name: "iPhone or iPad", File: "apple", FileWord: "Download the profile", Steps: append([]string{
			"Download the profile with the button. Your phone says that a profile was loaded.",
			"Open Settings, choose Profile Downloaded, then Install.",
		}, append(trust("Go to General, About, Certificate Trust Settings and switch on Inkwell."), "Print from any app: choose Share, then Print.")...)},
		{Key: "android", Name: "Android", Steps: append(trust("Ask IT how your phone is told to trust the school's server, if it says that the printer is not safe."),
			"Open Settings and search for Printing, then choose Default Print Service and switch it on.",
			"Choose Add printer, then Add printer by address, and paste the address from above.",
			"Print from any app: choose Print in its menu, then this printer.")},
		{Key: "chromeos", Name: "Chromebook", Steps: append([]string{
			"Open Settings, then Device, Print and scan, Printers. Choose Add printer.",
			"Address: " + a.Server + ":" + a.Port + ". Protocol: Internet Printing Protocol (IPPS). Queue: " + a.Path,
		}, append(trust("If it says that it cannot connect, ask IT: a school Chromebook trusts the server by itself, your own has to be told."), "Press Add, then print from any app.")...)},
		{Key: "windows", Name: "Windows", File: "windows", FileWord: "Download the script", Steps: []string{
			"Download the script with the button.",
			"Find it in Downloads, press it with the right mouse button, and choose Run with PowerShell. Windows asks for an administrator: at home that may be a parent.",
			"Print from any program, and choose this printer. It needs Windows 10 (21H2) or Windows 11.",
		}},
		{Key: "macos", Name: "Mac", File: "apple", FileWord: "Download the profile", Steps: []string{
			"Download the profile with the button, and open it.",
			"Open System Settings, search for Profiles, and press the profile two times to install it.",
			"Print from any program, and choose this printer.",
		}},
		{Key: "linux", Name: "Linux", File: "cups", FileWord: "Download the script", Steps: []string{
			"Download the script with the button, and read it.",
			"Run it in a terminal: sudo sh install.sh",
			"Print from any program, and choose this printer.",
		}},
	}
	for i := range all {
		all[i].Open = all[i].Key == here
	}
	return all
}
