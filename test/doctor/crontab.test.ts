import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { crontabLine, endsWithUpgrade, withCredentials } from '../../src/doctor/crontab.ts'

const programs = { node: '/usr/bin/node', odLink: '/usr/lib/node_modules/od-link/bin/od-link.js' }

/** What `sh` is given by cron of a line: all up to the first % that is not escaped, without those escapes. */
function asCronReadsIt(line: string): string {
  const [command = ''] = line.replace(/^(\S+ ){5}/, '').split(/(?<!\\)%/)
  return command.replaceAll('\\%', '%').trim()
}

/** The words that the shell makes of a command, with `printf` in the place of node. */
function words(command: string): string[] {
  const { stdout } = spawnSync('sh', ['-c', command.replace(programs.node, "printf '%s\\n'")], {
    encoding: 'utf8',
  })
  return stdout.trimEnd().split('\n')
}

describe('the line for the crontab', () => {
  it('is the one that the help of cron would have one write', () => {
    expect(crontabLine(programs, {})).toBe(
      '0 3 * * *  /usr/bin/node /usr/lib/node_modules/od-link/bin/od-link.js mkdir -p "/Backups/$(date +\\%F)"',
    )
  })

  it('reaches the shell whole, whatever is in its paths', () => {
    const odLink = "/home/a b/100% o'clock/$HOME/od-link.js"
    const line = crontabLine({ ...programs, odLink }, { OD_LINK_CONFIG_DIR: '/50%/my settings' }, 'work %1')
    expect(line).not.toMatch(/(?<!\\)%/)
    const command = asCronReadsIt(line)
    const today = spawnSync('date', ['+%F'], { encoding: 'utf8' }).stdout.trim()
    expect(words(command)).toEqual([odLink, 'mkdir', '-p', '--account', 'work %1', `/Backups/${today}`])
    expect(
      words(
        command.replace(/mkdir.*/, '"$OD_LINK_CONFIG_DIR"').replace(/ \/usr\/bin\/node/, '; /usr/bin/node'),
      ),
    ).toEqual([odLink, '/50%/my settings'])
  })

  it('has no credentials of a proxy, and a note says which are missing', () => {
    const brought = { NO_PROXY: 'a@b', HTTPS_PROXY: 'http://bob:sesame@proxy.example:3128' }
    expect(crontabLine(programs, brought)).toContain(' HTTPS_PROXY=http://USER:PASSWORD@proxy.example:3128 ')
    expect(withCredentials(brought)).toBe('HTTPS_PROXY')
    expect(withCredentials({ HTTPS_PROXY: 'http://proxy.example:3128' })).toBeUndefined()
    for (const odd of ['bob:sesame@proxy:1', 'http://bob:ses@me/@proxy:1', 'http://sesame@proxy:1']) {
      expect(crontabLine(programs, { https_proxy: odd })).not.toMatch(/ses/)
    }
  })

  it.each([
    ['nvm', '/home/ada/.nvm/versions/node/v22.1.0/bin/node', true],
    ['fnm', '/home/ada/.local/share/fnm/node-versions/v22.1.0/installation/bin/node', true],
    ['a shell of fnm', '/run/user/1000/fnm_multishells/1234_567/bin/node', true],
    ['volta', '/home/ada/.volta/tools/image/node/22.1.0/bin/node', true],
    ['asdf', '/home/ada/.asdf/installs/nodejs/22.1.0/bin/node', true],
    ['Homebrew', '/opt/homebrew/Cellar/node/26.0.0_1/bin/node', true],
    ['npx', '/home/ada/.npm/_npx/abc/node_modules/od-link/bin/od-link.js', true],
    ['Debian', '/usr/bin/node', false],
    ['nodejs.org', '/usr/local/bin/node', false],
  ])('ends with an upgrade where %s put the program: %s', (_, path, ends) => {
    expect(endsWithUpgrade(path)).toBe(ends)
  })
})
