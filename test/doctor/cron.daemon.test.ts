import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tryCron } from '../helpers/program/doctor.ts'
import { useLinked } from '../helpers/program/linked.ts'
import { canMount, withMounts } from '../helpers/system/private-mounts.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'

describe.runIf(hasRealPart('/usr/sbin/cron', 'a real cron') && canMount('a crontab of its own'))(
  'a real cron',
  () => {
    const linked = useLinked()
    let cron: ReturnType<typeof spawn>

    beforeAll(async () => {
      const { told } = await tryCron(linked.world)
      const crontab = join(linked.world.dir, 'crontab')
      // The very line, but not at three in the morning.
      writeFileSync(crontab, `MAILTO=""\n${told.line.replace('0 3 * * *', '* * * * *')}\n`)
      const tables = '/var/spool/cron/crontabs'
      const [command, args] = withMounts(
        [
          'for dir in /run /etc/cron.d /var/spool/cron; do mount -t tmpfs tmpfs $dir; done',
          'mount --bind /dev/null /etc/crontab',
          `mkdir -m 1730 ${tables}`,
          `install -m 600 ${crontab} ${tables}/root`,
        ],
        '/usr/sbin/cron',
        ['-f'],
      )
      cron = spawn(command, args, { stdio: 'ignore' })
    })
    afterAll(async () => {
      if (cron.exitCode === null && cron.kill()) await once(cron, 'exit')
    })

    it('makes the folder of the day with the printed line', { timeout: 75_000 }, async () => {
      const today = spawnSync('date', ['+%F'], { encoding: 'utf8' }).stdout.trim()
      for (let second = 0; second < 70 && (await linked.drive()).length < 2; second += 1) await sleep(1_000)
      expect(await linked.drive()).toEqual(['/Backups', `/Backups/${today}`])
    })
  },
)
