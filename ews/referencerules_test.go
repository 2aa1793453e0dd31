package ews

import (
	"encoding/xml"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The rules of XML 1.0 and of Namespaces in XML that encoding/xml does not
// check and xmlReader does. They are written as expressions over the text of a
// token, so that they have nothing in common with the scanner.
const (
	ruleAttributes  = "attributes are apart, and all names are QNames"
	ruleEndTag      = "the name of an end tag is a QName"
	ruleReference   = "a reference is not to a surrogate"
	ruleOutside     = "outside the root element is white space and nothing that stands for it"
	ruleCharacters  = "comments and processing instructions consist of characters"
	ruleTarget      = "the target of a processing instruction is an NCName"
	ruleDeclaration = "the XML declaration comes first, and is complete"
)

const (
	nameStart = `A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}` +
		`\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}`
	ncName = `[` + nameStart + `][` + nameStart + `0-9.\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}-]*`
	qName  = ncName + `(?::` + ncName + `)?`
	space  = `[ \t\r\n]`
	value  = `("[^"<]*"|'[^'<]*')`
)

var (
	startTag    = regexp.MustCompile(`^<` + qName + `(?:` + space + `+` + qName + space + `*=` + space + `*` + value + `)*` + space + `*/?>$`)
	endTag      = regexp.MustCompile(`^</` + qName + space + `*>$`)
	newerName   = regexp.MustCompile(`^` + qName + `$`)
	attribute   = regexp.MustCompile(space + `*=` + space + `*` + value)
	charRef     = regexp.MustCompile(`&#(?:([0-9]+)|x([0-9A-Fa-f]+));`)
	instruction = regexp.MustCompile(`^<\?` + ncName + `(?:` + space + `(?s:.*))?\?>$`)
	declaration = regexp.MustCompile(`^<\?xml` + space + `+version` + space + `*=` + space + `*(?:"1\.0"|'1\.0')` +
		`(?:` + space + `+encoding` + space + `*=` + space + `*(?:"[A-Za-z][A-Za-z0-9._-]*"|'[A-Za-z][A-Za-z0-9._-]*'))?` +
		`(?:` + space + `+standalone` + space + `*=` + space + `*(?:"(?:yes|no)"|'(?:yes|no)'))?` + space + `*\?>$`)
)

// brokenRule returns the rule that a token breaks which encoding/xml has let
// pass, or "".
func brokenRule(tok xml.Token, raw string, first, inRoot bool) string {
	switch t := tok.(type) {
	case xml.StartElement:
		switch {
		case !startTag.MatchString(raw):
			return ruleAttributes
		case hasSurrogate(raw):
			return ruleReference
		}
	case xml.EndElement:
		if raw != "" && !endTag.MatchString(raw) {
			return ruleEndTag
		}
	case xml.CharData:
		switch {
		case !inRoot && strings.Trim(raw, whitespace) != "":
			return ruleOutside
		case !strings.HasPrefix(raw, "<![CDATA[") && hasSurrogate(raw):
			return ruleReference
		}
	case xml.Comment:
		if !isText(raw) {
			return ruleCharacters
		}
	case xml.ProcInst:
		switch {
		case strings.EqualFold(t.Target, "xml") && (!first || !declaration.MatchString(raw)):
			return ruleDeclaration
		case !instruction.MatchString(raw):
			return ruleTarget
		case !isText(raw):
			return ruleCharacters
		}
	}
	return ""
}

func hasSurrogate(raw string) bool {
	for _, m := range charRef.FindAllStringSubmatch(raw, -1) {
		n, err := strconv.ParseUint(m[1], 10, 32)
		if m[2] != "" {
			n, err = strconv.ParseUint(m[2], 16, 32)
		}
		if err == nil && n >= 0xD800 && n <= 0xDFFF {
			return true
		}
	}
	return false
}

func isText(s string) bool {
	for _, c := range s {
		if !isXMLChar(c) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// normalize does to the values of attributes what XML says and encoding/xml
// leaves out: white space that stands in them is turned into spaces.
func normalize(attrs []xml.Attr, raw string) {
	values := attribute.FindAllStringSubmatch(raw, -1)
	for i := range attrs {
		text := values[i][1]
		if !strings.ContainsAny(text, "\t\r\n") {
			continue
		}
		text = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ", "\t", " ").Replace(text)
		tok, err := xml.NewDecoder(strings.NewReader("<a b=" + text + "/>")).RawToken()
		if err != nil {
			panic(err)
		}
		attrs[i].Value = tok.(xml.StartElement).Attr[0].Value
	}
}
