package ewstest

import (
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Clients that read the WSDL find what the server does, and nothing else.
func TestDescription(t *testing.T) {
	t.Parallel()
	s := NewServer(nil)
	defer s.Close()
	base := strings.TrimSuffix(s.URL(), servicePath)
	fetch := func(method, path string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, base+path, nil)
		require.NoError(t, err)
		resp, err := s.Client().Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode, string(body)
	}
	for _, path := range []string{"/ews/services.wsdl", "/EWS/Messages.xsd", "/EWS/types.xsd"} {
		status, body := fetch(http.MethodGet, path)
		require.Equal(t, http.StatusOK, status, path)
		root, err := parse([]byte(body))
		require.Nil(t, err, path)
		require.Contains(t, []string{"definitions", "schema"}, root.name)
		status, _ = fetch(http.MethodPost, path)
		require.Equal(t, http.StatusMethodNotAllowed, status, path)
	}

	var wsdl struct {
		Operations []struct {
			Name string `xml:"name,attr"`
		} `xml:"portType>operation"`
	}
	_, body := fetch(http.MethodGet, "/EWS/Services.wsdl")
	require.NoError(t, xml.Unmarshal([]byte(body), &wsdl))
	require.Len(t, wsdl.Operations, len(s.operations))
	_, messages := fetch(http.MethodGet, "/EWS/messages.xsd")
	for _, op := range wsdl.Operations {
		require.Contains(t, s.operations, op.Name)
		require.Contains(t, messages, `<xs:element name="`+op.Name+`" `)
		require.Contains(t, messages, `<xs:element name="`+op.Name+`Response" `)
	}

	s.AddAccount("svc", "x")
	status, _ := fetch(http.MethodGet, "/EWS/Services.wsdl")
	require.Equal(t, http.StatusUnauthorized, status)
}
