import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A D-Bus session without services, and without any that can be started. */
export interface BareBus {
  env: { DBUS_SESSION_BUS_ADDRESS: string }
  stop: () => Promise<void>
}

/** @param rules what the bus refuses; all else is allowed. */
const config = (
  rules: string,
) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    ${rules}
  </policy>
</busconfig>`

export async function startBareBus(rules = ''): Promise<BareBus> {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-bus-'))
  const file = join(dir, 'bus.conf')
  writeFileSync(file, config(rules))
  const bus = spawn('dbus-daemon', [`--config-file=${file}`, '--nofork', '--print-address=1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [address] = await once(createInterface({ input: bus.stdout }), 'line')
  return {
    env: { DBUS_SESSION_BUS_ADDRESS: String(address) },
    async stop() {
      bus.kill()
      await once(bus, 'exit')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** A folder of D-Bus services in which nobody ever answers gnome-keyring's unlock prompt. */
export function unansweredPrompter(): { services: string; remove: () => void } {
  const services = mkdtempSync(join(tmpdir(), 'od-link-services-'))
  const folder = join(services, 'dbus-1', 'services')
  mkdirSync(folder, { recursive: true })
  for (const name of ['org.gnome.keyring.SystemPrompter', 'org.gnome.keyring.PrivatePrompter']) {
    writeFileSync(join(folder, `${name}.service`), `[D-BUS Service]\nName=${name}\nExec=/bin/sleep 20\n`)
  }
  return { services, remove: () => rmSync(services, { recursive: true, force: true }) }
}
