package ews

import "time"

// occurrenceElement is t:Occurrence, t:FirstOccurrence, t:LastOccurrence or
// t:DeletedOccurrence in an answer.
type occurrenceElement struct {
	ItemID        idElement `xml:"ItemId"`
	Start         string    `xml:"Start"`
	End           string    `xml:"End"`
	OriginalStart string    `xml:"OriginalStart"`
}

func (v *wireValues) occurrence(e *occurrenceElement) *OccurrenceInfo {
	if e == nil {
		return nil
	}
	return &OccurrenceInfo{
		ItemID:        e.ItemID.itemID(),
		Start:         v.time("Occurrence/Start", e.Start),
		End:           v.time("Occurrence/End", e.End),
		OriginalStart: v.time("Occurrence/OriginalStart", e.OriginalStart),
	}
}

func (v *wireValues) occurrences(elements []occurrenceElement) []OccurrenceInfo {
	var list []OccurrenceInfo
	for i := range elements {
		list = append(list, *v.occurrence(&elements[i]))
	}
	return list
}

func (v *wireValues) starts(elements []occurrenceElement) []time.Time {
	var list []time.Time
	for i := range elements {
		list = append(list, v.time("DeletedOccurrence/Start", elements[i].Start))
	}
	return list
}
