import type { Row } from '../../cli/command.ts'
import { settingNames } from '../../settings/names.ts'
import { cloudsInWords } from '../shared/options.ts'

/** The variables that replace a setting. Their names come from the settings. */
const settings: Record<keyof typeof settingNames, string> = {
  'client-id': 'the Application (client) ID of your app registration',
  tenant: 'common, organizations, consumers, a domain or an ID',
  cloud: `the Microsoft cloud: ${cloudsInWords}`,
  'redirect-uri': 'where the browser returns to, exactly as registered',
  listen: 'HOST:PORT that a web server forwards an https redirect URI to',
  scope: 'the permissions to request, separated by spaces',
  store:
    'keychain (the default), file (private files, not encrypted), encrypted (files under a key or a passphrase) or helper:NAME (runs docker-credential-NAME)',
}

const registration: readonly Row[] = Object.entries(settings).map(([name, meaning]) => [
  settingNames[name as keyof typeof settingNames],
  meaning,
])

/** Those that a person sets for od-link. */
export const ownVariables: readonly Row[] = [
  ...registration,
  ['OD_LINK_CLIENT_SECRET', 'the client secret of a "Web" registration, for one login'],
  ['OD_LINK_ACCOUNT', 'the linked account that a command uses'],
  [
    'OD_LINK_BROWSER',
    "the command that opens a URL, or none to open nothing. Without it: BROWSER, then the system's default",
  ],
  [
    'OD_LINK_CONFIG_DIR',
    'where settings are saved (~/.config/od-link; on macOS ~/Library/Preferences/od-link, on Windows %APPDATA%\\od-link\\Config). Each directory has its own links',
  ],
  [
    'OD_LINK_KEY_FILE',
    "the key of the encrypted store, a file that age-keygen created. Without it: systemd's credential od-link-key, then a passphrase",
  ],
  ['OD_LINK_AUTHORITY_HOST', "an origin to sign in at instead of the cloud's (https, or http on loopback)"],
  ['OD_LINK_GRAPH_HOST', 'the same for Microsoft Graph. A link keeps the origins that it was created with'],
  [
    'OD_LINK_ON_SIGNIN_NEEDED',
    'a shell command that runs once when Microsoft ends a link: for up to 10 seconds, without input; its output is discarded',
  ],
]

/** Those that the command in OD_LINK_ON_SIGNIN_NEEDED gets. */
export const hookVariables: readonly Row[] = [
  ['OD_LINK_ACCOUNT', 'the account, as --account accepts it'],
  ['OD_LINK_USERNAME', 'its sign-in name, such as ada@example.com'],
  ['OD_LINK_REASON', 'one sentence of letters, digits, spaces and . , : - _ ( ), safe inside any quotes'],
  ['OD_LINK_CODE', "Microsoft's code, such as AADSTS700082"],
]

/** Those that other programs read as well. */
export const commonVariables: readonly Row[] = [
  ['HTTPS_PROXY, ALL_PROXY', 'the proxy; its user name and password are never shown'],
  ['NO_PROXY', 'hosts to reach without the proxy; this machine is never reached through it'],
  ['NODE_EXTRA_CA_CERTS', 'a file with additional certificate authorities to trust'],
  ['NO_COLOR, FORCE_COLOR', 'never use colour, or use it even in a pipe'],
]
