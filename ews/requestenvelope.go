package ews

import (
	"bytes"
	"encoding/xml"
	"fmt"
)

// encodeRequest puts a request into the envelope that it is sent in. The
// prefixes m and t are declared for everything inside.
func encodeRequest(version string, impersonate *ConnectingSID, request any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xmlDeclaration + `<soap:Envelope xmlns:soap="` + NamespaceEnvelope +
		`" xmlns:m="` + NamespaceMessages + `" xmlns:t="` + NamespaceTypes + `"><soap:Header>`)
	enc := xml.NewEncoder(&b)
	header := requestServerVersion{Version: version}
	if err := enc.Encode(header); err != nil {
		return nil, fmt.Errorf("RequestServerVersion: %w", err)
	}
	if impersonate != nil {
		if err := enc.Encode(exchangeImpersonation{
			PrincipalName:      impersonate.PrincipalName,
			SID:                impersonate.SID,
			PrimarySMTPAddress: impersonate.PrimarySMTPAddress,
			SMTPAddress:        impersonate.SMTPAddress,
		}); err != nil {
			return nil, fmt.Errorf("ExchangeImpersonation: %w", err)
		}
	}
	b.WriteString(`</soap:Header><soap:Body>`)
	if err := enc.Encode(request); err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	b.WriteString(`</soap:Body></soap:Envelope>`)
	return b.Bytes(), nil
}

// requestServerVersion is t:RequestServerVersion, a SOAP header.
type requestServerVersion struct {
	XMLName xml.Name `xml:"t:RequestServerVersion"`
	Version string   `xml:"Version,attr"`
}
