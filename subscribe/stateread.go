package subscribe

import (
	"encoding/json"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// parseState reads the Data of a row. The rule is as for the line of a record:
// what usualState reads is what encoding/json reads, and whatever it does not
// expect is left to encoding/json, such as the rows of other versions and of
// subscriptions that fail. The others are many, and read often: all of them
// when a manager starts, and each with its heartbeats.
func parseState(data []byte) (*state, error) {
	s := &state{}
	if in := (lineReader{data, true}); in.usualState(s) {
		return s, nil
	}
	s = &state{}
	err := json.Unmarshal(data, s)
	return s, err
}

func (in *lineReader) usualState(s *state) bool {
	in.expect(`{"spec":`)
	s.Spec = in.spec()
	s.Generation = in.numberOf(`,"generation":`)
	if in.skip(`,"current":`) {
		s.Current = in.subscription()
	}
	if in.skip(`,"pending":`) {
		s.Pending = in.subscription()
	}
	s.Attempts = in.small(`,"attempts":`)
	s.NotBefore = in.timeOf(`,"notBefore":`)
	s.Scope = in.textOf(`,"scope":`)
	s.NoResume = Cause(in.textOf(`,"noResume":`))
	s.Rediscover = in.skip(`,"rediscover":true`)
	s.RediscoveredAt = in.timeOf(`,"rediscoveredAt":`)
	if in.skip(`,"server":`) {
		s.Server = in.server()
	}
	s.LostAt = in.timeOf(`,"lostAt":`)
	s.PolledAt = in.timeOf(`,"polledAt":`)
	s.ComparedAt = in.timeOf(`,"comparedAt":`)
	s.Unconfirmed = in.skip(`,"unconfirmed":true`)
	in.expect("}")
	return in.ok && len(in.rest) == 0
}

func (in *lineReader) spec() (s Spec) {
	s.Key = in.mustText(`{"key":`)
	s.Mailbox = in.textOf(`,"mailbox":`)
	if in.skip(`,"folderIds":[`) {
		for more := true; more && in.ok; more = in.skip(",") {
			s.FolderIDs = append(s.FolderIDs, in.folder())
		}
		in.expect("]")
	}
	s.AllFolders = in.skip(`,"allFolders":true`)
	if in.skip(`,"eventTypes":[`) {
		for more := true; more && in.ok; more = in.skip(",") {
			s.EventTypes = append(s.EventTypes, eventType(in.text()))
		}
		in.expect("]")
	}
	s.StatusFrequency = time.Duration(in.numberOf(`,"statusFrequency":`))
	in.expect("}")
	return s
}

// folder: one of both kinds of ID is there.
func (in *lineReader) folder() (f ews.FolderID) {
	if in.skip(`{"distinguishedId":`) {
		f.DistinguishedID = ews.DistinguishedFolderID(in.text())
		f.Mailbox = in.textOf(`,"mailbox":`)
	} else {
		f.ID = in.mustText(`{"id":`)
		f.ChangeKey = in.textOf(`,"changeKey":`)
	}
	in.expect("}")
	return f
}

func (in *lineReader) subscription() *subscription {
	s := &subscription{}
	in.expect(`{"generation":`)
	s.Generation = in.number()
	s.Fingerprint = in.mustText(`,"fingerprint":`)
	s.Scope = in.mustText(`,"scope":`)
	s.Callback = in.mustText(`,"callback":`)
	in.expect(`,"askedAt":`)
	s.AskedAt = in.time()
	s.Gap = Cause(in.textOf(`,"gap":`))
	s.Detail = in.textOf(`,"detail":`)
	s.Resumed = in.textOf(`,"resumed":`)
	s.AnsweredAt = in.timeOf(`,"answeredAt":`)
	s.SubscriptionID = in.textOf(`,"subscriptionId":`)
	s.Watermark = in.textOf(`,"watermark":`)
	s.ServerVersion = in.textOf(`,"serverVersion":`)
	s.HeardAt = in.timeOf(`,"heardAt":`)
	in.expect("}")
	return s
}

func (in *lineReader) server() (v ews.ServerVersionInfo) {
	v.MajorVersion = in.small(`{"MajorVersion":`)
	v.MinorVersion = in.small(`,"MinorVersion":`)
	v.MajorBuildNumber = in.small(`,"MajorBuildNumber":`)
	v.MinorBuildNumber = in.small(`,"MinorBuildNumber":`)
	v.Version = in.mustText(`,"Version":`)
	in.expect("}")
	return v
}

// eventType makes no copy of the names that are known.
func eventType(name []byte) ews.EventType {
	for _, t := range [...]ews.EventType{
		ews.CreatedEvent, ews.ModifiedEvent, ews.MovedEvent, ews.DeletedEvent, ews.CopiedEvent,
	} {
		if string(name) == string(t) {
			return t
		}
	}
	return ews.EventType(name)
}

// The following take off a member that may be absent: name includes what stands
// in front of it.

func (in *lineReader) textOf(name string) string {
	if !in.skip(name) {
		return ""
	}
	return string(in.text())
}

func (in *lineReader) numberOf(name string) int64 {
	if !in.skip(name) {
		return 0
	}
	return in.number()
}

// small takes off a number that is small enough for any int.
func (in *lineReader) small(name string) int {
	n := in.numberOf(name)
	in.ok = in.ok && n <= 1<<31-1
	return int(n)
}

func (in *lineReader) timeOf(name string) time.Time {
	if !in.skip(name) {
		return time.Time{}
	}
	return in.time()
}

// mustText takes off a string that is there.
func (in *lineReader) mustText(name string) string {
	in.expect(name)
	return string(in.text())
}

func (in *lineReader) time() (t time.Time) {
	if text := in.text(); in.ok {
		in.ok = t.UnmarshalText(text) == nil
	}
	return t
}
