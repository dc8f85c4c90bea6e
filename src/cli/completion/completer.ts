/**
 * What completion knows and does, once for all shells, in POSIX awk: to start node at a key press would take as long as a
 * command. Reads the lines of `completionTable`; its arguments are the project's directory and the words of the command line up to
 * the one that is completed. Writes a candidate a line with its text after a tab, `:files` where the shell's own completion
 * of files is wanted, and `:nospace` where more of the word follows.
 */
export const program = String.raw`
BEGIN {
  FS = "\t"
  root = ARGV[1]
  count = ARGC - 2
  for (i = 1; i <= count; i++) word[i] = ARGV[i + 1]
  ARGC = 1
}
$1 == "flag" { name[$2] = $3; letter[$2] = $4; values[$2] = $5; again[$2] = $6; text[$2] = $7; next }
!($2 in about) { paths++; path[paths] = $2; about[$2] = $NF }
$1 == "command" { flags[$2] = $3; arguments[$2] = $4 }
END {
  readLine()
  if (pending) complete(values[pending])
  else if (!ended && match(current, /^--[^=]+=/)) {
    prefix = substr(current, 1, RLENGTH)
    current = substr(current, RLENGTH + 1)
    pending = flagOf(substr(prefix, 1, RLENGTH - 1))
    if (pending) complete(values[pending])
  }
  else if (!ended && current ~ /^-/) offerFlags()
  else {
    if (positional == 0) offerCommands()
    if (!helps) completeArgument()
    if (offered == 0 && current == "" && !helps) offerFlags()
  }
}

# index() differs about an empty beginning.
function begins(whole, beginning) { return substr(whole, 1, length(beginning)) == beginning }

function offer(value, what) {
  if (!begins(value, current)) return
  offered++
  print prefix value "\t" what
}

# Which command the words before the current one are of, and what of it is there already.
function readLine(  i, each, next_) {
  current = word[count]
  for (i = 1; i < count; i++) {
    each = word[i]
    if (pending) { given(pending, each); pending = 0 }
    else if (!ended && each == "--") ended = 1
    else if (!ended && each ~ /^-./) readFlag(each)
    else if (i == 1 && each == "help") helps = 1
    else {
      next_ = here == "" ? each : here " " each
      if (positional == 0 && (next_ in about)) here = next_
      else { positional++; named[each] = 1 }
    }
  }
}

function readFlag(each,  flag, at) {
  at = index(each, "=")
  flag = flagOf(each ~ /^--/ ? (at ? substr(each, 1, at - 1) : each) : substr(each, 1, 2))
  if (!flag) return
  used[flag] = 1
  if (values[flag] == "") return
  if (each ~ /^--/ && at) given(flag, substr(each, at + 1))
  else if (each !~ /^--/ && length(each) > 2) given(flag, substr(each, 3))
  else pending = flag
}

function given(flag, value) {
  if (name[flag] == "--env") environment = value
}

function flagOf(typed,  i, n, each) {
  n = split(flags[here], each, " ")
  for (i = 1; i <= n; i++) if (name[each[i]] == typed || letter[each[i]] == typed) return each[i]
  return 0
}

function offerFlags(  i, n, each) {
  n = split(flags[here], each, " ")
  for (i = 1; i <= n; i++)
    if (!(each[i] in used) || again[each[i]]) offer(name[each[i]], text[each[i]])
  if (length(current) == 2 && flagOf(current)) offer(current, text[flagOf(current)])
  if (here in flags) offer("--help", "say what the command does")
}

function offerCommands(  i, parent, last) {
  for (i = 1; i <= paths; i++) {
    last = path[i]
    parent = ""
    if (match(last, / [^ ]*$/)) { parent = substr(last, 1, RSTART - 1); last = substr(last, RSTART + 1) }
    if (parent == here || (helps && here == "" && parent == "help")) offer(last, about[path[i]])
  }
}

function completeArgument(  n, each, kind) {
  n = split(arguments[here], each, " ")
  if (n == 0) return
  kind = positional < n ? each[positional + 1] : each[n]
  if (positional >= n && kind !~ /\*$/) return
  sub(/\*$/, "", kind)
  complete(kind)
}

function complete(kind,  i, n, each) {
  if (kind ~ /^,/) {
    if (match(current, /^.*,/)) { prefix = prefix substr(current, 1, RLENGTH); current = substr(current, RLENGTH + 1) }
    kind = substr(kind, 2)
  }
  if (kind ~ /^=/) {
    n = split(substr(kind, 2), each, "|")
    for (i = 1; i <= n; i++) offer(each[i], "")
    if (each[1] ~ /=$/) print ":nospace"
  }
  else if (kind == "@environments") offerEnvironments()
  else if (kind == "@orders") offerOrders()
  else if (kind == "@profiles") offerProfiles()
  else if (kind == "@files") { offered++; print ":files" }
}

function offerEnvironments(  i) {
  readConfig(root "/orders.config.json")
  offer("local", "the local runtime")
  for (i = 1; i <= known; i++) if (known_[i] != "local") offer(known_[i], "")
}

# The names of the environments, and which one is meant when none is named. Strings are told from what is between them.
function readConfig(file,  json, line, i, c, inside, last, value, depth, key) {
  while ((getline line < file) > 0) json = json line "\n"
  for (i = 1; i <= length(json); i++) {
    c = substr(json, i, 1)
    if (inside && c == "\\") { i++; last = last substr(json, i, 1) }
    else if (c == "\"") {
      inside = !inside
      if (inside) last = ""
      else if (value && depth == 1 && key == "defaultEnvironment") usual = last
    }
    else if (inside) last = last c
    else if (c ~ /[{[]/) { depth++; value = 0 }
    else if (c ~ /[]}]/) depth--
    else if (c == ",") value = 0
    else if (c == ":") {
      value = 1
      if (depth == 1) key = last
      else if (depth == 2 && key == "environments") { known++; known_[known] = last }
    }
  }
}

# The newest first; those of this machine before those that it has only seen.
function offerOrders(  file) {
  if (positional == 0) offer("latest", "the newest order")
  if (environment == "") environment = ENVIRON["ORDERS_ENV"]
  if (environment == "") { readConfig(root "/orders.config.json"); environment = usual }
  if (environment == "") environment = "local"
  if (environment ~ /\//) return
  file = root "/.orders/cache/" environment
  offerIds(file ".ids")
  offerIds(file ".seen")
}

function offerIds(file,  line, n, all, field, bare, kept, oldest) {
  kept = 2000
  while ((getline line < file) > 0) { n++; all[n % kept] = line }
  for (oldest = n - kept; n > oldest && n > 0 && offered < 100; n--) {
    split(all[n % kept], field, " ")
    if (field[2] == "" || (field[2] in named)) continue
    named[field[2]] = 1
    bare = field[2]
    sub(/^order-/, "", bare)
    if (!begins(field[2], current) && !begins(bare, current)) continue
    offered++
    print prefix field[2] "\tcreated " substr(field[1], 1, 10) " " substr(field[1], 12, 5) " UTC"
  }
}

function offerProfiles(  file, line) {
  file = ENVIRON["AWS_CONFIG_FILE"]
  if (file == "") file = ENVIRON["HOME"] "/.aws/config"
  while ((getline line < file) > 0)
    if (line ~ /^\[(profile )?[^]]+\]/) {
      sub(/^\[(profile )?/, "", line)
      sub(/\].*$/, "", line)
      if (line !~ /^(sso-session|services) /) offer(line, "")
    }
}
`;
