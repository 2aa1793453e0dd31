// Package notify receives the push notifications of Exchange Web Services.
//
// A push subscription (m:Subscribe with a m:PushSubscriptionRequest) names a
// callback URL. Exchange posts a SOAP message, m:SendNotification, to that URL
// whenever something has changed, at once after the Subscribe, and as a
// heartbeat when nothing has changed for the time of StatusFrequency. It wants
// a SOAP answer, m:SendNotificationResult, and repeats the message if it does
// not get exactly that. This package is the side that is called: an
// http.Handler. It knows nothing of how subscriptions are made, renewed or
// stored, needs no access to Exchange, and can be used alone:
//
//	signer, err := notify.NewSigner("https://hooks.example.com/ews", secret)
//	url, err := signer.URL(notify.Address{Key: "room-12", Generation: time.Now().UnixNano()}) // for Subscribe
//	mux.Handle("/ews/", notify.NewHandler(signer, receiver, nil))
//
// # What is promised
//
// A receiver is called only with requests whose URL was signed with one of the
// secrets, whose body arrived whole, and whose body is a notification. Nothing
// in the body of any other request is read.
//
// Exchange is told OK after the receiver has returned nil, never before. If the
// receiver fails, panics, or is too slow, Exchange is told so and repeats the
// notification: at-least-once delivery is as good as what the receiver does
// before it returns nil. The same notification may come twice, after a lost
// answer for example; receivers recognise it by its PreviousWatermark and last
// watermark.
//
// The answers, in the order in which requests are checked:
//
//	GET, HEAD                                     Options.GET; without one:
//	not a POST                                    405 with Allow
//	not authenticated                             404 without a body
//	compressed, or see Options.RequireHeaders     415
//	more than Options.MaxBodyBytes                413
//	cut short: connection lost, Content-Length
//	  not reached, XML that ends too early        400, handed to nobody
//	whole, but not a notification                 400, or as from Receive if the
//	                                              receiver is an UndecodableReceiver
//	the receiver returns nil                      200, SubscriptionStatus OK
//	ErrUnsubscribe                                200, SubscriptionStatus Unsubscribe
//	any other error, a panic, out of time         503
//
// A panic with http.ErrAbortHandler drops the connection, as everywhere in
// net/http.
//
// Bodies are read as tolerantly as package ews decodes them, which takes the
// messages of other servers too; the limits on size, depth, number of events
// and time have defaults that no honest server reaches.
//
// # What is not promised
//
// A notification is a hint that something has changed, and no more to be
// believed than its URL is secret: fetch from Exchange what it is about, and
// use no identifier in it without that. A repetition of an old message by
// somebody who knows the URL is not recognised here.
//
// The order of notifications is the order in which Exchange sends them, one at
// a time for each subscription; nothing here enforces it.
package notify
