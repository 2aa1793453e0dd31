package autodiscover

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// parseSOAP reads a GetUserSettingsResponseMessage for one mailbox, or the fault
// in its place. The error is ErrAnswer or a *ServiceError, which also stands for
// a redirect.
func parseSOAP(body []byte) (*answer, error) {
	root, err := parseXML(body)
	if err != nil {
		return nil, err
	}
	content := root.child("Body")
	if root.name != "Envelope" || content == nil {
		return nil, fmt.Errorf("%w: no SOAP envelope", ErrAnswer)
	}
	if fault := content.child("Fault"); fault != nil {
		return nil, soapFault(fault)
	}
	response := content.child("GetUserSettingsResponseMessage").child("Response")
	if response == nil {
		return nil, fmt.Errorf("%w: no GetUserSettingsResponseMessage", ErrAnswer)
	}
	if err := soapError(response); err != nil {
		return nil, err
	}
	user := response.child("UserResponses").child("UserResponse")
	if user == nil {
		return nil, fmt.Errorf("%w: no UserResponse", ErrAnswer)
	}
	if err := soapError(user); err != nil {
		return nil, err
	}
	a := &answer{version: soapVersion(root.child("Header").child("ServerVersionInfo")), settings: map[string]string{}}
	for _, setting := range user.child("UserSettings").all("UserSetting") {
		// Settings of other types have no Value, but lists that are of no use here.
		if name, value := setting.value("Name"), setting.child("Value"); name != "" && value != nil {
			a.settings[name] = value.text
		}
	}
	a.external, a.internal = a.settings[ExternalEWSURL], a.settings[InternalEWSURL]
	a.primary = a.settings[AutoDiscoverSMTPAddress]
	a.schemas = list(a.settings[EWSSupportedSchemas])
	a.grouping = a.settings[GroupingInformation]
	return a, nil
}

// soapError returns the error in a Response or UserResponse, if there is one.
func soapError(n *node) error {
	code := ErrorCode(n.value("ErrorCode"))
	if code == "" || code == NoError {
		return nil
	}
	return redirectTo(code, n.value("RedirectTarget"), n.value("ErrorMessage"))
}

// soapFault returns the code that a fault has, without a prefix.
func soapFault(fault *node) *ServiceError {
	code := fault.value("faultcode")
	if _, local, found := strings.Cut(code, ":"); found {
		code = local
	}
	if code == "" {
		code = "Fault"
	}
	return &ServiceError{Code: ErrorCode(clip(code)), Message: clip(fault.value("faultstring"))}
}

// soapVersion reads a:ServerVersionInfo, whose parts are elements here and not
// attributes.
func soapVersion(n *node) ews.ServerVersionInfo {
	number := func(name string) int {
		i, err := strconv.ParseInt(n.value(name), 10, 32)
		if err != nil {
			return 0 // informational; not worth losing an answer for
		}
		return int(i)
	}
	return ews.ServerVersionInfo{
		MajorVersion:     number("MajorVersion"),
		MinorVersion:     number("MinorVersion"),
		MajorBuildNumber: number("MajorBuildNumber"),
		MinorBuildNumber: number("MinorBuildNumber"),
		Version:          n.value("Version"),
	}
}
