package autodiscover

import (
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// answer is what a service said about an address, by whatever method.
type answer struct {
	external, internal string // EWS URLs
	primary            string
	version            ews.ServerVersionInfo
	schemas            []string
	grouping           string
	settings           map[string]string
}

// list splits what is separated by commas.
func list(s string) []string {
	var items []string
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// redirectTo makes the error of an answer that points elsewhere.
func redirectTo(code ErrorCode, target, message string) *ServiceError {
	return &ServiceError{Code: code, Message: clip(message), Target: strings.TrimSpace(target)}
}
