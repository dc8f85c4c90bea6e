/** Completion scripts: what is theirs of each shell, around the one program that decides. Pure. */
import { program } from './completer.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export interface Completion {
  /** What can be typed, as `completionTable` writes it. */
  readonly table: readonly string[];
  /** The project of commands that are run outside of any. */
  readonly home: string;
}

/** The script that has a shell complete `orders`. */
export function completionScript(shell: Shell, { table, home }: Completion): string {
  const script = { bash, zsh, fish }[shell];
  const quote = shell === 'fish' ? quoteForFish : quoteForSh;
  return script({ table: quote(table.join('\n')), program: quote(program), home: quote(home) });
}

const quoteForSh = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const quoteForFish = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

type Parts = Readonly<Record<'table' | 'program' | 'home', string>>;

/** Walks up to the project, as the commands do; without a process. */
const findRoot = (home: string) => `
  until [[ -e $root/orders.config.json || ( -e $root/template.yaml && -e $root/functions ) ]]; do
    if [[ -z $root ]]; then root=${home}; break; fi
    root=\${root%/*}
  done`;

const bash = ({ table, program: text, home }: Parts) => `# bash completion for orders
_orders() {
  local table=${table}
  local program=${text}
  local root=$PWD each value cut joined=no words=() IFS=$'\\n'${findRoot(home)}
  # bash takes a word apart at = and :, a command does not.
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ \${#words[@]} -gt 0 && ( $joined == yes || $each == [=:]* ) ]]; then
      words[\${#words[@]}-1]+=$each
    else
      words+=("$each")
    fi
    if [[ $each == *[=:] ]]; then joined=yes; else joined=no; fi
  done
  words=("\${words[@]//[\\\\\\"\\']/}")
  each=\${words[\${#words[@]}-1]}
  cut=\${each%"\${each##*[=:]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    case $value in
      :files) compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "\${each#"$cut"}")) ;;
      :nospace) compopt -o nospace 2>/dev/null ;;
      *) COMPREPLY+=("\${value#"$cut"}") ;;
    esac
  done < <(printf '%s\\n' "$table" | awk "$program" "$root" "\${words[@]}")
}
complete -F _orders orders
`;

const zsh = ({ table, program: text, home }: Parts) => `#compdef orders
# zsh completion for orders
_orders() {
  local table=${table}
  local program=${text}
  local root=$PWD each value
  local -a found more${findRoot(home)}
  for each in "\${(@f)$(printf '%s\\n' "$table" |
    awk "$program" "$root" "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}")}"; do
    value=\${each%%$'\\t'*}
    case $value in
      '') ;;
      :files) compset -P '*='; _files; return ;;
      :nospace) more+=(-S '') ;;
      *)
        found+=("\${value//:/\\\\:}:\${each#*$'\\t'}")
        # The beginning of an id may be typed without order-.
        [[ $value == "\${(Q)PREFIX}"* ]] || more+=(-U)
        ;;
    esac
  done
  (( $#found )) && _describe -V orders found "$more[@]"
}
if [[ $funcstack[1] == _orders ]]; then _orders "$@"; else compdef _orders orders; fi
`;

const fish = ({ table, program: text, home }: Parts) => `# fish completion for orders
function __orders_complete
  set -l table ${table}
  set -l program ${text}
  set -l root $PWD
  while not begin
      test -e $root/orders.config.json
      or begin; test -e $root/template.yaml; and test -e $root/functions; end
    end
    if test -z "$root"
      set root ${home}
      break
    end
    set root (string replace -r '/[^/]*$' '' -- $root)
  end
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for each in (printf '%s\\n' $table | awk $program $root $words[2..-1] (string unescape -- $current))
    switch $each
      case ':files'
        set -l flag (string match -r '^--[^=]*=' -- $current)
        for file in (__fish_complete_path (string replace -- "$flag" '' $current))
          echo "$flag$file"
        end
      case ':nospace'
      case '*'
        echo $each
    end
  end
end
complete -c orders -k -f -a '(__orders_complete)'
`;
