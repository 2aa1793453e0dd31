package autodiscover

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// The namespaces of the SOAP service. Documentation prints the first with
// "https:"; servers reject that.
const (
	namespaceAutodiscover = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
	namespaceEnvelope     = "http://schemas.xmlsoap.org/soap/envelope/"
	namespaceAddressing   = "http://www.w3.org/2005/08/addressing"
	actionGetUserSettings = namespaceAutodiscover + "/Autodiscover/GetUserSettings"
)

// soapRequest writes a GetUserSettings for one mailbox.
func soapRequest(url string, a address, settings []string) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?>` +
		`<soap:Envelope xmlns:soap="` + namespaceEnvelope + `" xmlns:a="` + namespaceAutodiscover + `" xmlns:wsa="` + namespaceAddressing + `">` +
		`<soap:Header><a:RequestedServerVersion>Exchange2013</a:RequestedServerVersion>` +
		`<wsa:Action>` + actionGetUserSettings + `</wsa:Action><wsa:To>` + escape(url) + `</wsa:To></soap:Header>` +
		`<soap:Body><a:GetUserSettingsRequestMessage><a:Request>` +
		`<a:Users><a:User><a:Mailbox>` + escape(a.String()) + `</a:Mailbox></a:User></a:Users><a:RequestedSettings>`)
	for _, name := range settings {
		b.WriteString(`<a:Setting>` + escape(name) + `</a:Setting>`)
	}
	b.WriteString(`</a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage></soap:Body></soap:Envelope>`)
	return []byte(b.String())
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a Buffer takes everything
	return b.String()
}
