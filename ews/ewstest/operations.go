package ewstest

import (
	"maps"
	"slices"

	"github.com/ewspush/ewspush/ews"
)

// newOperations returns what the server can do, and the schema of it.
func (s *Server) newOperations() map[string]operation {
	folderID := typed("FolderId", rule{attributes: idAttributes(nonEmpty)})
	mailbox := typed("Mailbox", rule{optional: true, children: []rule{
		typed("Name", rule{optional: true, text: anyText}),
		typed("EmailAddress", rule{optional: true, text: nonEmpty}),
		typed("RoutingType", rule{optional: true, text: nonEmpty}),
		typed("MailboxType", rule{optional: true, text: nonEmpty}),
		typed("ItemId", rule{optional: true, attributes: idAttributes(nonEmpty)}),
		typed("OriginalDisplayName", rule{optional: true, text: anyText}),
	}})
	distinguished := typed("DistinguishedFolderId", rule{attributes: idAttributes(oneOf(distinguishedNames()...)), children: []rule{mailbox}})
	folderIDs := rule{choices: true, children: []rule{folderID, distinguished}}
	optionalIDs := folderIDs
	optionalIDs.optional = true

	eventTypes := typed("EventTypes", rule{children: []rule{typed("EventType", rule{repeated: true, text: oneOf(
		"CopiedEvent", "CreatedEvent", "DeletedEvent", "ModifiedEvent", "MovedEvent", "NewMailEvent", "FreeBusyChangedEvent")})}})
	// Live servers have been seen to take the Watermark of a subscription in
	// the messages namespace too, in which exchangelib sends it.
	mark := typed("Watermark", rule{alias: ews.NamespaceMessages, optional: true, text: nonEmpty})
	all := []attributeRule{{name: "SubscribeToAllFolders", text: boolean}}

	idFormat := oneOf("EwsLegacyId", "EwsId", "EntryId", "HexEntryId", "StoreId", "OwaId")

	operations := map[string]operation{
		"Subscribe": {
			handle: s.subscribe,
			rule: rule{choice: true, children: []rule{
				message("PullSubscriptionRequest", rule{attributes: all, children: []rule{
					typed("FolderIds", optionalIDs), eventTypes, mark, typed("Timeout", rule{text: between(1, 1440)}),
				}}),
				message("PushSubscriptionRequest", rule{attributes: all, children: []rule{
					typed("FolderIds", optionalIDs), eventTypes, mark, typed("StatusFrequency", rule{text: between(1, 1440)}),
					typed("URL", rule{text: anyText}), typed("CallerData", rule{optional: true, text: anyText}),
				}}),
				message("StreamingSubscriptionRequest", rule{attributes: all, children: []rule{
					typed("FolderIds", optionalIDs), eventTypes,
				}}),
			}},
		},
		"Unsubscribe": {
			handle: s.unsubscribe,
			rule:   rule{children: []rule{message("SubscriptionId", rule{text: nonEmpty})}},
		},
		"GetEvents": {
			handle: s.getEvents,
			rule:   rule{children: []rule{message("SubscriptionId", rule{text: nonEmpty}), message("Watermark", rule{text: nonEmpty})}},
		},
		"ConvertId": {
			handle: s.convertID,
			rule: rule{
				attributes: []attributeRule{{name: "DestinationFormat", required: true, text: idFormat}},
				children: []rule{message("SourceIds", rule{choices: true, children: []rule{
					typed("AlternateId", rule{attributes: []attributeRule{
						{name: "Format", required: true, text: idFormat},
						{name: "Id", required: true, text: anyText},
						{name: "Mailbox", required: true, text: nonEmpty},
						{name: "IsArchive", text: boolean},
					}}),
				}})},
			},
		},
		"ResolveNames": {
			handle: s.resolveNames,
			rule: rule{
				attributes: []attributeRule{
					{name: "ReturnFullContactData", required: true, text: boolean},
					{name: "SearchScope", text: oneOf("ActiveDirectory", "ActiveDirectoryContacts", "Contacts", "ContactsActiveDirectory")},
					{name: "ContactDataShape", text: oneOf("IdOnly", "Default", "AllProperties", "PcxPeopleSearch")},
				},
				children: []rule{message("ParentFolderIds", optionalIDs), message("UnresolvedEntry", rule{text: nonEmpty})},
			},
		},
		"GetFolder": {
			handle: s.getFolder,
			rule: rule{children: []rule{
				message("FolderShape", rule{children: []rule{
					typed("BaseShape", rule{text: oneOf("IdOnly", "Default", "AllProperties", "PcxPeopleSearch")}),
					typed("AdditionalProperties", rule{optional: true, any: true}),
				}}),
				message("FolderIds", folderIDs),
			}},
		},
	}
	maps.Copy(operations, s.itemOperations(folderID, distinguished))
	return operations
}

func idAttributes(text func(string) string) []attributeRule {
	return []attributeRule{{name: "Id", required: true, text: text}, {name: "ChangeKey", text: anyText}}
}

// distinguishedNames returns t:DistinguishedFolderIdNameType.
func distinguishedNames() []string {
	return []string{
		"calendar", "contacts", "deleteditems", "drafts", "inbox", "journal", "notes", "outbox", "sentitems", "tasks",
		"msgfolderroot", "publicfoldersroot", "root", "junkemail", "searchfolders", "voicemail",
		"recoverableitemsroot", "recoverableitemsdeletions", "recoverableitemsversions", "recoverableitemspurges", "recoverableitemsdiscoveryholds",
		"archiveroot", "archivemsgfolderroot", "archivedeleteditems", "archiveinbox", "archiverecoverableitemsroot",
		"archiverecoverableitemsdeletions", "archiverecoverableitemsversions", "archiverecoverableitemspurges", "archiverecoverableitemsdiscoveryholds",
		"syncissues", "conflicts", "localfailures", "serverfailures", "recipientcache", "quickcontacts", "conversationhistory",
		"adminauditlogs", "todosearch", "mycontacts", "directory", "imcontactlist", "peopleconnect", "favorites", "mecontact", "personmetadata",
	}
}

// requestVersion returns the version of the schema that a request is written
// for. Without a header it is that of 2007.
func requestVersion(header *element) (string, error) {
	var e *element
	if header != nil {
		e = header.child(ews.NamespaceTypes, "RequestServerVersion")
	}
	if e == nil {
		return "Exchange2007", nil
	}
	version := e.attribute("Version")
	if !slices.Contains(versions(), version) {
		return "", newFault(ews.ErrorInvalidServerVersion)
	}
	return version, nil
}

// Places of versions that brought something new.
const (
	exchange2010 = 2
	exchange2013 = 5
)

// versions returns the versions of the schema, oldest first.
func versions() []string {
	return []string{
		"Exchange2007", "Exchange2007_SP1", "Exchange2010", "Exchange2010_SP1", "Exchange2010_SP2", "Exchange2013", "Exchange2013_SP1",
		"Exchange2015", "Exchange2016", "V2015_10_05", "V2016_01_06", "V2016_04_13", "V2016_07_13", "V2016_10_10",
		"V2017_01_07", "V2017_04_14", "V2017_07_11", "V2018_01_08",
		"Exchange2019", // in no schema, but clients say it to a server of that name
	}
}
