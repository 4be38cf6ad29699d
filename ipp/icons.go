package ipp

import (
	"embed"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

//go:embed icons/*.png
var iconFiles embed.FS

// iconSizes are the widths of printer-icons in pixels, square (PWG 5100.13).
var iconSizes = []int{48, 128, 512}

// iconsPath is where the icons are: beside the queues, which all begin with /ipp/.
const iconsPath = "/icons/"

// icons is printer-icons, as this client reaches them.
func (c *call) icons() []string {
	var all []string
	for _, size := range iconSizes {
		all = append(all, c.webHost()+iconsPath+iconName(size))
	}
	return all
}

func iconName(size int) string { return fmt.Sprintf("printer-%d.png", size) }

// icon answers GET of an icon, to anybody; false for any other path.
func (s *Server) icon(w http.ResponseWriter, r *http.Request) bool {
	name, ok := strings.CutPrefix(r.URL.Path, iconsPath)
	if !ok || !slices.ContainsFunc(iconSizes, func(size int) bool { return iconName(size) == name }) {
		return false
	}
	image, err := iconFiles.ReadFile("icons/" + name)
	if err != nil {
		return false
	}
	s.send(w, http.StatusOK, "image/png", image)
	return true
}
