#!/bin/sh
# uninstall.sh: takes away the printer that install.sh has added, and the certificate
# authority of its server with the last of its printers. Run again, it changes nothing.
set -eu
LC_ALL=C
export LC_ALL
queue='inkwell-school_password'
anchor='inkwell-9be6cfdc'

if lpstat -v "$queue" >/dev/null 2>&1; then
	lpadmin -x "$queue"
fi
if lpstat -v 2>/dev/null | grep -q '^device for inkwell-'; then
	exit 0 # others need it
fi
for file in "/usr/local/share/ca-certificates/$anchor.crt" "/etc/pki/ca-trust/source/anchors/$anchor.pem"; do
	[ -e "$file" ] || continue
	rm "$file"
	case $file in
	*.crt) update-ca-certificates >/dev/null ;;
	*) update-ca-trust extract >/dev/null ;;
	esac
done
