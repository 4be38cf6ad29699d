package rollout

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
)

// dict is a dictionary of a property list, in order.
type dict []entry

type entry struct {
	key   string
	value any // string, int, bool, []byte, dict or []dict
}

const plistHead = xml.Header + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
`

// plist is a property list as XML (plist(5)).
func plist(d dict) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(plistHead)
	if err := writeValue(&b, d, ""); err != nil {
		return nil, err
	}
	b.WriteString("</plist>\n")
	return b.Bytes(), nil
}

func writeValue(b *bytes.Buffer, value any, indent string) error {
	switch v := value.(type) {
	case string:
		return element(b, indent, "string", v)
	case int:
		return element(b, indent, "integer", fmt.Sprint(v))
	case []byte:
		return element(b, indent, "data", base64.StdEncoding.EncodeToString(v))
	case bool:
		fmt.Fprintf(b, "%s<%t/>\n", indent, v)
		return nil
	case dict:
		fmt.Fprintf(b, "%s<dict>\n", indent)
		for _, e := range v {
			if err := element(b, indent+"\t", "key", e.key); err != nil {
				return err
			}
			if err := writeValue(b, e.value, indent+"\t"); err != nil {
				return err
			}
		}
		fmt.Fprintf(b, "%s</dict>\n", indent)
		return nil
	case []dict:
		fmt.Fprintf(b, "%s<array>\n", indent)
		for _, d := range v {
			if err := writeValue(b, d, indent+"\t"); err != nil {
				return err
			}
		}
		fmt.Fprintf(b, "%s</array>\n", indent)
		return nil
	}
	return fmt.Errorf("a property list holds no %T", value)
}

func element(b *bytes.Buffer, indent, name, text string) error {
	fmt.Fprintf(b, "%s<%s>", indent, name)
	if err := xml.EscapeText(b, []byte(text)); err != nil {
		return err
	}
	fmt.Fprintf(b, "</%s>\n", name)
	return nil
}
