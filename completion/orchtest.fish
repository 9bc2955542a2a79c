{{define "flag"}}{{range .Names}}{{if eq (len .) 2}} -s {{trim . "-"}}{{else}} -l {{trim . "-"}}{{end}}{{end}} -d '{{quote .Usage}}'
{{- if .Values}} -x -a '{{join .Values " "}}'{{else if .File}} -r -F{{else if .Value}} -x{{end}}
{{- end -}}
# Completion of orchtest for fish: orchtest completion fish > ~/.config/fish/completions/orchtest.fish
complete -c orchtest -e
{{- range .Commands}}
complete -c orchtest -n __fish_use_subcommand -f -a '{{.Name}}' -d '{{quote .Usage}}'
{{- end}}
complete -c orchtest -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'
{{- range .Commands}}{{$name := .Name}}{{range .Flags}}
complete -c orchtest -n '__fish_seen_subcommand_from {{$name}}'{{template "flag" .}}
{{- end}}{{end}}
{{- range .Flags}}
complete -c orchtest -n 'not __fish_seen_subcommand_from{{range $.Commands}} {{.Name}}{{end}}'{{template "flag" .}}
{{- end}}
