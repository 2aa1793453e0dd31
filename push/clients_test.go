package push_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// config is a Config to which only a client is missing.
func config() push.Config {
	return push.Config{
		CallbackURL: callbackURL,
		Secrets:     [][]byte{[]byte("an example of a secret")},
		Store:       memstore.New(),
		Handler:     newCollector(),
	}
}

func TestClientForActsAsTheRightUser(t *testing.T) {
	var anchors, bodies []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		anchors, bodies = append(anchors, r.Header.Get("X-AnchorMailbox")), append(bodies, string(body))
	}))
	defer server.Close()
	client, err := ews.NewClient(server.URL, nil)
	require.NoError(t, err)
	defer client.CloseIdleConnections()

	calendar := ews.FolderID{DistinguishedID: ews.CalendarFolder}
	for _, c := range []struct {
		name      string
		configure func(*push.Config)
		mailbox   string
		anchor    string
		body      string // "" for no impersonation
		folder    ews.FolderID
	}{
		{
			"by any address", func(*push.Config) {}, "room@example.com", "room@example.com",
			"<t:SmtpAddress>room@example.com</t:SmtpAddress>", calendar,
		},
		{
			"the login's own", func(*push.Config) {}, "", "", "", calendar,
		},
		{
			"by the primary address", func(c *push.Config) {
				c.ConnectingSID = func(m string) ews.ConnectingSID { return ews.ConnectingSID{PrimarySMTPAddress: m} }
			}, "room@example.com", "room@example.com", "<t:PrimarySmtpAddress>room@example.com</t:PrimarySmtpAddress>", calendar,
		},
		{
			"by the principal name", func(c *push.Config) {
				c.ConnectingSID = func(m string) ews.ConnectingSID { return ews.ConnectingSID{PrincipalName: "upn-" + m} }
			}, "room@example.com", "room@example.com", "<t:PrincipalName>upn-room@example.com</t:PrincipalName>", calendar,
		},
		{
			"by the SID", func(c *push.Config) {
				c.ConnectingSID = func(string) ews.ConnectingSID { return ews.ConnectingSID{SID: "S-1-5-21-7"} }
			}, "room@example.com", "room@example.com", "<t:SID>S-1-5-21-7</t:SID>", calendar,
		},
		{
			"as a delegate", func(c *push.Config) { c.Access = push.Delegate }, "room@example.com", "room@example.com", "",
			ews.FolderID{DistinguishedID: ews.CalendarFolder, Mailbox: "room@example.com"},
		},
		{
			"as a delegate, the login's own", func(c *push.Config) { c.Access = push.Delegate }, "", "", "", calendar,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := config()
			cfg.Client = client
			c.configure(&cfg)
			svc, err := push.New(cfg)
			require.NoError(t, err)
			own, err := svc.ClientFor(t.Context(), c.mailbox, false)
			require.NoError(t, err)
			anchors, bodies = nil, nil
			err = own.Unsubscribe(t.Context(), "id")
			require.Error(t, err, "an empty answer")
			require.Equal(t, []string{c.anchor}, anchors)
			if c.body == "" {
				require.NotContains(t, bodies[0], "Impersonation")
			} else {
				require.Contains(t, bodies[0], "<t:ConnectingSID>"+c.body+"</t:ConnectingSID>")
			}
			require.Equal(t, c.folder, svc.FolderID(c.mailbox, calendar))
			byID := ews.FolderID{ID: "AAMk"}
			require.Equal(t, byID, svc.FolderID(c.mailbox, byID), "an id names its mailbox itself")
		})
	}
}

func TestClientForAsksTheConfig(t *testing.T) {
	one, err := ews.NewClient("https://one.example.com/EWS/Exchange.asmx", nil)
	require.NoError(t, err)
	two, err := ews.NewClient("https://two.example.com/EWS/Exchange.asmx", nil)
	require.NoError(t, err)
	unknown := errors.New("no such domain")
	cfg := config()
	cfg.ClientFor = func(_ context.Context, mailbox string, again bool) (*ews.Client, error) {
		switch {
		case mailbox == "nowhere@example.com":
			return nil, unknown
		case mailbox == "nothing@example.com":
			return nil, nil
		case again:
			return two, nil
		}
		return one, nil
	}
	svc, err := push.New(cfg)
	require.NoError(t, err)
	client, err := svc.ClientFor(t.Context(), "room@example.com", false)
	require.NoError(t, err)
	require.Equal(t, one.Endpoint(), client.Endpoint())
	client, err = svc.ClientFor(t.Context(), "room@example.com", true)
	require.NoError(t, err)
	require.Equal(t, two.Endpoint(), client.Endpoint())
	_, err = svc.ClientFor(t.Context(), "nowhere@example.com", false)
	require.ErrorIs(t, err, unknown)
	require.ErrorContains(t, err, `push: client for "nowhere@example.com"`)
	_, err = svc.ClientFor(t.Context(), "nothing@example.com", false)
	require.ErrorContains(t, err, "neither a client nor an error")
}

func TestConfigNamesTheField(t *testing.T) {
	client, err := ews.NewClient("https://mail.example.com/EWS/Exchange.asmx", nil)
	require.NoError(t, err)
	source := func(context.Context, string, bool) (*ews.Client, error) { return client, t.Context().Err() }
	sid := func(m string) ews.ConnectingSID { return ews.ConnectingSID{SMTPAddress: m} }
	for _, c := range []struct {
		configure func(*push.Config)
		want      string
	}{
		{func(*push.Config) {}, "Config.Client or Config.ClientFor is required"},
		{func(c *push.Config) { c.Client, c.ClientFor = client, source }, "only one can be set"},
		{func(c *push.Config) { c.Client, c.Access, c.ConnectingSID = client, push.Delegate, sid }, "Config.ConnectingSID"},
		{func(c *push.Config) { c.Client, c.Access = client, 7 }, "Config.Access: 7"},
		{func(c *push.Config) { c.Client, c.Store = client, nil }, "Config.Store"},
		{func(c *push.Config) { c.Client, c.Handler = client, nil }, "Config.Handler"},
		{func(c *push.Config) { c.Client, c.CallbackURL = client, "" }, "Config.CallbackURL"},
		{func(c *push.Config) { c.Client, c.Secrets = client, nil }, "Config.Secrets"},
		{func(c *push.Config) { c.Client = client; c.Manage.Store = c.Store }, "Config.Manage"},
	} {
		cfg := config()
		c.configure(&cfg)
		_, err := push.New(cfg)
		require.ErrorContains(t, err, c.want)
	}
}
