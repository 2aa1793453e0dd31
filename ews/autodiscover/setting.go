package autodiscover

import "slices"

// Names of the user settings (a:Setting) that are always asked for. The
// documentation lists many more, for Config.Settings.
const (
	ExternalEWSURL          = "ExternalEwsUrl"
	InternalEWSURL          = "InternalEwsUrl"
	EWSSupportedSchemas     = "EwsSupportedSchemas"     // versions, separated by commas
	CASVersion              = "CasVersion"              // of the server that answers
	GroupingInformation     = "GroupingInformation"     // mailboxes that can share an affinity
	AutoDiscoverSMTPAddress = "AutoDiscoverSMTPAddress" // primary address
)

// requested returns the names to ask for, each once.
func requested(more []string) []string {
	names := []string{ExternalEWSURL, InternalEWSURL, EWSSupportedSchemas, CASVersion, GroupingInformation, AutoDiscoverSMTPAddress}
	for _, name := range more {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
