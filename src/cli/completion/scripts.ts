/** The completion scripts of the shells. Each contains the completer, an awk program that all shells share. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export interface Completion {
  /** Lines of `buildCompletionTable`. */
  readonly table: readonly string[];
  /** Text of `completer.awk`. */
  readonly completer: string;
}

/** Returns the completion script of a shell. */
export function buildCompletionScript(shell: Shell, completion: Completion): string {
  const { table, completer } = completion;
  const script = { bash, zsh, fish }[shell];
  const quote = shell === 'fish' ? quoteForFish : quoteForSh;
  return script({ table: quote(table.join('\n')), completer: quote(completer) });
}

const quoteForSh = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const quoteForFish = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

/** The same texts, quoted for the shell. */
type ScriptOptions = Readonly<Record<'table' | 'completer', string>>;

/** Shell code that sets `root` to the project directory, as the commands do, without starting a process. */
const findRoot = `
  until [[ -e $root/orders.config.json || ( -e $root/template.yaml && -e $root/functions ) ]]; do
    if [[ -z $root ]]; then root=$PWD; break; fi
    root=\${root%/*}
  done`;

const bash = ({ table, completer }: ScriptOptions) => `# bash completion for orders
_orders() {
  local table=${table}
  local completer=${completer}
  local root=$PWD word value cut joined=no words=() IFS=$'\\n'${findRoot}
  # bash splits words at =, : and @, orders does not.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ \${#words[@]} -gt 0 && ( $joined == yes || $word == [=:@]* ) ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    if [[ $word == *[=:@] ]]; then joined=yes; else joined=no; fi
  done
  words=("\${words[@]//[\\\\\\"\\']/}")
  word=\${words[\${#words[@]}-1]}
  cut=\${word%"\${word##*[=:@]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    case $value in
      :files) compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "\${word#"$cut"}")) ;;
      :nospace) compopt -o nospace 2>/dev/null ;;
      *) COMPREPLY+=("\${value#"$cut"}") ;;
    esac
  done < <(printf '%s\\n' "$table" | awk "$completer" "$root" "\${words[@]}")
}
complete -F _orders orders
`;

const zsh = ({ table, completer }: ScriptOptions) => `#compdef orders
# zsh completion for orders
_orders() {
  local table=${table}
  local completer=${completer}
  local root=$PWD line value
  local -a candidates options${findRoot}
  for line in "\${(@f)$(printf '%s\\n' "$table" |
    awk "$completer" "$root" "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}")}"; do
    value=\${line%%$'\\t'*}
    case $value in
      '') ;;
      :files) compset -P '*='; _files; return ;;
      :nospace) options+=(-S '') ;;
      *)
        candidates+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
        # An id prefix may be typed without order-.
        [[ $value == "\${(Q)PREFIX}"* ]] || options+=(-U)
        ;;
    esac
  done
  (( $#candidates )) && _describe -V orders candidates "$options[@]"
}
if [[ $funcstack[1] == _orders ]]; then _orders "$@"; else compdef _orders orders; fi
`;

const fish = ({ table, completer }: ScriptOptions) => `# fish completion for orders
function __orders_complete
  set -l table ${table}
  set -l completer ${completer}
  set -l root $PWD
  while not begin
      test -e $root/orders.config.json
      or begin; test -e $root/template.yaml; and test -e $root/functions; end
    end
    if test -z "$root"
      set root $PWD
      break
    end
    set root (string replace -r '/[^/]*$' '' -- $root)
  end
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in (printf '%s\\n' $table | awk $completer $root $words[2..-1] (string unescape -- $current))
    switch $line
      case ':files'
        set -l flag (string match -r '^--[^=]*=' -- $current)
        for file in (__fish_complete_path (string replace -- "$flag" '' $current))
          echo "$flag$file"
        end
      case ':nospace'
      case '*'
        echo $line
    end
  end
end
complete -c orders -k -f -a '(__orders_complete)'
`;
