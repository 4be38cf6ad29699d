package rollout

import (
	"bytes"
	"encoding/json"
)

// google is for managed Chromebooks. The bodies are those of the Chrome Printer
// Management API (admin.directory.v1.customers.chrome.printers, batchCreatePrinters)
// and of the policies Printers and PrintingSendUsernameAndFilenameEnabled (Chromium,
// policy_definitions/Printing; printer_translator.cc wants display_name, uri and one of
// ppd_resource.autoconf and .effective_model). Without the second policy a Chromebook sends the
// same name for everybody.
var google = System{
	Name: "google", Title: "Chromebooks, by Google Admin", Short: "Chromebooks",
	Lead:  "A printer for each device group as Google's API takes it, and the policies that go with it.",
	kinds: []Kind{Claim},
	files: func(p Plan, printer Printer) ([]File, error) {
		create, err := jsonFile("printers.json", batch(p, printer))
		if err != nil {
			return nil, err
		}
		policy, err := policies(p, printer)
		if err != nil {
			return nil, err
		}
		return []File{create, policy}, nil
	},
	lines: func(p Plan, printer Printer) []string {
		return []string{
			"In `printers.json` put the organisational unit of these Chromebooks for `ORG-UNIT-ID`, then send it to Google: `POST` to `admin.googleapis.com`, `/admin/directory/v1/customers/my_customer/chrome/printers:batchCreatePrinters`. By hand: Devices, Chrome, Printers, Add, with the address above and driverless configuration.",
			"Turn on Devices, Chrome, Settings, Printing, CUPS print job information: include user account and filename (`PrintingSendUsernameAndFilenameEnabled`). `policy.json` has both as policy values for systems that take those.",
			trustGoogle(p),
			whose(printer),
			where(printer) + " Delete the printer in Google Admin to take it away.",
		}
	},
	notes: func(Plan) []string { return nil },
}

func trustGoogle(p Plan) string {
	if p.CA == nil {
		return "The server's certificate is one that Chromebooks trust already: there is no certificate to add."
	}
	return "Under Devices, Networks, Certificates add `inkwell-ca.pem` as a certificate authority, enabled for Chromebook, in the same organisational unit: without it no job leaves the device."
}

// createPrinter is a CreatePrinterRequest.
type createPrinter struct {
	Parent  string        `json:"parent"`
	Printer chromePrinter `json:"printer"`
}

type chromePrinter struct {
	DisplayName string `json:"displayName"`
	Description string `json:"description"`
	URI         string `json:"uri"`
	OrgUnit     string `json:"orgUnitId"`
	Driverless  bool   `json:"useDriverlessConfig"`
}

func batch(p Plan, printer Printer) map[string][]createPrinter {
	return map[string][]createPrinter{"requests": {{
		Parent: "customers/my_customer",
		Printer: chromePrinter{
			DisplayName: printer.Name, Description: p.School, URI: p.uri("ipps", printer), OrgUnit: "ORG-UNIT-ID", Driverless: true,
		},
	}}}
}

// policyPrinter is one printer of the policy Printers, which holds JSON in strings.
type policyPrinter struct {
	DisplayName string         `json:"display_name"`
	Description string         `json:"description"`
	URI         string         `json:"uri"`
	UUID        string         `json:"uuid"`
	PPD         map[string]any `json:"ppd_resource"`
}

func policies(p Plan, printer Printer) (File, error) {
	one, err := jsonText(policyPrinter{
		DisplayName: printer.Name, Description: p.School, URI: p.uri("ipps", printer), UUID: p.uuid(printer.Path), PPD: map[string]any{"autoconf": true},
	}, "")
	if err != nil {
		return File{}, err
	}
	return jsonFile("policy.json", map[string]any{"PrintingSendUsernameAndFilenameEnabled": true, "Printers": []string{string(bytes.TrimSpace(one))}})
}

func jsonFile(name string, value any) (File, error) {
	text, err := jsonText(value, "  ")
	return File{Name: name, Body: text}, err
}

func jsonText(value any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(value)
	return b.Bytes(), err
}
