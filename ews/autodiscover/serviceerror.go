package autodiscover

// ServiceError is an error that an Autodiscover service answered with.
type ServiceError struct {
	Code    ErrorCode
	Message string // the server's words, in its language, shortened
	// Target is where a RedirectAddress or RedirectURL leads to.
	Target string
}

// Error gives the code and the server's words.
func (e *ServiceError) Error() string {
	text := clip(string(e.Code))
	if e.Target != "" {
		text += " to " + clip(e.Target)
	}
	if e.Message != "" {
		text += ": " + clip(e.Message)
	}
	return text
}

// Unwrap returns the code.
func (e *ServiceError) Unwrap() error { return e.Code }
