package ews

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"time"
	"unicode/utf8"
)

// maxURLLength is the longest t:URL that Exchange takes, in characters.
const maxURLLength = 2082

// Validate returns what Subscribe would refuse, naming the field. The server
// has rules beyond these.
func (r *PushSubscriptionRequest) Validate() error {
	if r.SubscribeToAllFolders == (len(r.FolderIDs) > 0) {
		return errors.New("ews: PushSubscriptionRequest: FolderIDs: exactly one of FolderIDs and SubscribeToAllFolders must be set")
	}
	for i := range r.FolderIDs {
		if err := r.FolderIDs[i].validate(); err != nil {
			return fmt.Errorf("ews: PushSubscriptionRequest: FolderIDs[%d]: %w", i, err)
		}
	}
	if len(r.EventTypes) == 0 {
		return errors.New("ews: PushSubscriptionRequest: EventTypes: at least one is needed")
	}
	for i, t := range r.EventTypes {
		if t == StatusEvent {
			return fmt.Errorf("ews: PushSubscriptionRequest: EventTypes[%d]: StatusEvent cannot be asked for, it always comes", i)
		}
		if !isEventName(string(t)) {
			return fmt.Errorf("ews: PushSubscriptionRequest: EventTypes[%d]: %q is no event type", i, clip(string(t)))
		}
	}
	if r.StatusFrequency < time.Minute || r.StatusFrequency > 24*time.Hour || r.StatusFrequency%time.Minute != 0 {
		return fmt.Errorf("ews: PushSubscriptionRequest: StatusFrequency: %v is not whole minutes from 1m to 24h", r.StatusFrequency)
	}
	if err := checkCallbackURL(r.URL); err != nil {
		return fmt.Errorf("ews: PushSubscriptionRequest: URL: %w", err)
	}
	return nil
}

func (f *FolderID) validate() error {
	switch {
	case (f.ID == "") == (f.DistinguishedID == ""):
		return errors.New("exactly one of ID and DistinguishedID must be set")
	case f.Mailbox != "" && f.DistinguishedID == "":
		return errors.New("Mailbox is for a DistinguishedID only")
	}
	return nil
}

// checkCallbackURL never puts the URL into the error: it is a secret.
func checkCallbackURL(s string) error {
	if n := utf8.RuneCountInString(s); n > maxURLLength {
		return fmt.Errorf("%d characters, and %d are allowed", n, maxURLLength)
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return errors.New("not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("not an absolute http or https URL")
	case u.Hostname() == "":
		return errors.New("no host")
	}
	return nil
}

// subscribeRequest is m:Subscribe with m:PushSubscriptionRequest in the order of
// the schema.
type subscribeRequest struct {
	XMLName xml.Name `xml:"m:Subscribe"`
	Push    struct {
		SubscribeToAllFolders bool        `xml:"SubscribeToAllFolders,attr,omitempty"`
		FolderIDs             *folderIDs  `xml:"t:FolderIds"`
		EventTypes            []EventType `xml:"t:EventTypes>t:EventType"`
		Watermark             string      `xml:"t:Watermark,omitempty"`
		StatusFrequency       int         `xml:"t:StatusFrequency"`
		URL                   string      `xml:"t:URL"`
		CallerData            string      `xml:"t:CallerData,omitempty"`
	} `xml:"m:PushSubscriptionRequest"`
}

// folderIDs is schema type t:NonEmptyArrayOfBaseFolderIdsType.
type folderIDs struct {
	IDs []folderIDElement
}

// folderIDElement is t:FolderId or t:DistinguishedFolderId, as its XMLName says.
type folderIDElement struct {
	XMLName   xml.Name
	ID        string   `xml:"Id,attr"`
	ChangeKey string   `xml:"ChangeKey,attr,omitempty"`
	Mailbox   *mailbox `xml:"t:Mailbox"`
}

// mailbox is t:Mailbox (schema type t:EmailAddressType).
type mailbox struct {
	EmailAddress string `xml:"t:EmailAddress"`
}

func newFolderIDElement(f *FolderID) folderIDElement {
	if f.DistinguishedID == "" {
		return folderIDElement{XMLName: xml.Name{Local: "t:FolderId"}, ID: f.ID, ChangeKey: f.ChangeKey}
	}
	e := folderIDElement{XMLName: xml.Name{Local: "t:DistinguishedFolderId"}, ID: string(f.DistinguishedID), ChangeKey: f.ChangeKey}
	if f.Mailbox != "" {
		e.Mailbox = &mailbox{EmailAddress: f.Mailbox}
	}
	return e
}

func newSubscribeRequest(r *PushSubscriptionRequest) *subscribeRequest {
	s := &subscribeRequest{}
	s.Push.SubscribeToAllFolders = r.SubscribeToAllFolders
	if len(r.FolderIDs) > 0 {
		s.Push.FolderIDs = &folderIDs{}
		for i := range r.FolderIDs {
			s.Push.FolderIDs.IDs = append(s.Push.FolderIDs.IDs, newFolderIDElement(&r.FolderIDs[i]))
		}
	}
	s.Push.EventTypes = r.EventTypes
	s.Push.Watermark = r.Watermark
	s.Push.StatusFrequency = int(r.StatusFrequency / time.Minute)
	s.Push.URL = r.URL
	s.Push.CallerData = r.CallerData
	return s
}
