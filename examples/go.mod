// Runnable programs. A module of its own so that whatever a demonstration
// needs stays out of the library's requirements; it is never tagged.
module github.com/ewspush/ewspush/examples

go 1.26.0

replace github.com/ewspush/ewspush => ..

require (
	github.com/ewspush/ewspush v0.0.0-00010101000000-000000000000
	github.com/stretchr/testify v1.12.1
)

require (
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)
