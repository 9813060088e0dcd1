import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { putProgram } from '../system/put-program.ts'

/** Saves entries in files, and logs each request. */
const working = `dir="$OD_LINK_CONFIG_DIR/kept"; mkdir -p "$dir"; input=$(cat); echo "$1 $input" >> "$OD_LINK_CONFIG_DIR/asked"
[ -e "$OD_LINK_CONFIG_DIR/script" ] && . "$OD_LINK_CONFIG_DIR/script"
file() { printf %s "$1" | tr / _; }
of() { printf %s "$input" | sed 's/.*"'"$1"'":"\\([^"]*\\)".*/\\1/'; }
case "$1" in
  store) printf %s "$input" > "$dir/$(file "$(of ServerURL)")";;
  get) cat "$dir/$(file "$input")" 2>/dev/null || { echo 'credentials not found in native keychain'; exit 1; };;
  erase) rm "$dir/$(file "$input")" 2>/dev/null || { echo gone; exit 1; };;
  list) printf '{"https://another.example/":"x"'; for f in "$dir"/*; do [ -e "$f" ] && printf ',"%s":"od-link"' "$(input=$(cat "$f"); of ServerURL)"; done; echo '}';;
esac`

/**
 * Puts a credential helper into a settings directory. It saves entries as files in the folder `kept`, and
 * runs the shell script `script` before each request.
 * @returns the PATH that finds it.
 */
export function putHelper(dir: string, name: string, path = process.env.PATH): string {
  mkdirSync(join(dir, 'bin'), { recursive: true })
  putProgram(join(dir, 'bin', `docker-credential-${name}`), working)
  return `${join(dir, 'bin')}:${path}`
}
