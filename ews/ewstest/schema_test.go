package ewstest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
)

// TestSchemaViolations changes one thing in a valid Subscribe. Each case says
// where the fault points to, as a piece of the request that begins there.
func TestSchemaViolations(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	const (
		folder   = `<t:DistinguishedFolderId Id="calendar"/>`
		minutes  = `<t:StatusFrequency>5</t:StatusFrequency>`
		callback = `<t:URL>http://127.0.0.1:1/</t:URL>`
		caller   = `<t:CallerData>x</t:CallerData>`
		mark     = `<t:Watermark>AQ==</t:Watermark>`
	)
	good := `<m:Subscribe><m:PushSubscriptionRequest>` + calendar + types + minutes + callback + `</m:PushSubscriptionRequest></m:Subscribe>`
	for name, c := range map[string]struct {
		old, replacement string
		at               string // "" for a request that is valid after all
		violation        string
	}{
		"valid":                    {"", "", "", ""},
		"caller data":              {callback, callback + caller, "", ""},
		"two folders":              {folder, folder + `<t:DistinguishedFolderId Id="inbox"/>`, "", ""},
		"mailbox":                  {folder, `<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:Name>n</t:Name><t:EmailAddress>` + room + `</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`, "", ""},
		"spaces around a number":   {">5<", "> 5\n<", "", ""},
		"false for all folders":    {"<m:PushSubscriptionRequest>", `<m:PushSubscriptionRequest SubscribeToAllFolders="false">`, "", ""},
		"type attribute":           {"<m:Subscribe>", `<m:Subscribe xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="m:SubscribeType">`, "", ""},
		"operation in types":       {"m:Subscribe>", "t:Subscribe>", "t:Subscribe>", "invalid child element 'Subscribe'"},
		"request in types":         {"m:PushSubscriptionRequest>", "t:PushSubscriptionRequest>", "t:PushSubscriptionRequest>", "List of possible elements expected: 'PullSubscriptionRequest, PushSubscriptionRequest, StreamingSubscriptionRequest'"},
		"unknown request":          {"m:PushSubscriptionRequest>", "m:PokeSubscriptionRequest>", "m:PokeSubscriptionRequest>", "invalid child element"},
		"child in messages":        {"t:StatusFrequency>", "m:StatusFrequency>", "m:StatusFrequency>", "expected: 'Watermark, StatusFrequency' in namespace"},
		"order":                    {minutes + callback, callback + minutes, "t:URL>", "expected: 'Watermark, StatusFrequency' in namespace"},
		"event types first":        {calendar + types, types + calendar, "t:FolderIds>", "expected: 'Watermark, StatusFrequency'"},
		"watermark last":           {callback, callback + mark, "t:Watermark>", "expected: 'CallerData'"},
		"twice":                    {minutes, minutes + minutes, "t:StatusFrequency>5</t:StatusFrequency><t:URL", "expected: 'URL'"},
		"no URL":                   {callback, "", "m:PushSubscriptionRequest>", "incomplete content. List of possible elements expected: 'URL'"},
		"no StatusFrequency":       {minutes, "", "t:URL>", "expected: 'Watermark, StatusFrequency'"},
		"no event types":           {types, "", "t:StatusFrequency>", "expected: 'EventTypes'"},
		"empty event types":        {types, "<t:EventTypes/>", "t:EventTypes/>", "incomplete content"},
		"status event":             {"CreatedEvent", "StatusEvent", "t:EventType>StatusEvent", "Enumeration constraint failed"},
		"frequency 0":              {">5<", ">0<", "t:StatusFrequency>0", "MinInclusive constraint failed"},
		"frequency 1441":           {">5<", ">1441<", "t:StatusFrequency>1441", "MaxInclusive constraint failed"},
		"frequency no number":      {">5<", ">five<", "t:StatusFrequency>five", "not a valid Int32"},
		"empty folders":            {calendar, "<t:FolderIds/>", "t:FolderIds/>", "expected: 'FolderId, DistinguishedFolderId'"},
		"other folder id":          {folder, `<t:ItemId Id="x"/>`, "t:ItemId ", "invalid child element 'ItemId'"},
		"folder without id":        {folder, `<t:FolderId/>`, "t:FolderId/>", "required attribute 'Id' is missing"},
		"unknown folder":           {`"calendar"`, `"kitchen"`, `t:DistinguishedFolderId Id="kitchen"`, "Enumeration constraint failed"},
		"unknown attribute":        {`Id="calendar"`, `Id="calendar" Colour="red"`, "t:DistinguishedFolderId ", "'Colour' attribute is not declared"},
		"attribute in a namespace": {`Id="calendar"`, `t:Id="calendar"`, "t:DistinguishedFolderId ", "attribute is not declared"},
		"text between elements":    {types, "x" + types, "m:PushSubscriptionRequest>", "cannot contain text"},
		"element in text":          {">5<", "><t:x/><", "t:x/>", "text only"},
		"bad boolean":              {"<m:PushSubscriptionRequest>", `<m:PushSubscriptionRequest SubscribeToAllFolders="yes">`, "m:PushSubscriptionRequest ", "Enumeration constraint failed"},
		"empty watermark":          {minutes, "<t:Watermark/>" + minutes, "t:Watermark/>", "MinLength"},
		"two requests":             {"</m:Subscribe>", "<m:PushSubscriptionRequest/></m:Subscribe>", "m:PushSubscriptionRequest/>", "invalid child element"},
		"empty operation":          {good, "<m:Subscribe/>", "m:Subscribe/>", "incomplete content"},
		"mailbox order":            {folder, `<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>a@b.c</t:EmailAddress><t:Name>n</t:Name></t:Mailbox></t:DistinguishedFolderId>`, "t:Name>", "invalid child element 'Name'"},
		"unsubscribe without id":   {good, "<m:Unsubscribe/>", "m:Unsubscribe/>", "expected: 'SubscriptionId'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := good
			if c.old != "" {
				require.Contains(t, body, c.old)
				body = strings.ReplaceAll(body, c.old, c.replacement)
			}
			request := strings.Replace(envelope(room, "\n"+body), "?><", "?>\r\n<", 1)
			a := do(t, s, request)
			if c.at == "" {
				require.Equal(t, string(ews.NoError), a.code(), a.Raw)
				return
			}
			require.Equal(t, 500, a.Status)
			require.Equal(t, string(ews.ErrorSchemaValidation), a.code())
			require.Contains(t, a.Fault.Violation, c.violation)
			require.Contains(t, a.Fault.FaultText, a.Fault.Violation)
			lines := strings.Split(request, "\n")
			require.Equal(t, 3, a.Fault.Line, a.Fault.Violation)
			require.Equal(t, c.at, prefix(lines[2][a.Fault.Position-1:], len(c.at)), a.Fault.Violation)
		})
	}
}

func prefix(s string, n int) string { return s[:min(n, len(s))] }
