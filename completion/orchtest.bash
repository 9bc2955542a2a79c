{{define "flags"}}case $before in
{{- range .}}{{if .Value}}
		{{join .Names "|"}})
			{{- if .Values}}
			COMPREPLY=($(compgen -W '{{join .Values " "}}' -- "$word"))
			{{- else if .File}}
			COMPREPLY=($(compgen -f -- "$word"))
			{{- end}}
			return ;;
{{- end}}{{end}}
		esac
		flags='{{range .}}{{join .Names " "}} {{end}}' ;;
{{- end -}}
# Completion of orchtest for bash: source <(orchtest completion bash)
_orchtest() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= flags=
	[[ $COMP_CWORD == 1 ]] || command=${COMP_WORDS[1]}
	COMPREPLY=()
	case $command in
{{- range .Commands}}
	{{.Name}})
		{{template "flags" .Flags}}
{{- end}}
	*)
		{{template "flags" .Flags}}
	esac
	if [[ $word == -* ]]; then
		COMPREPLY=($(compgen -W "$flags" -- "$word"))
		return
	fi
	case $command in
	'')
		COMPREPLY=($(compgen -W '{{range .Commands}}{{.Name}} {{end}}' -- "$word")) ;;
	completion)
		[[ $COMP_CWORD == 2 ]] && COMPREPLY=($(compgen -W 'bash zsh fish' -- "$word"))
		return ;;
	merge)
		COMPREPLY=($(compgen -f -- "$word"))
		return ;;
	esac
	COMPREPLY+=($(compgen -d -S / -- "$word"))
	[[ ${#COMPREPLY[@]} == 1 && $COMPREPLY == */ ]] && compopt -o nospace 2>/dev/null
}
complete -F _orchtest orchtest
