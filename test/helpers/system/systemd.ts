import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canUnshare, hasRealPart, skips } from './real-part.ts'

const systemd = '/lib/systemd/systemd'

/** Whether systemd can run here as the first process of a namespace, below a cgroup of its own. */
export function canRunSystemd(forWhat: string): boolean {
  if (!hasRealPart('systemd-creds', forWhat)) return false
  if (!existsSync(systemd)) return skips(`${systemd} is not installed`, forWhat)
  return canUnshare(['-m', '-p', '-f', '-u', '--cgroup'], forWhat, ['mount', '-t', 'cgroup2', 'none', '/mnt'])
}

/**
 * Starts a systemd that knows only one service, and waits until that has ended.
 * @param settings the lines below `[Service]`; the service is a oneshot, and /var/lib is empty.
 * @param hostKey the file with what takes the place of /var/lib/systemd/credential.secret.
 * @returns what it printed, and whether it succeeded.
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
 */
export function runService(hostKey: string, settings: string[]): { succeeded: boolean; output: string } {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-systemd-'))
  const output = join(dir, 'output')
  const unit = [
    '[Unit]',
    'DefaultDependencies=no',
    // systemd itself ends with these.
    'SuccessAction=exit-force',
    'SuccessActionExitStatus=0',
    'FailureAction=exit-force',
    'FailureActionExitStatus=9',
    '[Service]',
    'Type=oneshot',
    `StandardOutput=append:${output}`,
    `StandardError=append:${output}`,
    ...settings,
  ]
  writeFileSync(join(dir, 'test.service'), unit.join('\n'))
  writeFileSync(join(dir, 'start.sh'), start)
  try {
    const flags = ['-m', '-p', '-f', '-u', '--cgroup', '--mount-proc', '--kill-child']
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', inOwnCgroup, dir, 'unshare', ...flags, 'sh', `${dir}/start.sh`],
      {
        env: { PATH: process.env.PATH, HOST_KEY: hostKey },
        encoding: 'utf8',
        timeout: 50_000,
      },
    )
    return { succeeded: status === 0, output: existsSync(output) ? readFileSync(output, 'utf8') : stderr }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** systemd creates cgroups for its units, and none may stay when it has ended. */
const inOwnCgroup = `
mnt=$(mktemp -d) && mount -t cgroup2 none "$mnt" || exit 10
own="$mnt/$(basename "$0")"
(mkdir "$own" && sh -c 'echo $PPID' > "$own/cgroup.procs" && exec "$@" "$0" "$HOST_KEY")
code=$?
find "$own" -depth -type d -exec rmdir {} + ; umount "$mnt"; rmdir "$mnt"
exit $code
`

/** A service gets its credentials by a mount, which systemd passes on to the namespace of the service. */
const start = `
mount --make-rprivate / && mount --make-rshared /
for place in /run /var/lib; do mount -t tmpfs -o mode=755 none "$place"; done
mkdir -p /run/lock /run/systemd/system /var/lib/systemd
cp -p "$2" /var/lib/systemd/credential.secret
mount -t cgroup2 none /sys/fs/cgroup
cp "$1/test.service" /run/systemd/system
exec env container=unshare ${systemd} --system --unit=test.service --log-level=err --log-target=console
`
