package ews

import "time"

// Dates returns the first and the last day that an all-day event covers; ok is
// false for any other item, and for one without a Start.
//
// Exchange keeps an all-day event as the instants of two midnights in the zone
// of who made it, so that a reader elsewhere must not ask his own clock. The
// midnights are looked for in StartTimeZone: of instants that are none there,
// as after a change of the clocks at midnight or of the zone's rules, the
// nearest midnight counts. If the item has no StartTimeZone, or one whose
// Location is not known, the zone is taken to be the one nearest to Greenwich
// where Start and End are midnights, and east rather than west from 11:00 UTC
// on: right for all zones from UTC-10:59 to UTC+13:00. Zones beyond, which are
// islands in the Pacific, come out a day off.
func (i *CalendarItem) Dates() (first, last Date, ok bool) {
	if !i.IsAllDayEvent || i.Start.IsZero() {
		return Date{}, Date{}, false
	}
	nearest := func(t time.Time) Date { return DateOf(t.UTC().Add(13 * time.Hour)) }
	if i.StartTimeZone != nil {
		if loc, err := i.StartTimeZone.Location(); err == nil {
			nearest = func(t time.Time) Date { return DateOf(t.Add(12 * time.Hour).In(loc)) }
		}
	}
	first, end := nearest(i.Start), nearest(i.End)
	last = DateOf(end.In(time.UTC).AddDate(0, 0, -1))
	if last.In(time.UTC).Before(first.In(time.UTC)) {
		last = first // an event that takes no time has its day all the same
	}
	return first, last, true
}
