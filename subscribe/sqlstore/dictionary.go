package sqlstore

// dictionary is text that notifications are made of. Packed data refer to it,
// so it is never changed: a better one would be another one, beside it. It
// begins with what an entry of package subscribe begins with, and goes on with
// what Exchange sends: names of elements and attributes as servers write them,
// the beginnings of identifiers, and the words between them in the order in
// which they come.
const dictionary = `{"generation":1700000000000,"gap":"silence","detail":"","undecodable":true,"replay":{"seq":1,"index":0,` +
	`"heard":[{"g":1700000000000,"p":"AQAAAA","w":"AQAAAA","t":"2026-01-01T00:00:00.000000000Z"}],"lastGap":1}` + "\n" +
	`<?xml version="1.0" encoding="utf-8"?>` + "\r\n" +
	`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><s:Body></s:Body></s:Envelope>` +
	`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header><soap:Body></soap:Body></soap:Envelope>` +
	`<h:ServerVersionInfo MajorVersion="15" MinorVersion="1" MajorBuildNumber="2507" MinorBuildNumber="6" Version="V2017_07_11"` +
	` xmlns:h="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
	` xmlns:xsd="http://www.w3.org/2001/XMLSchema"/>` +
	`<m:SendNotification xmlns="http://schemas.microsoft.com/exchange/services/2006/messages">` +
	`<SendNotificationResponseMessage ResponseClass="Error"><MessageText></MessageText><DescriptiveLinkKey>0</DescriptiveLinkKey>` +
	`<t:MoreEvents>true</t:MoreEvents><t:StatusEvent><t:Watermark></t:Watermark></t:StatusEvent>` +
	`<t:NewMailEvent></t:NewMailEvent><t:CopiedEvent></t:CopiedEvent><t:CreatedEvent></t:CreatedEvent><t:DeletedEvent></t:DeletedEvent>` +
	`<t:MovedEvent><t:OldFolderId Id="<t:OldItemId Id="<t:OldParentFolderId Id="</t:MovedEvent><t:UnreadCount>1</t:UnreadCount>` +
	`<t:FolderId Id="AAMkA" ChangeKey="CQAAAA==" /><t:FolderId Id="AQMkA" ChangeKey="AgAAAA==" />` +
	`<?xml version="1.0" encoding="utf-8"?><soap11:Envelope xmlns:soap11="http://schemas.xmlsoap.org/soap/envelope/"><soap11:Header>` +
	`<t:RequestServerVersion xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" Version="Exchange2016"` +
	` xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" Version="Exchange2013" /></soap11:Header><soap11:Body>` +
	`<m:SendNotification xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"` +
	` xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><m:ResponseMessages>` +
	`<m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Notification>` +
	`<t:SubscriptionId></t:SubscriptionId><t:PreviousWatermark>AQAAA</t:PreviousWatermark><t:MoreEvents>false</t:MoreEvents>` +
	`<t:ModifiedEvent><t:Watermark>AQAAA</t:Watermark><t:TimeStamp>2026-01-01T00:00:00Z</t:TimeStamp>` +
	`<t:ItemId Id="AAMkA" ChangeKey="DwAAAA==" /><t:ItemId Id="AQMkA" ChangeKey="DwAAAA==" />` +
	`<t:ParentFolderId Id="AAMkA" ChangeKey="AQAAAA==" /><t:ParentFolderId Id="AQMkA" ChangeKey="AQAAAA==" /></t:ModifiedEvent>` +
	`</m:Notification></m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification></soap11:Body></soap11:Envelope>`
