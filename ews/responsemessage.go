package ews

// ResponseClass is the attribute ResponseClass of a response message (schema
// type t:ResponseClassType).
type ResponseClass string

// The response classes of the schema.
const (
	ResponseClassSuccess ResponseClass = "Success"
	ResponseClassWarning ResponseClass = "Warning"
	ResponseClassError   ResponseClass = "Error"
)

// ResponseMessage is what all response messages share (schema type
// m:ResponseMessageType). The response of an operation given to Client.Do embeds
// it in its own response message; Reply.Check then tells success from failure.
type ResponseMessage struct {
	ResponseClass      ResponseClass `xml:"ResponseClass,attr"` // attribute ResponseClass
	MessageText        string        `xml:"MessageText"`        // m:MessageText, in the server's language: for people, never to be parsed
	ResponseCode       ResponseCode  `xml:"ResponseCode"`       // m:ResponseCode
	DescriptiveLinkKey int           `xml:"DescriptiveLinkKey"` // m:DescriptiveLinkKey
	MessageXML         MessageXML    `xml:"MessageXml"`         // m:MessageXml
}

// MessageXML is m:MessageXml of a response message, or t:MessageXml in the
// detail of a SOAP fault: named values in document order. A t:Value is listed
// under its attribute Name, any other element under its local name.
type MessageXML []MessageXMLValue

// MessageXMLValue is one value of a MessageXML (t:Value).
type MessageXMLValue struct {
	Name  string // attribute Name
	Value string
}

// Get returns the first value of that name, or "".
func (m MessageXML) Get(name string) string {
	for i := range m {
		if m[i].Name == name {
			return m[i].Value
		}
	}
	return ""
}
