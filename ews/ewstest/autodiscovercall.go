package ewstest

import (
	"net/http"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// The names of the Autodiscover services.
const (
	namespaceAutodiscover = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
	namespaceAddressing   = "http://www.w3.org/2005/08/addressing"
	actionGetUserSettings = namespaceAutodiscover + "/Autodiscover/GetUserSettings"
	namespacePOXRequest   = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
	namespacePOXAnswer    = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
	namespacePOXOutlook   = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
)

// autodiscoverCall is what somebody asks an Autodiscover service.
type autodiscoverCall struct {
	service  string
	address  string
	settings []string // svc
	code     string   // what is wrong with the request, in the words of SOAP
	fault    string   // svc: what a SOAP fault says instead
}

// readSOAPAutodiscover reads a GetUserSettings for one user.
func readSOAPAutodiscover(_ *http.Request, body []byte) autodiscoverCall {
	root, broken := parse(body)
	if broken != nil {
		return autodiscoverCall{fault: broken.Error()}
	}
	header, message, v := openEnvelope(root)
	if v != nil {
		return autodiscoverCall{fault: v.text}
	}
	if header == nil || header.value(namespaceAddressing, "Action") != actionGetUserSettings {
		return autodiscoverCall{fault: "The message with that Action cannot be processed (ContractFilter mismatch)."}
	}
	request := message.child(namespaceAutodiscover, "Request")
	if message.space != namespaceAutodiscover || message.name != "GetUserSettingsRequestMessage" || request == nil {
		return autodiscoverCall{fault: "The message is not a GetUserSettingsRequestMessage."}
	}
	var c autodiscoverCall
	if header.value(namespaceAutodiscover, "RequestedServerVersion") == "" {
		c.code = "InvalidRequest"
	}
	if users := request.child(namespaceAutodiscover, "Users"); users != nil {
		if user := users.child(namespaceAutodiscover, "User"); user != nil && len(users.children) == 1 {
			c.address = user.value(namespaceAutodiscover, "Mailbox")
		}
	}
	if settings := request.child(namespaceAutodiscover, "RequestedSettings"); settings != nil {
		for _, setting := range settings.children {
			if setting.space == namespaceAutodiscover && setting.name == "Setting" {
				c.settings = append(c.settings, strings.TrimSpace(setting.text))
			}
		}
	}
	if c.address == "" || len(c.settings) == 0 {
		c.code = "InvalidRequest"
	}
	return c
}

// readPOXAutodiscover reads a request in plain XML.
func readPOXAutodiscover(_ *http.Request, body []byte) autodiscoverCall {
	root, broken := parse(body)
	if broken != nil || root.space != namespacePOXRequest || root.name != "Autodiscover" {
		return autodiscoverCall{code: "InvalidRequest"}
	}
	request := root.child(namespacePOXRequest, "Request")
	if request == nil {
		return autodiscoverCall{code: "InvalidRequest"}
	}
	c := autodiscoverCall{address: request.value(namespacePOXRequest, "EMailAddress")}
	if c.address == "" || request.value(namespacePOXRequest, "AcceptableResponseSchema") != namespacePOXOutlook {
		c.code = "InvalidRequest"
	}
	return c
}

// readJSONAutodiscover reads the two forms there are: with the address in the
// path, and in the query.
func readJSONAutodiscover(r *http.Request, _ []byte) autodiscoverCall {
	query := r.URL.Query()
	c := autodiscoverCall{address: query.Get("Email")}
	rest := r.URL.Path[len(autodiscoverPath+".json"):]
	if version, address, found := strings.Cut(strings.TrimPrefix(rest, "/"), "/"); found && strings.EqualFold(version, "v1.0") {
		c.address = address
	}
	switch {
	case !strings.EqualFold(query.Get("Protocol"), "EWS"):
		c.code = "InvalidProtocol"
	case c.address == "":
		c.code = "InvalidRequest"
	}
	return c
}

// autodiscoverSettings returns the user settings of a mailbox, all of the type
// StringSetting.
func (s *Server) autodiscoverSettings(m *Mailbox, endpoint string) map[string]string {
	v := s.opts.Version
	const organization = "/o=Exchange/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)"
	name, _, _ := strings.Cut(m.address, "@")
	build := ews.ServerVersionInfo{MajorVersion: v.MajorVersion, MinorVersion: v.MinorVersion, MajorBuildNumber: v.MajorBuildNumber, MinorBuildNumber: v.MinorBuildNumber}
	return map[string]string{
		"ExternalEwsUrl":          endpoint,
		"InternalEwsUrl":          endpoint,
		"EwsSupportedSchemas":     "Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1, Exchange2010_SP2, Exchange2013, Exchange2013_SP1, Exchange2015",
		"CasVersion":              build.String(),
		"GroupingInformation":     strings.ToUpper(s.opts.Host),
		"AutoDiscoverSMTPAddress": m.address,
		"UserDisplayName":         name,
		"UserDN":                  organization + "/cn=Recipients/cn=" + name,
		"UserDeploymentId":        m.guid.String(),
		"MailboxDN":               organization + "/cn=Configuration/cn=Servers/cn=" + s.opts.Host + "/cn=Microsoft Private MDB",
		"InternalMailboxServer":   s.opts.Host,
	}
}
