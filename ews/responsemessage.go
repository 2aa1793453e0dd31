package ews

// ResponseClass is the attribute ResponseClass of a response message (schema
// type t:ResponseClassType).
type ResponseClass string

// The response classes of the schema.
const (
	ResponseSuccess ResponseClass = "Success"
	ResponseWarning ResponseClass = "Warning"
	ResponseError   ResponseClass = "Error"
)

// ResponseMessage is what all response messages share (schema type
// m:ResponseMessageType).
type ResponseMessage struct {
	ResponseClass      ResponseClass // attribute ResponseClass
	MessageText        string        // m:MessageText, in the server's language: for people, never to be parsed
	ResponseCode       ResponseCode  // m:ResponseCode
	DescriptiveLinkKey int           // m:DescriptiveLinkKey
	MessageXML         MessageXML    // m:MessageXml
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
