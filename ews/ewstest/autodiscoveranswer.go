package ewstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// answerAutodiscover answers a call, by a line of the script if there is one.
func (s *Server) answerAutodiscover(w http.ResponseWriter, c *autodiscoverCall, line *AutodiscoverAnswer) {
	if line == nil {
		line = &AutodiscoverAnswer{}
	}
	endpoint := line.EWSURL
	if endpoint == "" {
		endpoint = s.url
		if s.opts.Network != nil { // where https is to be had
			endpoint = "https://" + s.opts.Host + servicePath
		}
	}
	s.mu.Lock()
	m := s.byAddress[strings.ToLower(c.address)]
	s.mu.Unlock()
	code := line.Code
	switch {
	case c.code != "":
		code = c.code
	case code == "" && line.RedirectAddress == "" && line.RedirectURL == "" && m == nil:
		code = "InvalidUser"
	}
	switch c.service {
	case "svc":
		s.answerSOAP(w, c, line, m, code, endpoint)
	case "xml":
		s.answerPOX(w, line, m, code, endpoint)
	default:
		answerJSON(w, line, code, endpoint)
	}
}

func (s *Server) answerSOAP(w http.ResponseWriter, c *autodiscoverCall, line *AutodiscoverAnswer, m *Mailbox, code, endpoint string) {
	v := s.opts.Version
	var b strings.Builder
	fmt.Fprintf(&b, `<s:Envelope xmlns:s="%s" xmlns:a="%s"><s:Header><a:Action s:mustUnderstand="1">%sResponse</a:Action>`+
		`<h:ServerVersionInfo xmlns:h="%s" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">`+
		`<h:MajorVersion>%d</h:MajorVersion><h:MinorVersion>%d</h:MinorVersion><h:MajorBuildNumber>%d</h:MajorBuildNumber>`+
		`<h:MinorBuildNumber>%d</h:MinorBuildNumber><h:Version>%s</h:Version></h:ServerVersionInfo></s:Header><s:Body>`,
		ews.NamespaceEnvelope, namespaceAddressing, actionGetUserSettings, namespaceAutodiscover,
		v.MajorVersion, v.MinorVersion, v.MajorBuildNumber, v.MinorBuildNumber, escape(v.Version))
	status := http.StatusOK
	if c.fault != "" {
		status = http.StatusInternalServerError
		fmt.Fprintf(&b, `<s:Fault><faultcode>s:Client</faultcode><faultstring xml:lang="en-US">%s</faultstring></s:Fault>`, escape(c.fault))
	} else {
		fmt.Fprintf(&b, `<GetUserSettingsResponseMessage xmlns="%s"><Response xmlns:i="http://www.w3.org/2001/XMLSchema-instance">`, namespaceAutodiscover)
		if code == "InvalidRequest" { // the request as a whole
			b.WriteString(`<ErrorCode>InvalidRequest</ErrorCode><ErrorMessage>The request is not valid.</ErrorMessage><UserResponses i:nil="true"/>`)
		} else {
			b.WriteString(`<ErrorCode>NoError</ErrorCode><ErrorMessage /><UserResponses>`)
			b.WriteString(s.userResponse(c, line, m, code, endpoint))
			b.WriteString(`</UserResponses>`)
		}
		b.WriteString(`</Response></GetUserSettingsResponseMessage>`)
	}
	b.WriteString(`</s:Body></s:Envelope>`)
	writeAutodiscover(w, "text/xml; charset=utf-8", status, b.String())
}

func (s *Server) userResponse(c *autodiscoverCall, line *AutodiscoverAnswer, m *Mailbox, code, endpoint string) string {
	refusal := func(code, target string) string {
		if target = escape(target); target != "" {
			target = "<RedirectTarget>" + target + "</RedirectTarget>"
		} else {
			target = `<RedirectTarget i:nil="true" />`
		}
		return fmt.Sprintf("<UserResponse><ErrorCode>%s</ErrorCode><ErrorMessage>%s</ErrorMessage>%s<UserSettingErrors /><UserSettings /></UserResponse>",
			escape(code), escape(code+"."), target)
	}
	switch {
	case code != "":
		return refusal(code, "")
	case line.RedirectAddress != "":
		return refusal("RedirectAddress", line.RedirectAddress)
	case line.RedirectURL != "":
		return refusal("RedirectUrl", line.RedirectURL)
	}
	known := s.autodiscoverSettings(m, endpoint)
	var unknown, settings strings.Builder
	for _, name := range c.settings {
		if value, ok := known[name]; ok {
			fmt.Fprintf(&settings, `<UserSetting i:type="StringSetting"><Name>%s</Name><Value>%s</Value></UserSetting>`, escape(name), escape(value))
			continue
		}
		fmt.Fprintf(&unknown, `<UserSettingError><ErrorCode>InvalidSetting</ErrorCode><ErrorMessage>The setting is not available.</ErrorMessage>`+
			`<SettingName>%s</SettingName></UserSettingError>`, escape(name))
	}
	return `<UserResponse><ErrorCode>NoError</ErrorCode><ErrorMessage>No error.</ErrorMessage><RedirectTarget i:nil="true" />` +
		`<UserSettingErrors>` + unknown.String() + `</UserSettingErrors><UserSettings>` + settings.String() + `</UserSettings></UserResponse>`
}

func (s *Server) answerPOX(w http.ResponseWriter, line *AutodiscoverAnswer, m *Mailbox, code, endpoint string) {
	redirect := func(action, element, target string) string {
		return fmt.Sprintf(`<Response xmlns="%s"><Account><Action>%s</Action><%s>%s</%s></Account></Response>`,
			namespacePOXOutlook, action, element, escape(target), element)
	}
	var response string
	switch {
	case code != "":
		number, message := "603", code
		switch code {
		case "InvalidUser":
			number, message = "500", "The email address can't be found."
		case "InvalidRequest":
			number, message = "600", "Invalid Request"
		}
		response = fmt.Sprintf(`<Response><Error Time="00:00:00.0000000" Id="1"><ErrorCode>%s</ErrorCode><Message>%s</Message><DebugData /></Error></Response>`,
			number, escape(message))
	case line.RedirectAddress != "":
		response = redirect("redirectAddr", "RedirectAddr", line.RedirectAddress)
	case line.RedirectURL != "":
		response = redirect("redirectUrl", "RedirectUrl", line.RedirectURL)
	default:
		response = s.poxSettings(m, endpoint)
	}
	writeAutodiscover(w, "text/xml; charset=utf-8", http.StatusOK,
		`<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="`+namespacePOXAnswer+`">`+response+`</Autodiscover>`)
}

// poxSettings tells the same endpoint for clients inside and outside.
func (s *Server) poxSettings(m *Mailbox, endpoint string) string {
	settings := s.autodiscoverSettings(m, endpoint)
	protocol := func(kind, more string) string {
		return fmt.Sprintf("<Protocol><Type>%s</Type><Server>%s</Server><ServerVersion>%s</ServerVersion><EwsUrl>%s</EwsUrl>%s</Protocol>",
			kind, escape(s.opts.Host), s.poxVersion(), escape(endpoint), more)
	}
	return fmt.Sprintf(`<Response xmlns="%s"><User><DisplayName>%s</DisplayName><AutoDiscoverSMTPAddress>%s</AutoDiscoverSMTPAddress></User>`+
		`<Account><AccountType>email</AccountType><Action>settings</Action>%s%s</Account></Response>`,
		namespacePOXOutlook, escape(settings["UserDisplayName"]), escape(m.address), protocol("EXCH", ""),
		protocol("EXPR", "<GroupingInformation>"+escape(settings["GroupingInformation"])+"</GroupingInformation>"))
}

// poxVersion packs the version as the element ServerVersion has it.
func (s *Server) poxVersion() string {
	v := s.opts.Version
	return fmt.Sprintf("%08X", 7<<28|v.MajorVersion<<22|v.MinorVersion<<16|1<<15|v.MajorBuildNumber)
}

func answerJSON(w http.ResponseWriter, line *AutodiscoverAnswer, code, endpoint string) {
	status, reply := http.StatusOK, map[string]string{"Protocol": "EWS", "Url": endpoint}
	switch {
	case line.RedirectURL != "":
		w.Header().Set("Location", line.RedirectURL)
		w.WriteHeader(http.StatusFound)
		return
	case code == "InvalidUser":
		status, reply = http.StatusNotFound, map[string]string{"ErrorCode": code, "ErrorMessage": "There is no mailbox with that address."}
	case code != "":
		status, reply = http.StatusBadRequest, map[string]string{"ErrorCode": code, "ErrorMessage": "The request cannot be answered."}
	}
	body, err := json.Marshal(reply)
	if err != nil { // strings only
		panic("ewstest: " + err.Error())
	}
	writeAutodiscover(w, "application/json; charset=utf-8", status, string(body))
}

func writeAutodiscover(w http.ResponseWriter, contentType string, status int, body string) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // the client may have gone
}
