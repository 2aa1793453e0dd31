package ewstest

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParsePositions(t *testing.T) {
	t.Parallel()
	root, err := parse([]byte("<?xml version=\"1.0\"?>\n<a xmlns='u'\n  b='1'>\n  <c/> <d>x<!-- --> y</d>\n</a>\n"))
	require.Nil(t, err)
	require.Equal(t, []int{2, 2}, []int{root.line, root.column})
	require.Equal(t, "u", root.space)
	require.Equal(t, "1", root.attribute("b"))
	require.Equal(t, []int{4, 4}, []int{root.children[0].line, root.children[0].column})
	require.Equal(t, []int{4, 9}, []int{root.children[1].line, root.children[1].column})
	require.Equal(t, "x y", root.value("u", "d"))
	require.Empty(t, root.value("u", "e"))
}

// FuzzParse: no request makes the reader panic, and what it accepts is what
// encoding/xml accepts, too.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`<a/>`, `<a:b xmlns:a="u" a:c="1" c="2">t<d/></a:b>`, `<a xmlns="u"><b xmlns=""/></a>`, `<a>`, `<a></b>`, `</a>`, `<a/><b/>`,
		`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, "\ufeff<a/>", `<?xml version="1.0" encoding="utf-16"?><a/>`, `<a b="1" b="2"/>`,
		`<x:a/>`, "<a\n", "\n", `<a xmlns:x=""/>`, strings.Repeat("<a>", 70) + strings.Repeat("</a>", 70), `<a><![CDATA[<b>]]></a>`, "<a>\x00</a>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		root, err := parse(body)
		if err != nil {
			require.Positive(t, err.line)
			require.Positive(t, err.column)
			require.NotEmpty(t, err.Error())
			return
		}
		require.NotNil(t, root)
		var any struct {
			XMLName xml.Name
		}
		if body, ok := strings.CutPrefix(string(body), "\ufeff"); ok || body != "" {
			d := xml.NewDecoder(strings.NewReader(body))
			d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
			require.NoError(t, d.Decode(&any))
			require.Equal(t, root.name, any.XMLName.Local)
		}
	})
}

// FuzzRequest: whatever arrives, the schema check ends without a panic.
func FuzzRequest(f *testing.F) {
	operations := newServer(nil).newOperations()
	for _, seed := range []string{
		`<Subscribe xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><PushSubscriptionRequest SubscribeToAllFolders="1"/></Subscribe>`,
		`<Unsubscribe xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><SubscriptionId>x</SubscriptionId></Unsubscribe>`,
		`<GetFolder xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><FolderShape/></GetFolder>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		root, err := parse(body)
		if err != nil {
			return
		}
		for _, op := range operations {
			if v := op.rule.check(root); v != nil {
				require.Positive(t, v.line)
				require.NotEmpty(t, v.text)
			}
		}
	})
}

// FuzzWatermark: a watermark that is read is written the same way.
func FuzzWatermark(f *testing.F) {
	f.Add(realWatermark)
	f.Add("")
	f.Add("AQAAAA==")
	f.Fuzz(func(t *testing.T, mark string) {
		database, counter, err := parseWatermark(mark)
		if err != nil {
			return
		}
		again, n, err := parseWatermark(watermark(database, counter))
		require.NoError(t, err)
		require.Equal(t, database, again)
		require.Equal(t, counter, n)
	})
}
