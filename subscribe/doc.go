// Package subscribe keeps push subscriptions to Exchange mailboxes alive,
// records what they tell, and hands it over event by event.
//
// It has two halves, which share nothing but a Store. A Recorder takes in
// notifications: it writes each to the journal of its key, and only then may
// the notification be acknowledged. A Manager makes and renews the
// subscriptions that were asked for with Manager.Subscribe, and works off the
// journals by calling a Handler. The halves may run in one process (package
// push joins them with an HTTP handler) or in several.
//
// # What is promised
//
//   - Every change of a watched mailbox is handed over at least once, or is
//     covered by a Gap that is handed over after it. Events of one key come in
//     order; keys run in parallel.
//
//   - An acknowledgement is given only for what the store has.
//
//   - A Gap means that completeness before this point cannot be proven:
//     compare with Exchange. Of several gaps that wait, the newest is handed
//     over.
//
//   - A subscription from which neither event nor heartbeat has come for twice
//     its StatusFrequency and a grace is replaced. The new one resumes from
//     the last watermark if that is fresh; otherwise it begins with a gap. The
//     old one is served until the new one is confirmed by its first
//     notification, and is ended then.
//
//   - If no first notification comes, Exchange cannot reach the receiver: the
//     subscription is reported as unconfirmed, and the Handler is given a gap
//     every PollFallback, so that the application follows by comparing.
//
//   - No crash loop and no failure makes a storm of subscriptions: attempts and
//     pauses are part of the stored state.
//
//   - Managers that share a Store divide the keys among themselves, and take
//     over from one another. A key is never worked on by two of them, unless a
//     call of the Handler ignores the end of its context.
//
//   - A backlog beyond Config.MaxPending events becomes a gap.
//
// What a restart preserves depends on the store: see its documentation.
package subscribe
