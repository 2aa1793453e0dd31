package ews

// The XML namespaces of the protocol. Several documentation pages print them
// with "https:"; servers reject that.
const (
	NamespaceEnvelope = "http://schemas.xmlsoap.org/soap/envelope/"
	NamespaceMessages = "http://schemas.microsoft.com/exchange/services/2006/messages"
	NamespaceTypes    = "http://schemas.microsoft.com/exchange/services/2006/types"
	NamespaceErrors   = "http://schemas.microsoft.com/exchange/services/2006/errors"
)

// SOAPActionSendNotification is the SOAPAction header of a notification, sent
// by Exchange without quotation marks.
const SOAPActionSendNotification = NamespaceMessages + "/SendNotification"
