package autodiscover

// ErrorCode is a:ErrorCode of a SOAP answer, or what the number in ErrorCode of
// a POX answer means, or ErrorCode of a JSON answer. The set is open. It is an
// error, so that errors.Is(err, autodiscover.InvalidUser) works.
type ErrorCode string

// Error returns the code itself.
func (c ErrorCode) Error() string { return string(c) }

// The codes that Exchange documents.
const (
	NoError               ErrorCode = "NoError"
	RedirectAddress       ErrorCode = "RedirectAddress" // ask again for another address
	RedirectURL           ErrorCode = "RedirectUrl"     // ask again at another URL; also an HTTP 3xx
	InvalidUser           ErrorCode = "InvalidUser"     // no such mailbox; POX 500
	InvalidRequest        ErrorCode = "InvalidRequest"  // POX 600, 601
	InvalidSetting        ErrorCode = "InvalidSetting"
	SettingIsNotAvailable ErrorCode = "SettingIsNotAvailable"
	ServerBusy            ErrorCode = "ServerBusy"
	InvalidDomain         ErrorCode = "InvalidDomain"
	NotFederated          ErrorCode = "NotFederated"
	InternalServerError   ErrorCode = "InternalServerError"
)

// poxCode returns what a number in ErrorCode (POX) means; others are passed on
// as they are.
func poxCode(number string) ErrorCode {
	switch number {
	case "500":
		return InvalidUser
	case "600", "601":
		return InvalidRequest
	}
	return ErrorCode(clip(number))
}
