package ews

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// differentialSeeds are bodies with something of everything in them.
func differentialSeeds(tb testing.TB) [][]byte {
	tb.Helper()
	usual := string(sample(tb, "rooms-2020-body.xml"))
	seeds := []string{
		usual,
		string(sample(tb, "rooms-2020-body-as-published.xml")),
		strings.ReplaceAll(usual, "soap11", "s"),
		strings.ReplaceAll(usual, "><", ">\r\n\t<"),
		strings.Replace(usual, "2020-12-03T11:03:50Z", "2020-12-31T24:00:00.5+01:00", 1),
		strings.Replace(usual, "DwAAAA==", "&#x41;&amp;\r\n\t", 1),
		defaultNamespaces(usual),
		withEvents(`<t:StatusEvent/><t:PostponedEvent><t:OldFolderId Id="&#13;&quot;"/></t:PostponedEvent>`),
		withEvents(`<t:StatusEvent><t:Watermark>AQAAA</t:Watermark></t:StatusEvent><t:ModifiedEvent><t:UnreadCount>7</t:UnreadCount><t:FolderId Id='f' ChangeKey='k'></t:FolderId></t:ModifiedEvent>`),
		withEvents(`<t:MovedEvent><t:TimeStamp>2024-02-29T23:59:59Z</t:TimeStamp><t:ItemId Id="a" /><t:ParentFolderId Id="b"/><t:OldItemId Id="c"/><t:OldParentFolderId Id="d" ChangeKey="" /></t:MovedEvent>`),
		withEvents(`<a:CopiedEvent xmlns:a="` + NamespaceTypes + `"><a:FolderId Id="a"/><t:OldFolderId Id="c" xmlns:t="urn:x" t:Id="y"/></a:CopiedEvent>`),
		withEvents(`<t:DeletedEvent xmlns:t="urn:x"><t:ItemId Id="a"/></t:DeletedEvent>`),
		notification(`<m:SendNotificationResponseMessage ResponseClass="Error"><m:MessageText>x<!-- ä -->&lt;<![CDATA[]&<]]></m:MessageText><m:ResponseCode>ErrorX</m:ResponseCode>` +
			`<m:DescriptiveLinkKey>3</m:DescriptiveLinkKey><m:MessageXml><t:Value Name="n">v</t:Value><x:y>1<x:z>2</x:z></x:y></m:MessageXml></m:SendNotificationResponseMessage>`),
		`<?xml version='1.0' encoding = "UTF-8" standalone='yes' ?>` + "\n<!-- c --><?pi x?>" + envelope("<s:Fault><faultcode>a:b</faultcode></s:Fault>") + "<?pi?>\n<!---->",
		"<!DOCTYPE a [<!ENTITY x 'y'>]>" + envelope("&x;"),
	}
	// At the borders of what is usual.
	const (
		status   = `<t:StatusEvent><t:Watermark>w</t:Watermark></t:StatusEvent>`
		modified = `<t:ModifiedEvent><t:Watermark>AQAAW</t:Watermark><t:TimeStamp>2020-12-03T11:03:50Z</t:TimeStamp>` +
			`<t:ItemId Id="AAMkItem" ChangeKey="CQAA" /><t:ParentFolderId Id="AAMkFolder" ChangeKey="AQAA" /></t:ModifiedEvent>`
		created = `<t:CreatedEvent><t:ItemId Id="a" ChangeKey="b" /><t:ParentFolderId Id="c" /></t:CreatedEvent>`
	)
	for _, events := range []string{
		status, status + created + status + created + created, status[:len(status)-1], status + "</t:StatusEvent>", created + " ", created + "<x/>", "",
		`<t:CreatedEvent><t:Watermark>w</t:Watermark></t:CreatedEvent>`,
		`<t:CreatedEvent><t:ItemId Id="" /></t:CreatedEvent>`,
		`<t:CreatedEvent><t:ItemId Id="a<b" /></t:CreatedEvent>`,
		`<t:CreatedEvent><t:ItemId Id="a" ChangeKey="" /></t:CreatedEvent>`,
		`<t:CreatedEvent><t:ItemId x:Id="b" Id="a" xmlns:x="u" /></t:CreatedEvent>`,
		`<t:CreatedEvent><t:ItemId x:Id="b" xmlns:x="u" /></t:CreatedEvent>`,
		`<t:CreatedEvent><t:ItemId Id="a" /><t:FolderId Id="a" /></t:CreatedEvent>`,
		`<t:StatusEvent><t:Watermark></t:Watermark></t:StatusEvent>`,
		`<t:StatusEvent><t:Watermark>]]></t:Watermark></t:StatusEvent>`,
		`<t:StatusEvent><t:Watermark>></t:Watermark></t:StatusEvent>`,
		`<t:StatusEvent><t:Watermark>a&amp;b</t:Watermark></t:StatusEvent>`,
		`<t:StatusEvent><u:Watermark>w</u:Watermark></t:StatusEvent>`,
		`<t:StatusEvent><m:Watermark>w</m:Watermark></t:StatusEvent>`,
		`<m:StatusEvent><m:Watermark>w</m:Watermark></m:StatusEvent>`,
		`<t:StatusEvent><t:TimeStamp>2026-02-29T00:00:00Z</t:TimeStamp></t:StatusEvent>`,
		`<t:StatusEvent/><t:Watermark>w</t:Watermark></t:StatusEvent>`,
		`<t:Event><t:Watermark>w</t:Watermark></t:Event>`,
		`<t:NewEvent><t:Watermark>w</t:Watermark></t:NewEvent>`,
		`<t:Watermark>w</t:Watermark>`,
	} {
		body := usualHead + "Exchange2016" + usualBody + "<t:SubscriptionId>id</t:SubscriptionId>" + events + usualTail
		seeds = append(seeds, body, strings.ReplaceAll(body, "soap11", "s"))
		// After events that are written alike, and before some.
		seeds = append(seeds, strings.Replace(body, events, strings.Repeat(modified, 3)+events+status+modified+events+modified, 1))
	}
	// Events like those before, and nearly.
	for _, change := range [][2]string{
		{"AAMkItem", "A"},
		{"AAMkItem", "AAMkItems"},
		{"AAMkItem", ""},
		{"AAMkItem", `AAMk" tem`},
		{"AAMkItem", "AAMk<tem"},
		{"AAMkItem", "AAMk&tem"},
		{"CQAA", ""},
		{"CQAA", `C"AA`},
		{`ChangeKey="CQAA"`, `ChangeKey='CQAA'`},
		{` ChangeKey="CQAA"`, ""},
		{`"CQAA" />`, `"CQAA"/>`},
		{"AQAAW", "AQAAWW"},
		{"AQAAW", "AQ"},
		{"AQAAW", ""},
		{"AQAAW", "A]]>W"},
		{"AQAAW", "AQ>AW"},
		{"AQAAW", "A<x/>"},
		{"AQAAW", `A"AW`},
		{"AQAAW", "A\x01AW"},
		{"11:03:50Z", "11:03:51Z"},
		{"11:03:50Z", "24:00:00Z"},
		{"11:03:50Z", "25:00:00Z"},
		{"11:03:50Z", "11:03:50"},
		{"11:03:50Z", " 1:03:50Z"},
		{"<t:ModifiedEvent>", "<t:ModifiedEvent >"},
		{"ModifiedEvent", "DeletedEvent"},
		{"t:ModifiedEvent>", "m:ModifiedEvent>"},
		{"</t:ModifiedEvent>", "</t:CreatedEvent>"},
		{"</t:ModifiedEvent>", "<t:UnreadCount>3</t:UnreadCount></t:ModifiedEvent>"},
		{"</t:ModifiedEvent>", `<t:OldItemId Id="o" ChangeKey="p" /><t:OldParentFolderId Id="q" /></t:ModifiedEvent>`},
		{"<t:Watermark>AQAAW</t:Watermark>", ""},
		{"ItemId", "FolderId"},
		{modified, ""},
	} {
		other := strings.Replace(modified, change[0], change[1], 1)
		for _, events := range []string{
			strings.Repeat(modified, 4) + other + modified + other + other,
			strings.Repeat(modified+strings.ReplaceAll(modified, "ItemId", "FolderId"), 2) + other + modified + other,
		} {
			seeds = append(seeds, usualHead+"Exchange2016"+usualBody+"<t:SubscriptionId>id</t:SubscriptionId>"+events+usualTail)
		}
	}
	seeds = append(seeds,
		usual+" ", usual+"x", usual+"<!---->", usual[:len(usual)-1], " "+usual,
		strings.Replace(usual, "Exchange2010", "", 1),
		strings.Replace(usual, "Exchange2010", "<", 1),
		strings.Replace(usual, "<t:SubscriptionId>", "<t:SubscriptionId></t:SubscriptionId><t:SubscriptionId>", 1),
		strings.Replace(usual, "<t:MoreEvents>false", "<t:MoreEvents>no", 1),
		usualHead+"v"+usualBody+"<t:SubscriptionId></t:SubscriptionId>"+status+usualTail,
		usualHead+"v"+usualBody+status+usualTail,
		withEvents(`<t:StatusEvent a="]]>"><t:Watermark>a]]>b</t:Watermark></t:StatusEvent>`),
		withEvents(`<x:y xmlns:a="1" xmlns:b="2" xmlns:c="3" xmlns:d="4" xmlns:e="5" xmlns:f="6"><x:y xmlns:a="7" xmlns:t="8"><t:StatusEvent/></x:y><a:z/></x:y><t:StatusEvent/>`),
		withEvents(`<x:y xmlns:a="1" xmlns:b="2" xmlns:c="3" xmlns:d="4" xmlns:e="5" xmlns:f="6"><x:y xmlns:g="7"/><g:z/></x:y>`),
	)
	seeds = append(seeds, strings.Replace(withEvents(`<t:StatusEvent/><t:Watermark>w</t:Watermark></t:StatusEvent>`), "</m:Notification>", "", 1))
	bodies := make([][]byte, len(seeds), len(seeds)+3)
	for i, s := range seeds {
		bodies[i] = []byte(s)
	}
	return append(bodies, utf16(tb, "utf-16le", bodies[0]), utf16(tb, "utf-16be", bodies[3])[2:], append([]byte("\xEF\xBB\xBF"), bodies[5]...))
}

var differentialLimits = Limits{MaxBytes: 16 << 10, MaxDepth: 12, MaxEvents: 20}

// FuzzDifferential compares what reads notifications with the reference, which
// is made on encoding/xml: both accept and refuse the same bodies, understand
// the same, and find the same kind of error.
func FuzzDifferential(f *testing.F) {
	for _, seed := range differentialSeeds(f) {
		f.Add(seed)
	}
	d := NewSendNotificationDecoder(&differentialLimits)
	f.Fuzz(func(t *testing.T, body []byte) { compareWithReference(t, d, body, differentialLimits) })
}

// TestDifferential does it for a number of bodies made from the seeds.
func TestDifferential(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	d := NewSendNotificationDecoder(&differentialLimits)
	seeds := differentialSeeds(t)
	for _, body := range seeds {
		for n := range 12 {
			limits := Limits{MaxBytes: differentialLimits.MaxBytes, MaxDepth: 1 + n, MaxEvents: 1 + n/2}
			compareWithReference(t, NewSendNotificationDecoder(&limits), body, limits)
		}
	}
	for range 2_000 {
		body := append([]byte(nil), seeds[random.IntN(len(seeds))]...)
		for range 1 + random.IntN(3) {
			body = mutate(random, body, seeds)
		}
		compareWithReference(t, d, body, differentialLimits)
	}
}

// mutate changes a body in a way that leaves most of it what it was.
func mutate(random *rand.Rand, body []byte, seeds [][]byte) []byte {
	const alphabet = "<>/&;:='\" \t\r\n![]-?#xX:aZ09_.+\x00\x1f\x7f\x80\xc3\xa4\xff"
	if len(body) == 0 {
		return body
	}
	at := random.IntN(len(body))
	end := at + random.IntN(min(40, len(body)-at+1))
	switch random.IntN(6) {
	case 0:
		body[at] = alphabet[random.IntN(len(alphabet))]
	case 1:
		body = append(body[:at:at], append([]byte{alphabet[random.IntN(len(alphabet))]}, body[at:]...)...)
	case 2:
		body = append(body[:at:at], body[end:]...)
	case 3:
		body = append(body[:end:end], body[at:]...)
	case 4:
		other := seeds[random.IntN(len(seeds))]
		from := random.IntN(len(other))
		piece := other[from : from+random.IntN(min(40, len(other)-from+1))]
		body = append(body[:at:at], append(append([]byte(nil), piece...), body[at:]...)...)
	default:
		body = body[:at]
	}
	return body
}

func compareWithReference(t *testing.T, d *SendNotificationDecoder, body []byte, limits Limits) {
	t.Helper()
	want, ref, wantErr := referenceSendNotification(body, limits)
	got, err := ParseSendNotification(body, &limits)
	for name, decode := range map[string]func() (*SendNotification, error){
		"Decode":      func() (*SendNotification, error) { return d.Decode(string(body)) },
		"DecodeBytes": func() (*SendNotification, error) { return d.DecodeBytes(body) },
	} {
		pooled, pooledErr := decode()
		require.Equal(t, fmt.Sprint(err), fmt.Sprint(pooledErr), "%s of a decoder that is used again:\n%q", name, body)
		if err == nil {
			require.Equal(t, got, pooled, "%s of a decoder that is used again:\n%q", name, body)
		}
	}
	if isNewerName(wantErr) {
		return
	}
	if err == nil && wantErr == nil {
		require.Equal(t, want, got, "%q", body)
		return
	}
	if err == nil || wantErr == nil {
		t.Fatalf("%v\ninstead of\n%v\nfor\n%q", err, wantErr, body)
	}
	kind, wantKind := errorKind(t, err), errorKind(t, wantErr)
	if !errors.Is(kind, wantKind) {
		if !sameToken(ref, err, kind, wantKind) {
			t.Fatalf("%v\ninstead of\n%v\nfor\n%q", err, wantErr, body)
		}
		return
	}
	if !errors.Is(kind, ErrSyntax) && !errors.Is(kind, io.ErrUnexpectedEOF) {
		e, _ := errors.AsType[*DecodeError](err)
		want, _ := errors.AsType[*DecodeError](wantErr)
		require.Equal(t, want.Offset, e.Offset, "%v\n%v\n%q", err, wantErr, body)
	}
}

// isNewerName reports the one thing that encoding/xml refuses and the scanner
// need not: it knows the names of the fourth edition of XML 1.0, which allowed
// fewer characters of the scripts that Unicode has got since.
func isNewerName(err error) bool {
	_, name, found := strings.Cut(fmt.Sprint(err), "invalid XML name: ")
	return found && newerName.MatchString(name)
}

// sameToken reports whether two errors of different kinds are about a token
// that is both damaged and cut short, or a directive: encoding/xml stops at the
// first of its faults, the scanner looks for its end before it looks inside.
// Such a body is refused in either case, and has been damaged on its way.
func sameToken(ref *reference, err, kind, wantKind error) bool {
	e, _ := errors.AsType[*DecodeError](err)
	inToken := e.Offset-ref.bom >= ref.token
	switch {
	case errors.Is(kind, ErrSyntax), errors.Is(kind, ErrDirective):
		return errors.Is(wantKind, io.ErrUnexpectedEOF) && inToken
	case errors.Is(kind, io.ErrUnexpectedEOF):
		return errors.Is(wantKind, ErrSyntax) && inToken
	}
	return false
}

// errorKind returns which of the sentinels it is.
func errorKind(t *testing.T, err error) error {
	t.Helper()
	for _, sentinel := range []error{
		io.ErrUnexpectedEOF, ErrTooLarge, ErrTooDeep, ErrTooManyEvents, ErrDirective, ErrCharset, ErrSyntax, ErrEnvelope, ErrMessage,
	} {
		if errors.Is(err, sentinel) {
			return sentinel
		}
	}
	t.Fatalf("%v is no kind of error", err)
	return nil
}

// Each rule that the reference has beside encoding/xml is one that encoding/xml
// alone lets pass and the scanner does not.
func TestReferenceRules(t *testing.T) {
	body := withEvents(`<t:StatusEvent/>`)
	in := func(xml string) string { return strings.Replace(body, "<t:StatusEvent/>", xml, 1) }
	for _, tt := range []struct{ name, rule, body string }{
		{"attributes not apart", ruleAttributes, in(`<t:StatusEvent a="1"b="2"/>`)},
		{"local name begins with a digit", ruleAttributes, in(`<t:StatusEvent/><t:1/>`)},
		{"local name of an attribute begins with a hyphen", ruleAttributes, in(`<t:StatusEvent/><t:a xmlns:b="u" b:-c=""/>`)},
		{"name of a colon", ruleAttributes, in(`<t:StatusEvent/><a:></a:>`)},
		{"surrogate in a text", ruleReference, in(`<t:StatusEvent><t:Watermark>&#xD83D;</t:Watermark></t:StatusEvent>`)},
		{"surrogate in an attribute", ruleReference, in(`<t:StatusEvent a="&#57343;"/>`)},
		{"CDATA behind the root element", ruleOutside, body + "<![CDATA[ ]]>"},
		{"reference in front of the root element", ruleOutside, "&#32;" + body},
		{"control character in a comment", ruleCharacters, in("<!-- \x01 --><t:StatusEvent/>")},
		{"no UTF-8 in a comment", ruleCharacters, in("<!-- \xff --><t:StatusEvent/>")},
		{"control character in an instruction", ruleCharacters, in("<?a \x0c?><t:StatusEvent/>")},
		{"target not apart", ruleTarget, in("<?a!b?><t:StatusEvent/>")},
		{"target with a colon", ruleTarget, in("<?a:b c?><t:StatusEvent/>")},
		{"declaration inside", ruleDeclaration, in(`<?xml version="1.0"?><t:StatusEvent/>`)},
		{"declaration in capitals", ruleDeclaration, `<?XML version="1.0"?>` + body},
		{"declaration without a version", ruleDeclaration, `<?xml encoding="utf-8"?>` + body},
		{"declaration in another order", ruleDeclaration, `<?xml encoding="utf-8" version="1.0"?>` + body},
		{"declaration with more in it", ruleDeclaration, `<?xml version="1.0" more="x"?>` + body},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := referenceSendNotification([]byte(tt.body), differentialLimits)
			require.ErrorContains(t, err, tt.rule)
			_, err = ParseSendNotification([]byte(tt.body), &differentialLimits)
			require.ErrorIs(t, err, ErrSyntax)
			require.NoError(t, withoutRules([]byte(tt.body)), "encoding/xml lets it pass")
		})
	}
	t.Run("white space in an attribute", func(t *testing.T) {
		n, err := ParseSendNotification([]byte(in("<t:CreatedEvent><t:ItemId Id='a\tb\r\nc&#10;d'/></t:CreatedEvent>")), nil)
		require.NoError(t, err)
		require.Equal(t, "a b c\nd", n.ResponseMessages[0].Notification.Events[0].ItemID.ID)
	})
	t.Run("name of the fifth edition", func(t *testing.T) {
		body := []byte(in("<t:StatusEvent/><x:\u0220\u2070\U00010000/>"))
		_, _, err := referenceSendNotification(body, differentialLimits)
		require.True(t, isNewerName(err), "%v", err)
		_, err = ParseSendNotification(body, nil)
		require.NoError(t, err)
	})
}

// withoutRules reads a document with encoding/xml alone.
func withoutRules(body []byte) error {
	r, err := newReference(body, differentialLimits)
	for err == nil {
		_, err = r.dec.RawToken()
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
