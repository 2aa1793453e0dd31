package ews

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func requirePosition(t *testing.T, err error, offset int64, line int) {
	t.Helper()
	e, ok := errors.AsType[*DecodeError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, offset, e.Offset)
	require.Equal(t, line, e.Line)
}

// readAll reads a document to its end.
func readAll(doc string, maxDepth int) error {
	r, err := newXMLReader([]byte(doc), Limits{MaxBytes: 1 << 20, MaxDepth: maxDepth})
	if err != nil {
		return err
	}
	for {
		if kind, err := r.next(); err != nil || kind == eofToken {
			return err
		}
	}
}

func TestWellFormed(t *testing.T) {
	for _, doc := range []string{
		`<a/>`,
		`<?xml version="1.0"?><a></a>`,
		"<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n<!-- c --><?pi x?><a>\n</a>\n<!-- c --><?pi?>\n",
		`<a b="1" c="2">x<![CDATA[<&]]>&lt;&#65;&#x41;</a>`,
		`<p:a xmlns:p="u" xmlns="v" p:b="1" b="2"/>`,
		`<p:a xmlns:p="u"><p:b xmlns:p="w"/><p:c/></p:a>`,
		`<a xmlns="u"><b xmlns=""/></a>`,
		`<a xml:lang="de" xmlns:xml="` + namespaceXML + `"/>`,
		`<a b="` + strings.Repeat("x", 5000) + `"/>`,
	} {
		require.NoError(t, readAll(doc, 8), "%s", doc)
	}
}

func TestNotWellFormed(t *testing.T) {
	many := &strings.Builder{}
	for i := range 100 {
		fmt.Fprintf(many, ` a%d=""`, i)
	}
	tests := []struct {
		name, doc string
		want      error
		offset    int
	}{
		{"undeclared prefix", `<a><p:b/></a>`, ErrSyntax, 3},
		{"undeclared prefix of an attribute", `<a p:b=""/>`, ErrSyntax, 0},
		{"prefix of a sibling", `<a><p:b xmlns:p="u"/><p:c/></a>`, ErrSyntax, 21},
		{"attribute twice", `<a b="1" b="1"/>`, ErrSyntax, 0},
		{"attribute twice by two prefixes", `<a xmlns:p="u" xmlns:q="u" p:b="" q:b=""/>`, ErrSyntax, 0},
		{"attribute twice among many", `<a` + many.String() + ` a7=""/>`, ErrSyntax, 0},
		{"declaration twice", `<a xmlns:p="u" xmlns:p="v"/>`, ErrSyntax, 0},
		{"default declaration twice", `<a xmlns="u" xmlns="v"/>`, ErrSyntax, 0},
		{"prefix undeclared again", `<a xmlns:p="u"><b xmlns:p=""/></a>`, ErrSyntax, 15},
		{"prefix xmlns declared", `<a xmlns:xmlns="u"/>`, ErrSyntax, 0},
		{"prefix xml for something else", `<a xmlns:xml="u"/>`, ErrSyntax, 0},
		{"something else for xml", `<a xmlns:p="` + namespaceXML + `"/>`, ErrSyntax, 0},
		{"wrong end tag", `<a><b></a>`, ErrSyntax, 6},
		{"end tag of another prefix", `<p:a xmlns:p="u" xmlns:q="u"></q:a>`, ErrSyntax, 29},
		{"end tag first", `</a>`, ErrSyntax, 0},
		{"one end tag too many", `<a/></a>`, ErrSyntax, 4},
		{"second root", `<a/><b/>`, ErrSyntax, 4},
		{"text before", `x<a/>`, ErrSyntax, 0},
		{"no document", `error: no route`, ErrSyntax, 0},
		{"compressed", "\x1f\x8b\x08\x00\xff\xfe", ErrSyntax, 0},
		{"text after", "<a/>\nx", ErrSyntax, 4},
		{"half a character after", "<a/>\xc3", ErrSyntax, 4},
		{"document type", `<!DOCTYPE a><a/>`, ErrDirective, 0},
		{"entity", `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`, ErrDirective, 0},
		{"directive inside", `<a><!ELEMENT b></a>`, ErrDirective, 3},
		{"unknown entity", `<a>&x;</a>`, ErrSyntax, 3},
		{"declaration inside", `<a><?xml version="1.0"?></a>`, ErrSyntax, 3},
		{"declaration after space", ` <?xml version="1.0"?><a/>`, ErrSyntax, 1},
		{"name of a colon", `<a><b: /></a>`, ErrSyntax, 4},
		{"attribute name of a colon", `<a :b=""/>`, ErrSyntax, 3},
		{"control character", "<a>\x01</a>", ErrSyntax, 3},
		{"control character as reference", "<a>&#1;</a>", ErrSyntax, 3},
		{"too deep", `<a><a><a><a><a/></a></a></a></a>`, ErrTooDeep, 12},
		{"nothing", ``, io.ErrUnexpectedEOF, 0},
		{"space", " \n", io.ErrUnexpectedEOF, 2},
		{"not closed", `<a><b/>`, io.ErrUnexpectedEOF, 7},
		{"cut in a tag", `<a><b`, io.ErrUnexpectedEOF, 5},
		{"cut in a character", "<a>\xc3", io.ErrUnexpectedEOF, 4},
		{"cut in a directive", "<!DOCTYPE", io.ErrUnexpectedEOF, 9},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := readAll(tt.doc, 4)
			require.ErrorIs(t, err, tt.want)
			require.Equal(t, errors.Is(tt.want, io.ErrUnexpectedEOF), errors.Is(err, io.ErrUnexpectedEOF))
			e, ok := errors.AsType[*DecodeError](err)
			require.True(t, ok)
			require.Equal(t, int64(tt.offset), e.Offset, "%v", err)
		})
	}
}

func TestTooLarge(t *testing.T) {
	body := sample(t, "rooms-2020-body.xml")
	_, err := ParseSendNotification(body, &Limits{MaxBytes: len(body)})
	require.NoError(t, err)
	_, err = ParseSendNotification(body, &Limits{MaxBytes: len(body) - 1})
	require.ErrorIs(t, err, ErrTooLarge)
	require.EqualError(t, err, "ews: body too large: more than 2018 bytes")
	_, err = ParseSendNotificationResult(body, &Limits{MaxBytes: len(body) - 1})
	require.ErrorIs(t, err, ErrTooLarge)
}

// What takes long in the square of its size is worth an attack.
func TestHostileSizes(t *testing.T) {
	var declarations, elements strings.Builder
	declarations.WriteString("<a")
	for i := range 60_000 {
		fmt.Fprintf(&declarations, ` xmlns:p%d="u"`, i)
	}
	declarations.WriteString(">")
	for range 100_000 {
		elements.WriteString("<p0:b/>")
	}
	doc := declarations.String() + elements.String() + "</a>"
	r, err := newXMLReader([]byte(doc), Limits{MaxBytes: len(doc), MaxDepth: 4})
	require.NoError(t, err)
	count := 0
	for {
		kind, err := r.next()
		require.NoError(t, err)
		if kind == eofToken {
			break
		}
		count++
	}
	require.Equal(t, 2+2*100_000, count)
}
