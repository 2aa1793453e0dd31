package ews

import "fmt"

// itemShapeElement is m:ItemShape.
type itemShapeElement struct {
	BaseShape            BaseShape       `xml:"t:BaseShape"`
	BodyType             string          `xml:"t:BodyType,omitempty"`
	AdditionalProperties *pathsToElement `xml:"t:AdditionalProperties"`
}

// pathsToElement is schema type t:NonEmptyArrayOfPathsToElementType.
type pathsToElement struct {
	FieldURIs []fieldURI `xml:"t:FieldURI"`
}

// fieldURI is t:FieldURI.
type fieldURI struct {
	FieldURI string `xml:"FieldURI,attr"`
}

func newItemShape(s *ItemShape) itemShapeElement {
	e := itemShapeElement{BaseShape: s.BaseShape, BodyType: s.BodyType}
	if e.BaseShape == "" {
		e.BaseShape = IDOnly
	}
	if len(s.AdditionalProperties) > 0 {
		e.AdditionalProperties = &pathsToElement{}
		for _, property := range s.AdditionalProperties {
			e.AdditionalProperties.FieldURIs = append(e.AdditionalProperties.FieldURIs, fieldURI{FieldURI: property})
		}
	}
	return e
}

func (s *ItemShape) validate() error {
	for i, property := range s.AdditionalProperties {
		if property == "" {
			return fmt.Errorf("AdditionalProperties[%d]: empty", i)
		}
	}
	return nil
}
