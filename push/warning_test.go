package push_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
)

func TestWarnings(t *testing.T) {
	for host, want := range map[string][]push.WarningKind{
		"mail.example.com":            nil,
		"exchange.test":               nil,
		"outlook.com.example.com":     nil,
		"outlook.office365.com":       {push.WarningOnline},
		"Outlook.Office365.COM":       {push.WarningOnline},
		"outlook.office.com":          {push.WarningOnline},
		"partner.outlook.cn":          {push.WarningOnline},
		"eur01.outlook.office365.com": {push.WarningOnline},
		"outlook.office365.us":        {push.WarningOnline, push.WarningGovernment},
		"outlook-dod.office365.us":    {push.WarningOnline, push.WarningGovernment},
		"webmail.apps.mil":            {push.WarningOnline, push.WarningGovernment},
	} {
		t.Run(host, func(t *testing.T) {
			client, err := ews.NewClient("https://"+host+"/EWS/Exchange.asmx", nil)
			require.NoError(t, err)
			synctest.Test(t, func(t *testing.T) {
				log, cfg := logged(config())
				cfg.Client = client
				svc, err := push.New(cfg)
				require.NoError(t, err)
				require.Empty(t, svc.Warnings())
				for range 2 {
					runFor(t, svc, time.Second)
				}
				require.Equal(t, want, kinds(svc))
				require.Equal(t, len(want), log.count("the service is at risk"), "once each")
				if len(want) > 0 {
					require.Contains(t, svc.Warnings()[0].Text, "1 October 2026")
					require.Contains(t, svc.Warnings()[0].Text, "1 April 2027")
				}
			})
		})
	}
}

// TestWarningByVersion: a server that is Exchange Online under another name.
func TestWarningByVersion(t *testing.T) {
	for name, fault := range map[string]ewstest.Fault{
		"in an answer": {Kind: ewstest.FaultNotificationFirst},
		"in an error":  {Kind: ewstest.FaultResponseCode, Code: ews.ErrorImpersonationFailed},
		"in a fault":   {Kind: ewstest.FaultResponseCode, Code: ews.ErrorImpersonationFailed, SOAP: true},
	} {
		t.Run(name, func(t *testing.T) {
			inWardOf(t, &ewstest.Options{Version: ews.ServerVersionInfo{MajorVersion: 15, MinorVersion: 20, MajorBuildNumber: 1}}, nil,
				func(w *ward) { w.exchange.Fault(fault) },
				func(t *testing.T, w *ward) {
					t.Helper()
					require.Equal(t, []push.WarningKind{push.WarningOnline}, kinds(w.svc))
					require.True(t, w.status().Server.IsOnline())
				})
		})
	}
}

// TestWarningOfDelegation: without impersonation, the 21st mailbox is one too
// many, whether it is there at the start or comes later.
func TestWarningOfDelegation(t *testing.T) {
	client, err := ews.NewClient("https://mail.example.com/EWS/Exchange.asmx", nil)
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		log, cfg := logged(config())
		cfg.Client, cfg.Access = client, push.Delegate
		svc, err := push.New(cfg)
		require.NoError(t, err)
		room := func(i int, mailbox string) {
			require.NoError(t, svc.Subscribe(t.Context(), subscribe.Spec{Key: fmt.Sprintf("key-%02d", i), Mailbox: mailbox}))
		}
		for i := range push.MaxDelegated {
			room(i, fmt.Sprintf("room%d@example.com", i))
		}
		room(50, "Room1@example.com") // the same again, with another key
		require.Empty(t, svc.Warnings())
		room(51, "another@example.com")
		require.Equal(t, []push.WarningKind{push.WarningDelegation}, kinds(svc))
		require.Contains(t, svc.Warnings()[0].Text, "more than 20 mailboxes")
		room(52, "yet-another@example.com")
		require.Equal(t, 1, log.count("the service is at risk"))

		next := cfg // the next life of the process
		svc, err = push.New(next)
		require.NoError(t, err)
		require.Empty(t, svc.Warnings())
		runFor(t, svc, time.Second)
		require.Equal(t, []push.WarningKind{push.WarningDelegation}, kinds(svc))

		next.Access = push.Impersonation
		svc, err = push.New(next)
		require.NoError(t, err)
		runFor(t, svc, time.Second)
		require.Empty(t, svc.Warnings())
	})
}

func kinds(svc *push.Service) []push.WarningKind {
	var kinds []push.WarningKind
	for _, w := range svc.Warnings() {
		kinds = append(kinds, w.Kind)
	}
	return kinds
}

func runFor(t *testing.T, svc *push.Service, d time.Duration) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), d)
	defer stop()
	require.NoError(t, svc.Run(ctx))
}
