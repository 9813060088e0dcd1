import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generateIdentity } from 'age-encryption'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { useLinked } from '../helpers/program/linked.ts'
import { node, program } from '../helpers/program/od-link.ts'
import { newWorld } from '../helpers/program/world.ts'
import { canMount, withMounts } from '../helpers/system/private-mounts.ts'
import { putProgram } from '../helpers/system/put-program.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'
import { recipe, recipes } from './recipe.ts'

/** Runs each file of docs/recipes.md unchanged, with od-link on the PATH. */
describe('the recipes', () => {
  const at = useLinked()
  let bin: string

  /** Writes the files of recipes into a new folder. @returns its path. */
  const placed = (...names: string[]) => {
    const folder = join(at.world.dir, `with-${names[0]}`)
    mkdirSync(folder, { recursive: true })
    for (const name of names) writeFileSync(join(folder, name), recipe(name))
    return folder
  }
  const runIn = (env: NodeJS.ProcessEnv, command: string, args: string[], cwd: string) => {
    const PATH = `${bin}:/usr/local/bin:/usr/bin:/bin`
    const options = { cwd, encoding: 'utf8', timeout: 60_000, env: { PATH, ...env } } as const
    const { status, stdout, stderr, error } = spawnSync(command, args, options)
    if (error) throw error
    return { code: status, stdout, stderr }
  }
  const run = (command: string, args: string[], cwd = at.world.dir, env: NodeJS.ProcessEnv = {}) =>
    runIn({ ...at.world.env, ...env }, command, args, cwd)
  const today = () => new Date().toLocaleDateString('sv')
  const tonight = () => `/Reports/${today()}/report.pdf`
  /** The command of a crontab's last line. */
  const commandOf = (name: string) => /^(?:[\d*]+ ){4}[\d*]+\s+(.*)$/m.exec(recipe(name))?.[1] ?? ''

  beforeAll(() => {
    bin = join(at.world.dir, 'bin')
    mkdirSync(bin)
    putProgram(join(bin, 'od-link'), `exec '${node}' '${program}' "$@"`)
  })
  afterEach(() => at.calm())

  it('are listed here, and each is run below', () => {
    expect(recipes).toEqual([
      'nightly.sh',
      'nightly.cron',
      'team.cron',
      'backup.sh',
      'prices.sh',
      'od-link-nightly.service',
      'od-link-nightly.timer',
      'od-link-encrypted.service',
      'scripts.yml',
      'Dockerfile',
      'compose.yaml',
      'Makefile',
      'create_folder.py',
    ])
  })

  describe('the nightly report', () => {
    const withReport = () => {
      const folder = placed('nightly.sh')
      writeFileSync(join(folder, 'report.pdf'), 'of tonight')
      return folder
    }
    const nightly = ['nightly.sh', 'report.pdf']

    it('is uploaded into the folder of the day, and can be uploaded twice', async () => {
      const folder = withReport()
      for (const _ of [1, 2])
        expect(run('sh', nightly, folder)).toMatchObject({ code: 0, stdout: `${tonight()}\n` })
      expect(await at.drive()).toContain(`${tonight()} (file)`)
    })

    it('asks to be run again when Microsoft is busy', async () => {
      await at.weather('/v1.0', { status: 503 }, 99)
      const impatient = withReport()
      putProgram(join(impatient, 'od-link'), `exec '${node}' '${program}' "$@" --max-wait 1`)
      const PATH = `${impatient}:/usr/bin:/bin`
      expect(run('sh', nightly, impatient, { PATH }).code).toBe(75)
    })

    it('reports that a person has to sign in again, and cron sends one mail', async () => {
      const lines = recipe('nightly.cron').trimEnd().split('\n')
      const hook = lines.find((line) => line.startsWith('OD_LINK_ON_SIGNIN_NEEDED='))?.split(/=(.*)/s)[1]
      putProgram(join(bin, 'mail'), `{ echo "$@"; cat; } >> '${at.world.dir}/mail'`)
      putProgram(join(bin, 'nightly.sh'), recipe('nightly.sh'))
      const env = { HOME: at.world.dir, OD_LINK_ON_SIGNIN_NEEDED: hook }
      const jobs = () => run('/bin/sh', ['-c', commandOf('nightly.cron')], at.world.dir, env)
      writeFileSync(join(at.world.dir, 'report.pdf'), 'of tonight')
      expect(jobs()).toMatchObject({ code: 0, stdout: `${tonight()}\n` })
      await at.sandbox.control('POST', 'revoke')
      await at.sandbox.control('POST', 'expire')
      for (const _ of [1, 2]) {
        const { code, stderr } = jobs()
        const last = stderr.trimEnd().split('\n').at(-1)
        expect({ code, last }).toEqual({ code: 1, last: 'Sign in again: od-link login' })
      }
      const mail = readFileSync(join(at.world.dir, 'mail'), 'utf8')
      expect(mail.match(/od-link login: ada@contoso\.example me/g)).toHaveLength(1)
      await at.world.login()
    })

    it('goes into a Teams folder that was saved once', async () => {
      const address = at.sandbox.places.find(({ kind }) => kind === 'library')?.address ?? ''
      expect(await at.world.run(['drive', 'add', 'team', address])).toMatchObject({ code: 0 })
      const team = run('/bin/sh', ['-c', commandOf('team.cron')], at.world.dir, { HOME: at.world.dir })
      expect(team).toMatchObject({ code: 0, stdout: `team:${tonight()}\n` })
    })

    it.each(['nightly.cron', 'team.cron'])('is in a crontab that cron accepts: %s', (name) => {
      if (!hasRealPart('crontab', 'the recipe for cron')) return
      expect(run('crontab', ['-n', name], placed(name))).toMatchObject({ code: 0 })
    })
  })

  it('the backup has its name only when the program before it has succeeded', async () => {
    const folder = placed('backup.sh')
    const dump = (script: string) => {
      putProgram(join(folder, 'pg_dump'), script)
      return run('bash', ['backup.sh', 'shop'], folder, { PATH: `${folder}:${bin}:/usr/bin:/bin` })
    }
    const file = `/Backup/shop-${today()}.sql.gz`
    expect(dump('echo half; exit 1').code).toBe(1)
    expect(await at.drive()).toContain(`${file}.part (file)`)
    for (const content of ['whole', 'newer'])
      expect(dump(`echo ${content}`)).toMatchObject({ code: 0, stdout: `${file}.part\n${file}\n` })
    const backups = (await at.drive()).filter((path) => path.startsWith('/Backup/shop'))
    expect(backups).toEqual([`${file} (file)`])
    expect(run('sh', ['-c', `od-link download ${file} - | gunzip`]).stdout).toBe('newer\n')
  })

  it('the job runs on the file of today, and does nothing while there is none', async () => {
    const folder = placed('prices.sh')
    putProgram(join(folder, 'import-prices'), 'cat "$1"')
    const job = () => run('sh', ['prices.sh'], folder, { PATH: `${folder}:${bin}:/usr/bin:/bin` })
    expect(job()).toMatchObject({ code: 0, stdout: '' })
    writeFileSync(join(folder, 'prices.csv'), 'of yesterday')
    await at.putFile(`/Prices/${today()}.csv`)
    const { code, stdout } = job()
    expect(code).toBe(0)
    expect(stdout).toMatch(/^prices\.csv\n/)
    expect(stdout).not.toContain('of yesterday')
  })

  describe('the systemd timer', () => {
    it('is accepted by systemd', () => {
      if (!hasRealPart('systemd-analyze', 'the recipe for a timer')) return
      const units = ['od-link-nightly.timer', 'od-link-nightly.service']
      const checked = run(
        'systemd-analyze',
        ['--user', 'verify', ...units.map((unit) => `./${unit}`)],
        placed(...units),
        {
          XDG_RUNTIME_DIR: at.world.dir,
        },
      )
      const ours = checked.stderr.split('\n').filter((line) => line.includes('od-link-nightly'))
      expect({ code: checked.code, ours }).toEqual({ code: 0, ours: [] })
    })

    it('creates its folder, and retries only temporary failures', async () => {
      const service = recipe('od-link-nightly.service')
      const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(service)?.[1] ?? ''
      const [command = '', ...args] = setting('ExecStart').replace('%l', 'here').split(' ')
      expect(run(command, args)).toMatchObject({ code: 0, stdout: '/Backups/here/tonight\n' })
      const given = setting('RestartPreventExitStatus').split(' ').map(Number)
      expect([...given, 0, 6, 7].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    })
  })

  describe('an encrypted link', () => {
    /** A machine whose link is encrypted to this key, with the variables of a recipe except for its paths. */
    const linkedWith = async (variables: NodeJS.ProcessEnv, key: string) => {
      const world = newWorld(at.sandbox, undefined, variables)
      world.env.OD_LINK_CONFIG_DIR = join(world.dir, 'settings')
      mkdirSync(join(world.dir, 'credentials'))
      writeFileSync(join(world.dir, 'credentials', 'od-link-key'), key, { mode: 0o600 })
      await world.run(['login'], {
        env: { CREDENTIALS_DIRECTORY: join(world.dir, 'credentials'), OD_LINK_KEY_FILE: '' },
      })
      return world
    }

    it('of a systemd service opens with the credential that the service gets', async () => {
      const unit = 'od-link-encrypted.service'
      const settings = (name: string) =>
        [...recipe(unit).matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value)
      const variables = Object.fromEntries(
        settings('Environment').flatMap((line) => line.split(' ').map((one) => one.split('='))),
      )
      expect(settings('LoadCredentialEncrypted')[0]).toMatch(/^od-link-key:/)
      expect(variables.OD_LINK_CONFIG_DIR).toBe(`/var/lib/${settings('StateDirectory')}`)
      const world = await linkedWith(variables, await generateIdentity())
      const [command = '', ...args] = (settings('ExecStart')[0] ?? '').replace('%l', 'encrypted').split(' ')
      const env = { ...world.env, CREDENTIALS_DIRECTORY: join(world.dir, 'credentials') }
      const done = runIn(env, command, args, world.dir)
      world.remove()
      expect(done).toMatchObject({ code: 0, stdout: '/Backups/encrypted/tonight\n' })
      if (!hasRealPart('systemd-analyze', 'the recipe for an encrypted link')) return
      const checked = run('systemd-analyze', ['verify', `./${unit}`], placed(unit))
      expect(checked.stderr.split('\n').filter((line) => line.includes(unit))).toEqual([])
    })

    it('of a container opens with the secret that is mounted there', async () => {
      if (!canMount('the recipe for a container with a secret')) return
      const lines = [...recipe('compose.yaml').matchAll(/^ {6}(\w+): (.*)$/gm)]
      const variables = Object.fromEntries(lines.map(([, name, value]) => [name, value]))
      const world = await linkedWith(variables, await generateIdentity())
      const key = String(variables.OD_LINK_KEY_FILE)
      const mounts = [
        'mount -t tmpfs none /run',
        `mkdir ${dirname(key)}`,
        `cat '${world.dir}/credentials/od-link-key' > ${key}`,
        `chmod 444 ${key}`,
        `mount --bind ${key} ${key}`,
        `mount -o remount,bind,ro ${key}`,
      ]
      const [command, args] = withMounts(mounts, 'od-link', ['mkdir', '/From a secret'])
      const done = runIn(world.env, command, args, world.dir)
      world.remove()
      expect(done).toMatchObject({ code: 0, stdout: '/From a secret\n' })
    })
  })

  it('the workflow signs in to the sandbox and runs the script, each step as the runner would', () => {
    const folder = placed('scripts.yml', 'nightly.sh')
    writeFileSync(join(folder, 'README.md'), 'of the checkout')
    const [handedOn, printed] = [join(folder, 'github.env'), join(folder, 'printed')]
    writeFileSync(handedOn, '')
    const steps = [...recipe('scripts.yml').matchAll(/^ {6}- run: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/gm)]
      .map(([, block, line]) => (block ?? line ?? '').replaceAll(/^ {10}/gm, ''))
      .filter((step) => !step.startsWith('npm install'))
    expect(steps).toHaveLength(3)
    const runner = { HOME: folder, OD_LINK_CONFIG_DIR: join(folder, 'settings') }
    try {
      for (const step of steps) {
        const lines = readFileSync(handedOn, 'utf8').trimEnd().split('\n')
        const env = {
          ...runner,
          GITHUB_ENV: handedOn,
          ...Object.fromEntries(lines.map((line) => line.split(/=(.*)/s))),
        }
        // Like the runner, it leaves the processes of a step running; the test ends them.
        const script = `${step}\n[ -z "$!" ] || echo $! > sandbox.pid`
        const command = `{ ${script}\n} >> printed 2>> talk`
        expect(runIn(env, 'bash', ['-e', '-c', command], folder).code, step).toBe(0)
      }
    } finally {
      if (existsSync(join(folder, 'sandbox.pid')))
        process.kill(Number(readFileSync(join(folder, 'sandbox.pid'), 'utf8')))
    }
    expect(readFileSync(printed, 'utf8').trimEnd().split('\n').at(-1)).toBe(`/Reports/${today()}/README.md`)
  })

  it('the image starts od-link with its link in the volume', () => {
    const lines = recipe('Dockerfile').trimEnd().split('\n')
    const of = (word: string) =>
      lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? ''
    const environment = Object.fromEntries(
      of('ENV')
        .split(' ')
        .map((one) => one.split('=')),
    )
    expect(of('RUN')).toContain(`/link`)
    expect(environment.OD_LINK_CONFIG_DIR).toBe(of('VOLUME'))
    const volume = at.world.env.OD_LINK_CONFIG_DIR
    const env = { ...environment, OD_LINK_CONFIG_DIR: volume }
    const [entry = ''] = JSON.parse(of('ENTRYPOINT'))
    expect(run(entry, JSON.parse(of('CMD')), '/', env).stdout).toContain('ada@contoso.example')
    expect(run(entry, ['mkdir', '/From a container'], '/', env)).toMatchObject({
      code: 0,
      stdout: '/From a container\n',
    })
  })

  it('make creates the folders once, and again after the list has changed', async () => {
    if (!hasRealPart('make', 'the recipe for a Makefile')) return
    const folder = placed('Makefile')
    const list = join(folder, 'folders.txt')
    writeFileSync(list, 'Alpha\nBeta\n')
    expect(run('make', [], folder)).toMatchObject({ code: 0 })
    expect(await at.drive()).toEqual(expect.arrayContaining(['/Projects/Alpha', '/Projects/Beta']))
    expect(run('make', [], folder).stdout).toContain('up to date')
    writeFileSync(list, 'Gamma\nwrong:name\n')
    run('touch', ['-d', '+1 hour', 'folders.txt'], folder)
    expect(run('make', [], folder).code).toBe(2)
    expect(existsSync(join(folder, 'folders-created'))).toBe(false)
  })

  describe('the Python program', () => {
    it('creates a folder and prints its id', () => {
      if (!hasRealPart('python3', 'the recipe for Python')) return
      const { code, stdout } = run(
        'python3',
        ['create_folder.py', '/From Python/Ärger'],
        placed('create_folder.py'),
      )
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\S+\n$/) })
    })

    it('repeats the message of od-link when it fails', () => {
      if (!hasRealPart('python3', 'the recipe for Python')) return
      const { code, stderr } = run('python3', ['create_folder.py', '/wrong:name'], placed('create_folder.py'))
      expect(code).toBe(1)
      expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^RuntimeError: .*wrong:name/)
    })
  })
})
