package ewstest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

const nowhere = "http://127.0.0.1:1/"

// withFolders is a Subscribe for other folders than the calendar.
func withFolders(folders string) string {
	return strings.Replace(pushRequest("5", nowhere, ""), calendar, "<t:FolderIds>"+folders+"</t:FolderIds>", 1)
}

func TestPushURLRule(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	for url, ok := range map[string]bool{
		"http://h/":                             true,
		"https://h:8443/a?b":                    true,
		"HTTP://h/":                             true,
		"http://h/" + strings.Repeat("a", 2073): true,
		"http://h/" + strings.Repeat("a", 2074): false,
		"":                                      false,
		"ftp://h/":                              false,
		"h/hook":                                false,
		"/hook":                                 false,
		"http://":                               false,
		"http://h:port/":                        false,
	} {
		want := ews.NoError
		if !ok {
			want = ews.ErrorInvalidPushSubscriptionURL
		}
		a := do(t, s, envelope(room, pushRequest("5", url, "")))
		require.Equal(t, http.StatusOK, a.Status)
		require.Equal(t, string(want), a.code(), "%d characters: %.40s", len(url), url)
	}
}

func TestSubscribeRefusals(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	other := s.Mailbox("room2@example.com")
	theirs, err := other.Folder(ews.FolderID{})
	require.NoError(t, err)
	allFolders := strings.Replace(pushRequest("5", nowhere, ""), "<m:PushSubscriptionRequest>", `<m:PushSubscriptionRequest SubscribeToAllFolders="true">`, 1)
	for name, c := range map[string]struct {
		mailbox, body string
		code          ews.ResponseCode
	}{
		"all folders":         {room, strings.Replace(allFolders, calendar, "", 1), ews.NoError},
		"all and some":        {room, allFolders, ews.ErrorInvalidSubscriptionRequest},
		"neither":             {room, strings.Replace(pushRequest("5", nowhere, ""), calendar, "", 1), ews.ErrorInvalidSubscriptionRequest},
		"all without mailbox": {"", strings.Replace(allFolders, calendar, "", 1), "ErrorMissingEmailAddress"},
		"two mailboxes":       {room, withFolders(`<t:DistinguishedFolderId Id="calendar"/><t:FolderId Id="` + theirs.ID + `"/>`), ews.ErrorInvalidSubscriptionRequest},
		"plain id":            {room, withFolders(`<t:FolderId Id="` + theirs.ID + `" ChangeKey="AQAAAA=="/>`), ews.NoError},
		"unknown id":          {room, withFolders(`<t:FolderId Id="AAMk"/>`), ews.ErrorFolderNotFound},
		"missing folder":      {room, withFolders(`<t:DistinguishedFolderId Id="archiveinbox"/>`), ews.ErrorFolderNotFound},
		"unknown mailbox":     {room, withFolders(`<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>no@example.com</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`), ews.ErrorNonExistentMailbox},
		"other mailbox":       {"", withFolders(`<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>ROOM2@example.com</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`), ews.NoError},
		"nobody's folder":     {"", pushRequest("5", nowhere, ""), "ErrorMissingEmailAddress"},
		"bad watermark":       {room, pushRequest("5", nowhere, "AQ=="), ews.ErrorInvalidWatermark},
		"streaming":           {room, `<m:Subscribe><m:StreamingSubscriptionRequest>` + calendar + types + `</m:StreamingSubscriptionRequest></m:Subscribe>`, ews.ErrorInvalidSubscriptionRequest},
	} {
		a := do(t, s, envelope(c.mailbox, c.body))
		require.Equal(t, http.StatusOK, a.Status, name)
		require.Equal(t, string(c.code), a.code(), name)
		want := "Error"
		if c.code == ews.NoError {
			want = "Success"
		}
		require.Equal(t, want, a.Messages[0].Class, name)
	}
}

// Without a login the anchor is the only hint whose folders are meant.
func TestAnchorMailbox(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	a := do(t, s, envelope("", pushRequest("5", nowhere, "")), func(r *http.Request) { r.Header.Set("X-AnchorMailbox", room) })
	require.Equal(t, "NoError", a.code(), a.Raw)
	require.Equal(t, room, s.Subscriptions()[0].Mailbox)
}

func TestSubscriptionLimit(t *testing.T) {
	t.Parallel()
	s := loopback(t, &ewstest.Options{MaxSubscriptions: 3})
	s.Mailbox("room2@example.com")
	for range 3 {
		subscribe(t, s, "5", nowhere, "")
	}
	a := do(t, s, envelope(room, pushRequest("5", nowhere, "")))
	require.Equal(t, string(ews.ErrorExceededSubscriptionCount), a.code())
	a = do(t, s, envelope("room2@example.com", pushRequest("5", nowhere, "")))
	require.Equal(t, "NoError", a.code())
	require.Len(t, s.Subscriptions(), 4)
	require.Equal(t, 4, s.Stats().Subscribes)
	require.Equal(t, 1, s.Stats().Refusals)
}

func TestImpersonation(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	m := s.Mailbox(room)
	m.AddAlias("alias@example.com")
	s.Mailbox("room2@example.com")
	s.Mailbox("svc@example.com")
	s.Mailbox("delegate@example.com")
	s.AddAccount("svc@example.com", "x", ewstest.Impersonate(room))
	s.AddAccount("all", "x", ewstest.Impersonate())
	s.AddAccount("EXAMPLE\\delegate", "x", ewstest.Own("delegate@example.com"), ewstest.Delegate(room))
	as := func(sid string) string {
		return strings.Replace(envelope("", withFolders(`<t:DistinguishedFolderId Id="calendar"/>`)), "</soap:Header>",
			"<t:ExchangeImpersonation><t:ConnectingSID>"+sid+"</t:ConnectingSID></t:ExchangeImpersonation></soap:Header>", 1)
	}
	of := func(smtp string) string {
		return withFolders(`<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>` + smtp + `</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`)
	}
	for name, c := range map[string]struct {
		account, request string
		code             ews.ResponseCode
		mailbox          string
	}{
		"smtp":                  {"svc@example.com", as(`<t:SmtpAddress>ROOM1@example.com</t:SmtpAddress>`), ews.NoError, room},
		"smtp alias":            {"svc@example.com", as(`<t:SmtpAddress>alias@example.com</t:SmtpAddress>`), ews.NoError, room},
		"primary":               {"svc@example.com", as(`<t:PrimarySmtpAddress>` + room + `</t:PrimarySmtpAddress>`), ews.NoError, room},
		"primary alias":         {"svc@example.com", as(`<t:PrimarySmtpAddress>alias@example.com</t:PrimarySmtpAddress>`), ews.ErrorNonPrimarySMTPAddress, ""},
		"upn":                   {"svc@example.com", as(`<t:PrincipalName>` + room + `</t:PrincipalName>`), ews.NoError, room},
		"unknown upn":           {"svc@example.com", as(`<t:PrincipalName>nobody@example.com</t:PrincipalName>`), ews.ErrorInvalidUserPrincipalName, ""},
		"sid":                   {"svc@example.com", as(`<t:SID>` + m.SID() + `</t:SID>`), ews.NoError, room},
		"unknown sid":           {"svc@example.com", as(`<t:SID>S-1-5-18</t:SID>`), ews.ErrorInvalidUserSid, ""},
		"unknown address":       {"svc@example.com", as(`<t:SmtpAddress>nobody@example.com</t:SmtpAddress>`), ews.ErrorNonExistentMailbox, ""},
		"no right":              {"svc@example.com", as(`<t:SmtpAddress>room2@example.com</t:SmtpAddress>`), ews.ErrorImpersonateUserDenied, ""},
		"right to all":          {"all", as(`<t:SmtpAddress>room2@example.com</t:SmtpAddress>`), ews.NoError, "room2@example.com"},
		"two names":             {"all", as(`<t:SmtpAddress>` + room + `</t:SmtpAddress><t:SID>S-1</t:SID>`), ews.ErrorSchemaValidation, ""},
		"no name":               {"all", as(``), ews.ErrorSchemaValidation, ""},
		"own mailbox":           {"svc@example.com", envelope("", pushRequest("5", nowhere, "")), ews.NoError, "svc@example.com"},
		"oneself":               {"svc@example.com", envelope("svc@example.com", pushRequest("5", nowhere, "")), ews.NoError, "svc@example.com"},
		"own by rights":         {"EXAMPLE\\delegate", envelope("", pushRequest("5", nowhere, "")), ews.NoError, "delegate@example.com"},
		"no mailbox":            {"all", envelope("", pushRequest("5", nowhere, "")), "ErrorMissingEmailAddress", ""},
		"delegate":              {"EXAMPLE\\delegate", envelope("", of(room)), ews.NoError, room},
		"delegate elsewhere":    {"EXAMPLE\\delegate", envelope("", of("room2@example.com")), ews.ErrorAccessDenied, ""},
		"delegate as other":     {"EXAMPLE\\delegate", envelope(room, pushRequest("5", nowhere, "")), ews.ErrorImpersonateUserDenied, ""},
		"no delegate":           {"svc@example.com", envelope("", of(room)), ews.ErrorAccessDenied, ""},
		"impersonated delegate": {"all", envelope("delegate@example.com", of(room)), ews.NoError, room},
		"impersonated stranger": {"all", envelope("room2@example.com", of(room)), ews.ErrorAccessDenied, ""},
	} {
		before := len(s.Subscriptions())
		a := do(t, s, c.request, func(r *http.Request) { r.SetBasicAuth(c.account, "x") })
		require.Equal(t, string(c.code), a.code(), name)
		held := s.Subscriptions()
		if c.mailbox == "" {
			require.Len(t, held, before, name)
			continue
		}
		require.Len(t, held, before+1, name)
		require.True(t, containsSubscription(held, c.mailbox, c.account), name)
	}
}

func containsSubscription(held []ewstest.Subscription, mailbox, owner string) bool {
	for _, sub := range held {
		if sub.Mailbox == mailbox && sub.Owner == owner {
			return true
		}
	}
	return false
}

func TestSubscriptionsSnapshot(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		body := strings.Replace(pushRequest("7", "http://app.test/a?b=c&amp;d", ""), "</t:URL>", "</t:URL><t:CallerData>mine</t:CallerData>", 1)
		a := do(t, s, envelope(room, body))
		require.Equal(t, "NoError", a.code())
		l.next()
		held := s.Subscriptions()
		require.Len(t, held, 1)
		sub := held[0]
		require.Equal(t, a.Messages[0].SubscriptionID, sub.ID)
		require.Equal(t, room, sub.Mailbox)
		require.Equal(t, "http://app.test/a?b=c&d", sub.URL)
		require.Equal(t, "mine", sub.CallerData)
		require.Equal(t, "7m0s", fmt.Sprint(sub.StatusFrequency))
		require.False(t, sub.Pull)
	})
}
