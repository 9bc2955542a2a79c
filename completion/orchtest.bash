# Completion of orchtest for bash: source <(orchtest completion bash)
_orchtest() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
	COMPREPLY=()
	case $before in
{{- range .Flags}}{{if .Value}}
	{{join .Names "|"}})
		{{- if .Values}}
		COMPREPLY=($(compgen -W '{{join .Values " "}}' -- "$word"))
		{{- else if .File}}
		COMPREPLY=($(compgen -f -- "$word"))
		{{- end}}
		return ;;
{{- end}}{{end}}
	esac
	if [[ $word == -* ]]; then
		COMPREPLY=($(compgen -W '{{range .Flags}}{{join .Names " "}} {{end}}--help' -- "$word"))
		return
	fi
	if [[ $COMP_CWORD == 1 ]]; then
		COMPREPLY=($(compgen -W '{{range .Commands}}{{.Name}} {{end}}' -- "$word"))
	fi
	case ${COMP_WORDS[1]} in
	completion)
		[[ $COMP_CWORD == 2 ]] && COMPREPLY=($(compgen -W 'bash zsh fish' -- "$word"))
		[[ $COMP_CWORD == 1 ]] || return ;;
	merge)
		[[ $COMP_CWORD == 1 ]] || { COMPREPLY=($(compgen -f -- "$word")); return; } ;;
	esac
	COMPREPLY+=($(compgen -d -S / -- "$word"))
	[[ ${#COMPREPLY[@]} == 1 && $COMPREPLY == */ ]] && compopt -o nospace 2>/dev/null
}
complete -F _orchtest orchtest
