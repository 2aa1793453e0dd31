// Package ewstest is an Exchange in process, in the manner of
// net/http/httptest: mailboxes that a test or a demo changes, an EWS endpoint
// that any client can subscribe at, and push notifications as Exchange sends
// them.
//
// NewServer listens on a port of 127.0.0.1. With a Network it listens inside
// the process, and then everything runs in a testing/synctest bubble: a week of
// heartbeats takes seconds. Times below are the server's; Options.Minute makes
// it run faster than life.
//
// # What it does as Exchange does
//
// A push subscription gets a StatusEvent at once, then what happened since the
// watermark it was made with, then what happens: one notification at a time, at
// most MaxEvents events in it, and a StatusEvent whenever StatusFrequency
// passes without anything to tell. A notification that is not answered with
// HTTP 200 and a SendNotificationResult is repeated after 30 seconds and then at
// doubling intervals as far as StatusFrequency reaches; after that the
// subscription is dropped and nobody is told. Redirects are not followed. The
// answer Unsubscribe ends the subscription; the operation Unsubscribe does not.
//
// Calendars have something in them. Mailbox.Book enters appointments, meetings
// and series; whoever of the attendees has a mailbox here gets the meeting, and a
// room (Mailbox.MakeRoom) accepts or declines it as Exchange's rooms do, at first
// tentatively, then without the subject. Change, Cancel and their kin for single
// occurrences do the rest. FindItem, GetItem, SyncFolderItems, CreateItem,
// UpdateItem, DeleteItem, MoveItem, CopyItem, GetRoomLists and GetRooms answer
// clients from it, and every change notifies. Mailbox.Calendar is the truth with
// which a test compares what an application has found out.
//
// Requests are held to the schema: names, namespaces, order, ranges. Ids and
// watermarks have the layout of the real ones, and an event has the same
// watermark in every subscription and in every replay.
//
// # What it does wrong when told to
//
// Restart, Down, Mailbox.ForgetEvents, Mailbox.MoveDatabase and
// Mailbox.InvalidateSyncStates happen when they are called. Everything else is a
// line in the fault script: see Server.Fault and the kinds of Fault.
//
// Services.wsdl, messages.xsd and types.xsd lie beside the endpoint, for clients
// that read them before they speak.
//
// The Autodiscover services lie where clients look for them, with a script of
// their own: see Server.Autodiscover.
//
// # What it leaves out
//
// Streaming subscriptions; searching; attachments, reminders and whatever else is
// in an item but not in an Appointment: clients may set it, and it is dropped.
// Organizers get no messages with the answers, only the answers.
package ewstest
