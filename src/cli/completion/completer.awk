# Completes a command line of orders, for all shells. POSIX awk, because starting Node for every key press would take as long
# as a command.
#
# Input: the lines of buildCompletionTable (completion-table.ts).
# Arguments: the project directory, and the words of the command line up to the one to complete.
# Output: one candidate per line, with its description after a tab; `:files` asks the shell to complete file names, and
# `:nospace` asks it to add no space.

BEGIN {
  FS = "\t"
  root = ARGV[1]
  count = ARGC - 2
  for (i = 1; i <= count; i++) word[i] = ARGV[i + 1]
  ARGC = 1
}
$1 == "flag" { name[$2] = $3; letter[$2] = $4; values[$2] = $5; repeatable[$2] = $6; description[$2] = $7; next }
!($2 in about) { paths++; path[paths] = $2; about[$2] = $NF }
$1 == "command" { flags[$2] = $3; arguments[$2] = $4 }
END {
  readLine()
  if (pending) complete(values[pending])
  else if (!ended && match(current, /^--[^=]+=/)) {
    prefix = substr(current, 1, RLENGTH)
    current = substr(current, RLENGTH + 1)
    pending = findFlag(substr(prefix, 1, RLENGTH - 1))
    if (pending) complete(values[pending])
  }
  else if (!ended && current ~ /^-/) offerFlags()
  else {
    if (positional == 0) offerCommands()
    if (!isHelp) completeArgument()
    if (offered == 0 && current == "" && !isHelp) offerFlags()
  }
}

# Not index(): implementations differ for an empty prefix.
function startsWith(text, prefix_) { return substr(text, 1, length(prefix_)) == prefix_ }

function offer(value, description_) {
  if (!startsWith(value, current)) return
  offered++
  print prefix value "\t" description_
}

# Reads the words before the current one: sets the command (here), its used flags and the number of its arguments.
function readLine(  i, typed, path_) {
  current = word[count]
  for (i = 1; i < count; i++) {
    typed = word[i]
    if (pending) { setFlagValue(pending, typed); pending = 0 }
    else if (!ended && typed == "--") ended = 1
    else if (!ended && typed ~ /^-./) readFlag(typed)
    else if (i == 1 && typed == "help") isHelp = 1
    else {
      path_ = here == "" ? typed : here " " typed
      if (positional == 0 && (path_ in about)) here = path_
      else { positional++; named[typed] = 1 }
    }
  }
}

function readFlag(typed,  flag, at) {
  at = index(typed, "=")
  flag = findFlag(typed ~ /^--/ ? (at ? substr(typed, 1, at - 1) : typed) : substr(typed, 1, 2))
  if (!flag) return
  used[flag] = 1
  if (values[flag] == "") return
  if (typed ~ /^--/ && at) setFlagValue(flag, substr(typed, at + 1))
  else if (typed !~ /^--/ && length(typed) > 2) setFlagValue(flag, substr(typed, 3))
  else pending = flag
}

function setFlagValue(flag, value) {
  if (name[flag] == "--env") environment = value
}

function findFlag(typed,  i, n, numbers) {
  n = split(flags[here], numbers, " ")
  for (i = 1; i <= n; i++) if (name[numbers[i]] == typed || letter[numbers[i]] == typed) return numbers[i]
  return 0
}

function offerFlags(  i, n, numbers) {
  n = split(flags[here], numbers, " ")
  for (i = 1; i <= n; i++)
    if (!(numbers[i] in used) || repeatable[numbers[i]]) offer(name[numbers[i]], description[numbers[i]])
  if (length(current) == 2 && findFlag(current)) offer(current, description[findFlag(current)])
  if (here in flags) offer("--help", "show help")
}

function offerCommands(  i, parent, last) {
  for (i = 1; i <= paths; i++) {
    last = path[i]
    parent = ""
    if (match(last, / [^ ]*$/)) { parent = substr(last, 1, RSTART - 1); last = substr(last, RSTART + 1) }
    if (parent == here || (isHelp && here == "" && parent == "help")) offer(last, about[path[i]])
  }
}

function completeArgument(  n, kinds, kind) {
  n = split(arguments[here], kinds, " ")
  if (n == 0) return
  kind = positional < n ? kinds[positional + 1] : kinds[n]
  if (positional >= n && kind !~ /\*$/) return
  sub(/\*$/, "", kind)
  complete(kind)
}

function complete(kind,  i, n, options) {
  if (kind ~ /^,/) {
    if (match(current, /^.*,/)) { prefix = prefix substr(current, 1, RLENGTH); current = substr(current, RLENGTH + 1) }
    kind = substr(kind, 2)
  }
  if (kind ~ /^=/) {
    n = split(substr(kind, 2), options, "|")
    for (i = 1; i <= n; i++) offer(options[i], "")
    if (options[1] ~ /=$/) print ":nospace"
  }
  else if (kind == "@environments") offerEnvironments()
  else if (kind == "@orders") offerOrders()
  else if (kind == "@runs") offerRuns()
  else if (kind == "@profiles") offerProfiles()
  else if (kind == "@parameters") offerParameters()
  else if (kind == "@files") { offered++; print ":files" }
}

function offerEnvironments(  i) {
  readConfig(root "/orders.config.json")
  offer("local", "the local runtime")
  for (i = 1; i <= environmentCount; i++) if (environments[i] != "local") offer(environments[i], "")
}

# Reads the names of the environments and the default one. Distinguishes strings from the JSON syntax between them.
function readConfig(file,  json, line, i, c, inside, last, value, depth, key) {
  while ((getline line < file) > 0) json = json line "\n"
  for (i = 1; i <= length(json); i++) {
    c = substr(json, i, 1)
    if (inside && c == "\\") { i++; last = last substr(json, i, 1) }
    else if (c == "\"") {
      inside = !inside
      if (inside) last = ""
      else if (value && depth == 1 && key == "defaultEnvironment") defaultEnvironment = last
    }
    else if (inside) last = last c
    else if (c ~ /[{[]/) { depth++; value = 0 }
    else if (c ~ /[]}]/) depth--
    else if (c == ",") value = 0
    else if (c == ":") {
      value = 1
      if (depth == 1) key = last
      else if (depth == 2 && key == "environments") { environmentCount++; environments[environmentCount] = last }
    }
  }
}

# Offers the newest orders first: those submitted on this machine, then those that it has only read.
function offerOrders(  file) {
  if (positional == 0) offer("latest", "the newest order")
  if (current ~ /^@/) { offerPositions("order"); return }
  if (environment == "") environment = ENVIRON["ORDERS_ENV"]
  if (environment == "") { readConfig(root "/orders.config.json"); environment = defaultEnvironment }
  if (environment == "") environment = "local"
  if (environment ~ /\//) return
  file = root "/.orders/cache/" environment
  offerIds(file ".ids")
  offerIds(file ".seen")
}

# Offers references to load tests, or else the files of reports.
function offerRuns() {
  offer("latest", "the newest load test")
  if (current ~ /^@/) offerPositions("load test")
  if (offered == 0) { offered++; print ":files" }
}

function offerPositions(what,  n) {
  split("second third fourth fifth sixth seventh eighth ninth", ordinal, " ")
  for (n = 2; n <= 9; n++) offer("@-" n, "the " ordinal[n - 1] " newest " what)
}

# Offers the parameters of the project's template: the keys of its section, with one level of indentation.
function offerParameters(  file, line, inside, indent) {
  file = root "/template.yaml"
  while ((getline line < file) > 0) {
    if (line ~ /^[A-Za-z]/) inside = line ~ /^Parameters:/
    else if (inside && match(line, /^ +[A-Za-z0-9]+:[ \r]*$/)) {
      match(line, /^ +/)
      if (indent == 0) indent = RLENGTH
      if (RLENGTH != indent) continue
      sub(/^ +/, "", line)
      sub(/:.*$/, "", line)
      offer(line "=", "")
    }
  }
  print ":nospace"
}

function offerIds(file,  line, n, lines, field, shortId, maxLines, oldest) {
  maxLines = 2000
  while ((getline line < file) > 0) { n++; lines[n % maxLines] = line }
  for (oldest = n - maxLines; n > oldest && n > 0 && offered < 100; n--) {
    split(lines[n % maxLines], field, " ")
    if (field[2] == "" || (field[2] in named)) continue
    named[field[2]] = 1
    shortId = field[2]
    sub(/^order-/, "", shortId)
    if (!startsWith(field[2], current) && !startsWith(shortId, current)) continue
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
