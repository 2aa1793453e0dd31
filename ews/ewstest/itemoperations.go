package ewstest

import "github.com/ewspush/ewspush/ews"

// itemOperations returns the operations on items, and the schema of them.
func (s *Server) itemOperations(folderID, distinguished rule) map[string]operation {
	mailbox := distinguished.children[0]
	types := newItemTypes(mailbox)
	folderIDs := rule{choices: true, children: []rule{folderID, distinguished}}
	target := rule{choice: true, children: []rule{folderID, distinguished}}
	itemID := typed("ItemId", rule{attributes: idAttributes(anyText)})
	occurrence := typed("OccurrenceItemId", rule{attributes: []attributeRule{
		{name: "RecurringMasterId", required: true, text: anyText}, {name: "ChangeKey", text: anyText}, {name: "InstanceIndex", required: true, text: integer},
	}})
	master := typed("RecurringMasterItemId", rule{attributes: []attributeRule{{name: "OccurrenceId", required: true, text: anyText}, {name: "ChangeKey", text: anyText}}})
	ids := rule{choices: true, children: []rule{itemID, occurrence, master}}
	optionalIDs := ids
	optionalIDs.optional = true
	optionalTarget := target
	optionalTarget.optional = true

	paths := []rule{
		typed("FieldURI", rule{attributes: []attributeRule{{name: "FieldURI", required: true, text: fieldURI}}}),
		typed("IndexedFieldURI", rule{attributes: []attributeRule{{name: "FieldURI", required: true, text: anyText}, {name: "FieldIndex", required: true, text: anyText}}}),
		typed("ExtendedFieldURI", rule{attributes: []attributeRule{
			{name: "DistinguishedPropertySetId", text: anyText},
			{name: "PropertySetId", text: anyText},
			{name: "PropertyTag", text: anyText},
			{name: "PropertyName", text: anyText},
			{name: "PropertyId", text: integer},
			{name: "PropertyType", required: true, text: anyText},
		}}),
	}
	bodyType := rule{optional: true, text: oneOf("Best", "HTML", "Text")}
	flag := rule{optional: true, text: boolean}
	shape := message("ItemShape", rule{children: []rule{
		typed("BaseShape", rule{text: oneOf("IdOnly", "Default", "AllProperties")}), typed("IncludeMimeContent", flag),
		typed("BodyType", bodyType), typed("UniqueBodyType", bodyType), typed("NormalizedBodyType", bodyType),
		typed("FilterHtmlContent", flag), typed("ConvertHtmlCodePageToUTF8", flag),
		typed("InlineImageUrlTemplate", rule{optional: true, text: anyText}), typed("BlockExternalImages", flag),
		typed("AddBlankTargetToLinks", flag), typed("MaximumBodySize", rule{optional: true, text: integer}),
		typed("AdditionalProperties", rule{optional: true, choices: true, children: paths}),
	}})
	calendarItem, note := typed("CalendarItem", rule{children: types.calendarItem}), typed("Message", rule{children: types.message})
	answer := func(name string) rule { return typed(name, rule{children: types.answer}) }
	disposition := attributeRule{name: "MessageDisposition", text: oneOf("SaveOnly", "SendOnly", "SendAndSaveCopy")}
	send := oneOf("SendToNone", "SendOnlyToAll", "SendToAllAndSaveCopy")
	move := rule{children: []rule{message("ToFolderId", target), message("ItemIds", ids), message("ReturnNewItemIds", flag)}}

	return map[string]operation{
		"FindItem": {handle: s.findItem, rule: rule{
			attributes: []attributeRule{{name: "Traversal", required: true, text: oneOf("Shallow", "SoftDeleted", "Associated")}},
			children: append([]rule{shape}, append(viewRules(paths),
				message("ParentFolderIds", folderIDs), message("QueryString", rule{optional: true, any: true}))...),
		}},
		"GetItem": {handle: s.getItem, rule: rule{children: []rule{shape, message("ItemIds", ids)}}},
		"SyncFolderItems": {handle: s.syncFolderItems, rule: rule{children: []rule{
			shape, message("SyncFolderId", target), message("SyncState", rule{optional: true, text: anyText}), message("Ignore", optionalIDs),
			message("MaxChangesReturned", rule{text: between(1, 512)}),
			message("SyncScope", rule{optional: true, text: oneOf("NormalItems", "NormalAndAssociatedItems")}),
		}}},
		"CreateItem": {handle: s.createItem, rule: rule{
			attributes: []attributeRule{disposition, {name: "SendMeetingInvitations", text: send}},
			children: []rule{message("SavedItemFolderId", optionalTarget), message("Items", rule{choices: true, children: []rule{
				calendarItem, note, answer("AcceptItem"), answer("TentativelyAcceptItem"), answer("DeclineItem"), answer("CancelCalendarItem"),
			}})},
		}},
		"UpdateItem": {handle: s.updateItem, rule: rule{
			attributes: []attributeRule{
				{name: "ConflictResolution", required: true, text: oneOf("NeverOverwrite", "AutoResolve", "AlwaysOverwrite")},
				disposition,
				{name: "SendMeetingInvitationsOrCancellations", text: oneOf("SendToNone", "SendOnlyToAll", "SendOnlyToChanged", "SendToAllAndSaveCopy", "SendToChangedAndSaveCopy")},
				{name: "SuppressReadReceipts", text: boolean},
			},
			children: []rule{message("SavedItemFolderId", optionalTarget), message("ItemChanges", rule{children: []rule{
				typed("ItemChange", rule{repeated: true, children: []rule{
					{group: []rule{itemID, occurrence, master}}, typed("Updates", rule{choices: true, children: updateRules(paths, calendarItem, note)}),
				}}),
			}})},
		}},
		"DeleteItem": {handle: s.deleteItem, rule: rule{
			attributes: []attributeRule{
				{name: "DeleteType", required: true, text: oneOf("HardDelete", "SoftDelete", "MoveToDeletedItems")},
				{name: "SendMeetingCancellations", text: send},
				{name: "AffectedTaskOccurrences", text: oneOf("AllOccurrences", "SpecifiedOccurrenceOnly")},
				{name: "SuppressReadReceipts", text: boolean},
			},
			children: []rule{message("ItemIds", ids)},
		}},
		"MoveItem":     {handle: s.moveItem, rule: move},
		"CopyItem":     {handle: s.moveItem, rule: move},
		"GetRoomLists": {handle: s.getRoomLists, flat: true, since: exchange2010},
		"GetRooms": {handle: s.getRooms, flat: true, since: exchange2010, rule: rule{children: []rule{
			{space: ews.NamespaceMessages, name: "RoomList", children: mailbox.children},
		}}},
	}
}

// viewRules are what FindItem has between the shape and the folders.
func viewRules(paths []rule) []rule {
	limit := attributeRule{name: "MaxEntriesReturned", text: integer}
	return []rule{
		{optional: true, group: []rule{
			message("IndexedPageItemView", rule{attributes: []attributeRule{
				limit, {name: "Offset", required: true, text: integer}, {name: "BasePoint", required: true, text: oneOf("Beginning", "End")},
			}}),
			message("CalendarView", rule{attributes: []attributeRule{
				limit, {name: "StartDate", required: true, text: dateTime}, {name: "EndDate", required: true, text: dateTime},
			}}),
		}},
		{optional: true, group: []rule{message("GroupBy", rule{any: true}), message("DistinguishedGroupBy", rule{any: true})}},
		message("Restriction", rule{optional: true, any: true}),
		message("SortOrder", rule{optional: true, children: []rule{typed("FieldOrder", rule{
			repeated: true, attributes: []attributeRule{{name: "Order", required: true, text: oneOf("Ascending", "Descending")}}, children: []rule{{group: paths}},
		})}}),
	}
}

// updateRules are the ways to change a property.
func updateRules(paths []rule, items ...rule) []rule {
	path := rule{group: paths}
	return []rule{
		typed("AppendToItemField", rule{children: []rule{path, {group: items}}}),
		typed("SetItemField", rule{children: []rule{path, {group: items}}}),
		typed("DeleteItemField", rule{children: []rule{path}}),
	}
}
