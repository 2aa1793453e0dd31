package ews

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrUnknownTimeZone: a TimeZone has an ID that is no known time zone.
var ErrUnknownTimeZone = errors.New("unknown time zone")

// Location returns the place on earth whose clocks a time zone means. The ID
// may be a Windows name, as Exchange has it, or an IANA name, as some other
// servers have it. Of the places that share a Windows zone it is the one that
// Unicode's CLDR names for the world at large: Europe/Berlin for "W. Europe
// Standard Time", also for an appointment made in Rome.
//
// Any other ID, such as "Customized Time Zone", is an ErrUnknownTimeZone. Where
// the machine has no time zone database the error is that of
// time.LoadLocation; the package time/tzdata helps. Each call reads that
// database anew: keep what is needed often.
func (z *TimeZone) Location() (*time.Location, error) {
	name, found := ianaZone(z.ID)
	if !found {
		return nil, fmt.Errorf("ews: %w %q", ErrUnknownTimeZone, clip(z.ID))
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("ews: time zone %q: %w", clip(z.ID), err)
	}
	return loc, nil
}

// ianaZone returns the name under which time.LoadLocation knows a zone.
func ianaZone(id string) (string, bool) {
	for line := range strings.Lines(windowsZones) {
		windows, iana, found := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if found && strings.EqualFold(windows, id) {
			return iana, true
		}
	}
	if strings.EqualFold(id, "tzone://Microsoft/Utc") { // Outlook's, in items made from iCalendar
		return "Etc/UTC", true
	}
	// An IANA name has a slash. It is not a path that leads elsewhere.
	if area, city, found := strings.Cut(id, "/"); found && isIANAPart(area) && isIANAPart(city) {
		_, err := time.LoadLocation(id)
		return id, err == nil
	}
	return "", false
}

func isIANAPart(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) || c == '_' || c == '-' || c == '+' || c == '/' && i > 0) {
			return false
		}
	}
	return s != ""
}
