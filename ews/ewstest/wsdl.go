package ewstest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// descriptionWriter writes what the operations are as a WSDL and two schemas.
type descriptionWriter struct {
	operations map[string]operation

	// What has been written of the schemas. A type is in that of its children's
	// namespace.
	messages, types strings.Builder
}

// wsdl returns Services.wsdl. It has no wsdl:service, as the real one: an
// endpoint does not know the name it is reached by.
func (d *descriptionWriter) wsdl() string {
	var messages, ports, bindings strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.operations)) {
		fmt.Fprintf(&messages, `<wsdl:message name="%[1]sSoapIn"><wsdl:part name="request" element="tns:%[1]s"/>`+
			`<wsdl:part name="Impersonation" element="t:ExchangeImpersonation"/><wsdl:part name="RequestVersion" element="t:RequestServerVersion"/>`+
			`<wsdl:part name="TimeZoneContext" element="t:TimeZoneContext"/></wsdl:message>`+"\n"+
			`<wsdl:message name="%[1]sSoapOut"><wsdl:part name="%[1]sResult" element="tns:%[1]sResponse"/>`+
			`<wsdl:part name="ServerVersion" element="t:ServerVersionInfo"/></wsdl:message>`+"\n", name)
		fmt.Fprintf(&ports, `<wsdl:operation name="%[1]s"><wsdl:input message="tns:%[1]sSoapIn"/><wsdl:output message="tns:%[1]sSoapOut"/></wsdl:operation>`+"\n", name)
		fmt.Fprintf(&bindings, `<wsdl:operation name="%[1]s"><soap:operation soapAction="%[2]s/%[1]s"/>`+"\n"+
			`<wsdl:input><soap:header message="tns:%[1]sSoapIn" part="Impersonation" use="literal"/>`+
			`<soap:header message="tns:%[1]sSoapIn" part="RequestVersion" use="literal"/>`+
			`<soap:header message="tns:%[1]sSoapIn" part="TimeZoneContext" use="literal"/><soap:body parts="request" use="literal"/></wsdl:input>`+"\n"+
			`<wsdl:output><soap:body parts="%[1]sResult" use="literal"/>`+
			`<soap:header message="tns:%[1]sSoapOut" part="ServerVersion" use="literal"/></wsdl:output></wsdl:operation>`+"\n", name, ews.NamespaceMessages)
	}
	return fmt.Sprintf(`<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:tns="%[1]s" xmlns:t="%[2]s" targetNamespace="%[1]s">
<wsdl:types>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:import namespace="%[1]s" schemaLocation="messages.xsd"/>
<xs:import namespace="%[2]s" schemaLocation="types.xsd"/>
</xs:schema>
</wsdl:types>
%[3]s<wsdl:portType name="ExchangeServicePortType">
%[4]s</wsdl:portType>
<wsdl:binding name="ExchangeServiceBinding" type="tns:ExchangeServicePortType">
<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
%[5]s</wsdl:binding>
</wsdl:definitions>
`, ews.NamespaceMessages, ews.NamespaceTypes, &messages, &ports, &bindings)
}

// schemas returns messages.xsd and types.xsd.
func (d *descriptionWriter) schemas() (messages, types string) {
	fmt.Fprintf(&d.messages, `<?xml version="1.0" encoding="utf-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:m="%[1]s" xmlns:t="%[2]s"
  targetNamespace="%[1]s" elementFormDefault="qualified">
<xs:import namespace="%[2]s" schemaLocation="types.xsd"/>
%[3]s`, ews.NamespaceMessages, ews.NamespaceTypes, responseTypes)
	fmt.Fprintf(&d.types, `<?xml version="1.0" encoding="utf-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="%[1]s"
  targetNamespace="%[1]s" elementFormDefault="qualified">
%[2]s`, ews.NamespaceTypes, headerElements)
	var batch strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.operations)) {
		op, response := d.operations[name], "BaseResponseMessageType"
		if op.flat {
			response = "ResponseMessageType"
		} else {
			fmt.Fprintf(&batch, `  <xs:element name="%sResponseMessage" type="m:ResponseMessageType"/>`+"\n", name)
		}
		fmt.Fprintf(&d.messages, `<xs:element name="%[1]s" type="%[2]s"/><xs:element name="%[1]sResponse" type="m:%[3]s"/>`+"\n",
			name, d.define(&op.rule, name), response)
	}
	fmt.Fprintf(&d.messages, `<xs:complexType name="ArrayOfResponseMessagesType"><xs:choice maxOccurs="unbounded">
%s</xs:choice></xs:complexType>
</xs:schema>
`, &batch)
	d.types.WriteString("</xs:schema>\n")
	return d.messages.String(), d.types.String()
}

// define writes the type of an element, if it needs one of its own, and returns
// the type's name.
func (d *descriptionWriter) define(r *rule, path string) string {
	if r.text != nil && len(r.attributes) == 0 {
		return "xs:string"
	}
	var content strings.Builder
	open, end := "<xs:complexType name=\""+path+"Type\">", "</xs:complexType>\n"
	switch {
	case r.any:
		open = strings.Replace(open, ">", ` mixed="true">`, 1)
		content.WriteString(`<xs:sequence><xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/></xs:sequence><xs:anyAttribute processContents="skip"/>`)
	case r.text != nil:
		open += `<xs:simpleContent><xs:extension base="xs:string">`
		end = "</xs:extension></xs:simpleContent>" + end
	case r.choice:
		content.WriteString("<xs:choice>" + d.elements(r.children, path) + "</xs:choice>")
	case r.choices:
		content.WriteString(`<xs:choice maxOccurs="unbounded">` + d.elements(r.children, path) + "</xs:choice>")
	case len(r.children) > 0:
		content.WriteString("<xs:sequence>" + d.elements(r.children, path) + "</xs:sequence>")
	}
	for _, a := range r.attributes {
		use := ""
		if a.required {
			use = ` use="required"`
		}
		fmt.Fprintf(&content, `<xs:attribute name="%s" type="xs:string"%s/>`, a.name, use)
	}
	schema, prefix := &d.types, "t:"
	if r.inMessages() {
		schema, prefix = &d.messages, "m:"
	}
	schema.WriteString(open + content.String() + end)
	return prefix + path + "Type"
}

// inMessages reports whether what is inside of an element is in the namespace
// of messages.
func (r *rule) inMessages() bool {
	for _, c := range r.children {
		for _, one := range append(slices.Clip(c.group), c) {
			if one.name != "" {
				return one.space == ews.NamespaceMessages
			}
		}
	}
	return false
}

func (d *descriptionWriter) elements(rules []rule, path string) string {
	var b strings.Builder
	for i := range rules {
		r := &rules[i]
		occurs := ""
		if r.optional {
			occurs = ` minOccurs="0"`
		}
		if r.repeated {
			occurs += ` maxOccurs="unbounded"`
		}
		if r.group != nil {
			b.WriteString("<xs:choice" + occurs + ">" + d.elements(r.group, fmt.Sprintf("%s_%d", path, i)) + "</xs:choice>")
			continue
		}
		fmt.Fprintf(&b, `<xs:element name="%s" type="%s"%s/>`, r.name, d.define(r, path+"_"+r.name), occurs)
	}
	return b.String()
}

const responseTypes = `<xs:complexType name="BaseResponseMessageType"><xs:sequence>
  <xs:element name="ResponseMessages" type="m:ArrayOfResponseMessagesType"/>
</xs:sequence></xs:complexType>
<xs:complexType name="ResponseMessageType"><xs:sequence>
  <xs:element name="MessageText" type="xs:string" minOccurs="0"/>
  <xs:element name="ResponseCode" type="xs:string" minOccurs="0"/>
  <xs:element name="DescriptiveLinkKey" type="xs:int" minOccurs="0"/>
  <xs:any minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
</xs:sequence>
  <xs:attribute name="ResponseClass" type="xs:string" use="required"/>
</xs:complexType>
`

const headerElements = `<xs:element name="ExchangeImpersonation"><xs:complexType><xs:sequence>
  <xs:element name="ConnectingSID"><xs:complexType><xs:choice>
    <xs:element name="PrincipalName" type="xs:string"/>
    <xs:element name="SID" type="xs:string"/>
    <xs:element name="PrimarySmtpAddress" type="xs:string"/>
    <xs:element name="SmtpAddress" type="xs:string"/>
  </xs:choice></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="RequestServerVersion"><xs:complexType>
  <xs:attribute name="Version" type="xs:string" use="required"/>
</xs:complexType></xs:element>
<xs:element name="TimeZoneContext"><xs:complexType><xs:sequence>
  <xs:element name="TimeZoneDefinition"><xs:complexType>
    <xs:sequence><xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/></xs:sequence>
    <xs:attribute name="Id" type="xs:string"/><xs:attribute name="Name" type="xs:string"/>
  </xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="ServerVersionInfo"><xs:complexType>
  <xs:attribute name="MajorVersion" type="xs:int"/>
  <xs:attribute name="MinorVersion" type="xs:int"/>
  <xs:attribute name="MajorBuildNumber" type="xs:int"/>
  <xs:attribute name="MinorBuildNumber" type="xs:int"/>
  <xs:attribute name="Version" type="xs:string"/>
</xs:complexType></xs:element>
`
