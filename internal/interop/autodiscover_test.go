package interop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews/ewstest"
)

// TestExchangelibAutodiscover lets python3-exchangelib ask the Autodiscover
// services of the fake Exchange. It is skipped where the package is not
// installed, except in continuous integration.
func TestExchangelibAutodiscover(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, python, "-c", "import exchangelib").CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("python3-exchangelib is missing: %v\n%s", err, out)
		}
		t.Skip("python3-exchangelib is not installed")
	}

	const mailbox, user, password = "room12@example.com", `EXAMPLE\svc-rooms`, "p@ss:wörd"
	server := ewstest.NewServer(nil)
	defer server.Close()
	server.AddAccount(user, password)
	server.Mailbox(mailbox).AddAlias("zwölf@example.com")
	server.Autodiscover(ewstest.AutodiscoverAnswer{Address: "moved@example.com", RedirectAddress: "moved@example.net"})
	base := strings.TrimSuffix(server.URL(), "/EWS/Exchange.asmx") + "/autodiscover/autodiscover"

	type answer = map[string]any
	settings := func(version string) answer {
		return answer{"address": mailbox, "url": server.URL(), "version": version, "redirect": nil}
	}
	for _, test := range []struct {
		address   string
		soap, pox answer
	}{
		{mailbox, settings("Exchange2015"), settings("Exchange2019")},
		{"Zwölf@example.com", settings("Exchange2015"), settings("Exchange2019")},
		{"nobody@example.com", answer{"error": "ErrorNonExistentMailbox"}, answer{"error": "ErrorNonExistentMailbox"}},
		{"moved@example.com", answer{"address": nil, "url": nil, "version": nil, "redirect": "moved@example.net"}, answer{"redirect": "moved@example.net"}},
	} {
		script := exec.CommandContext(ctx, python, "exchangelib_autodiscover.py", base, user, password, test.address)
		script.Env = append(os.Environ(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
		var stderr bytes.Buffer
		script.Stderr = &stderr
		out, err := script.Output()
		require.NoError(t, err, "%s", &stderr)
		var got map[string]answer
		require.NoError(t, json.Unmarshal(out, &got), "%s", out)
		require.Equal(t, map[string]answer{"soap": test.soap, "pox": test.pox}, got, test.address)
	}
}
