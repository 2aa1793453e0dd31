package ews

import "time"

// PushSubscriptionRequest is m:PushSubscriptionRequest in m:Subscribe (schema
// type t:PushSubscriptionRequestType). One subscription covers folders of one
// mailbox.
type PushSubscriptionRequest struct {
	// SubscribeToAllFolders is the attribute of that name. It stands for
	// FolderIDs, never beside them, and is left out of the request when false.
	SubscribeToAllFolders bool
	FolderIDs             []FolderID  // t:FolderIds
	EventTypes            []EventType // t:EventTypes, at least one; StatusEvent cannot be asked for
	Watermark             string      // t:Watermark: start after this event instead of now; optional
	// StatusFrequency is t:StatusFrequency: whole minutes from 1 minute to 24
	// hours. It is both the interval of heartbeats and the longest time for
	// which a failed notification is repeated before the subscription is
	// dropped.
	StatusFrequency time.Duration
	URL             string // t:URL: http or https, at most 2,082 characters
	CallerData      string // t:CallerData, from Exchange 2013; optional
}

// SubscribeResponse is m:SubscribeResponseMessage (schema type
// m:SubscribeResponseMessageType) of a successful Subscribe.
type SubscribeResponse struct {
	ServerVersion  ServerVersionInfo
	SubscriptionID string // m:SubscriptionId, opaque
	Watermark      string // m:Watermark: where the subscription starts; some servers leave it out
}

// ServerVersionInfo is the SOAP header t:ServerVersionInfo of a response.
type ServerVersionInfo struct {
	MajorVersion, MinorVersion         int    // attributes of those names
	MajorBuildNumber, MinorBuildNumber int    // attributes of those names
	Version                            string // attribute Version: the newest schema the server knows
}
