// Package calendar turns "something changed in this mailbox" into "this booking
// changed": it follows the calendars of rooms, or of anybody, and tells the
// application what was booked, changed, moved in time and cancelled, with the
// booking before and after.
//
//	svc, err := calendar.New(calendar.Config{
//		Push:    push.Config{Client: client, CallbackURL: url, Secrets: secrets, Store: store},
//		Handler: bookings,
//	})
//	mux.Handle("/ews/", svc)
//	err = svc.Subscribe(ctx, subscribe.Spec{Key: "room-12", Mailbox: "room12@example.com"})
//	err = svc.Run(ctx)
//
// # How it works
//
// The work is done by a Syncer, which is a subscribe.Handler. An event says only
// that it is time to look. After a short quiet time the Syncer asks Exchange
// what has changed in the folder since it looked last (SyncFolderItems), fetches
// what is new (GetItem), compares it with what it told the application, and
// calls Handler.HandleChange for each difference. Only then does it forget where
// it was: each change is told at least once, and the changes of one room one
// after another.
//
// A gap, a refused watermark, a lost subscription, a first start, a sync state
// that Exchange no longer takes, an old copy of the store: all of them end in
// the same comparison, which tells exactly what is different. Once an hour it is
// made without any reason, and once a minute while push does not work, so
// bookings arrive even if push never does. What it costs depends on how much has
// changed, not on how full the calendar is.
//
// A series is told as its occurrences, as far as Config.Horizon; they come into
// it as time goes by. A booking is named by Booking.Key, which stays the same
// when an item moves or is changed.
//
// # What is stored
//
// A mirror of what the application was told, in rows of the same
// subscribe.Store, under keys that begin with "\x01cal/": one row per item of
// the calendar, however many occurrences it has, and one for the room. They
// contain what a Booking contains, subjects and names included.
package calendar
