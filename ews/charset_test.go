package ews

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html/charset"
)

// utf16 converts a document from UTF-8 and puts a byte order mark before it.
func utf16(t testing.TB, label string, doc []byte) []byte {
	t.Helper()
	encoding, _ := charset.Lookup(label)
	require.NotNil(t, encoding)
	out, err := encoding.NewEncoder().Bytes(append([]byte("\xEF\xBB\xBF"), doc...))
	require.NoError(t, err)
	return out
}

func TestCharset(t *testing.T) {
	const text = "Größe: 5 € für 会議室 🏢"
	doc := func(encoding, text string) []byte {
		return []byte(`<?xml version="1.0" ` + encoding + `?>` + "\n" +
			`<e:Envelope xmlns:e="` + NamespaceEnvelope + `"><e:Body><SendNotification xmlns="` + NamespaceMessages + `"><ResponseMessages>` +
			`<SendNotificationResponseMessage><MessageText>` + text + `</MessageText></SendNotificationResponseMessage>` +
			`</ResponseMessages></SendNotification></e:Body></e:Envelope>`)
	}
	tests := []struct {
		name string
		body []byte
		want string
	}{
		{"none declared", doc("", text), text},
		{"UTF-8", doc(`encoding="UTF-8"`, text), text},
		{"UTF-8 with mark", append([]byte("\xEF\xBB\xBF"), doc(`encoding="utf-8"`, text)...), text},
		{"UTF-8 with mark, declared otherwise", append([]byte("\xEF\xBB\xBF"), doc(`encoding="iso-8859-1"`, text)...), text},
		{"UTF-8 declared as UTF-16", doc(`encoding="utf-16"`, text), text},
		{"UTF-16LE", utf16(t, "utf-16le", doc(`encoding="utf-16"`, text)), text},
		{"UTF-16BE", utf16(t, "utf-16be", doc(`encoding="utf-16"`, text)), text},
		{"UTF-16LE without mark", utf16(t, "utf-16le", doc(`encoding="utf-16"`, text))[2:], text},
		{"UTF-16BE without mark", utf16(t, "utf-16be", doc(`encoding="utf-16"`, text))[2:], text},
		{"UTF-16LE without a word", utf16(t, "utf-16le", doc("", text)), text},
		{"ISO-8859-1", doc(`encoding="ISO-8859-1"`, "Gr\xf6\xdfe"), "Größe"},
		{"windows-1252", doc(`encoding = 'windows-1252'`, "5 \x80"), "5 €"},
		{"Shift_JIS", doc(`encoding="Shift_JIS" standalone="yes"`, "\x89\xef\x8b\x63\x8e\xba"), "会議室"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := ParseSendNotification(tt.body, nil)
			require.NoError(t, err)
			require.Equal(t, tt.want, n.ResponseMessages[0].MessageText)
		})
	}

	t.Run("unknown", func(t *testing.T) {
		_, err := ParseSendNotification(doc(`encoding="klingon"`, "x"), nil)
		require.ErrorIs(t, err, ErrCharset)
		require.ErrorContains(t, err, `"klingon"`)
	})
	t.Run("not what is declared", func(t *testing.T) {
		_, err := ParseSendNotification(doc(`encoding="utf-8"`, "Gr\xf6\xdfe"), nil)
		require.ErrorIs(t, err, ErrSyntax)
	})
	t.Run("position behind a mark", func(t *testing.T) {
		plain := doc("", "<x>")
		at := int64(strings.Index(string(plain), "<x>"))
		_, err := ParseSendNotification(plain, nil)
		requirePosition(t, err, at, 2)
		_, err = ParseSendNotification(append([]byte("\xEF\xBB\xBF"), plain...), nil)
		requirePosition(t, err, at+3, 2)
	})
}
