package ews

import "net/http"

// Diagnostics names one call in the logs of client and server. Support staff
// ask for it; it holds no secrets.
type Diagnostics struct {
	ClientRequestID string // header client-request-id, made by the client
	RequestID       string // header request-id, made by the server
	FEServer        string // header X-FEServer: the front end that took the call
	TargetBEServer  string // header X-TargetBEServer: the back end that carried it out
	DiagInfo        string // header X-DiagInfo
}

func newDiagnostics(clientRequestID string, h http.Header) Diagnostics {
	return Diagnostics{
		ClientRequestID: clientRequestID,
		RequestID:       h.Get("request-id"),
		FEServer:        h.Get("X-FEServer"),
		TargetBEServer:  h.Get("X-TargetBEServer"),
		DiagInfo:        h.Get("X-DiagInfo"),
	}
}
