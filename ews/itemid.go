package ews

// ItemID is t:ItemId (schema type t:ItemIdType). It changes whenever the item
// moves to another folder.
type ItemID struct {
	ID string `json:"id"` // attribute Id
	// ChangeKey is the attribute ChangeKey. In notifications it is a stub
	// that names no version.
	ChangeKey string `json:"changeKey,omitempty"`
}
