package junit

import "strings"

// relative returns file relative to root where it is below it, else file itself, with slashes in
// both cases.
func relative(root, file string) string {
	root, file = slashed(root), slashed(file)
	if root == "" {
		return file
	}
	root = strings.TrimSuffix(root, "/") + "/"
	if len(file) <= len(root) {
		return file
	}
	same := file[:len(root)] == root
	if hasVolume(root) {
		same = strings.EqualFold(file[:len(root)], root)
	}
	if !same {
		return file
	}
	return file[len(root):]
}

// slashed returns the path with slashes. Only in a path of Windows is a backslash a separator.
func slashed(path string) string {
	if hasVolume(path) {
		return strings.ReplaceAll(path, `\`, "/")
	}
	return path
}

// hasVolume reports whether the path is one of Windows: C:\folder or \\host\share.
func hasVolume(path string) bool {
	if strings.HasPrefix(path, `\\`) || strings.HasPrefix(path, "//") {
		return true
	}
	letter := len(path) > 1 && (path[0]|0x20) >= 'a' && (path[0]|0x20) <= 'z'
	return letter && path[1] == ':'
}
