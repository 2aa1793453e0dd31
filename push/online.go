package push

import (
	"slices"
	"strings"
)

const (
	onlineText = "this is Exchange Online: since 1 October 2026 EWS there is only for apps on the list of the tenant " +
		"(EwsAllowedAppIDs), and on 1 April 2027 it ends for good; Exchange Server is not concerned"
	governmentText = "this is a cloud of the US government: its Exchange sends notifications only to addresses that " +
		"Microsoft has on a list"
)

// isOnlineHost reports whether a host is known to be Exchange Online: the
// worldwide one, or one of a single country.
func isOnlineHost(host string) bool {
	host = strings.ToLower(host)
	return isGovernmentHost(host) ||
		slices.Contains([]string{"outlook.office365.com", "outlook.office.com", "partner.outlook.cn", "outlook.office.de"}, host) ||
		strings.HasSuffix(host, ".outlook.com") || strings.HasSuffix(host, ".outlook.office365.com")
}

// isGovernmentHost reports whether a host is of GCC High or of DoD.
func isGovernmentHost(host string) bool {
	host = strings.ToLower(host)
	return strings.HasSuffix(host, ".office365.us") || host == "webmail.apps.mil"
}
