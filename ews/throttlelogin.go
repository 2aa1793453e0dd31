package ews

import "time"

// login is what is known of whether the server accepts the login. Repeating a
// wrong password locks the account, so it is found out by one call at a time:
//
//   - At first, and after a refusal, nothing is known: one call is in flight.
//   - Refused before it was ever accepted: nothing is sent for the pause.
//   - Refused after it was accepted: that may be a session that has ended, so
//     one call more may try. If it is refused for another mailbox too, nothing
//     is sent for the pause; if only for the same one, then that mailbox alone
//     is left alone, since it may be what is wrong.
//   - Refused again after the pause: the next pause is twice as long, up to
//     eight times.
//
// Calls that were begun before a refusal tell nothing about what is true after
// it.
type login struct {
	pause time.Duration // the first

	accepted bool
	doubted  bool   // was accepted, and then refused once
	doubter  string // the mailbox of that refusal
	bar      backOff
	bars     int // in a row
	period   int // rises with each refusal
}

// longestPause is how many times the first pause the longest is.
const longestPause = 8

// precedence is how much longer the mailbox whose call was refused waits than
// all others: if the mailbox is what is wrong, another one finds out that the
// login is right.
const precedence = time.Minute

// accept notes that the server has accepted the login.
func (l *login) accept(period int) {
	if period != l.period {
		return
	}
	l.accepted, l.doubted, l.doubter = true, false, ""
	l.bar, l.bars = backOff{}, 0
}

// refuse notes that the server has refused the login. It returns a back-off of
// the call's mailbox alone, if there is to be one.
func (l *login) refuse(tn *turn, cause error, now time.Time) (backOff, bool) {
	if tn.loginPeriod != l.period {
		return backOff{}, false
	}
	l.period++
	mailbox := tn.call.mailbox
	switch {
	case l.accepted:
		l.accepted, l.doubted, l.doubter = false, true, mailbox
		return backOff{}, false
	case l.doubted && mailbox == l.doubter && mailbox != "":
		return backOff{until: now.Add(l.pause), cause: cause, login: true}, true
	}
	l.stop(cause, now, 0)
	return backOff{until: l.bar.until.Add(precedence), cause: cause, login: true}, mailbox != ""
}

// stop ends all calls for the pause, but for the least at least.
func (l *login) stop(cause error, now time.Time, least time.Duration) {
	l.period++
	l.accepted, l.doubted, l.doubter = false, false, ""
	pause := l.pause * time.Duration(min(1<<min(l.bars, 10), longestPause))
	l.bar = backOff{until: now.Add(max(pause, least)), cause: cause, login: true}
	l.bars++
}

// forget lets the next call find out.
func (l *login) forget() {
	l.period++
	l.accepted, l.doubted, l.doubter = false, false, ""
	l.bar, l.bars = backOff{}, 0
}
