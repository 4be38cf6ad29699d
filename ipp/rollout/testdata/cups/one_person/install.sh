#!/bin/sh
# install.sh [--printer-only]: adds a printer of the school's print server to CUPS, and
# trusts the certificate authority of that server. Run again, it changes nothing.
set -eu
queue='inkwell-one_person'
name='Print (Sam'\''s iPad)'
uri='ipps://print.harbour.example:8631/ipp/print/u/abcdefghijkmnpqrstuvwxyz23'
asks='none'
anchor='inkwell-9be6cfdc'
authority='-----BEGIN CERTIFICATE-----
YSBjZXJ0aWZpY2F0ZSBpbiBERVI=
-----END CERTIFICATE-----
'

# Where this system keeps the authorities that it trusts, and what makes them known.
trust() {
	if [ -d /usr/local/share/ca-certificates ]; then
		file=/usr/local/share/ca-certificates/$anchor.crt refresh=update-ca-certificates
	elif [ -d /etc/pki/ca-trust/source/anchors ]; then
		file=/etc/pki/ca-trust/source/anchors/$anchor.pem refresh='update-ca-trust extract'
	else
		echo 'install.sh: this system keeps its certificate authorities elsewhere; add inkwell-ca.pem by hand, then use --printer-only' >&2
		exit 1
	fi
	[ -e "$file" ] && return
	printf '%s' "$authority" >"$file"
	chmod 644 "$file"
	$refresh >/dev/null
}

case ${1-} in
--printer-only) ;;
'') [ -z "$authority" ] || trust ;;
*) echo 'usage: install.sh [--printer-only]' >&2; exit 2 ;;
esac

lpadmin -p "$queue" -E -v "$uri" -m everywhere -D "$name" -o printer-is-shared=false -o auth-info-required="$asks"
echo "$queue is there."
