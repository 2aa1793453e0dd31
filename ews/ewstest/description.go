package ewstest

import (
	"io"
	"net/http"
	"strings"
)

// description returns the files that Exchange serves beside the endpoint, for
// clients that read the WSDL before they speak. Ours describe what this server
// does and no more; the schema that counts is the one of newOperations.
func description(path string) (file string, ok bool) {
	switch strings.ToLower(path) {
	case "/ews/services.wsdl":
		return servicesWSDL, true
	case "/ews/messages.xsd":
		return messagesXSD, true
	case "/ews/types.xsd":
		return typesXSD, true
	default:
		return "", false
	}
}

func describe(w http.ResponseWriter, r *http.Request, file string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = io.WriteString(w, file) // the client may be gone
}

// servicesWSDL has no wsdl:service, as the real one: an endpoint does not know
// the name it is reached by.
const servicesWSDL = `<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:tns="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" targetNamespace="http://schemas.microsoft.com/exchange/services/2006/messages">
<wsdl:types>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:import namespace="http://schemas.microsoft.com/exchange/services/2006/messages" schemaLocation="messages.xsd"/>
<xs:import namespace="http://schemas.microsoft.com/exchange/services/2006/types" schemaLocation="types.xsd"/>
</xs:schema>
</wsdl:types>
<wsdl:message name="ConvertIdSoapIn"><wsdl:part name="request" element="tns:ConvertId"/><wsdl:part name="Impersonation" element="t:ExchangeImpersonation"/><wsdl:part name="RequestVersion" element="t:RequestServerVersion"/></wsdl:message>
<wsdl:message name="ConvertIdSoapOut"><wsdl:part name="ConvertIdResult" element="tns:ConvertIdResponse"/><wsdl:part name="ServerVersion" element="t:ServerVersionInfo"/></wsdl:message>
<wsdl:message name="GetEventsSoapIn"><wsdl:part name="request" element="tns:GetEvents"/><wsdl:part name="Impersonation" element="t:ExchangeImpersonation"/><wsdl:part name="RequestVersion" element="t:RequestServerVersion"/></wsdl:message>
<wsdl:message name="GetEventsSoapOut"><wsdl:part name="GetEventsResult" element="tns:GetEventsResponse"/><wsdl:part name="ServerVersion" element="t:ServerVersionInfo"/></wsdl:message>
<wsdl:message name="GetFolderSoapIn"><wsdl:part name="request" element="tns:GetFolder"/><wsdl:part name="Impersonation" element="t:ExchangeImpersonation"/><wsdl:part name="RequestVersion" element="t:RequestServerVersion"/></wsdl:message>
<wsdl:message name="GetFolderSoapOut"><wsdl:part name="GetFolderResult" element="tns:GetFolderResponse"/><wsdl:part name="ServerVersion" element="t:ServerVersionInfo"/></wsdl:message>
<wsdl:message name="ResolveNamesSoapIn"><wsdl:part name="request" element="tns:ResolveNames"/><wsdl:part name="Impersonation" element="t:ExchangeImpersonation"/><wsdl:part name="RequestVersion" element="t:RequestServerVersion"/></wsdl:message>
<wsdl:message name="ResolveNamesSoapOut"><wsdl:part name="ResolveNamesResult" element="tns:ResolveNamesResponse"/><wsdl:part name="ServerVersion" element="t:ServerVersionInfo"/></wsdl:message>
<wsdl:message name="SubscribeSoapIn"><wsdl:part name="request" element="tns:Subscribe"/><wsdl:part name="Impersonation" element="t:ExchangeImpersonation"/><wsdl:part name="RequestVersion" element="t:RequestServerVersion"/></wsdl:message>
<wsdl:message name="SubscribeSoapOut"><wsdl:part name="SubscribeResult" element="tns:SubscribeResponse"/><wsdl:part name="ServerVersion" element="t:ServerVersionInfo"/></wsdl:message>
<wsdl:message name="UnsubscribeSoapIn"><wsdl:part name="request" element="tns:Unsubscribe"/><wsdl:part name="Impersonation" element="t:ExchangeImpersonation"/><wsdl:part name="RequestVersion" element="t:RequestServerVersion"/></wsdl:message>
<wsdl:message name="UnsubscribeSoapOut"><wsdl:part name="UnsubscribeResult" element="tns:UnsubscribeResponse"/><wsdl:part name="ServerVersion" element="t:ServerVersionInfo"/></wsdl:message>
<wsdl:portType name="ExchangeServicePortType">
<wsdl:operation name="ConvertId"><wsdl:input message="tns:ConvertIdSoapIn"/><wsdl:output message="tns:ConvertIdSoapOut"/></wsdl:operation>
<wsdl:operation name="GetEvents"><wsdl:input message="tns:GetEventsSoapIn"/><wsdl:output message="tns:GetEventsSoapOut"/></wsdl:operation>
<wsdl:operation name="GetFolder"><wsdl:input message="tns:GetFolderSoapIn"/><wsdl:output message="tns:GetFolderSoapOut"/></wsdl:operation>
<wsdl:operation name="ResolveNames"><wsdl:input message="tns:ResolveNamesSoapIn"/><wsdl:output message="tns:ResolveNamesSoapOut"/></wsdl:operation>
<wsdl:operation name="Subscribe"><wsdl:input message="tns:SubscribeSoapIn"/><wsdl:output message="tns:SubscribeSoapOut"/></wsdl:operation>
<wsdl:operation name="Unsubscribe"><wsdl:input message="tns:UnsubscribeSoapIn"/><wsdl:output message="tns:UnsubscribeSoapOut"/></wsdl:operation>
</wsdl:portType>
<wsdl:binding name="ExchangeServiceBinding" type="tns:ExchangeServicePortType">
<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
<wsdl:operation name="ConvertId"><soap:operation soapAction="http://schemas.microsoft.com/exchange/services/2006/messages/ConvertId"/>
<wsdl:input><soap:header message="tns:ConvertIdSoapIn" part="Impersonation" use="literal"/><soap:header message="tns:ConvertIdSoapIn" part="RequestVersion" use="literal"/><soap:body parts="request" use="literal"/></wsdl:input>
<wsdl:output><soap:body parts="ConvertIdResult" use="literal"/><soap:header message="tns:ConvertIdSoapOut" part="ServerVersion" use="literal"/></wsdl:output></wsdl:operation>
<wsdl:operation name="GetEvents"><soap:operation soapAction="http://schemas.microsoft.com/exchange/services/2006/messages/GetEvents"/>
<wsdl:input><soap:header message="tns:GetEventsSoapIn" part="Impersonation" use="literal"/><soap:header message="tns:GetEventsSoapIn" part="RequestVersion" use="literal"/><soap:body parts="request" use="literal"/></wsdl:input>
<wsdl:output><soap:body parts="GetEventsResult" use="literal"/><soap:header message="tns:GetEventsSoapOut" part="ServerVersion" use="literal"/></wsdl:output></wsdl:operation>
<wsdl:operation name="GetFolder"><soap:operation soapAction="http://schemas.microsoft.com/exchange/services/2006/messages/GetFolder"/>
<wsdl:input><soap:header message="tns:GetFolderSoapIn" part="Impersonation" use="literal"/><soap:header message="tns:GetFolderSoapIn" part="RequestVersion" use="literal"/><soap:body parts="request" use="literal"/></wsdl:input>
<wsdl:output><soap:body parts="GetFolderResult" use="literal"/><soap:header message="tns:GetFolderSoapOut" part="ServerVersion" use="literal"/></wsdl:output></wsdl:operation>
<wsdl:operation name="ResolveNames"><soap:operation soapAction="http://schemas.microsoft.com/exchange/services/2006/messages/ResolveNames"/>
<wsdl:input><soap:header message="tns:ResolveNamesSoapIn" part="Impersonation" use="literal"/><soap:header message="tns:ResolveNamesSoapIn" part="RequestVersion" use="literal"/><soap:body parts="request" use="literal"/></wsdl:input>
<wsdl:output><soap:body parts="ResolveNamesResult" use="literal"/><soap:header message="tns:ResolveNamesSoapOut" part="ServerVersion" use="literal"/></wsdl:output></wsdl:operation>
<wsdl:operation name="Subscribe"><soap:operation soapAction="http://schemas.microsoft.com/exchange/services/2006/messages/Subscribe"/>
<wsdl:input><soap:header message="tns:SubscribeSoapIn" part="Impersonation" use="literal"/><soap:header message="tns:SubscribeSoapIn" part="RequestVersion" use="literal"/><soap:body parts="request" use="literal"/></wsdl:input>
<wsdl:output><soap:body parts="SubscribeResult" use="literal"/><soap:header message="tns:SubscribeSoapOut" part="ServerVersion" use="literal"/></wsdl:output></wsdl:operation>
<wsdl:operation name="Unsubscribe"><soap:operation soapAction="http://schemas.microsoft.com/exchange/services/2006/messages/Unsubscribe"/>
<wsdl:input><soap:header message="tns:UnsubscribeSoapIn" part="Impersonation" use="literal"/><soap:header message="tns:UnsubscribeSoapIn" part="RequestVersion" use="literal"/><soap:body parts="request" use="literal"/></wsdl:input>
<wsdl:output><soap:body parts="UnsubscribeResult" use="literal"/><soap:header message="tns:UnsubscribeSoapOut" part="ServerVersion" use="literal"/></wsdl:output></wsdl:operation>
</wsdl:binding>
</wsdl:definitions>
`

const messagesXSD = `<?xml version="1.0" encoding="utf-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"
  targetNamespace="http://schemas.microsoft.com/exchange/services/2006/messages" elementFormDefault="qualified">
<xs:import namespace="http://schemas.microsoft.com/exchange/services/2006/types" schemaLocation="types.xsd"/>
<xs:complexType name="SubscribeType"><xs:choice>
  <xs:element name="PullSubscriptionRequest" type="t:PullSubscriptionRequestType"/>
  <xs:element name="PushSubscriptionRequest" type="t:PushSubscriptionRequestType"/>
</xs:choice></xs:complexType>
<xs:element name="Subscribe" type="m:SubscribeType"/>
<xs:complexType name="UnsubscribeType"><xs:sequence>
  <xs:element name="SubscriptionId" type="t:NonEmptyStringType"/>
</xs:sequence></xs:complexType>
<xs:element name="Unsubscribe" type="m:UnsubscribeType"/>
<xs:complexType name="GetEventsType"><xs:sequence>
  <xs:element name="SubscriptionId" type="t:NonEmptyStringType"/>
  <xs:element name="Watermark" type="t:NonEmptyStringType"/>
</xs:sequence></xs:complexType>
<xs:element name="GetEvents" type="m:GetEventsType"/>
<xs:complexType name="GetFolderType"><xs:sequence>
  <xs:element name="FolderShape" type="t:FolderResponseShapeType"/>
  <xs:element name="FolderIds" type="t:NonEmptyArrayOfBaseFolderIdsType"/>
</xs:sequence></xs:complexType>
<xs:element name="GetFolder" type="m:GetFolderType"/>
<xs:complexType name="ResolveNamesType"><xs:sequence>
  <xs:element name="ParentFolderIds" type="t:NonEmptyArrayOfBaseFolderIdsType" minOccurs="0"/>
  <xs:element name="UnresolvedEntry" type="t:NonEmptyStringType"/>
</xs:sequence>
  <xs:attribute name="ReturnFullContactData" type="xs:boolean" use="required"/>
  <xs:attribute name="SearchScope" type="xs:string"/>
  <xs:attribute name="ContactDataShape" type="xs:string"/>
</xs:complexType>
<xs:element name="ResolveNames" type="m:ResolveNamesType"/>
<xs:complexType name="ConvertIdType"><xs:sequence>
  <xs:element name="SourceIds" type="t:NonEmptyArrayOfAlternateIdsType"/>
</xs:sequence>
  <xs:attribute name="DestinationFormat" type="t:IdFormatType" use="required"/>
</xs:complexType>
<xs:element name="ConvertId" type="m:ConvertIdType"/>
<xs:complexType name="BaseResponseMessageType"><xs:sequence>
  <xs:element name="ResponseMessages" type="m:ArrayOfResponseMessagesType"/>
</xs:sequence></xs:complexType>
<xs:complexType name="ArrayOfResponseMessagesType"><xs:choice maxOccurs="unbounded">
  <xs:element name="ConvertIdResponseMessage" type="m:ResponseMessageType"/>
  <xs:element name="GetEventsResponseMessage" type="m:ResponseMessageType"/>
  <xs:element name="GetFolderResponseMessage" type="m:ResponseMessageType"/>
  <xs:element name="ResolveNamesResponseMessage" type="m:ResponseMessageType"/>
  <xs:element name="SubscribeResponseMessage" type="m:ResponseMessageType"/>
  <xs:element name="UnsubscribeResponseMessage" type="m:ResponseMessageType"/>
</xs:choice></xs:complexType>
<xs:complexType name="ResponseMessageType"><xs:sequence>
  <xs:element name="MessageText" type="xs:string" minOccurs="0"/>
  <xs:element name="ResponseCode" type="xs:string" minOccurs="0"/>
  <xs:element name="DescriptiveLinkKey" type="xs:int" minOccurs="0"/>
  <xs:any minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
</xs:sequence>
  <xs:attribute name="ResponseClass" type="xs:string" use="required"/>
</xs:complexType>
<xs:element name="ConvertIdResponse" type="m:BaseResponseMessageType"/>
<xs:element name="GetEventsResponse" type="m:BaseResponseMessageType"/>
<xs:element name="GetFolderResponse" type="m:BaseResponseMessageType"/>
<xs:element name="ResolveNamesResponse" type="m:BaseResponseMessageType"/>
<xs:element name="SubscribeResponse" type="m:BaseResponseMessageType"/>
<xs:element name="UnsubscribeResponse" type="m:BaseResponseMessageType"/>
</xs:schema>
`

const typesXSD = `<?xml version="1.0" encoding="utf-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"
  targetNamespace="http://schemas.microsoft.com/exchange/services/2006/types" elementFormDefault="qualified">
<xs:simpleType name="NonEmptyStringType"><xs:restriction base="xs:string"><xs:minLength value="1"/></xs:restriction></xs:simpleType>
<xs:simpleType name="MinutesType"><xs:restriction base="xs:int"><xs:minInclusive value="1"/><xs:maxInclusive value="1440"/></xs:restriction></xs:simpleType>
<xs:simpleType name="NotificationEventTypeType"><xs:restriction base="xs:string">
  <xs:enumeration value="CopiedEvent"/>
  <xs:enumeration value="CreatedEvent"/>
  <xs:enumeration value="DeletedEvent"/>
  <xs:enumeration value="ModifiedEvent"/>
  <xs:enumeration value="MovedEvent"/>
  <xs:enumeration value="NewMailEvent"/>
  <xs:enumeration value="FreeBusyChangedEvent"/>
</xs:restriction></xs:simpleType>
<xs:simpleType name="IdFormatType"><xs:restriction base="xs:string">
  <xs:enumeration value="EwsLegacyId"/>
  <xs:enumeration value="EwsId"/>
  <xs:enumeration value="EntryId"/>
  <xs:enumeration value="HexEntryId"/>
  <xs:enumeration value="StoreId"/>
  <xs:enumeration value="OwaId"/>
</xs:restriction></xs:simpleType>
<xs:complexType name="FolderIdType">
  <xs:attribute name="Id" type="xs:string" use="required"/>
  <xs:attribute name="ChangeKey" type="xs:string"/>
</xs:complexType>
<xs:complexType name="EmailAddressType"><xs:sequence>
  <xs:element name="Name" type="xs:string" minOccurs="0"/>
  <xs:element name="EmailAddress" type="t:NonEmptyStringType" minOccurs="0"/>
  <xs:element name="RoutingType" type="t:NonEmptyStringType" minOccurs="0"/>
  <xs:element name="MailboxType" type="t:NonEmptyStringType" minOccurs="0"/>
</xs:sequence></xs:complexType>
<xs:complexType name="DistinguishedFolderIdType"><xs:sequence>
  <xs:element name="Mailbox" type="t:EmailAddressType" minOccurs="0"/>
</xs:sequence>
  <xs:attribute name="Id" type="xs:string" use="required"/>
  <xs:attribute name="ChangeKey" type="xs:string"/>
</xs:complexType>
<xs:complexType name="NonEmptyArrayOfBaseFolderIdsType"><xs:choice maxOccurs="unbounded">
  <xs:element name="FolderId" type="t:FolderIdType"/>
  <xs:element name="DistinguishedFolderId" type="t:DistinguishedFolderIdType"/>
</xs:choice></xs:complexType>
<xs:complexType name="FolderResponseShapeType"><xs:sequence>
  <xs:element name="BaseShape" type="xs:string"/>
  <xs:element name="AdditionalProperties" minOccurs="0"><xs:complexType><xs:sequence>
    <xs:any minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType>
<xs:complexType name="AlternateIdType">
  <xs:attribute name="Format" type="t:IdFormatType" use="required"/>
  <xs:attribute name="Id" type="xs:string" use="required"/>
  <xs:attribute name="Mailbox" type="t:NonEmptyStringType" use="required"/>
  <xs:attribute name="IsArchive" type="xs:boolean"/>
</xs:complexType>
<xs:complexType name="NonEmptyArrayOfAlternateIdsType"><xs:choice maxOccurs="unbounded">
  <xs:element name="AlternateId" type="t:AlternateIdType"/>
</xs:choice></xs:complexType>
<xs:complexType name="NonEmptyArrayOfNotificationEventTypesType"><xs:sequence>
  <xs:element name="EventType" type="t:NotificationEventTypeType" maxOccurs="unbounded"/>
</xs:sequence></xs:complexType>
<xs:complexType name="BaseSubscriptionRequestType" abstract="true"><xs:sequence>
  <xs:element name="FolderIds" type="t:NonEmptyArrayOfBaseFolderIdsType" minOccurs="0"/>
  <xs:element name="EventTypes" type="t:NonEmptyArrayOfNotificationEventTypesType"/>
  <xs:element name="Watermark" type="t:NonEmptyStringType" minOccurs="0"/>
</xs:sequence>
  <xs:attribute name="SubscribeToAllFolders" type="xs:boolean"/>
</xs:complexType>
<xs:complexType name="PullSubscriptionRequestType"><xs:complexContent><xs:extension base="t:BaseSubscriptionRequestType"><xs:sequence>
  <xs:element name="Timeout" type="t:MinutesType"/>
</xs:sequence></xs:extension></xs:complexContent></xs:complexType>
<xs:complexType name="PushSubscriptionRequestType"><xs:complexContent><xs:extension base="t:BaseSubscriptionRequestType"><xs:sequence>
  <xs:element name="StatusFrequency" type="t:MinutesType"/>
  <xs:element name="URL" type="xs:string"/>
  <xs:element name="CallerData" type="xs:string" minOccurs="0"/>
</xs:sequence></xs:extension></xs:complexContent></xs:complexType>
<xs:element name="ExchangeImpersonation"><xs:complexType><xs:sequence>
  <xs:element name="ConnectingSID"><xs:complexType><xs:choice>
    <xs:element name="PrincipalName" type="t:NonEmptyStringType"/>
    <xs:element name="SID" type="t:NonEmptyStringType"/>
    <xs:element name="PrimarySmtpAddress" type="t:NonEmptyStringType"/>
    <xs:element name="SmtpAddress" type="t:NonEmptyStringType"/>
  </xs:choice></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="RequestServerVersion"><xs:complexType>
  <xs:attribute name="Version" type="xs:string" use="required"/>
</xs:complexType></xs:element>
<xs:element name="ServerVersionInfo"><xs:complexType>
  <xs:attribute name="MajorVersion" type="xs:int"/>
  <xs:attribute name="MinorVersion" type="xs:int"/>
  <xs:attribute name="MajorBuildNumber" type="xs:int"/>
  <xs:attribute name="MinorBuildNumber" type="xs:int"/>
  <xs:attribute name="Version" type="xs:string"/>
</xs:complexType></xs:element>
</xs:schema>
`
