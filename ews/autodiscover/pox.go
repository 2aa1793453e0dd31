package autodiscover

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// The schemas of the POX service.
const (
	namespacePOXRequest  = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
	namespacePOXResponse = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
)

// poxRequest writes the request for one mailbox.
func poxRequest(a address) []byte {
	return []byte(`<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="` + namespacePOXRequest + `"><Request>` +
		`<EMailAddress>` + escape(a.String()) + `</EMailAddress>` +
		`<AcceptableResponseSchema>` + namespacePOXResponse + `</AcceptableResponseSchema></Request></Autodiscover>`)
}

// parsePOX reads an answer. The error is ErrAnswer or a *ServiceError, which
// also stands for a redirect.
func parsePOX(body []byte) (*answer, error) {
	root, err := parseXML(body)
	if err != nil {
		return nil, err
	}
	response := root.child("Response")
	if root.name != "Autodiscover" || response == nil {
		return nil, fmt.Errorf("%w: no Autodiscover response", ErrAnswer)
	}
	account := response.child("Account")
	for _, n := range []*node{response, account} { // both have been documented
		if e := n.child("Error"); e != nil {
			return nil, &ServiceError{Code: poxCode(e.value("ErrorCode")), Message: clip(e.value("Message"))}
		}
	}
	if account == nil {
		return nil, fmt.Errorf("%w: no Account", ErrAnswer)
	}
	action, smtp, target := account.value("Action"), account.value("RedirectAddr"), account.value("RedirectUrl")
	switch {
	case smtp != "" || strings.EqualFold(action, "redirectAddr"):
		return nil, redirectTo(RedirectAddress, smtp, "")
	case target != "" || strings.EqualFold(action, "redirectUrl"):
		return nil, redirectTo(RedirectURL, target, "")
	}
	a := &answer{primary: response.child("User").value("AutoDiscoverSMTPAddress")}
	for _, p := range account.all("Protocol") {
		a.addProtocol(p)
	}
	return a, nil
}

// addProtocol takes what a Protocol element tells. EXCH is for clients inside,
// EXPR for those outside; EXHTTP, which comes with Exchange 2013, for both, and
// counts only where the others are missing.
func (a *answer) addProtocol(p *node) {
	endpoint := p.value("EwsUrl")
	if endpoint == "" {
		endpoint = p.value("ASUrl") // Exchange 2007 has no EwsUrl; the two are the same service
	}
	kind := p.value("Type")
	if kind == "" {
		kind = p.attr("Type")
	}
	switch kind = strings.ToUpper(kind); {
	case kind == "EXCH" && a.internal == "":
		a.internal = endpoint
	case kind == "EXPR" && endpoint != "", kind == "EXHTTP" && a.external == "":
		a.external = endpoint
	}
	if grouping := p.value("GroupingInformation"); grouping != "" {
		a.grouping = grouping
	}
	if v := p.value("ServerVersion"); v != "" && a.version == (ews.ServerVersionInfo{}) && (kind == "EXCH" || kind == "EXPR") {
		a.version = poxVersion(v)
	}
}

// poxVersion reads ServerVersion: from the high bits on, 4 that mean nothing, 6
// of the major and 6 of the minor version, 1 that means nothing, and 15 of the
// build.
func poxVersion(hex string) ews.ServerVersionInfo {
	bits, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		return ews.ServerVersionInfo{} // informational
	}
	return ews.ServerVersionInfo{
		MajorVersion:     int(bits >> 22 & 0x3f),
		MinorVersion:     int(bits >> 16 & 0x3f),
		MajorBuildNumber: int(bits & 0x7fff),
	}
}
