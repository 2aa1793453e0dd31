package ews

import (
	"strings"
	"time"
)

// parseUTC reads the form of xs:dateTime that Exchange sends:
// 2006-01-02T15:04:05Z. False says that it is another, or wrong;
// parseDateTime knows.
func parseUTC(s string) (time.Time, bool) {
	if len(s) != len("2006-01-02T15:04:05Z") || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[19] != 'Z' {
		return time.Time{}, false
	}
	century, year, month, day := twoDigits(s, 0), twoDigits(s, 2), twoDigits(s, 5), twoDigits(s, 8)
	hour, minute, second := twoDigits(s, 11), twoDigits(s, 14), twoDigits(s, 17)
	// Every month has 28 days; what comes after is left to parseDateTime.
	if century > 99 || year > 99 || month-1 > 11 || day-1 > 27 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	return time.Date(int(century*100+year), time.Month(month), int(day), int(hour), int(minute), int(second), 0, time.UTC), true
}

// twoDigits returns the number of two digits at place i, or more than 99.
func twoDigits(s string, i int) uint {
	tens, ones := uint(s[i])-'0', uint(s[i+1])-'0'
	if tens > 9 || ones > 9 {
		return 100
	}
	return tens*10 + ones
}

// parseDateTime reads an xs:dateTime: fractions are kept to the nanosecond, no
// zone means UTC, 24:00:00 is the next day's midnight. The result is in UTC.
func parseDateTime(s string) (time.Time, bool) {
	const dateTime = "2006-01-02T15:04:05"
	if len(s) < len(dateTime) {
		return time.Time{}, false
	}
	clock, rest := s[:len(dateTime)], s[len(dateTime):]
	for i := range len(clock) { // time.Parse is more generous than the schema
		if digit := isDigit(clock[i]); digit != isDigit(dateTime[i]) || !digit && clock[i] != dateTime[i] {
			return time.Time{}, false
		}
	}
	fraction := ""
	if strings.HasPrefix(rest, ".") {
		n := 1
		for n < len(rest) && isDigit(rest[n]) {
			n++
		}
		if n == 1 {
			return time.Time{}, false
		}
		fraction, rest = rest[:n], rest[n:]
	}
	zone, ok := parseZone(rest)
	if !ok {
		return time.Time{}, false
	}
	midnight := strings.HasSuffix(clock, "T24:00:00") && strings.Trim(fraction, ".0") == ""
	if midnight {
		clock = clock[:11] + "00:00:00"
	}
	t, err := time.Parse(dateTime, clock+fraction)
	if err != nil {
		return time.Time{}, false
	}
	if midnight {
		t = t.AddDate(0, 0, 1)
	}
	return t.Add(-zone), true
}

// parseZone reads what may follow the time: nothing, Z, or an offset of up to
// 14 hours.
func parseZone(s string) (time.Duration, bool) {
	if s == "" || s == "Z" {
		return 0, true
	}
	if len(s) != len("+00:00") || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	t, err := time.Parse("15:04", s[1:])
	if err != nil {
		return 0, false
	}
	offset := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	if offset > 14*time.Hour {
		return 0, false
	}
	if s[0] == '-' {
		offset = -offset
	}
	return offset, true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// parseBoolean reads an xs:boolean.
func parseBoolean(s string) (value, ok bool) {
	switch s {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}
