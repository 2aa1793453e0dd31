package ews

import (
	"strings"
	"time"
)

// Fault is a SOAP fault (soap:Fault): the server did not carry out an operation
// at all. It comes with HTTP status 500. errors.Is compares it with its
// ResponseCode.
type Fault struct {
	Operation string // the operation that was called; empty in a fault that did not answer a call
	// FaultCode is faultcode without its prefix, mostly the ResponseCode again
	// or Client or Server.
	FaultCode    string
	FaultString  string       // faultstring, in the server's language
	ResponseCode ResponseCode // detail/e:ResponseCode; empty if the server gave none
	Message      string       // detail/e:Message, in the server's language
	// MessageXML is detail/t:MessageXml. A schema violation has LineNumber,
	// LinePosition and Violation, a busy server BackOffMilliseconds.
	MessageXML    MessageXML
	RetryAfter    time.Duration     // header Retry-After, 0 if there was none
	ServerVersion ServerVersionInfo // SOAP header t:ServerVersionInfo; zero if there was none
	Diagnostics   Diagnostics
}

// Error gives the code and the server's words.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString("ews: ")
	if f.Operation != "" {
		b.WriteString(f.Operation + ": ")
	}
	b.WriteString("SOAP fault")
	switch {
	case f.ResponseCode != "":
		b.WriteString(" " + clip(string(f.ResponseCode)))
	case f.FaultCode != "":
		b.WriteString(" " + clip(f.FaultCode))
	}
	if text := firstOf(f.Message, f.FaultString); text != "" {
		b.WriteString(": " + excerpt(text))
	}
	if violation := f.MessageXML.Get("Violation"); violation != "" {
		b.WriteString(" (" + excerpt(violation) + ")")
	}
	return b.String()
}

// Unwrap returns the ResponseCode, or nil if the server gave none.
func (f *Fault) Unwrap() error {
	if f.ResponseCode == "" {
		return nil
	}
	return f.ResponseCode
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
