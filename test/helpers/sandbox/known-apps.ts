import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/*
 * The registrations that programs bring along, as their sources name them: each holds the one of its makers. Sources:
 * rclone, backend/onedrive/onedrive.go; abraunegg/onedrive, src/onedrive.d; duplicity, backends/onedrivebackend.py.
 */
const apps = [
  {
    clientId: 'b15665d9-eda6-4092-8539-0eec376afd59',
    name: 'rclone',
    // Published: an application that people have on their machines keeps no secret.
    secrets: ['qtyfaBBYA403=unZUP40~_#'],
    platforms: { web: ['http://localhost:53682/'] },
  },
  {
    clientId: 'd50ca740-c83f-4d1b-b616-12c519384f0c',
    name: 'OneDrive Client for Linux',
    platforms: { publicClient: ['https://login.microsoftonline.com/common/oauth2/nativeclient'] },
  },
  {
    clientId: '000000004C12E85D',
    name: 'duplicity',
    audience: 'PersonalMicrosoftAccount',
    platforms: { publicClient: ['https://login.live.com/oauth20_desktop.srf'] },
  },
]

/** Writes them as an app file for `od-link sandbox --app`. @returns its path. */
export function writeKnownApps(dir: string): string {
  const file = join(dir, 'apps.json')
  writeFileSync(file, JSON.stringify(apps))
  return file
}
