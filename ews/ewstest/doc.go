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
// Requests are held to the schema: names, namespaces, order, ranges. Ids and
// watermarks have the layout of the real ones, and an event has the same
// watermark in every subscription and in every replay.
//
// # What it does wrong when told to
//
// Restart, Down, Mailbox.ForgetEvents and Mailbox.MoveDatabase happen when they
// are called. Everything else is a line in the fault script: see Server.Fault
// and the kinds of Fault.
//
// Services.wsdl, messages.xsd and types.xsd lie beside the endpoint, for clients
// that read them before they speak.
//
// The Autodiscover services lie where clients look for them, with a script of
// their own: see Server.Autodiscover.
//
// # What it leaves out
//
// Streaming subscriptions, and all that is about the contents of items: an item
// here is an id in a folder.
package ewstest
