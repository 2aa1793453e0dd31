// Package push is the whole of it: an http.Handler to mount and a manager to
// run. It joins package notify, which receives what Exchange posts, with
// package subscribe, which keeps the subscriptions alive, records what comes
// and hands it to the application.
//
//	svc, err := push.New(push.Config{
//		Client:      client,
//		CallbackURL: "https://hooks.example.com/ews",
//		Secrets:     [][]byte{secret},
//		Store:       memstore.New(),
//		Handler:     bookings,
//	})
//	mux.Handle("/ews/", svc)
//	go svc.Run(ctx)
//	err = svc.Subscribe(ctx, subscribe.Spec{Key: "room-12", Mailbox: "room12@example.com"})
//
// What is promised is told in package subscribe. The receiver may also run in
// a process of its own, without credentials for Exchange: see NewReceiver.
package push
